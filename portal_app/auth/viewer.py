"""Who is looking: one value, resolved once for a page and passed down."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

UTC_ZONE = ZoneInfo('UTC')


@dataclass(frozen=True)
class Company:
    """A customer that a portal user has a contact at."""

    id: int
    number: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who has signed in, in one session; times are shown to them in their zone."""

    session_id: int
    user_id: int
    name: str
    email: str
    zone: ZoneInfo
    locale: str
    address: str = ''

    @property
    def actor(self) -> str:
        """How the audit log names them."""
        return f'{self.name} <{self.email}>'


@dataclass(frozen=True, kw_only=True)
class PortalViewer(Person):
    """A customer's person in the portal of one company (ACC-12)."""

    company: Company


@dataclass(frozen=True, kw_only=True)
class ContactView(PortalViewer):
    """A staff user who sees what a contact sees, or would see, and can change nothing.

    Name and email are the contact's; `user_id` is their login's, 0 without one; `session_id` is the view's.
    """

    contact_id: int
    staff_user_id: int
    staff_session_id: int
    registered: bool  # the contact has accepted, or was let in
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class StaffViewer(Person):
    """A person of the organization on the admin pages."""


@dataclass(frozen=True)
class Operator:
    """Whoever runs a command on the server itself; may do everything."""

    command: str
    zone: ZoneInfo = UTC_ZONE
    locale: str = 'en_US'
    address: str = ''

    @property
    def actor(self) -> str:
        """How the audit log names them."""
        return f'run.py {self.command}'


@dataclass(frozen=True)
class Visitor:
    """Somebody on a public page who has not signed in: holds a link, or asks for one."""

    actor: str = 'A visitor'
    zone: ZoneInfo = UTC_ZONE
    locale: str = 'en_US'
    address: str = ''


Viewer = PortalViewer | StaffViewer | Operator | Visitor
