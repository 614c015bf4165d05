"""Logins of customers' people, and how staff look at what they may open."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String
from sqlmodel import Field, SQLModel

from portal_app.columns import UtcDateTime
from portal_app.models.base import SignIn, now


class PortalUser(SQLModel, table=True):
    """The login behind every contact with the same address. Emails are stored in lowercase (ACC-03).

    Without a password (empty hash) nobody can sign in: who was granted access sets it by a link (ACC-07).
    """

    __tablename__ = 'portal_user'

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str
    password_hash: str = ''
    time_zone: str | None = None
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_signed_in_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PortalSession(SignIn, table=True):
    """A customer's sign-in: a table of its own, so that it can never be taken for staff's."""

    __tablename__ = 'portal_session'

    user_id: int = Field(foreign_key='portal_user.id', index=True)


class PortalView(SignIn, table=True):
    """A staff user who views the portal as a contact, read only, for as long as their own session lasts."""

    __tablename__ = 'portal_view'

    user_id: int = Field(foreign_key='staff_user.id', index=True)
    staff_session_id: int = Field(foreign_key='staff_session.id', index=True)
    contact_id: int = Field(foreign_key='contact.id', index=True)


class RequestState(StrEnum):
    """What staff decided about a request."""

    OPEN = 'Open'
    APPROVED = 'Approved'
    DECLINED = 'Declined'


class AccessRequest(SQLModel, table=True):
    """A contact asks for access, or for a new link in place of one that has expired (ACC-14, ACC-04)."""

    __tablename__ = 'access_request'

    id: int | None = Field(default=None, primary_key=True)
    contact_id: int = Field(foreign_key='contact.id', index=True)
    customer_id: int = Field(foreign_key='customer.id', index=True)
    expired_link: bool = False
    state: RequestState = Field(default=RequestState.OPEN, sa_type=String, index=True)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str = ''


class AccessReview(SQLModel, table=True):
    """Staff have looked through who has access and signed it off."""

    __tablename__ = 'access_review'

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    reviewer: str
    contacts: int
    dormant: int
    note: str = ''
