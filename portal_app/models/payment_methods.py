"""How customers pay: saved methods, what passes between us and gateways, links that pay without a login."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel, UniqueConstraint

from portal_app.columns import UtcDateTime
from portal_app.models.base import now


class PaymentMethod(SQLModel, table=True):
    """A card or an account that a gateway keeps; here is only what its owner knows it by (POR-08)."""

    __tablename__ = 'payment_method'
    __table_args__ = (
        UniqueConstraint('gateway', 'reference', 'customer_id'),
        Index(
            'payment_method_default',
            'customer_id',
            unique=True,
            sqlite_where=text('is_default = 1'),
            postgresql_where=text('is_default'),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key='customer.id', index=True)
    gateway: str
    reference: str
    kind: str  # card, bank
    brand: str
    last4: str = ''
    expires_month: int | None = None
    expires_year: int | None = None
    is_default: bool = False
    added_by: str = ''
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    gone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # at the gateway, without us

    @property
    def name(self) -> str:
        """As its owner knows it: Visa •••• 4242."""
        return f'{self.brand} •••• {self.last4}' if self.last4 else self.brand


class GatewayPayer(SQLModel, table=True):
    """Who a customer is at a gateway."""

    __tablename__ = 'gateway_payer'
    __table_args__ = (UniqueConstraint('customer_id', 'gateway'), UniqueConstraint('gateway', 'reference'))

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key='customer.id')
    gateway: str
    reference: str


class SavingMethod(SQLModel, table=True):
    """Somebody went to the gateway's page to save a method, and is expected back."""

    __tablename__ = 'saving_method'
    __table_args__ = (UniqueConstraint('gateway', 'reference'),)

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key='customer.id', index=True)
    gateway: str
    reference: str
    actor: str = ''
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class GatewayNotice(SQLModel, table=True):
    """A notice of a gateway's that was taken: the same one again does nothing."""

    __tablename__ = 'gateway_notice'
    __table_args__ = (UniqueConstraint('gateway', 'notice_id'),)

    id: int | None = Field(default=None, primary_key=True)
    gateway: str
    notice_id: str
    kind: str
    received_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, index=True)


class PayLink(SQLModel, table=True):
    """The link of an invoice's mail that pays it without a login (POR-09). Only a hash of its token is here.

    It dies with the access of the customer, and with the address and the access of its contact.
    """

    __tablename__ = 'pay_link'

    id: int | None = Field(default=None, primary_key=True)
    invoice_id: int = Field(foreign_key='invoice.id', index=True, ondelete='CASCADE')
    contact_id: int | None = Field(default=None, foreign_key='contact.id', index=True)
    nonce: bytes
    token_hash: bytes = Field(unique=True)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def is_open(self, at: datetime) -> bool:
        """Whether it has neither expired nor been withdrawn; what it is for may have ended all the same."""
        return self.revoked_at is None and at < self.expires_at


class SimulatedRecord(SQLModel, table=True):
    """What the embedded test gateway remembers: it is a gateway of its own, beside the product's records."""

    __tablename__ = 'simulated_record'

    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(unique=True)
    kind: str = Field(index=True)
    key: str | None = Field(default=None, unique=True)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
