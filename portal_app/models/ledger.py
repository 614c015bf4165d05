"""The ledger: what moved each account's balance, what was applied to what, and the balance itself."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel, UniqueConstraint

from portal_app.columns import UtcDateTime
from portal_app.models.base import BIG_ID, now


class Application(SQLModel, table=True):
    """Some of a payment or a credit was applied to an invoice, or taken back (below zero). Never changed."""

    __table_args__ = (CheckConstraint('amount <> 0', name='application_amount_not_zero'),)

    id: int | None = Field(default=None, sa_column=Column(BIG_ID, primary_key=True))
    customer_id: int = Field(foreign_key='customer.id', index=True)
    invoice_id: int = Field(foreign_key='invoice.id', index=True)
    payment_id: int | None = Field(default=None, foreign_key='payment.id', index=True)
    credit_id: int | None = Field(default=None, foreign_key='credit.id', index=True)
    amount: int = Field(sa_type=BigInteger)
    at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class EntryKind(StrEnum):
    """Why a balance moved, in the order in which a statement lists those of one day."""

    INVOICE = 'Invoice'
    INVOICE_VOID = 'Invoice voided'
    WRITE_OFF = 'Write-off'
    CREDIT = 'Credit memo'
    CREDIT_REVERSAL = 'Credit memo reversed'
    PAYMENT = 'Payment'
    REFUND = 'Refund'
    CHARGEBACK = 'Chargeback'


class LedgerEntry(SQLModel, table=True):
    """One move of an account's balance: above zero when more is owed. Written once, never changed."""

    __tablename__ = 'ledger_entry'
    __table_args__ = (Index('ledger_entry_by_time', 'customer_id', 'currency', 'at', 'id'),)

    id: int | None = Field(default=None, sa_column=Column(BIG_ID, primary_key=True))
    customer_id: int = Field(foreign_key='customer.id')
    currency: str
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str
    amount: int = Field(sa_type=BigInteger)
    number: str  # of the document
    invoice_id: int | None = Field(default=None, foreign_key='invoice.id', index=True)
    payment_id: int | None = Field(default=None, foreign_key='payment.id', index=True)
    credit_id: int | None = Field(default=None, foreign_key='credit.id', index=True)
    refund_id: int | None = Field(default=None, foreign_key='refund.id', index=True)


class AccountBalance(SQLModel, table=True):
    """What a customer owes in one currency, kept with each ledger entry: net = due - credit."""

    __tablename__ = 'account_balance'
    __table_args__ = (
        UniqueConstraint('customer_id', 'currency'),
        CheckConstraint('due >= 0', name='account_due_not_negative'),
        CheckConstraint('credit >= 0', name='account_credit_not_negative'),
        CheckConstraint('net = due - credit', name='account_net_adds_up'),
    )

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key='customer.id')
    currency: str
    net: int = Field(default=0, sa_type=BigInteger)  # the sum of the ledger's entries
    due: int = Field(default=0, sa_type=BigInteger)  # the sum of the invoices' balances
    credit: int = Field(default=0, sa_type=BigInteger)  # unapplied payments and open credits
    closed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)  # end of the last statement


class Counter(SQLModel, table=True):
    """The last number that was given to a kind of document."""

    name: str = Field(primary_key=True)
    last: int = 0
