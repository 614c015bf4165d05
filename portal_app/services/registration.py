"""What people do with the links in their mail: register, accept, set a password (POR-01, ACC-04, ACC-06)."""

from dataclasses import dataclass

from sqlmodel import select

from portal_app.auth.let_in import require_portal
from portal_app.auth.passwords import hash_password
from portal_app.auth.realms import PORTAL, STAFF, Realm
from portal_app.auth.viewer import Visitor
from portal_app.errors import Conflict, Invalid, LinkEnded
from portal_app.live import Change, Topic
from portal_app.models import (
    Contact,
    Customer,
    OneTimeLink,
    PortalStatus,
    PortalUser,
    Purpose,
    Role,
    StaffUser,
)
from portal_app.models.base import now
from portal_app.services import links
from portal_app.services.access import companies_of
from portal_app.services.access_changes import logins, set_status, settle_requests
from portal_app.services.addresses import check_name, one_address
from portal_app.services.candidates import hold_access
from portal_app.services.customers import check_password
from portal_app.services.sign_in import Browser, SignedIn, end_sessions, enter
from portal_app.services.staff_door import hold_staff
from portal_app.work import Work, acting_as

GONE = ('This link is no longer valid', 'A newer one may have been sent to you, or your access has ended.')
USED = ('This link has been used already', 'Each link works once.')
EXPIRED = ('This link has expired', 'Ask for a new one with “Forgot password?” on the login page.')
OWNERS = {PORTAL: 'portal_user_ids', STAFF: 'staff_user_ids'}
INVITATION_EXPIRED = ('This invitation has expired', 'An invitation is valid for 72 hours.')
STAFF_INVITATION_EXPIRED = (
    'This invitation has expired',
    'An invitation is valid for 72 hours. Ask whoever invited you to send it again.',
)


@dataclass(frozen=True)
class Opened:
    """What the page of an open link shows: what it is for, and for whom."""

    purpose: Purpose
    name: str
    email: str
    customer: str = ''
    has_login: bool = False
    role: str = ''  # of a staff user who is invited


def look_at(realm: Realm, token: str, browser: Browser) -> Opened:
    """What a link is for. Changes nothing but noting the visit: mail scanners open links too.

    Raises NotFound, or LinkEnded with the reason.
    """
    with acting_as(Visitor(address=browser.address)) as work:
        link = _open(work, realm, token)
        links.note_visit(work, link)
        return _opened(work, link)


def accept(token: str, name: str, password: str, browser: Browser) -> SignedIn:
    """Register by an invitation, and sign in (POR-01). Raises Invalid, LinkEnded, NotFound.

    Raises Conflict for an address that has a login already: see `join`.
    """
    name = check_name(name)
    check_password(password)
    hashed = hash_password(password)  # slow on purpose, so not while others wait to write
    with acting_as(Visitor(address=browser.address)) as work:
        hold_access(work)
        link = _open(work, PORTAL, token, Purpose.INVITATION)
        contact = _invited(work, link)
        email = one_address(contact.email)
        user = logins(work, {email: name})[email]
        if user.password_hash:
            raise Conflict('You have a login already. Accept the invitation and log in with it.')
        user.name, user.password_hash = name, hashed
        _join(work, link, contact, user)
    return enter(PORTAL, user, password, browser)


def join(token: str, browser: Browser) -> None:
    """Accept an invitation with the login that its address has (ACC-06). Raises LinkEnded, NotFound."""
    with acting_as(Visitor(address=browser.address)) as work:
        hold_access(work)
        link = _open(work, PORTAL, token, Purpose.INVITATION)
        contact = _invited(work, link)
        user = _login(work, one_address(contact.email))
        if user is None or not user.password_hash:
            raise Invalid('password must be chosen first.')
        _join(work, link, contact, user)


def join_staff(token: str, name: str, password: str, browser: Browser) -> SignedIn:
    """Accept an invitation to the admin pages, and sign in (SET-11). Raises Invalid, LinkEnded, NotFound."""
    name = check_name(name)
    check_password(password)
    hashed = hash_password(password)
    with acting_as(Visitor(address=browser.address)) as work:
        hold_staff(work)
        link = _open(work, STAFF, token, Purpose.STAFF_INVITATION)
        user = _staff_of(work, link)
        user.name, user.password_hash = name, hashed
        work.session.add(user)
        links.use(work, link)
        work.session.flush()
        links.revoke(work, staff_user_ids=[user.id or 0])
        work.viewer = Visitor(user.mailbox, address=browser.address)
        work.record('staff_user.accept', user.mailbox)
        work.tell(Change(Topic.ACCESS))
    return enter(STAFF, user, password, browser)


