"""The people at a customer: adding them and changing what is known of them."""

from typing import Any

from sqlmodel import col, select

from portal_app.auth.permissions import GIVE_ACCESS, Action, Activity, Permission
from portal_app.errors import Conflict, Invalid, NotFound
from portal_app.live import Change, Topic
from portal_app.models import Contact, Customer, PortalStatus
from portal_app.services import pay_links
from portal_app.services.access_changes import set_status
from portal_app.services.addresses import check_name, delivery_addresses
from portal_app.services.candidates import hold_access
from portal_app.work import Work

EDIT = Permission(Activity.CUSTOMERS, Action.EDIT)


def set_email_delivery(work: Work, customer_id: int, on: bool) -> None:
    """The Email Delivery Preference of a customer: invitations need it on (ACC-03). Needs Customers: Edit."""
    work.require(EDIT)
    customer = _customer(work, customer_id)
    if customer.email_delivery == on:
        return
    work.record(
        'customer.email_delivery',
        customer.name,
        customer_id=customer_id,
        before={'email_delivery': customer.email_delivery},
        after={'email_delivery': on},
    )
    customer.email_delivery = on
    work.session.add(customer)
    work.tell(Change(Topic.ACCESS, customer_id))


def add_contact(work: Work, customer_id: int, name: str, email: str, is_billing: bool = False) -> Contact:
    """A further person at a customer; the first one is its billing contact. Needs Customers: Edit.

    The email may hold several addresses, for delivery. Raises Invalid naming the field, NotFound.
    """
    work.require(EDIT)
    name, email = check_name(name), delivery_addresses(email)
    hold_access(work)
    customer = _customer(work, customer_id)
    others = _people(work, customer_id)
    _check_new(others, email)
    is_billing = is_billing or not any(other.is_billing for other in others)
    if is_billing:
        _take_billing(work, others)
    contact = Contact(customer_id=customer_id, name=name, email=email, is_billing=is_billing)
    work.session.add(contact)
    work.session.flush()
    work.record(
        'contact.create',
        f'{name} <{email}>',
        customer_id=customer.id,
        contact_id=contact.id,
        after={'name': name, 'email': email, 'is_billing': is_billing},
    )
    work.tell(Change(Topic.ACCESS, customer_id))
    return contact


def edit_contact(
    work: Work, contact_id: int, name: str, email: str, is_billing: bool, permitted: bool
) -> Contact:
    """Change a contact. Needs Customers: Edit. Raises Invalid naming the field, Conflict, NotFound.

    Who has been let in or invited keeps their address and may use the portal: that is ended first. A disabled
    contact with a new address is a new person to the portal: without a login, as if never invited; that needs
    Manage Portal Users: Edit too. Pay Now links that were mailed to the old address pay nothing any more.
    """
    work.require(EDIT)
    contact, others = _held(work, contact_id)
    values: dict[str, Any] = {
        'name': check_name(name),
        'email': delivery_addresses(email),
        'is_billing': is_billing,
        'permitted': permitted,
    }
    changed = {key: value for key, value in values.items() if getattr(contact, key) != value}
    if not changed:
        return contact
    _check_change(contact, changed, others)
    if changed.get('is_billing'):
        _take_billing(work, others)
    work.record(
        'contact.edit',
        contact.mailbox,
        customer_id=contact.customer_id,
        contact_id=contact_id,
        before={key: getattr(contact, key) for key in changed},
        after=changed,
    )
    if 'email' in changed:
        pay_links.revoke(work, [contact_id])  # whoever reads the old address has them
        if contact.portal_status == PortalStatus.DISABLED:
            _unlink(work, contact)
    for key, value in changed.items():
        setattr(contact, key, value)
    work.session.add(contact)
    work.tell(Change(Topic.ACCESS, contact.customer_id))
    return contact


def _unlink(work: Work, contact: Contact) -> None:
    """The new address could be let in again: so only by who may let people in."""
    work.require(GIVE_ACCESS)
    contact.portal_user_id = None
    set_status(work, contact, PortalStatus.NONE, 'portal_access.unlink')


def _held(work: Work, contact_id: int) -> tuple[Contact, list[Contact]]:
    """A contact, and the others of its customer, which nobody else changes meanwhile."""
    hold_access(work)
    contact = work.session.get(Contact, contact_id)
    if contact is None:
        raise NotFound('There is no such contact.')
    return contact, [each for each in _people(work, contact.customer_id) if each is not contact]


def _check_change(contact: Contact, changed: dict[str, Any], others: list[Contact]) -> None:
    status = PortalStatus(contact.portal_status)
    if status in (PortalStatus.PENDING, PortalStatus.ENABLED):
        end = 'revoke the invitation' if status is PortalStatus.PENDING else 'disable the access'
        if 'email' in changed:
            raise Conflict(f"The address of '{contact.name}' cannot be changed now: {end} first.")
        if changed.get('permitted') is False:
            raise Conflict(f"'{contact.name}' may use the portal now: {end} first.")
    if 'email' in changed:
        _check_new(others, changed['email'])
    if changed.get('is_billing') is False:
        raise Invalid('A customer has a billing contact. Make another contact the billing contact instead.')


def _check_new(others: list[Contact], email: str) -> None:
    for other in others:
        if other.email == email:
            raise Invalid(f"email must be new at this customer: '{other.name}' has {email} already.")


def _take_billing(work: Work, others: list[Contact]) -> None:
    """The one who is the billing contact so far is it no more; there is only one."""
    for other in others:
        if other.is_billing:
            work.record(
                'contact.edit',
                other.name,
                customer_id=other.customer_id,
                contact_id=other.id,
                before={'is_billing': True},
                after={'is_billing': False},
            )
            other.is_billing = False
            work.session.add(other)
    work.session.flush()


def _customer(work: Work, customer_id: int) -> Customer:
    customer = work.session.get(Customer, customer_id, with_for_update=True)
    if customer is None:
        raise NotFound('There is no such customer.')
    return customer


def _people(work: Work, customer_id: int) -> list[Contact]:
    """All of a customer's people."""
    return list(work.session.exec(select(Contact).where(col(Contact.customer_id) == customer_id)))
