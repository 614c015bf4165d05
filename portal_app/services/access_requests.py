"""People who ask to be let in, and the staff's queue (ACC-14)."""

from sqlalchemy import func
from sqlmodel import col, select

from portal_app.auth.let_in import require_portal
from portal_app.auth.permissions import GIVE_ACCESS
from portal_app.auth.rate_limits import RESET_PER_ACCOUNT, RESET_PER_ADDRESS, count_try
from portal_app.auth.realms import PORTAL
from portal_app.auth.viewer import Visitor
from portal_app.errors import Conflict, NotFound
from portal_app.live import Change, Topic
from portal_app.models import AccessRequest, Contact, Customer, PortalStatus, Purpose, RequestState
from portal_app.models.base import now
from portal_app.services import invitations, links
from portal_app.services.access_queue import SEE_REQUESTS
from portal_app.services.access_rules import Result
from portal_app.services.addresses import one_address
from portal_app.services.candidates import hold_access
from portal_app.services.sign_in import Browser
from portal_app.work import Work, acting_as

SENT = 'If your address is known to us, our staff have your request. If they approve it, you get a mail.'


def count_request(email: str, browser: Browser) -> None:
    """Count one request, known address or not. Raises TooManyTries with the wait, Invalid for no address."""
    count_try(RESET_PER_ADDRESS, 'request', browser.address)
    count_try(RESET_PER_ACCOUNT, 'request', one_address(email))


def request_access(email: str, browser: Browser) -> None:
    """Put every permitted contact with this address and without access into the queue.

    To be called after the answer was sent, which is the same whether or not it matched.
    """
    address = one_address(email)
    with acting_as(Visitor(address, address=browser.address)) as work:
        hold_access(work)
        matching = (
            select(Contact)
            .join(Customer)
            .where(
                func.lower(Contact.email) == address,
                col(Contact.permitted).is_(True),
                col(Contact.portal_status) != PortalStatus.ENABLED,
                col(Customer.portal_access).is_(True),
            )
            .order_by(col(Contact.id))
        )
        for contact in work.session.exec(matching).all():
            _add(work, contact)


def ask_for_new_link(token: str, browser: Browser) -> None:
    """Ask for a new invitation with the link of one that has expired (ACC-04). Raises NotFound for others."""
    with acting_as(Visitor(address=browser.address)) as work:
        hold_access(work)
        require_portal(work.session)
        link = links.find(work, PORTAL, token)
        contact = work.session.get(Contact, link.contact_id or 0)
        waits = contact and contact.portal_status == PortalStatus.PENDING
        if link.purpose != Purpose.INVITATION or link.used_at or contact is None or not waits:
            raise NotFound(links.NOT_A_LINK)
        work.viewer = Visitor(one_address(contact.email), address=browser.address)
        _add(work, contact, expired_link=True)


def approve(work: Work, request_id: int) -> Result:
    """Let them in: invite, invite anew, or re-enable. Raises Invalid with every reason, Conflict."""
    work.require(GIVE_ACCESS)
    request = _open(work, request_id)
    contact = work.session.get_one(Contact, request.contact_id)
    if contact.portal_status == PortalStatus.DISABLED:
        return invitations.enable_contact(work, request.contact_id)
    return invitations.invite_contact(work, request.contact_id)


def decline(work: Work, request_id: int) -> None:
    """Say no. The person hears nothing, and may ask again. Raises Conflict where somebody was quicker."""
    work.require(GIVE_ACCESS)
    request = _open(work, request_id)
    request.state, request.decided_at, request.decided_by = RequestState.DECLINED, now(), work.viewer.actor
    work.session.add(request)
    contact = work.session.get_one(Contact, request.contact_id)
    work.record(
        'access_request.decline', contact.mailbox, customer_id=request.customer_id, contact_id=contact.id
    )
    work.tell(Change(Topic.ACCESS, request.customer_id))


def open_requests(work: Work) -> int:
    """How many wait for a decision. Needs Manage Portal Users: List."""
    work.require(SEE_REQUESTS)
    waiting = select(func.count()).where(col(AccessRequest.state) == RequestState.OPEN)
    return int(work.session.execute(waiting).scalar_one())


def _open(work: Work, request_id: int) -> AccessRequest:
    hold_access(work)
    request = work.session.get(AccessRequest, request_id)
    if request is None:
        raise NotFound('There is no such request.')
    if request.state != RequestState.OPEN:
        raise Conflict(f'This request was {request.state.lower()} already, by {request.decided_by}.')
    return request


def _add(work: Work, contact: Contact, *, expired_link: bool = False) -> None:
    waiting = select(AccessRequest.id).where(
        AccessRequest.contact_id == contact.id, AccessRequest.state == RequestState.OPEN
    )
    if work.session.exec(waiting).first():
        return
    work.session.add(
        AccessRequest(contact_id=contact.id or 0, customer_id=contact.customer_id, expired_link=expired_link)
    )
    work.record(
        'access_request.add',
        contact.mailbox,
        customer_id=contact.customer_id,
        contact_id=contact.id,
        after={'expired_link': expired_link},
    )
    work.tell(Change(Topic.ACCESS, contact.customer_id))
