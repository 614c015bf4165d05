"""Contacts with all that the rules of portal access look at, locked for whoever decides about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from portal_app import db
from portal_app.config import settings
from portal_app.errors import Invalid, NotFound
from portal_app.models import Contact, Customer, OneTimeLink, Organization, PortalUser, Purpose
from portal_app.models.base import now
from portal_app.services.addresses import one_address
from portal_app.work import Work

RESENDS_WITHIN = timedelta(minutes=30)


@dataclass
class Candidate:
    """A customer with the contact in question (None: it has no billing contact)."""

    customer: Customer
    parent: Customer | None
    contact: Contact | None
    user: PortalUser | None  # the login of the contact's address
    email: str  # the one address in lowercase, or empty
    email_problem: str
    invited: tuple[datetime, ...]  # when, in the last 30 minutes
    portal_enabled: bool
    portal_served: bool  # not in a sandbox, until its operator says so (SET-13)


def hold_access(work: Work) -> None:
    """Let nobody else decide about portal access until this work ends; to be called before it is looked at.

    One door for all of it: staff and the people with their links would else wait for each other in a circle,
    and decide on what is not true any more.
    """
    db.hold(work.session, 'portal access')


def of_contact(work: Work, contact_id: int) -> Candidate:
    """One contact, held. Raises NotFound."""
    hold_access(work)
    contact = work.session.get(Contact, contact_id, populate_existing=True)
    if contact is None:
        raise NotFound('There is no such contact.')
    return of_contacts(work, [contact])[0]


def of_contacts(work: Work, contacts: Sequence[Contact]) -> list[Candidate]:
    """These contacts, in this order. Not locked here: to show what may be done."""
    return _with_all(work, [(contact.customer_id, contact) for contact in contacts])


def of_customers(work: Work, customer_ids: Sequence[int], *, hold: bool = True) -> list[Candidate]:
    """The billing contact of each of these customers, in this order. Raises NotFound for an unknown one.

    `hold` off: only to show what may be done, also in a work that reads.
    """
    if hold:
        hold_access(work)
    statement = (
        select(Contact)
        .where(col(Contact.customer_id).in_(customer_ids), col(Contact.is_billing).is_(True))
        .order_by(col(Contact.id).desc())  # the first of several remains
    )
    billing = {contact.customer_id: contact for contact in work.session.exec(statement)}
    return _with_all(work, [(id, billing.get(id)) for id in dict.fromkeys(customer_ids)])


def _with_all(work: Work, pairs: Sequence[tuple[int, Contact | None]]) -> list[Candidate]:
    customers = _customers(work, {id for id, _ in pairs})
    parents = _customers(work, {c.parent_id for c in customers.values() if c.bill_to_parent and c.parent_id})
    found = [contact for _, contact in pairs if contact]
    addresses = {contact.id: _address(contact) for contact in found}
    users = _users(work, {email for email, _ in addresses.values() if email})
    invited = _invited(work, [contact.id for contact in found if contact.id])
    on = work.session.exec(select(Organization.portal_enabled)).one()
    candidates = []
    for customer_id, contact in pairs:
        customer = customers.get(customer_id)
        if customer is None:
            raise NotFound('There is no such customer.')
        email, problem = addresses[contact.id] if contact else ('', '')
        candidates.append(
            Candidate(
                customer=customer,
                parent=parents.get(customer.parent_id or 0) if customer.bill_to_parent else None,
                contact=contact,
                user=users.get(email),
                email=email,
                email_problem=problem,
                invited=tuple(invited.get(contact.id or 0, ())) if contact else (),
                portal_enabled=on,
                portal_served=settings().serves_portal,
            )
        )
    return candidates


def _customers(work: Work, ids: Iterable[int]) -> dict[int, Customer]:
    found = work.session.exec(select(Customer).where(col(Customer.id).in_(ids)))
    return {customer.id or 0: customer for customer in found}


def _address(contact: Contact) -> tuple[str, str]:
    try:
        return one_address(contact.email), ''
    except Invalid as error:
        return '', error.message


def _users(work: Work, emails: Iterable[str]) -> dict[str, PortalUser]:
    return {
        user.email: user
        for user in work.session.exec(select(PortalUser).where(col(PortalUser.email).in_(emails)))
    }


def _invited(work: Work, contact_ids: Sequence[int]) -> dict[int, list[datetime]]:
    recent = select(OneTimeLink.contact_id, OneTimeLink.created_at).where(
        col(OneTimeLink.contact_id).in_(contact_ids),
        OneTimeLink.purpose == Purpose.INVITATION,
        OneTimeLink.created_at > now() - RESENDS_WITHIN,
    )
    found: dict[int, list[datetime]] = {}
    for contact_id, at in work.session.exec(recent):
        found.setdefault(contact_id or 0, []).append(at)
    return found
