"""News for other processes on SQLite, kept for minutes."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from portal_app.columns import UtcDateTime
from portal_app.models.base import now


class News(SQLModel, table=True):
    """One change that a process committed."""

    __table_args__ = {'sqlite_autoincrement': True}  # an id is never used twice, or a reader would miss it

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    process: str
    topic: str
    customer_id: int | None = None
    subject: str = ''
