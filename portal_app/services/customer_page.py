"""Everything on a customer's page that staff see, looked up in one go (ACC-01)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from portal_app.auth.permissions import SEE_ACCESS, Action, Activity, Permission
from portal_app.errors import NotFound
from portal_app.filters import Dates
from portal_app.models import Contact, Customer, OneTimeLink, PortalStatus, PortalUser, Purpose
from portal_app.queries import Query
from portal_app.services import access_history, candidates, listings
from portal_app.services.access_history import Happening
from portal_app.services.access_rules import Verb, fitting
from portal_app.services.customer_billing import CustomerBilling, customer_billing
from portal_app.services.customer_verbs import CustomerVerbs, customer_verbs
from portal_app.services.invitations import NEEDED
from portal_app.services.usage import USAGE
from portal_app.work import Work

VIEW = Permission(Activity.CUSTOMERS, Action.VIEW)
EDIT = Permission(Activity.CUSTOMERS, Action.EDIT)
SEE_USAGE = Permission(Activity.USAGE_EVENTS, Action.VIEW)


@dataclass(frozen=True)
class Person:
    """A contact with what is known about their access, and what may be done with it now. Times are UTC."""

    id: int
    name: str
    email: str
    is_billing: bool
    permitted: bool
    status: PortalStatus
    since: datetime | None
    last_sign_in: datetime | None
    invitation_expires: datetime | None  # while Pending; in the past once the link is dead
    mail_problem: str
    hidden_tabs: tuple[str, ...]
    verbs: tuple[Verb, ...]


@dataclass(frozen=True)
class Relative:
    """A parent or child."""

    id: int
    number: str
    name: str
    portal_access: bool


@dataclass(frozen=True)
class CustomerPage:
    """A customer with parent, children and people."""

    id: int
    number: str
    name: str
    external_id: str
    currency: str
    created_at: datetime
    bill_to_parent: bool
    email_delivery: bool
    portal_access: bool
    parent: Relative | None
    children: tuple[Relative, ...]
    people: tuple[Person, ...]
    usage: tuple[dict[str, Any], ...] | None  # of the last 30 days, by type and unit; None where not granted
    history: tuple[Happening, ...] | None
    verbs: CustomerVerbs
    grants: frozenset[str]
    payment_terms: int  # days
    address: str
    billing: CustomerBilling | None  # None where not granted


def customer_page(work: Work, number: str) -> CustomerPage:
    """Look it up. Needs Customers: View; account, usage and history are None without their own grants.

    Raises NotFound.
    """
    work.require(VIEW)
    customer = work.session.exec(select(Customer).where(Customer.number == number)).first()
    if customer is None:
        raise NotFound('There is no customer with this number.')
    id = customer.id or 0
    parent = work.session.get(Customer, customer.parent_id) if customer.parent_id else None
    children = select(Customer).where(Customer.parent_id == id).order_by(Customer.name)
    sees_history = SEE_ACCESS.grant in work.grants
    return CustomerPage(
        id=id,
        number=customer.number,
        name=customer.name,
        external_id=customer.external_id or '',
        currency=customer.currency,
        created_at=customer.created_at,
        bill_to_parent=customer.bill_to_parent,
        email_delivery=customer.email_delivery,
        portal_access=customer.portal_access,
        parent=_relative(parent) if parent else None,
        children=tuple(map(_relative, work.session.exec(children))),
        people=tuple(_people(work, id)),
        usage=_usage(work, id) if SEE_USAGE.grant in work.grants else None,
        history=tuple(access_history.history(work, id)) if sees_history else None,
        verbs=customer_verbs(work, id),
        grants=work.grants,
        payment_terms=customer.payment_terms,
        address=customer.address,
        billing=customer_billing(work, id),
    )


def _relative(customer: Customer) -> Relative:
    return Relative(customer.id or 0, customer.number, customer.name, customer.portal_access)


def _people(work: Work, customer_id: int) -> list[Person]:
    rows = work.session.exec(
        select(Contact, PortalUser.last_signed_in_at)
        .join(PortalUser, isouter=True)
        .where(Contact.customer_id == customer_id)
        .order_by(col(Contact.is_billing).desc(), col(Contact.name), col(Contact.id))
    ).all()
    expiries = _expiries(work, [contact.id or 0 for contact, _ in rows])
    found = candidates.of_contacts(work, [contact for contact, _ in rows])
    return [
        Person(
            id=contact.id or 0,
            name=contact.name,
            email=contact.email,
            is_billing=contact.is_billing,
            permitted=contact.permitted,
            status=PortalStatus(contact.portal_status),
            since=contact.status_since,
            last_sign_in=last_sign_in,
            invitation_expires=expiries.get(contact.id or 0),
            mail_problem=contact.mail_problem,
            hidden_tabs=tuple(contact.hidden_tabs),
            verbs=tuple(verb for verb in fitting(candidate) if NEEDED[verb].grant in work.grants),
        )
        for (contact, last_sign_in), candidate in zip(rows, found, strict=True)
    ]


def _expiries(work: Work, contact_ids: list[int]) -> dict[int, datetime]:
    """When the newest invitation of each contact ends, or ended."""
    links = select(OneTimeLink).where(
        col(OneTimeLink.contact_id).in_(contact_ids), OneTimeLink.purpose == Purpose.INVITATION
    )
    found = work.session.exec(links.order_by(col(OneTimeLink.id)))
    return {link.contact_id or 0: link.revoked_at or link.expires_at for link in found}


def _usage(work: Work, customer_id: int) -> tuple[dict[str, Any], ...]:
    of_customer = Work(work.viewer, work.session, (customer_id,))
    query = Query(filters={'date': Dates(preset='last_30_days')}, sort='events', descending=True)
    return tuple(listings.page(of_customer, USAGE, query).rows[:6])
