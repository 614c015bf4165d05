"""Who of a customer may open the portal. Every change takes effect at once, in every open page."""

from collections.abc import Sequence

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal_app.auth.let_in import lets_in
from portal_app.auth.permissions import END_ACCESS, GIVE_ACCESS
from portal_app.auth.viewer import Company, ContactView, PortalViewer
from portal_app.errors import NotFound
from portal_app.live import Change, Topic
from portal_app.models import Contact, Customer
from portal_app.services import links, pay_links
from portal_app.services.candidates import hold_access
from portal_app.work import Work


def companies(work: Work) -> list[Company]:
    """The companies that the viewer can switch between, by name (ACC-12)."""
    assert isinstance(work.viewer, PortalViewer)
    if isinstance(work.viewer, ContactView):
        return [work.viewer.company]
    return companies_of(work.session, work.viewer.user_id)


def family_of(work: Work) -> frozenset[int]:
    """The viewer's company and all of its children: whose access matters to what the viewer sees (ACC-13)."""
    assert isinstance(work.viewer, PortalViewer)
    company = work.viewer.company.id
    children = work.session.exec(select(Customer.id).where(Customer.parent_id == company))
    return frozenset((company, *(id for id in children if id is not None)))


def companies_of(session: Session, user_id: int) -> list[Company]:
    """The companies that a portal user may open, by name."""
    return [_company(found) for found in session.exec(_open_to(user_id).order_by(Customer.name).distinct())]


def company_of(session: Session, user_id: int, number: str) -> Company:
    """One of these companies by its number. Raises NotFound, also where it is somebody else's."""
    found = session.exec(_open_to(user_id).where(Customer.number == number)).first()
    if found is None:
        raise NotFound
    return _company(found)


def disable_customers(work: Work, customer_ids: list[int]) -> None:
    """Disable Portal Access of customers, for all their users (ACC-08). Needs Manage Portal Users: Delete."""
    work.require(END_ACCESS)
    set_access(work, customer_ids, on=False)


def enable_customers(work: Work, customer_ids: list[int]) -> None:
    """Re-enable Portal Access of whole customers (ACC-10). Needs Manage Portal Users: Edit."""
    work.require(GIVE_ACCESS)
    set_access(work, customer_ids, on=True)


def set_access(work: Work, customer_ids: Sequence[int], *, on: bool) -> None:
    """Switch whole customers; the caller has checked the right. Their people's own status stays as it is.

    Switched off, their links die: invitations, those for a new password, and Pay Now (ACC-08).
    """
    hold_access(work)
    changed = select(Customer).where(col(Customer.id).in_(customer_ids), Customer.portal_access != on)
    customers = work.session.exec(changed.order_by(col(Customer.id))).all()
    for customer in customers:
        work.record(
            'portal_access.customer',
            customer.name,
            customer_id=customer.id,
            before={'portal_access': customer.portal_access},
            after={'portal_access': on},
        )
        customer.portal_access = on
        work.session.add(customer)
        work.tell(Change(Topic.ACCESS, customer.id))
    if not on:
        _end_links(work, [customer.id or 0 for customer in customers])


def _open_to(user_id: int) -> SelectOfScalar[Customer]:
    return select(Customer).join(Contact).where(Contact.portal_user_id == user_id, *lets_in())


def _company(customer: Customer) -> Company:
    return Company(customer.id or 0, customer.number, customer.name)


def _end_links(work: Work, customer_ids: Sequence[int]) -> None:
    people = select(Contact.id, Contact.portal_user_id).where(col(Contact.customer_id).in_(customer_ids))
    found = work.session.exec(people).all()
    contact_ids = [contact for contact, _ in found if contact]
    links.revoke(work, contact_ids=contact_ids, portal_user_ids=[user for _, user in found if user])
    pay_links.revoke(work, contact_ids)
