"""Raw usage records."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel, col

from portal_app.columns import ExactDecimal, UtcDateTime, in_order
from portal_app.models.base import BIG_ID, now


class EventStatus(StrEnum):
    """What has become of a usage event."""

    PENDING = 'Pending'
    PROCESSED = 'Processed'
    INVOICED = 'Invoiced'
    VOID = 'Void'


class UsageEvent(SQLModel, table=True):
    """One metered thing that a customer did: an exact quantity of a unit at a time.

    `external_id` is the sender's own id; the same id of the same customer is the same event (USE-04).
    """

    __tablename__ = 'usage_event'
    __table_args__ = (
        Index('usage_event_by_time', 'customer_id', 'occurred_at', 'id'),
        Index('usage_event_by_type', 'customer_id', 'event_type', 'occurred_at', 'id'),
        Index('usage_event_by_status', 'customer_id', 'status', 'occurred_at', 'id'),
        Index('usage_event_by_source', 'customer_id', 'source', 'occurred_at', 'id'),
        Index('usage_event_by_ingestion', 'customer_id', 'ingested_at', 'id'),
        Index(
            'usage_event_by_invoice_line',
            'invoice_line_id',
            'occurred_at',
            'id',
            sqlite_where=text('invoice_line_id IS NOT NULL'),
            postgresql_where=text('invoice_line_id IS NOT NULL'),
        ),
        Index(
            'usage_event_by_replacement',
            'replaces_id',
            sqlite_where=text('replaces_id IS NOT NULL'),
            postgresql_where=text('replaces_id IS NOT NULL'),
        ),
        Index(
            'usage_event_external',
            'customer_id',
            'external_id',
            unique=True,
            postgresql_ops={'external_id': 'text_pattern_ops'},  # so that it finds ids by their beginning
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(BIG_ID, primary_key=True))
    customer_id: int = Field(foreign_key='customer.id')
    external_id: str
    event_type: str
    status: str = EventStatus.PENDING
    source: str = ''
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    ingested_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    quantity: Decimal = Field(sa_type=ExactDecimal)
    unit: str = ''
    invoice_line_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key='invoice_line.id'
    )  # billed
    replaces_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key='usage_event.id'
    )  # corrected by it
    properties: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON().with_variant(JSONB(), 'postgresql'), nullable=False)
    )


Index(
    'usage_event_by_quantity',
    col(UsageEvent.customer_id),
    in_order(UsageEvent.quantity),
    col(UsageEvent.occurred_at),
    col(UsageEvent.id),
)
