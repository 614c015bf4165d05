"""What the pages of roles show: which there are, what they grant, and who has them (SET-10)."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select

from portal_app.auth.permissions import Action, Activity, Permission, titles
from portal_app.auth.viewer import StaffViewer
from portal_app.models import Role, StaffUser
from portal_app.services.roles import ADD, DELETE, EDIT, LIST, VIEW, RoleText, built_in, find_role, same_name
from portal_app.services.staff_door import beyond, can_sign_in
from portal_app.work import Work

SEE_PEOPLE = Permission(Activity.STAFF_USERS, Action.LIST)


@dataclass(frozen=True)
class RoleLine:
    """A role in the list. `people` have it; `active` of them can sign in."""

    id: int
    text: RoleText
    built_in: bool
    people: int
    active: int
    may_delete: bool  # once nobody has it


@dataclass(frozen=True)
class RolePage:
    """A role with all that its page shows."""

    line: RoleLine
    names: tuple[str, ...] | None  # of its people; None where the viewer may not see who they are
    why_not_change: str  # empty: the viewer may
    within: frozenset[str]  # what the viewer's own role grants: no more can be ticked
    is_own: bool  # the role that the viewer has


def list_roles(work: Work) -> list[RoleLine]:
    """The built-in roles, then own ones by name. Needs Roles & Permissions: List."""
    work.require(LIST)
    found = work.session.exec(select(Role).order_by(col(Role.id))).all()
    lines = [_line(work, role, *_people(work, role)) for role in found]
    return sorted(
        lines, key=lambda line: (not line.built_in, '' if line.built_in else same_name(line.text.name))
    )


def role_page(work: Work, role_id: int) -> RolePage:
    """One role. Needs Roles & Permissions: View. Raises NotFound."""
    work.require(VIEW)
    role = find_role(work, role_id)
    names = None
    if work.may(SEE_PEOPLE):
        people = select(StaffUser.name).where(StaffUser.role_id == role.id).order_by(StaffUser.name)
        names = tuple(work.session.exec(people))
    own = None
    if isinstance(work.viewer, StaffViewer):
        own = work.session.exec(select(StaffUser.role_id).where(StaffUser.id == work.viewer.user_id)).one()
    line = _line(work, role, *_people(work, role))
    return RolePage(line, names, _why_not_change(work, role), work.grants, own == role.id)


def may_add(work: Work) -> bool:
    """Whether the viewer may make roles, also by duplicating one."""
    return work.may(VIEW, ADD)


def _line(work: Work, role: Role, people: int, active: int) -> RoleLine:
    may_delete = not role.built_in and work.may(DELETE) and not beyond(work, role.grants)
    return RoleLine(role.id or 0, RoleText.of(role), role.built_in, people, active, may_delete)


def _people(work: Work, role: Role) -> tuple[int, int]:
    counts = select(func.count(), func.count().filter(can_sign_in())).where(col(StaffUser.role_id) == role.id)
    people, active = work.session.execute(counts).one()
    return int(people), int(active)


def _why_not_change(work: Work, role: Role) -> str:
    if role.built_in:
        return built_in(role.name, 'changed')
    if not work.may(EDIT):
        return 'Your role lets you look at roles, not change them.'
    lacking = beyond(work, role.grants)
    return f'{role.name} permits more than your own role: {titles(lacking)}.' if lacking else ''
