"""Staff users: invited by mail, given a role, disabled and enabled again, and their passwords (SET-11).

What is refused: to act on somebody whose role permits more than one's own, to give such a role, to disable
oneself, and to take away the last active Owner.
"""

from sqlmodel import col, func, select

from portal_app.auth.permissions import OWNER, Action, Activity, Permission
from portal_app.auth.realms import STAFF
from portal_app.auth.viewer import StaffViewer
from portal_app.errors import Conflict, Invalid, NotFound
from portal_app.live import ANYTHING, Change, Topic
from portal_app.models import Role, StaffUser
from portal_app.models.base import now
from portal_app.services import links
from portal_app.services.addresses import check_name, one_address
from portal_app.services.organization import organization
from portal_app.services.roles import find_role
from portal_app.services.sign_in import end_sessions
from portal_app.services.staff_door import can_sign_in, hold_staff, require_within
from portal_app.services.staff_invitations import inviter, mail_invitation, mail_password_link
from portal_app.work import Work

LIST, VIEW, ADD, EDIT, DELETE = (Permission(Activity.STAFF_USERS, action) for action in Action)
LAST_OWNER = '{} is the last active Owner. Make somebody else an Owner first.'
DISABLED = '{} is disabled. Re-enable them first.'


def invite(work: Work, name: str, email: str, role_id: int) -> StaffUser:
    """Mail somebody a link to join with this role, valid for 72 hours. Needs Staff Users: Add.

    Raises Invalid with every reason, NotPermitted for a role beyond the viewer's own grants, NotFound.
    """
    hold_staff(work, ADD)
    role = find_role(work, role_id)
    require_within(work, role.grants, role.name)
    name, email = _checked(work, name, email)
    user = StaffUser(name=name, email=email, role_id=role.id or 0, time_zone=organization(work).time_zone)
    work.session.add(user)
    work.session.flush()
    mail_invitation(work, user, inviter(work))
    work.record('staff_user.invite', user.mailbox, after={'role': role.name})
    work.tell(Change(Topic.ACCESS))
    return user


def resend(work: Work, user_id: int) -> None:
    """Mail a new invitation; older links die. Needs Staff Users: Add.

    Raises Conflict for who has joined or is disabled, NotPermitted, NotFound.
    """
    hold_staff(work, ADD)
    user = _within(work, user_id)
    if user.has_joined:
        raise Conflict(f'{user.name} has joined already.')
    if user.disabled_at is not None:
        raise Conflict(DISABLED.format(user.name))
    mail_invitation(work, user, inviter(work))
    work.record('staff_user.resend', user.mailbox)
    work.tell(Change(Topic.ACCESS))


def rename(work: Work, user_id: int, name: str) -> None:
    """Change a name. Needs Staff Users: Edit. Raises Invalid, NotPermitted, NotFound."""
    hold_staff(work, EDIT)
    user, name = _within(work, user_id), check_name(name)
    if name == user.name:
        return
    work.record('staff_user.rename', user.mailbox, before={'name': user.name}, after={'name': name})
    user.name = name
    work.session.add(user)
    work.tell(Change(Topic.ACCESS))


def change_role_of(work: Work, user_id: int, role_id: int) -> None:
    """Give somebody another role, at once in their open pages. Needs Staff Users: Edit.

    Links that were mailed before die, since others may have seen them; who has not joined yet is mailed a new
    invitation.

    Raises Conflict for the last active Owner, NotPermitted beyond the viewer's own grants, NotFound.
    """
    hold_staff(work, EDIT)
    user, role = _within(work, user_id), find_role(work, role_id)
    require_within(work, role.grants, role.name)
    before = find_role(work, user.role_id)
    if before.id == role.id:
        return
    _keep_an_owner(work, user)
    user.role_id = role.id or 0
    work.session.add(user)
    links.revoke(work, staff_user_ids=[user.id or 0])
    if not user.has_joined and user.disabled_at is None:
        work.session.flush()  # the mail names the new role
        mail_invitation(work, user, inviter(work))
    work.record('staff_user.role', user.mailbox, before={'role': before.name}, after={'role': role.name})
    work.tell(Change(Topic.ACCESS, subject=ANYTHING))


