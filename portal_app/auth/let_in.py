"""Whom the portal lets in, said once for signing in, for open pages and for mails with links."""

from typing import Any

from sqlalchemy import ColumnElement, Exists, select
from sqlmodel import Session, col

from portal_app.config import settings
from portal_app.errors import PortalOff
from portal_app.models import Contact, Customer, Organization, PortalStatus


def lets_in(customer: Any = Customer) -> tuple[ColumnElement[bool], ...]:
    """What must hold of a contact and of the customer (or an alias) that they are at."""
    return (
        col(Contact.portal_status) == PortalStatus.ENABLED.value,
        col(Contact.permitted).is_(True),
        customer.portal_access.is_(True),
    )


def portal_is_on() -> Exists:
    """Whether the organization has its portal switched on (SET-01)."""
    return select(col(Organization.id)).where(col(Organization.portal_enabled).is_(True)).exists()


def require_portal(session: Session) -> None:
    """Raises PortalOff where the organization has switched its portal off, or the operator a sandbox's."""
    if not settings().serves_portal or not session.connection().execute(select(portal_is_on())).scalar():
        raise PortalOff
