"""Who is looking: one value, resolved once for a page and passed down."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

UTC_ZONE = ZoneInfo('UTC')


@dataclass(frozen=True)
class Company:
    """A customer that a portal user has a contact at."""

    id: int
    number: str
    name: str


@dataclass(frozen=True)
class PortalViewer:
    """A customer's person in the portal of one company (ACC-12)."""

    session_id: int
    user_id: int
    name: str
    email: str
    company: Company
    zone: ZoneInfo
    locale: str
    address: str = ''

    @property
    def actor(self) -> str:
        """How the audit log names them."""
        return f'{self.name} <{self.email}>'


@dataclass(frozen=True)
class StaffViewer:
    """A person of the organization on the admin pages."""

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


Viewer = PortalViewer | StaffViewer | Operator
