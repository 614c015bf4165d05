"""Roles & Permissions: making, changing and deleting roles, within the viewer's own grants (SET-10)."""

from collections.abc import Iterable
from dataclasses import dataclass
from unicodedata import normalize

from sqlmodel import func, select

from portal_app.auth.permissions import BUILT_IN_ROLES, GRANTS, Action, Activity, Permission, expand, titles
from portal_app.errors import Conflict, Invalid, NotFound, NotPermitted
from portal_app.live import ANYTHING, Change, Topic
from portal_app.models import Role, StaffUser
from portal_app.services.addresses import check_name
from portal_app.services.staff_door import beyond, hold_staff, require_within
from portal_app.work import Work

LIST, VIEW, ADD, EDIT, DELETE = (Permission(Activity.ROLES, action) for action in Action)
LONGEST_NAME = 60  # characters


@dataclass(frozen=True)
class RoleText:
    """What can be changed of a role."""

    name: str
    grants: frozenset[str]

    @classmethod
    def of(cls, role: Role) -> 'RoleText':
        """A role as it is, with all that its grants include."""
        return cls(role.name, expand(role.grants) & GRANTS)


def create_role(work: Work, name: str, grants: Iterable[str]) -> Role:
    """A new role with these grants and what they include. Needs Roles & Permissions: Add.

    Raises Invalid with every reason, NotPermitted for grants beyond the viewer's own.
    """
    hold_staff(work, ADD)
    text = _checked(work, name, grants)
    role = Role(name=text.name, grants=sorted(text.grants))
    work.session.add(role)
    work.session.flush()
    work.record('role.create', role.name, after={'grants': role.grants})
    _tell(work)
    return role


def copy_role(work: Work, role_id: int, name: str) -> Role:
    """A role of one's own that grants what another does. Needs Roles & Permissions: View and Add.

    Raises what `create_role` raises, and NotFound.
    """
    hold_staff(work, VIEW, ADD)
    return create_role(work, name, RoleText.of(find_role(work, role_id)).grants)


def change_role(
    work: Work,
    role_id: int,
    *,
    name: str | None = None,
    grants: Iterable[str] | None = None,
    began_from: RoleText | None = None,
) -> Role:
    """Rename a role, or give it other grants, at once for whoever has it. Needs Roles & Permissions: Edit.

    `began_from` is what the writer saw. Raises Conflict for a built-in role and where somebody else changed
    it meanwhile, Invalid with every reason, NotPermitted beyond the viewer's own grants, NotFound.
    """
    hold_staff(work, EDIT)
    role = _changeable(work, role_id, 'changed')
    before = RoleText.of(role)
    if began_from is not None and began_from != before:
        raise Conflict('Somebody else changed this role meanwhile. Nothing was saved.')
    new_grants = before.grants if grants is None else grants
    text = _checked(work, before.name if name is None else name, new_grants, role)
    if text == before:
        return role
    role.name, role.grants = text.name, sorted(text.grants)
    work.session.add(role)
    work.record('role.change', text.name, before=_lost(before, text), after=_gained(before, text))
    _tell(work)
    return role


def delete_role(work: Work, role_id: int) -> None:
    """Delete a role that nobody has. Needs Roles & Permissions: Delete.

    Raises Conflict for a built-in role and for one in use, NotPermitted, NotFound.
    """
    hold_staff(work, DELETE)
    role = _changeable(work, role_id, 'deleted')
    people = work.session.exec(select(func.count()).where(StaffUser.role_id == role.id)).one()
    if people:
        have = '1 person has' if people == 1 else f'{people} people have'
        raise Conflict(f'{have} the role {role.name}. Give them another role first.')
    work.record('role.delete', role.name, before={'grants': role.grants})
    work.session.delete(role)
    _tell(work)


def lay_roles(work: Work) -> None:
    """Make the built-in roles where missing, and bring their grants up to date.

    A role of one's own that a release brings a namesake of keeps its grants and its people, and gives way
    with its name.
    """
    every = work.session.exec(select(Role)).all()
    own = {same_name(role.name): role for role in every if not role.built_in}
    there = {role.name: role for role in every if role.built_in}
    for role in BUILT_IN_ROLES:
        if namesake := own.get(same_name(role.name)):
            namesake.name = f'{namesake.name} ({namesake.id})'
            work.session.add(namesake)
            work.session.flush()
        found = there.get(role.name) or Role(name=role.name, built_in=True)
        found.grants = sorted(permission.grant for permission in role.permissions)
        work.session.add(found)
    work.session.flush()


def find_role(work: Work, role_id: int) -> Role:
    """A role as it is now. Raises NotFound."""
    role = work.session.get(Role, role_id, populate_existing=True) if 0 < role_id < 2**31 else None
    if role is None:
        raise NotFound('There is no such role.')
    return role


def built_in(name: str, what: str) -> str:
    """Why a built-in role stays as it is."""
    return f'{name} is a built-in role and cannot be {what}. Duplicate it to make a role of your own.'


def same_name(name: str) -> str:
    """What two names have in common that people would take for one."""
    return ' '.join(normalize('NFKC', name).casefold().split())


def _tell(work: Work) -> None:
    """Every open page of staff asks anew what its viewer may do, and so do those who view as a contact."""
    work.tell(Change(Topic.ACCESS, subject=ANYTHING))


def _changeable(work: Work, role_id: int, what: str) -> Role:
    role = find_role(work, role_id)
    if role.built_in:
        raise Conflict(built_in(role.name, what))
    require_within(work, role.grants, role.name)
    return role


def _checked(work: Work, name: str, grants: Iterable[str], role: Role | None = None) -> RoleText:
    given, reasons = frozenset(grants), []
    try:
        name = check_name(name, longest=LONGEST_NAME)
    except Invalid as error:
        reasons.append(error.message)
    else:
        taken = {
            same_name(each.name): each.name for each in work.session.exec(select(Role)) if each is not role
        }
        if found := taken.get(same_name(name)):
            reasons.append(f'name must be new: there is a role {found} already.')
    if unknown := sorted(given - GRANTS):
        reasons.append(f'grants must be permissions that there are (got {", ".join(unknown)[:200]}).')
    lacking = beyond(work, given)
    too_much = [f'Your own role does not permit: {titles(lacking)}.'] if lacking else []
    if reasons:
        raise Invalid('\n'.join(reasons + too_much))
    if too_much:
        raise NotPermitted(too_much[0])
    return RoleText(name, expand(given))


def _lost(before: RoleText, after: RoleText) -> dict[str, object]:
    name = {'name': before.name} if before.name != after.name else {}
    gone = sorted(before.grants - after.grants)
    return {**name, **({'grants_removed': gone} if gone else {})}


def _gained(before: RoleText, after: RoleText) -> dict[str, object]:
    name = {'name': after.name} if before.name != after.name else {}
    came = sorted(after.grants - before.grants)
    return {**name, **({'grants_added': came} if came else {})}