def disable(work: Work, user_id: int) -> None:
    """End all sessions, open pages, views as a contact and links, at once. Needs Staff Users: Delete.

    Raises Conflict for oneself, the last active Owner and who is disabled already, NotPermitted, NotFound.
    """
    hold_staff(work, DELETE)
    user = _within(work, user_id)
    if isinstance(work.viewer, StaffViewer) and work.viewer.user_id == user.id:
        raise Conflict('You cannot disable yourself.')
    if user.disabled_at is not None:
        raise Conflict(f'{user.name} is disabled already.')
    _keep_an_owner(work, user)
    user.disabled_at = now()
    work.session.add(user)
    work.record('staff_user.disable', user.mailbox, before={'disabled': False}, after={'disabled': True})
    work.tell(Change(Topic.ACCESS))
    links.revoke(work, staff_user_ids=[user.id or 0])
    end_sessions(work, STAFF, user.id or 0)


def enable(work: Work, user_id: int) -> None:
    """Let somebody sign in again, with the password that they have. Needs Staff Users: Edit.

    Who had not joined yet is mailed a new invitation. Raises Conflict, NotPermitted, NotFound.
    """
    hold_staff(work, EDIT)
    user = _within(work, user_id)
    if user.disabled_at is None:
        raise Conflict(f'{user.name} is not disabled.')
    user.disabled_at = None
    work.session.add(user)
    work.record('staff_user.enable', user.mailbox, before={'disabled': True}, after={'disabled': False})
    work.tell(Change(Topic.ACCESS))
    end_sessions(work, STAFF, user.id or 0)  # one that began at the moment of the disabling
    if not user.has_joined:
        mail_invitation(work, user, inviter(work))


def send_password_reset(work: Work, user_id: int) -> None:
    """Mail a link for a new password, valid for one hour. Needs Staff Users: Edit.

    Raises Conflict for who is disabled or has not joined yet, NotPermitted, NotFound.
    """
    hold_staff(work, EDIT)
    user = _within(work, user_id)
    if user.disabled_at is not None:
        raise Conflict(DISABLED.format(user.name))
    if not user.has_joined:
        raise Conflict(f'{user.name} has not joined yet. Re-send the invitation instead.')
    mail_password_link(work, user)
    work.record('staff_user.password_reset', user.mailbox)


def find_user(work: Work, user_id: int) -> StaffUser:
    """A staff user as they are now. Raises NotFound."""
    found = work.session.get(StaffUser, user_id, populate_existing=True) if 0 < user_id < 2**31 else None
    if found is None:
        raise NotFound('There is no such staff user.')
    return found


def is_last_owner(work: Work, user: StaffUser) -> bool:
    """Whether nobody else is an active Owner."""
    owners = (
        select(func.count())
        .select_from(StaffUser)
        .join(Role)
        .where(col(Role.built_in).is_(True), Role.name == OWNER.name, can_sign_in())
    )
    is_one = work.session.exec(owners.where(StaffUser.id == user.id)).one()
    return bool(is_one) and work.session.exec(owners).one() == 1


def _within(work: Work, user_id: int) -> StaffUser:
    """Somebody on whom the viewer may act. Raises NotPermitted, NotFound."""
    user = find_user(work, user_id)
    role = find_role(work, user.role_id)
    require_within(work, role.grants, f'The role of {user.name}')
    return user


def _keep_an_owner(work: Work, user: StaffUser) -> None:
    if is_last_owner(work, user):
        raise Conflict(LAST_OWNER.format(user.name))


def _checked(work: Work, name: str, email: str) -> tuple[str, str]:
    """Name and address of a new user. Raises Invalid with every reason."""
    reasons = []
    try:
        name = check_name(name)
    except Invalid as error:
        reasons.append(error.message)
    try:
        email = one_address(email)
        if found := work.session.exec(select(StaffUser).where(StaffUser.email == email)).first():
            reasons.append(f'email must be new: {email} is the staff user {found.name} already.')
    except Invalid as error:
        reasons.append(error.message)
    if reasons:
        raise Invalid('\n'.join(reasons))
    return name, email
