"""Links in mails that let their reader do one thing once."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String
from sqlmodel import Field, SQLModel

from portal_app.columns import UtcDateTime
from portal_app.models.base import now


class Purpose(StrEnum):
    """What a link is for. It is good for nothing else, and never for the other realm."""

    INVITATION = 'invitation'
    SET_PASSWORD = 'set-password'  # noqa: S105 - of a user who was granted access and has none yet
    RESET_PASSWORD = 'reset-password'  # noqa: S105
    STAFF_INVITATION = 'staff-invitation'
    STAFF_RESET_PASSWORD = 'staff-reset-password'  # noqa: S105


class OneTimeLink(SQLModel, table=True):
    """One link. The token is derived from `nonce` and the server's secret; only its hash is here (ACC-04)."""

    __tablename__ = 'one_time_link'

    id: int | None = Field(default=None, primary_key=True)
    purpose: Purpose = Field(sa_type=String)
    nonce: bytes
    token_hash: bytes = Field(unique=True)
    contact_id: int | None = Field(default=None, foreign_key='contact.id', index=True)
    portal_user_id: int | None = Field(default=None, foreign_key='portal_user.id', index=True)
    staff_user_id: int | None = Field(default=None, foreign_key='staff_user.id', index=True)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # first; may have been a scanner
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def is_open(self, at: datetime) -> bool:
        """Whether it still does what it is for at this time."""
        return self.used_at is None and self.revoked_at is None and at < self.expires_at
