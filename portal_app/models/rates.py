"""Counts behind the rate limits."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from portal_app.columns import UtcDateTime


class RateCount(SQLModel, table=True):
    """How often something was tried within one window of time."""

    __tablename__ = 'rate_count'

    key: str = Field(primary_key=True)
    count: int
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
