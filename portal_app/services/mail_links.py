"""The link of a kept mail: whether there is one to hand on, and to whom it is shown (MAIL-02).

Whoever has a link can do what it is for. So it is shown to roles that could do the same without it.
"""

from datetime import datetime

from sqlmodel import select

from portal_app.auth.permissions import GIVE_ACCESS, Action, Activity, Permission, expand
from portal_app.mail.letters import Letter
from portal_app.models import MailState, OneTimeLink, PayLink, PortalUser, Purpose, Role, StaffUser
from portal_app.models.base import now
from portal_app.work import Work

PAY = Permission(Activity.BILLING_RECORDS, Action.EDIT)
TAKE_OVER = Permission(Activity.STAFF_USERS, Action.EDIT)  # of a login that somebody uses
INVITE_STAFF = Permission(Activity.STAFF_USERS, Action.ADD)
FOR_GIVING_ACCESS = 'A role with Manage Portal Users: Edit can show it.'
FOR_PAYING = f'A role with {PAY.title} can show it.'
FOR_TAKING_OVER = 'A role with Staff Users: Edit can show it, since somebody uses this login already.'


def lives_until(found: Letter) -> datetime | None:
    """Until when a link can be handed on; None where its mail was not kept, or where it is dead."""
    link = found.link
    works = link is not None and link.is_open(now()) and not found.access_ended
    return link.expires_at if link and works and found.mail.state == MailState.KEPT else None


def why_hidden(work: Work, found: Letter) -> str:
    """Which role could show the link of this mail, where the viewer's cannot; else empty.

    A link for a new password of somebody who has one takes their login over; nobody gets more grants than
    their own by the login of a staff user (SET-10).
    """
    link = found.link
    if link is None:
        return ''
    if isinstance(link, PayLink):
        return '' if PAY.grant in work.grants else FOR_PAYING
    if link.staff_user_id is not None:
        return _why_hidden_of_staff(work, link)
    user = work.session.get(PortalUser, link.portal_user_id) if link.portal_user_id else None
    if user and user.password_hash:
        return '' if TAKE_OVER.grant in work.grants else FOR_TAKING_OVER
    return '' if GIVE_ACCESS.grant in work.grants else FOR_GIVING_ACCESS


def _why_hidden_of_staff(work: Work, link: OneTimeLink) -> str:
    role = work.session.exec(select(Role).join(StaffUser).where(StaffUser.id == link.staff_user_id)).one()
    needed = INVITE_STAFF if link.purpose == Purpose.STAFF_INVITATION else TAKE_OVER
    if work.grants.issuperset({needed.grant, *expand(role.grants)}):
        return ''
    return f'A role with {needed.title} and all that the role {role.name} permits can show it.'
