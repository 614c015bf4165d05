"""Customers and the people at them."""

import re

from sqlmodel import func, select

from portal_app import db
from portal_app.auth.passwords import MINIMUM_LENGTH, hash_password
from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.errors import Invalid, NotFound
from portal_app.live import Change, Topic
from portal_app.models import Contact, Customer, Organization, PortalStatus, PortalUser
from portal_app.models.customers import RESERVED_NUMBERS
from portal_app.services.access_changes import set_status
from portal_app.services.addresses import check_name
from portal_app.services.candidates import hold_access
from portal_app.work import Work

ADD = Permission(Activity.CUSTOMERS, Action.ADD)
LONGEST_NUMBER = 64  # characters
NUMBER = re.compile(r'[A-Za-z0-9]+(-[A-Za-z0-9]+)*')


def add_customer(
    work: Work,
    number: str,
    name: str,
    parent: str = '',
    *,
    bill_to_parent: bool = False,
    email_delivery: bool = True,
) -> Customer:
    """A new customer. `parent` is a number, or empty. Needs Customers: Add.

    Raises Invalid naming the field and the rule.
    """
    work.require(ADD)
    number = number.strip()
    db.hold(work.session, 'customer numbers')
    _check_number(work, number)
    name = check_name(name)
    above = _parent(work, parent.strip())
    if bill_to_parent and above is None:
        raise Invalid('Bill to parent needs a parent.')
    customer = Customer(
        number=number,
        name=name,
        parent_id=above.id if above else None,
        bill_to_parent=bill_to_parent,
        email_delivery=email_delivery,
        currency=work.session.exec(select(Organization.currency)).one(),
    )
    work.session.add(customer)
    work.session.flush()
    work.record(
        'customer.create',
        name,
        customer_id=customer.id,
        after={'number': number, 'name': name, 'parent': above.number if above else ''},
    )
    work.tell(Change(Topic.ACCESS, customer.id))
    return customer


def create_portal_user(work: Work, number: str, name: str, email: str, password: str) -> Contact:
    """Let a person into the portal of a customer, for an operator who sets it up without mail.

    An address that already is a portal user keeps its password and gains the customer (ACC-06).
    Raises Invalid, naming the field and the rule, and NotFound for an unknown customer.
    """
    hold_access(work)
    customer = work.session.exec(select(Customer).where(Customer.number == number)).first()
    if customer is None:
        raise NotFound(f'There is no customer with the number {number!r}.')
    check_email(email)
    user = work.session.exec(select(PortalUser).where(PortalUser.email == email)).first()
    if user is None:
        user = _new_user(work, name, email, password)
    contact = work.session.exec(
        select(Contact).where(Contact.customer_id == customer.id, Contact.email == email)
    ).first() or Contact(customer_id=customer.id or 0, name=user.name, email=email)
    contact.portal_user_id = user.id
    work.session.add(contact)
    work.session.flush()
    if contact.portal_status != PortalStatus.ENABLED:
        set_status(work, contact, PortalStatus.ENABLED, 'portal_access.grant')
    return contact


def _check_number(work: Work, number: str) -> None:
    if not number:
        raise Invalid('number must not be empty.')
    if len(number) > LONGEST_NUMBER or not NUMBER.fullmatch(number):
        raise Invalid(
            f'number must have letters A-Z, digits and single hyphens between them, at most {LONGEST_NUMBER}'
            f' (got {number[:LONGEST_NUMBER]!r}).'
        )
    if number.lower() in RESERVED_NUMBERS:
        raise Invalid(f'number must not be {number!r}, which is an address of the portal itself.')
    there = work.session.exec(select(Customer).where(func.lower(Customer.number) == number.lower())).first()
    if there:
        raise Invalid(f'number must be new: {there.number} is {there.name}.')


def _parent(work: Work, number: str) -> Customer | None:
    if not number:
        return None
    found = work.session.exec(select(Customer).where(Customer.number == number)).first()
    if found is None:
        raise Invalid(f'parent must be the number of a customer (got {number[:LONGEST_NUMBER]!r}).')
    return found


def check_email(email: str) -> None:
    """Raises Invalid for anything but one address in lowercase (ACC-03)."""
    if email.count('@') != 1 or any(sign in email for sign in ' ,;<>\r\n') or email != email.lower():
        raise Invalid(f'email must be one address in lowercase letters (got {email!r}).')


def check_password(password: str) -> None:
    """Raises Invalid for a password that is too short."""
    if len(password) < MINIMUM_LENGTH:
        raise Invalid(f'password must have at least {MINIMUM_LENGTH} characters (got {len(password)}).')


def _new_user(work: Work, name: str, email: str, password: str) -> PortalUser:
    if not name.strip():
        raise Invalid('name must not be empty.')
    check_password(password)
    user = PortalUser(name=name.strip(), email=email, password_hash=hash_password(password))
    work.session.add(user)
    work.session.flush()
    return user
