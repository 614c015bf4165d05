"""Invoices and their lines. Amounts are whole minor units; `services/ledger.py` alone writes them."""

import datetime as dt
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel, UniqueConstraint

from portal_app.columns import ExactDecimal, UtcDateTime
from portal_app.models.base import BIG_ID, now


class InvoiceStatus(StrEnum):
    """What an invoice is by itself; paid, partially paid and overdue follow from its amounts and its day."""

    DRAFT = 'Draft'
    POSTED = 'Posted'
    VOID = 'Void'
    WRITTEN_OFF = 'Written Off'


class Invoice(SQLModel, table=True):
    """What a customer owes for something. `customer_id` is who is billed: the parent, for bill-to-parent.

    balance = total - paid - credited - written_off, never below zero; zero for a draft and once void.
    """

    __table_args__ = (
        CheckConstraint('balance >= 0', name='invoice_balance_not_negative'),
        CheckConstraint('total >= 0', name='invoice_total_not_negative'),
        CheckConstraint('pending >= 0', name='invoice_pending_not_negative'),
        Index('invoice_by_date', 'customer_id', 'date', 'id'),
        Index('invoice_by_due_date', 'customer_id', 'due_date', 'date', 'id'),
        Index('invoice_all_by_date', 'date', 'id'),
        Index(
            'invoice_open',
            'customer_id',
            'currency',
            'due_date',
            'balance',
            sqlite_where=text('balance > 0'),
            postgresql_where=text('balance > 0'),
        ),
        Index(
            'invoice_due',
            'due_date',
            'id',
            sqlite_where=text('balance > 0'),
            postgresql_where=text('balance > 0'),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    customer_id: int = Field(foreign_key='customer.id')
    service_customer_id: int | None = Field(default=None, foreign_key='customer.id', index=True)  # for whom
    subscription_id: int | None = Field(default=None, foreign_key='subscription.id', index=True)
    external_id: str | None = Field(default=None, unique=True)
    status: str = InvoiceStatus.DRAFT
    date: dt.date
    due_date: dt.date
    posted_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    currency: str
    subtotal: int = Field(default=0, sa_type=BigInteger)
    tax: int = Field(default=0, sa_type=BigInteger)
    total: int = Field(default=0, sa_type=BigInteger)
    paid: int = Field(default=0, sa_type=BigInteger)  # by payments, less what was taken back
    credited: int = Field(default=0, sa_type=BigInteger)
    written_off: int = Field(default=0, sa_type=BigInteger)
    balance: int = Field(default=0, sa_type=BigInteger)
    pending: int = Field(default=0, sa_type=BigInteger)  # of payments under way: shown apart
    reference: str = ''  # the customer's own: a purchase order
    note: str = ''
    disputed_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    dispute_note: str = ''
    auto_pay_tries: int = 0
    auto_pay_next: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)  # None: on the due date
    created_at: dt.datetime = Field(default_factory=now, sa_type=UtcDateTime)


class InvoiceLine(SQLModel, table=True):
    """One line. `unit_price` is in major units and may have more decimals than the currency."""

    __tablename__ = 'invoice_line'
    __table_args__ = (UniqueConstraint('invoice_id', 'position'),)

    id: int | None = Field(default=None, sa_column=Column(BIG_ID, primary_key=True))
    invoice_id: int = Field(foreign_key='invoice.id', ondelete='CASCADE')
    position: int
    description: str
    quantity: Decimal = Field(sa_type=ExactDecimal)
    unit: str = ''
    unit_price: Decimal = Field(sa_type=ExactDecimal)
    amount: int = Field(sa_type=BigInteger)  # without tax; may be negative
    tax_rate: Decimal = Field(default=Decimal(0), sa_type=ExactDecimal)  # percent
    tax: int = Field(default=0, sa_type=BigInteger)
    period_start: dt.date | None = None
    period_end: dt.date | None = None
    event_type: str = ''  # of the usage events behind it; `usage_event.invoice_line_id` names the line
