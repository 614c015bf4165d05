"""Logins of customers' people."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from portal_app.columns import UtcDateTime
from portal_app.models.base import SignIn, now


class PortalUser(SQLModel, table=True):
    """The login behind every contact with the same address. Emails are stored in lowercase (ACC-03)."""

    __tablename__ = 'portal_user'

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str
    password_hash: str
    time_zone: str | None = None
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PortalSession(SignIn, table=True):
    """A customer's sign-in: a table of its own, so that it can never be taken for staff's."""

    __tablename__ = 'portal_session'

    user_id: int = Field(foreign_key='portal_user.id', index=True)
