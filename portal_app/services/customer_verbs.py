"""What staff can do with the portal access of one customer now (ACC-02, ACC-07, ACC-08, ACC-10)."""

from dataclasses import dataclass

from sqlmodel import col, select

from portal_app.errors import NotFound
from portal_app.models import Contact, Customer
from portal_app.services import candidates
from portal_app.services.access_rules import Verb, fitting
from portal_app.services.customer_accounts import LIST
from portal_app.services.invitations import NEEDED
from portal_app.work import Work


@dataclass(frozen=True)
class CustomerVerbs:
    """A customer with its billing contact, and the verbs that fit; the rest is refused when it is tried.

    DISABLE is the whole customer's. ENABLE is too while that is off, else the billing contact's.
    """

    id: int
    number: str
    name: str
    on: bool
    contact_id: int | None
    contact: str
    email: str
    verbs: tuple[Verb, ...]


def customer_verbs(work: Work, customer_id: int) -> CustomerVerbs:
    """Look it up. Needs Customers: List; it has the verbs that the role grants. Raises NotFound."""
    work.require(LIST)
    customer = work.session.get(Customer, customer_id)
    if customer is None:
        raise NotFound('There is no such customer.')
    billing = select(Contact).where(Contact.customer_id == customer_id, col(Contact.is_billing).is_(True))
    contact = work.session.exec(billing).first()
    offered = _fitting(work, customer, contact)
    return CustomerVerbs(
        id=customer_id,
        number=customer.number,
        name=customer.name,
        on=customer.portal_access,
        contact_id=contact.id if contact else None,
        contact=contact.name if contact else '',
        email=contact.email if contact else '',
        verbs=tuple(verb for verb in offered if NEEDED[verb].grant in work.grants),
    )


def _fitting(work: Work, customer: Customer, contact: Contact | None) -> list[Verb]:
    """The billing contact's, but for DISABLE, which is always the customer's."""
    if not customer.portal_access:
        return [Verb.ENABLE]
    if contact is None:
        return [Verb.INVITE, Verb.DISABLE]  # inviting says that there is nobody to invite
    offered = fitting(candidates.of_contacts(work, [contact])[0])
    return [verb for verb in offered if verb not in (Verb.REVOKE, Verb.DISABLE)] + [Verb.DISABLE]
