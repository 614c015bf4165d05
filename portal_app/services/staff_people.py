"""What the pages of staff users show: one person with what can be done, their sessions, the roles to give."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import col, select

from portal_app.auth.realms import STAFF
from portal_app.auth.viewer import StaffViewer
from portal_app.errors import NotFound
from portal_app.models import Role, StaffSession, StaffUser
from portal_app.models.base import now
from portal_app.services.roles import find_role
from portal_app.services.sign_in import end_sessions
from portal_app.services.staff_door import beyond, hold_staff, require_within
from portal_app.services.staff_users import ADD, DELETE, EDIT, LIST, VIEW, find_user, is_last_owner
from portal_app.work import Work


class Verb(StrEnum):
    """What can be done with a staff user."""

    ROLE = 'change role'
    RENAME = 'rename'
    RESEND = 're-send invitation'
    RESET = 'send password reset'
    SESSIONS = 'see sessions'
    END = 'end sessions'
    ENABLE = 're-enable'
    DISABLE = 'disable'


@dataclass(frozen=True)
class StaffPerson:
    """A staff user, and what their state allows and the viewer may."""

    id: int
    name: str
    email: str
    role_id: int
    role: str
    verbs: frozenset[Verb]


@dataclass(frozen=True)
class OpenSession:
    """Where somebody is signed in."""

    id: int
    began: datetime
    seen: datetime
    address: str
    browser: str
    is_this: bool  # the one in which the viewer looks


def staff_person(work: Work, user_id: int) -> StaffPerson:
    """One of them. Needs Staff Users: List. Raises NotFound."""
    work.require(LIST)
    user = find_user(work, user_id)
    role = find_role(work, user.role_id)
    return StaffPerson(user.id or 0, user.name, user.email, role.id or 0, role.name, _verbs(work, user, role))


def roles_to_give(work: Work) -> dict[int, str]:
    """The roles that are within the viewer's own grants, by id. Needs Staff Users: List."""
    work.require(LIST)
    found = work.session.exec(select(Role).order_by(col(Role.built_in).desc(), col(Role.id))).all()
    return {role.id or 0: role.name for role in found if not beyond(work, role.grants)}


def sessions(work: Work, user_id: int) -> list[OpenSession]:
    """Where a staff user is signed in now, the newest first. Needs Staff Users: View. Raises NotFound."""
    work.require(VIEW)
    user = find_user(work, user_id)
    found = (
        select(StaffSession)
        .where(
            StaffSession.user_id == user.id,
            col(StaffSession.ended_at).is_(None),
            StaffSession.expires_at > now(),
        )
        .order_by(col(StaffSession.created_at).desc(), col(StaffSession.id).desc())
    )
    own = _own_session(work)
    return [
        OpenSession(
            each.id or 0, each.created_at, each.last_seen_at, each.address, each.browser, each.id == own
        )
        for each in work.session.exec(found)
    ]


def end_session(work: Work, user_id: int, session_id: int) -> None:
    """Sign a staff user out in one place, at once. Needs Staff Users: Edit. Raises NotPermitted, NotFound."""
    _end(work, user_id, session_id)


def end_all_sessions(work: Work, user_id: int) -> None:
    """The same everywhere, but for the session in which the viewer does it. Raises NotPermitted, NotFound."""
    _end(work, user_id)


def _end(work: Work, user_id: int, session_id: int | None = None) -> None:
    hold_staff(work, EDIT)
    user = find_user(work, user_id)
    require_within(work, find_role(work, user.role_id).grants, f'The role of {user.name}')
    but = _own_session(work) if session_id is None else None
    ended = end_sessions(work, STAFF, user.id or 0, only=session_id, but=but)
    if session_id is not None and not ended:
        raise NotFound('This session has ended already.')
    if ended:
        work.record('staff_user.sign_out', user.mailbox, after={'sessions': ended})


def _own_session(work: Work) -> int | None:
    return work.viewer.session_id if isinstance(work.viewer, StaffViewer) else None


def _verbs(work: Work, user: StaffUser, role: Role) -> frozenset[Verb]:
    verbs = {Verb.SESSIONS} if work.may(VIEW) and user.has_joined else set()
    if beyond(work, role.grants):
        return frozenset(verbs)
    verbs |= _of_state(work, user)
    needed = {Verb.RESEND: ADD, Verb.DISABLE: DELETE, Verb.SESSIONS: VIEW}
    return frozenset(verb for verb in verbs if work.may(needed.get(verb, EDIT)))


def _of_state(work: Work, user: StaffUser) -> set[Verb]:
    verbs = {Verb.RENAME}
    if not is_last_owner(work, user):
        verbs.add(Verb.ROLE)
        if not isinstance(work.viewer, StaffViewer) or work.viewer.user_id != user.id:
            verbs.add(Verb.DISABLE)
    if user.disabled_at is not None:
        return verbs - {Verb.DISABLE} | {Verb.ENABLE}
    return verbs | ({Verb.RESET, Verb.END} if user.has_joined else {Verb.RESEND})
