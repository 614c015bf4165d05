"""Customers that the organization bills, and the people at them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Index, String, text
from sqlmodel import Field, SQLModel, UniqueConstraint

from portal_app.columns import UtcDateTime
from portal_app.models.base import now

# They stand where a customer's number does: /portal/login.
RESERVED_NUMBERS = frozenset(
    {'login', 'logout', 'forgot-password', 'link', 'request-access', 'stop-viewing', 'exports'}
)


class PortalStatus(StrEnum):
    """How far a contact's access to the portal has come."""

    NONE = 'None'
    PENDING = 'Pending'
    ENABLED = 'Enabled'
    DISABLED = 'Disabled'


class Customer(SQLModel, table=True):
    """An account that is billed. `portal_access` off shuts out all its users, whatever their status."""

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    name: str = Field(index=True)
    external_id: str | None = Field(default=None, unique=True)
    parent_id: int | None = Field(default=None, foreign_key='customer.id', index=True)
    bill_to_parent: bool = False
    email_delivery: bool = True
    portal_access: bool = True
    currency: str = 'USD'
    address: str = ''  # as it is printed, a few lines
    payment_terms: int = 30  # days; 0 is due on receipt
    auto_pay: bool = False  # charge the default payment method on the due date (POR-08)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, index=True)


class Contact(SQLModel, table=True):
    """A person at a customer. The email may hold several addresses for delivery; inviting needs just one.

    At most one of a customer's is its billing contact.
    """

    __table_args__ = (
        UniqueConstraint('customer_id', 'email'),
        Index(
            'contact_billing',
            'customer_id',
            unique=True,
            sqlite_where=text('is_billing = 1'),
            postgresql_where=text('is_billing'),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key='customer.id', index=True)
    portal_user_id: int | None = Field(default=None, foreign_key='portal_user.id', index=True)
    name: str
    email: str
    is_billing: bool = False
    portal_status: PortalStatus = Field(default=PortalStatus.NONE, sa_type=String)
    status_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    permitted: bool = True  # to use the portal at all (ACC-03)
    hidden_tabs: list[str] = Field(
        default_factory=list, sa_type=JSON
    )  # keys of portal objects; none by default
    mail_problem: str = ''  # why the last mail came back; empty once one arrives (MAIL-01)

    @property
    def mailbox(self) -> str:
        """How the audit log names them: Anna Keller <anna@acme.example>."""
        return f'{self.name} <{self.email}>'
