"""Forgotten passwords, of customers' people and of staff (POR-01)."""

from sqlmodel import col, select

from portal_app.auth.let_in import lets_in
from portal_app.auth.rate_limits import RESET_PER_ACCOUNT, RESET_PER_ADDRESS, count_try
from portal_app.auth.realms import PORTAL, Realm
from portal_app.auth.viewer import Visitor
from portal_app.filters import is_storable
from portal_app.mail.outbox import Recipient, queue
from portal_app.models import Contact, Customer, OneTimeLink, PortalUser, Purpose, StaffUser
from portal_app.services import links
from portal_app.services.access_changes import spoken
from portal_app.services.candidates import hold_access
from portal_app.services.sign_in import Browser
from portal_app.services.staff_door import hold_staff
from portal_app.services.staff_invitations import mail_invitation_again, mail_password_link
from portal_app.work import Work, acting_as

SENT = 'If this address has a login, a mail with a link is on its way. The link works for one hour.'


def count_request(realm: Realm, email: str, browser: Browser) -> None:
    """Count one request for a mail, known address or not. Raises TooManyTries with the wait."""
    count_try(RESET_PER_ADDRESS, realm.name, browser.address)
    count_try(RESET_PER_ACCOUNT, realm.name, _clean(email))


def send_reset(realm: Realm, email: str, browser: Browser) -> None:
    """Mail a link for a new password, where the address has a login that may sign in.

    To be called after the answer was sent: it takes longer for a known address than for an unknown one.
    """
    with acting_as(Visitor(address=browser.address)) as work:
        if realm is PORTAL:
            hold_access(work)
            _to_customer(work, _clean(email))
        else:
            hold_staff(work)
            _to_staff(work, _clean(email))


def _to_customer(work: Work, email: str) -> None:
    found = work.session.exec(
        select(PortalUser, Contact)
        .join(Contact, col(Contact.portal_user_id) == PortalUser.id)
        .join(Customer)
        .where(PortalUser.email == email, col(PortalUser.disabled_at).is_(None), *lets_in())
        .order_by(col(Contact.id))
    ).first()
    if found is None:
        return
    user, contact = found
    links.revoke(work, portal_user_ids=[user.id or 0])
    link = links.issue(work, Purpose.RESET_PASSWORD, portal_user_id=user.id)
    _send(work, Recipient(user.name, email, contact.customer_id, contact.id), link)


def _to_staff(work: Work, email: str) -> None:
    user = work.session.exec(
        select(StaffUser).where(StaffUser.email == email, col(StaffUser.disabled_at).is_(None))
    ).first()
    if user is None:
        return
    if user.has_joined:
        mail_password_link(work, user)
    elif not mail_invitation_again(work, user):
        return
    work.record('password.forgotten', user.email)


def _send(work: Work, to: Recipient, link: OneTimeLink) -> None:
    queue(
        work,
        'reset-password',
        to,
        {'contact_name': to.name, 'expires': spoken(work, link.expires_at)},
        link.id,
    )
    work.record('password.forgotten', to.email, customer_id=to.customer_id, contact_id=to.contact_id)


def _clean(email: str) -> str:
    return email.strip().lower()[:254] if is_storable(email) else ''
