"""The mails with which staff users get in: an invitation, and a link for a new password (SET-11)."""

from datetime import datetime

from sqlmodel import col, select

from portal_app.auth.viewer import StaffViewer
from portal_app.mail.outbox import Recipient, queue
from portal_app.models import OneTimeLink, Purpose, Role, StaffUser
from portal_app.models.base import now
from portal_app.services import links
from portal_app.services.access_changes import spoken
from portal_app.services.organization import organization
from portal_app.work import Work


def mail_invitation(work: Work, user: StaffUser, invited_by: str = '', until: datetime | None = None) -> None:
    """Mail a link to join; older links of this user die. It lives for 72 hours, or until then."""
    links.revoke(work, staff_user_ids=[user.id or 0])
    link = links.issue(work, Purpose.STAFF_INVITATION, staff_user_id=user.id)
    link.expires_at = until or link.expires_at
    work.session.add(link)
    values = {
        'contact_name': user.name,
        'invited_by': invited_by or organization(work).name,
        'role': work.session.get_one(Role, user.role_id).name,
        'expires': spoken(work, link.expires_at),
    }
    queue(work, 'staff-invitation', Recipient(user.name, user.email), values, link.id)


def mail_invitation_again(work: Work, user: StaffUser) -> bool:
    """The same for who has lost it, while it is valid; its end stays where it is. Whether it was mailed."""
    newest = (
        select(OneTimeLink)
        .where(OneTimeLink.staff_user_id == user.id, OneTimeLink.purpose == Purpose.STAFF_INVITATION)
        .order_by(col(OneTimeLink.id).desc())
    )
    found = work.session.exec(newest.limit(1)).first()
    if found is None or not found.is_open(now()):
        return False
    mail_invitation(work, user, until=found.expires_at)
    return True


def mail_password_link(work: Work, user: StaffUser) -> None:
    """Mail a link for a new password; older links of this user die."""
    links.revoke(work, staff_user_ids=[user.id or 0])
    link = links.issue(work, Purpose.STAFF_RESET_PASSWORD, staff_user_id=user.id)
    values = {'contact_name': user.name, 'expires': spoken(work, link.expires_at)}
    queue(work, 'reset-password', Recipient(user.name, user.email), values, link.id)


def inviter(work: Work) -> str:
    """Who invites, as the mail says it."""
    return work.viewer.name if isinstance(work.viewer, StaffViewer) else organization(work).name
