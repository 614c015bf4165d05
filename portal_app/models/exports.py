"""Exports that were made, each with its manifest."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, String
from sqlmodel import Field, SQLModel

from portal_app.columns import UtcDateTime
from portal_app.models.base import now


class ExportState(StrEnum):
    """How far an export has come."""

    RUNNING = 'Running'
    FINISHED = 'Finished'
    CANCELLED = 'Cancelled'
    STOPPED = 'Stopped'  # access ended, or what it shows was switched off
    FAILED = 'Failed'


class Export(SQLModel, table=True):
    """What was exported for whom: filters, fields, zone, rows, totals and the file's SHA-256 (POR-04).

    By a portal user of one customer, or by a staff user.
    """

    id: int | None = Field(default=None, primary_key=True)
    ticket: str = Field(unique=True)
    customer_id: int | None = Field(default=None, foreign_key='customer.id', index=True)
    portal_user_id: int | None = Field(default=None, foreign_key='portal_user.id', index=True)
    staff_user_id: int | None = Field(default=None, foreign_key='staff_user.id', index=True)
    listing: str
    format: str
    file_name: str
    filters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    fields: list[str] = Field(default_factory=list, sa_type=JSON)
    time_zone: str
    state: ExportState = Field(default=ExportState.RUNNING, sa_type=String)
    started_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    rows: int | None = None
    size: int | None = None
    sha256: str | None = None
    totals: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