def set_password(realm: Realm, token: str, password: str, browser: Browser) -> str:
    """Set the password that a link was sent for; every session of this user ends (POR-01). Their address.

    Raises Invalid, LinkEnded, NotFound.
    """
    check_password(password)
    hashed = hash_password(password)
    with acting_as(Visitor(address=browser.address)) as work:
        (hold_access if realm is PORTAL else hold_staff)(work)
        link = _open(work, realm, token)
        user = _owner(work, link)
        user.password_hash = hashed
        work.session.add(user)
        links.use(work, link)
        work.session.flush()
        links.revoke(work, **{OWNERS[realm]: [user.id or 0]})
        end_sessions(work, realm, user.id or 0)
        work.viewer = Visitor(f'{user.name} <{user.email}>', address=browser.address)
        work.record('password.set', user.email, after={'realm': realm.name})
        return user.email


def _open(work: Work, realm: Realm, token: str, purpose: Purpose | None = None) -> OneTimeLink:
    if realm is PORTAL:
        require_portal(work.session)
    link = links.find(work, realm, token)
    if purpose and link.purpose != purpose:
        raise LinkEnded(*GONE)
    if link.used_at is not None:
        raise LinkEnded(*USED)
    if link.revoked_at is not None:
        raise LinkEnded(*GONE)
    if not link.is_open(now()):
        if link.purpose == Purpose.INVITATION:
            raise LinkEnded(*INVITATION_EXPIRED, ask_again=_is_pending(work, link))
        if link.purpose == Purpose.STAFF_INVITATION:
            raise LinkEnded(*STAFF_INVITATION_EXPIRED)
        raise LinkEnded(*EXPIRED)
    return link


def _is_pending(work: Work, link: OneTimeLink) -> bool:
    contact = work.session.get(Contact, link.contact_id or 0)
    return contact is not None and contact.portal_status == PortalStatus.PENDING


def _opened(work: Work, link: OneTimeLink) -> Opened:
    purpose = Purpose(link.purpose)
    if purpose is Purpose.INVITATION:
        contact = _invited(work, link)
        customer = work.session.get_one(Customer, contact.customer_id)
        email = one_address(contact.email)
        user = _login(work, email)
        return Opened(purpose, contact.name, email, customer.name, bool(user and user.password_hash))
    if purpose is Purpose.STAFF_INVITATION:
        invited = _staff_of(work, link)
        role = work.session.get_one(Role, invited.role_id).name
        return Opened(purpose, invited.name, invited.email, role=role)
    user_or_staff = _owner(work, link)
    return Opened(purpose, user_or_staff.name, user_or_staff.email)


def _invited(work: Work, link: OneTimeLink) -> Contact:
    """The contact of an invitation, who may still be let in. Raises LinkEnded."""
    contact = work.session.get(Contact, link.contact_id or 0)
    customer = work.session.get(Customer, contact.customer_id) if contact else None
    welcome = contact and contact.portal_status == PortalStatus.PENDING and contact.permitted
    if contact is None or customer is None or not welcome or not customer.portal_access:
        raise LinkEnded(*GONE)
    return contact


def _staff_of(work: Work, link: OneTimeLink) -> StaffUser:
    """The staff user of a link: not disabled, and invited or joined as the link says. Raises LinkEnded."""
    user = work.session.get(StaffUser, link.staff_user_id or 0)
    invited = link.purpose == Purpose.STAFF_INVITATION
    if user is None or user.disabled_at is not None or user.has_joined == invited:
        raise LinkEnded(*GONE)
    return user


def _owner(work: Work, link: OneTimeLink) -> PortalUser | StaffUser:
    """Whose password a link sets. Raises LinkEnded, also for one that was mailed for something else."""
    if link.purpose == Purpose.STAFF_RESET_PASSWORD:
        return _staff_of(work, link)
    user = work.session.get(PortalUser, link.portal_user_id or 0)
    if user is None or user.disabled_at is not None or not companies_of(work.session, user.id or 0):
        raise LinkEnded(*GONE)  # or every access has ended
    return user


def _login(work: Work, email: str) -> PortalUser | None:
    return work.session.exec(select(PortalUser).where(PortalUser.email == email)).first()


def _join(work: Work, link: OneTimeLink, contact: Contact, user: PortalUser) -> None:
    if user.disabled_at is not None:
        raise LinkEnded(*GONE)
    work.viewer = Visitor(f'{user.name} <{user.email}>', address=work.viewer.address)
    contact.portal_user_id = user.id
    set_status(work, contact, PortalStatus.ENABLED, 'portal_access.accept')
    links.use(work, link)
    work.session.flush()
    links.revoke(work, contact_ids=[contact.id or 0], portal_user_ids=[user.id or 0])
    settle_requests(work, [contact.id or 0])
