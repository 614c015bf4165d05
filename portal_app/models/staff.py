"""People who work for the organization, and what their role grants."""

from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from portal_app.columns import UtcDateTime
from portal_app.models.base import SignIn, now


class Role(SQLModel, table=True):
    """A named set of grants, each 'activity:action' (SET-10)."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    built_in: bool = False
    grants: list[str] = Field(default_factory=list, sa_type=JSON)


class StaffUser(SQLModel, table=True):
    """A login at /admin/login. Who was invited has no password (empty hash) at first (SET-11)."""

    __tablename__ = 'staff_user'

    id: int | None = Field(default=None, primary_key=True)
    role_id: int = Field(foreign_key='role.id', index=True)
    email: str = Field(unique=True)
    name: str
    password_hash: str = ''
    time_zone: str = 'UTC'
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_signed_in_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def mailbox(self) -> str:
        """How the audit log names them: Sam Rivera <sam@northwind.example>."""
        return f'{self.name} <{self.email}>'

    @property
    def has_joined(self) -> bool:
        """Whether they have accepted the invitation: chosen a password."""
        return bool(self.password_hash)


class StaffSession(SignIn, table=True):
    """A staff sign-in: a table of its own, so that it can never be taken for a customer's."""

    __tablename__ = 'staff_session'

    user_id: int = Field(foreign_key='staff_user.id', index=True)
