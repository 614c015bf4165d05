"""Who did what."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from portal_app.columns import UtcDateTime
from portal_app.models.base import now


class AuditEntry(SQLModel, table=True):
    """One change by one person, written in the change's own transaction (OPS-03)."""

    __tablename__ = 'audit_entry'
    __table_args__ = (
        Index('audit_entry_by_actor', 'actor', 'at', 'id'),
        Index('audit_entry_by_action', 'action', 'at', 'id'),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(default_factory=now, sa_type=UtcDateTime, index=True)
    actor: str
    action: str
    subject: str
    customer_id: int | None = Field(default=None, foreign_key='customer.id', index=True)
    contact_id: int | None = Field(default=None, foreign_key='contact.id', index=True)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    address: str = ''
