"""What is put in order at each start: exports that a crash left running, sessions that are long over."""

from datetime import timedelta

from sqlalchemy import delete, update
from sqlmodel import col

from portal_app import news
from portal_app.models import Export, ExportState, PortalSession, PortalView, StaffSession
from portal_app.models.base import now
from portal_app.work import Work

LONGEST_EXPORT = timedelta(hours=6)
SESSIONS_KEPT = timedelta(days=90)  # after their end, for whoever asks where they were signed in


def tidy(work: Work) -> None:
    """End what nobody will end any more, and forget what nobody will ask for."""
    work.session.execute(
        update(Export)
        .where(col(Export.state) == ExportState.RUNNING, col(Export.started_at) < now() - LONGEST_EXPORT)
        .values(state=ExportState.FAILED.value, finished_at=now())
    )
    for sessions in (PortalView, PortalSession, StaffSession):  # a view first: it names its session
        work.session.execute(delete(sessions).where(col(sessions.expires_at) < now() - SESSIONS_KEPT))
    news.forget_old(work.session)
