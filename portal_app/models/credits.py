"""Credit memos. Amounts are whole minor units; `services/ledger.py` alone writes them."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from portal_app.columns import UtcDateTime
from portal_app.models.base import now


class CreditStatus(StrEnum):
    """What has become of a credit memo."""

    OPEN = 'Open'
    APPLIED = 'Applied'
    REVERSED = 'Reversed'


class Credit(SQLModel, table=True):
    """A credit memo: the customer owes less. balance = amount - applied - refunded; zero once reversed."""

    __table_args__ = (
        CheckConstraint('amount > 0', name='credit_amount_positive'),
        CheckConstraint('balance >= 0 AND balance <= amount', name='credit_balance_in_range'),
        Index('credit_by_date', 'customer_id', 'date', 'id'),
        Index('credit_all_by_date', 'date', 'id'),
        Index(
            'credit_open',
            'customer_id',
            'currency',
            sqlite_where=text('balance > 0'),
            postgresql_where=text('balance > 0'),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    customer_id: int = Field(foreign_key='customer.id')
    invoice_id: int | None = Field(default=None, foreign_key='invoice.id', index=True)  # what it corrects
    external_id: str | None = Field(default=None, unique=True)
    status: str = CreditStatus.OPEN
    date: dt.date
    posted_at: dt.datetime = Field(default_factory=now, sa_type=UtcDateTime)
    amount: int = Field(sa_type=BigInteger)
    balance: int = Field(sa_type=BigInteger)
    refunded: int = Field(default=0, sa_type=BigInteger)
    currency: str
    reason: str = ''
    reference: str = ''
    request_key: str | None = Field(default=None, unique=True)  # by which a form is taken once
    created_at: dt.datetime = Field(default_factory=now, sa_type=UtcDateTime)
