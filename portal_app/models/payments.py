"""Payments and refunds. Amounts are whole minor units; `services/ledger.py` alone writes them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index
from sqlmodel import Field, SQLModel

from portal_app.columns import UtcDateTime
from portal_app.models.base import now


class PaymentStatus(StrEnum):
    """What has become of a payment; partially refunded and refunded follow from its amounts."""

    PENDING = 'Pending'
    AUTHENTICATION_REQUIRED = 'Authentication Required'
    PROCESSED = 'Processed'
    FAILED = 'Failed'
    REVERSED = 'Reversed'  # charged back


UNDER_WAY = (PaymentStatus.PENDING, PaymentStatus.AUTHENTICATION_REQUIRED)


class Payment(SQLModel, table=True):
    """Money from a customer, or the attempt. Only a processed one counts.

    unapplied = amount - applied - refunded, never below zero.
    """

    __table_args__ = (
        CheckConstraint('amount > 0', name='payment_amount_positive'),
        CheckConstraint('applied >= 0 AND refunded >= 0', name='payment_parts_not_negative'),
        CheckConstraint('applied + refunded <= amount', name='payment_not_spent_twice'),
        Index('payment_by_time', 'customer_id', 'at', 'id'),
        Index('payment_all_by_time', 'at', 'id'),
        Index('payment_by_status', 'status', 'created_at'),
        Index('payment_by_gateway', 'gateway', 'gateway_reference'),
    )

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    customer_id: int = Field(foreign_key='customer.id')
    external_id: str | None = Field(default=None, unique=True)
    status: str = PaymentStatus.PENDING
    at: datetime = Field(default_factory=now, sa_type=UtcDateTime)  # when it was made, once processed
    amount: int = Field(sa_type=BigInteger)
    currency: str
    applied: int = Field(default=0, sa_type=BigInteger)
    refunded: int = Field(default=0, sa_type=BigInteger)
    plan: list[list[int]] = Field(
        default_factory=list, sa_type=JSON
    )  # invoice id and amount, until it has arrived; kept where it failed
    method: str = ''  # as people know it: Visa •••• 4242, Bank transfer
    method_id: int | None = Field(default=None, foreign_key='payment_method.id', index=True)
    reference: str = ''  # of the payer or the bank
    origin: str = ''  # staff, portal, pay link, auto pay, import
    key: str = Field(unique=True)  # by which the gateway does it once
    request_key: str | None = Field(default=None, unique=True)  # by which a form is taken once
    gateway: str = ''
    gateway_reference: str = ''
    checkout: str = ''  # the gateway's page where it is paid
    reason: str = ''  # why it failed
    uncharged_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime
    )  # when the gateway itself said that nothing was charged
    note: str = ''  # staff's own
    looked_up_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class RefundStatus(StrEnum):
    """What has become of a refund."""

    PENDING = 'Pending'
    PROCESSED = 'Processed'
    FAILED = 'Failed'


class Refund(SQLModel, table=True):
    """Money that went back to the customer: of a payment (also when the bank took it), or of a credit."""

    __table_args__ = (
        CheckConstraint('amount > 0', name='refund_amount_positive'),
        Index('refund_by_status', 'customer_id', 'status'),
    )

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    customer_id: int = Field(foreign_key='customer.id')
    payment_id: int | None = Field(default=None, foreign_key='payment.id', index=True)
    credit_id: int | None = Field(default=None, foreign_key='credit.id', index=True)
    status: str = RefundStatus.PROCESSED
    at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    amount: int = Field(sa_type=BigInteger)
    currency: str
    is_chargeback: bool = False
    key: str = Field(unique=True)
    gateway_reference: str = ''
    reason: str = ''
    problem: str = ''  # why it failed
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
