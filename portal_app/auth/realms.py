"""The two realms of sign-in. Each has its own users, sessions and cookie; nothing of one opens the other."""

from dataclasses import dataclass

from portal_app.models import PortalSession, PortalUser, StaffSession, StaffUser


@dataclass(frozen=True)
class Realm:
    """Where a kind of person signs in."""

    name: str
    users: type[PortalUser] | type[StaffUser]
    sessions: type[PortalSession] | type[StaffSession]
    cookie: str
    path: str  # every page of the realm lies below it, and its cookie is sent nowhere else


PORTAL = Realm('portal', PortalUser, PortalSession, 'portal_session', '/portal')
STAFF = Realm('staff', StaffUser, StaffSession, 'staff_session', '/admin')
