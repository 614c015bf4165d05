"""Whether a viewer may still do what an open page offers, asked anew by every action.

An open page outlives its session, and every socket event comes from an open page.
"""

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from portal_app.auth.let_in import lets_in, portal_is_on
from portal_app.auth.viewer import ContactView, PortalViewer, StaffViewer, Viewer
from portal_app.auth.viewing import check_view
from portal_app.config import settings
from portal_app.errors import AccessEnded, PortalOff, SignedOut
from portal_app.models import Contact, Customer, PortalSession, PortalUser, StaffSession, StaffUser
from portal_app.models.base import now


def still_in(session: Session, viewer: Viewer) -> tuple[int, ...]:
    """The customers that the viewer sees: their company first, then its children; none for staff.

    Raises SignedOut when the session has ended, AccessEnded when only the access to the company has,
    PortalOff, and for who views the portal as a contact ViewEnded and SeesNothing.
    """
    if isinstance(viewer, ContactView):
        check_view(session, viewer)
        found = session.connection().execute(_FAMILY, {'company': viewer.company.id}).scalars()
        return tuple(id for id in found if id is not None)
    if isinstance(viewer, PortalViewer):
        return _seen_by(session, viewer)
    if isinstance(viewer, StaffViewer):
        given = {'session': viewer.session_id, 'user': viewer.user_id, 'now': now()}
        if not session.connection().execute(_STAFF_SESSION, given).first():
            raise SignedOut(ENDED)
    return ()


ENDED = 'Your session has ended. Please sign in again.'


def _seen_by(session: Session, viewer: PortalViewer) -> tuple[int, ...]:
    if not settings().serves_portal:
        raise PortalOff
    given = {'session': viewer.session_id, 'user': viewer.user_id, 'company': viewer.company.id, 'now': now()}
    found = tuple(session.connection().execute(_SEEN, given).scalars())
    if not found:
        if not session.connection().execute(_PORTAL_SESSION, given).first():
            raise SignedOut(ENDED)
        raise AccessEnded if session.connection().execute(select(portal_is_on())).scalar() else PortalOff
    return tuple(id for id in found if id is not None)


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


def _family() -> Select[int | None]:
    """The company, then each child of it whose portal access is on (ACC-13)."""
    own = col(Customer.id) == bindparam('company')
    child = and_(col(Customer.parent_id) == bindparam('company'), col(Customer.portal_access).is_(True))
    return select(col(Customer.id)).where(or_(own, child)).order_by(own.desc(), col(Customer.id))


def _seen() -> Select[int | None]:
    """In one statement: session open, portal on, contact and company let in; then whose rows."""
    company = aliased(Customer)
    access = (
        select(col(Contact.id))
        .join(company, col(company.id) == col(Contact.customer_id))
        .where(
            col(Contact.portal_user_id) == bindparam('user'),
            col(Contact.customer_id) == bindparam('company'),
            *lets_in(company),
        )
    )
    return _FAMILY.where(_PORTAL_SESSION.exists(), portal_is_on(), access.exists())


_FAMILY = _family()
_PORTAL_SESSION = _open_session(PortalSession, PortalUser)
_STAFF_SESSION = _open_session(StaffSession, StaffUser)
_SEEN = _seen()
