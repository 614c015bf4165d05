"""What is put in order at each start: exports that a crash left running, old sessions and old pictures."""

from datetime import timedelta

from sqlalchemy import delete, select, union, update
from sqlmodel import col

from portal_app import db, news
from portal_app.config import settings
from portal_app.models import (
    Export,
    ExportState,
    Mail,
    MailState,
    Organization,
    Picture,
    PortalSession,
    PortalView,
    StaffSession,
)
from portal_app.models.base import now
from portal_app.work import Work

LONGEST_EXPORT = timedelta(hours=6)
SESSIONS_KEPT = timedelta(days=90)  # after their end, for whoever asks where they were signed in
PICTURES_KEPT = timedelta(days=30)  # so long can a change of the logo or the banner be undone


def tidy(work: Work) -> None:
    """End what nobody will end any more, and forget what nobody will ask for."""
    work.session.execute(
        update(Export)
        .where(col(Export.state) == ExportState.RUNNING, col(Export.started_at) < now() - LONGEST_EXPORT)
        .values(state=ExportState.FAILED.value, finished_at=now())
    )
    for sessions in (PortalView, PortalSession, StaffSession):  # a view first: it names its session
        work.session.execute(delete(sessions).where(col(sessions.expires_at) < now() - SESSIONS_KEPT))
    _forget_pictures(work)
    _keep_mail(work)
    news.forget_old(work.session)


def _keep_mail(work: Work) -> None:
    """A sandbox may begin with a copy of a database whose mail still waits: it is never sent from here."""
    if settings().keeps_mail:
        waiting = update(Mail).where(col(Mail.state) == MailState.QUEUED)
        work.session.execute(waiting.values(state=MailState.KEPT.value))


def _forget_pictures(work: Work) -> None:
    """Those that are not in use."""
    db.hold(work.session, 'organization')  # else one of them might be put to use at this moment
    names = (col(Organization.logo), col(Organization.banner))
    used = union(*(select(name).where(name.is_not(None)) for name in names))
    old = delete(Picture).where(col(Picture.created_at) < now() - PICTURES_KEPT)
    work.session.execute(old.where(col(Picture.name).not_in(used)))
