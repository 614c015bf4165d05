"""Whether a viewer may still do what an open page offers, asked anew by every action.

An open page outlives its session, and every socket event comes from an open page.
"""

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from portal_app.auth.viewer import PortalViewer, StaffViewer, Viewer
from portal_app.errors import AccessEnded, SignedOut
from portal_app.models import (
    Contact,
    Customer,
    PortalSession,
    PortalStatus,
    PortalUser,
    StaffSession,
    StaffUser,
)
from portal_app.models.base import now


def still_in(session: Session, viewer: Viewer) -> tuple[int, ...]:
    """The customers that the viewer sees: their company first, then its children; none for staff.

    Raises SignedOut when the session has ended, AccessEnded when only the access to the company has.
    """
    if isinstance(viewer, PortalViewer):
        given = {
            'session': viewer.session_id,
            'user': viewer.user_id,
            'company': viewer.company.id,
            'now': now(),
        }
        found = tuple(session.connection().execute(_SEEN, given).scalars())
        if not found:
            lives = session.connection().execute(_PORTAL_SESSION, given).first()
            raise AccessEnded if lives else SignedOut(ENDED)
        return tuple(id for id in found if id is not None)
    if isinstance(viewer, StaffViewer):
        given = {'session': viewer.session_id, 'user': viewer.user_id, 'now': now()}
        if not session.connection().execute(_STAFF_SESSION, given).first():
            raise SignedOut(ENDED)
    return ()


ENDED = 'Your session has ended. Please sign in again.'


def _open_session(
    sessions: type[PortalSession] | type[StaffSession], users: type[PortalUser] | type[StaffUser]
) -> Select[int | None]:
    return (
        select(col(sessions.id))
        .join(users, col(users.id) == col(sessions.user_id))
        .where(
            col(sessions.id) == bindparam('session'),
            col(sessions.user_id) == bindparam('user'),
            col(sessions.ended_at).is_(None),
            col(sessions.expires_at) > bindparam('now'),
            col(users.disabled_at).is_(None),
        )
    )


def _seen() -> Select[int | None]:
    """In one statement: session open, contact enabled, access of the company on; then whose rows."""
    company = aliased(Customer)
    access = (
        select(col(Contact.id))
        .join(company, col(company.id) == col(Contact.customer_id))
        .where(
            col(Contact.portal_user_id) == bindparam('user'),
            col(Contact.customer_id) == bindparam('company'),
            col(Contact.portal_status) == PortalStatus.ENABLED.value,
            col(company.portal_access).is_(True),
        )
    )
    own = col(Customer.id) == bindparam('company')
    child = and_(col(Customer.parent_id) == bindparam('company'), col(Customer.portal_access).is_(True))
    return (
        select(col(Customer.id))
        .where(or_(own, child), _PORTAL_SESSION.exists(), access.exists())
        .order_by(own.desc(), col(Customer.id))
    )


_PORTAL_SESSION = _open_session(PortalSession, PortalUser)
_STAFF_SESSION = _open_session(StaffSession, StaffUser)
_SEEN = _seen()
