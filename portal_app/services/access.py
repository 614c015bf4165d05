"""Who of a customer may open the portal. Every change takes effect at once, in every open page."""

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.auth.viewer import Company, PortalViewer
from portal_app.errors import NotFound
from portal_app.live import Change, Topic
from portal_app.models import Contact, Customer, PortalStatus
from portal_app.work import Work

DISABLE = Permission(Activity.PORTAL_USERS, Action.DELETE)
ENABLE = Permission(Activity.PORTAL_USERS, Action.EDIT)


def companies(work: Work) -> list[Company]:
    """The companies that the viewer can switch between, by name (ACC-12)."""
    assert isinstance(work.viewer, PortalViewer)
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


def disable_contact(work: Work, contact_id: int) -> None:
    """Disable Portal Access of one contact (ACC-09). Needs Manage Portal Users: Delete."""
    work.require(DISABLE)
    contact = work.session.get(Contact, contact_id, with_for_update=True)
    if contact is None or contact.portal_status not in (PortalStatus.ENABLED, PortalStatus.PENDING):
        raise NotFound('This contact has no portal access to disable.')
    set_status(work, contact, PortalStatus.DISABLED)


def disable_customers(work: Work, customer_ids: list[int]) -> None:
    """Disable Portal Access of customers, for all their users (ACC-08). Needs Manage Portal Users: Delete."""
    work.require(DISABLE)
    _set_access(work, customer_ids, False)


def enable_customers(work: Work, customer_ids: list[int]) -> None:
    """Re-enable Portal Access of whole customers (ACC-10). Needs Manage Portal Users: Edit."""
    work.require(ENABLE)
    _set_access(work, customer_ids, True)


def _open_to(user_id: int) -> SelectOfScalar[Customer]:
    return (
        select(Customer)
        .join(Contact)
        .where(
            Contact.portal_user_id == user_id,
            Contact.portal_status == PortalStatus.ENABLED,
            col(Customer.portal_access).is_(True),
        )
    )


def _company(customer: Customer) -> Company:
    return Company(customer.id or 0, customer.number, customer.name)


def set_status(work: Work, contact: Contact, status: PortalStatus) -> None:
    """Give a contact this portal status, with its audit entry and news; the caller has checked the right."""
    work.record(
        'portal_access.contact',
        contact.name,
        customer_id=contact.customer_id,
        before={'portal_status': contact.portal_status},
        after={'portal_status': status},
    )
    contact.portal_status = status
    work.session.add(contact)
    work.tell(Change(Topic.ACCESS, contact.customer_id))


def _set_access(work: Work, customer_ids: list[int], on: bool) -> None:
    changed = select(Customer).where(col(Customer.id).in_(customer_ids), Customer.portal_access != on)
    for customer in work.session.exec(changed.with_for_update()).all():
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
