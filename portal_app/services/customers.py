"""Customers and the people at them."""

from sqlmodel import select

from portal_app.auth.passwords import MINIMUM_LENGTH, hash_password
from portal_app.errors import Invalid, NotFound
from portal_app.models import Contact, Customer, PortalStatus, PortalUser
from portal_app.services.access import set_status
from portal_app.work import Work


def create_portal_user(work: Work, number: str, name: str, email: str, password: str) -> Contact:
    """Let a person into the portal of a customer, for an operator who sets it up without mail.

    An address that already is a portal user keeps its password and gains the customer (ACC-06).
    Raises Invalid, naming the field and the rule, and NotFound for an unknown customer.
    """
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
    set_status(work, contact, PortalStatus.ENABLED)
    return contact


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
