"""Statements of accounts. Once issued they never change (field notes)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index
from sqlmodel import Field, SQLModel, UniqueConstraint

from portal_app.columns import UtcDateTime
from portal_app.models.base import now


class Statement(SQLModel, table=True):
    """A month of one account in one currency, as it was at the end of its last day."""

    __table_args__ = (
        UniqueConstraint('customer_id', 'currency', 'start'),
        Index('statement_by_end', 'customer_id', 'end', 'id'),
        Index('statement_all_by_end', 'end', 'id'),
    )

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    customer_id: int = Field(foreign_key='customer.id')
    currency: str
    start: date
    end: date  # its last day
    zone: str  # in which its days begin and end
    opens_at: datetime = Field(sa_type=UtcDateTime)
    closes_at: datetime = Field(sa_type=UtcDateTime)  # the first moment that is not of it
    opening: int = Field(sa_type=BigInteger)
    closing: int = Field(sa_type=BigInteger)
    snapshot: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # all that it says
    sha256: str = ''  # of its file
    issued_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class StatementFile(SQLModel, table=True):
    """The PDF of a statement as it was issued."""

    __tablename__ = 'statement_file'

    statement_id: int = Field(primary_key=True, foreign_key='statement.id', ondelete='CASCADE')
    content: bytes
