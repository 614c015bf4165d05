"""One user action: one viewer, one session, one commit, then the news."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal_app import db, live, news
from portal_app.auth.permissions import Permission
from portal_app.auth.viewer import Operator, PortalViewer, StaffViewer, Viewer
from portal_app.config import settings
from portal_app.errors import AccessEnded, NotPermitted, SignedOut
from portal_app.live import Change
from portal_app.models import (
    AuditEntry,
    Contact,
    Customer,
    PortalSession,
    PortalStatus,
    PortalUser,
    Role,
    StaffSession,
    StaffUser,
)
from portal_app.models.base import now

Model = TypeVar('Model')


@dataclass
class Work:
    """What a service is given: the viewer, the session, the only ways to read as a customer and to record."""

    viewer: Viewer
    session: Session
    changes: list[Change] = field(default_factory=list)

    def require(self, permission: Permission) -> None:
        """Raises NotPermitted unless the viewer is staff whose role grants this."""
        if isinstance(self.viewer, Operator):
            return
        if permission.grant not in self.grants:
            raise NotPermitted

    def visible(self, model: type[Model]) -> SelectOfScalar[Model]:
        """Where every customer read starts: the rows of this model that the viewer may see (ACC-13)."""
        return select(model).where(col(model.customer_id).in_(self.customer_ids))  # type: ignore[attr-defined]  # see test_listings

    @cached_property
    def customer_ids(self) -> tuple[int, ...]:
        """The viewer's company, and each child of it whose portal access is on."""
        if not isinstance(self.viewer, PortalViewer):
            return ()
        children = (
            select(Customer.id)
            .where(Customer.parent_id == self.viewer.company.id, col(Customer.portal_access).is_(True))
            .order_by(col(Customer.id))
        )
        return (self.viewer.company.id, *(id for id in self.session.exec(children) if id is not None))

    @cached_property
    def grants(self) -> frozenset[str]:
        """What the viewer's role grants now; nothing for customers."""
        if not isinstance(self.viewer, StaffViewer):
            return frozenset()
        role = select(Role.grants).join(StaffUser).where(StaffUser.id == self.viewer.user_id)
        return frozenset(self.session.exec(role).one())

    def record(
        self,
        action: str,
        subject: str,
        *,
        customer_id: int | None = None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        """Write an audit entry in this transaction (OPS-03)."""
        self.session.add(
            AuditEntry(
                actor=self.viewer.actor,
                action=action,
                subject=subject,
                customer_id=customer_id,
                before=before or {},
                after=after or {},
                address=self.viewer.address,
            )
        )

    def tell(self, change: Change) -> None:
        """Send this news once the work is committed."""
        self.changes.append(change)


@contextmanager
def acting_as(viewer: Viewer) -> Iterator[Work]:
    """Do one thing that changes data; commits at the end, rolls back when it raises.

    Raises SignedOut when the viewer's session, access or company has ended since the page was opened.
    """
    with db.writing() as session:
        work = Work(viewer, session)
        _still_in(work)
        yield work
        news.add(session, work.changes)
        session.commit()
    for change in work.changes:
        live.publish(change)


@contextmanager
def reading_as(viewer: Viewer) -> Iterator[Work]:
    """Look something up within the time limit for screens. Raises SignedOut like `acting_as`, TooSlow."""
    with db.reading(settings().statement_seconds) as session:
        work = Work(viewer, session)
        _still_in(work)
        yield work


def _still_in(work: Work) -> None:
    viewer = work.viewer
    if isinstance(viewer, PortalViewer):
        if not _portal_session(work.session, viewer):
            raise SignedOut('Your session has ended. Please sign in again.')
        if not _portal_access(work.session, viewer):
            raise AccessEnded
    elif isinstance(viewer, StaffViewer) and not _staff_session(work.session, viewer):
        raise SignedOut('Your session has ended. Please sign in again.')


def _portal_session(session: Session, viewer: PortalViewer) -> bool:
    asked = (
        select(PortalSession.id)
        .join(PortalUser)
        .where(
            PortalSession.id == viewer.session_id,
            PortalSession.user_id == viewer.user_id,
            col(PortalSession.ended_at).is_(None),
            PortalSession.expires_at > now(),
            col(PortalUser.disabled_at).is_(None),
        )
    )
    return session.exec(asked).first() is not None


def _portal_access(session: Session, viewer: PortalViewer) -> bool:
    asked = (
        select(Contact.id)
        .join(Customer)
        .where(
            Contact.portal_user_id == viewer.user_id,
            Contact.customer_id == viewer.company.id,
            Contact.portal_status == PortalStatus.ENABLED,
            col(Customer.portal_access).is_(True),
        )
    )
    return session.exec(asked.limit(1)).first() is not None


def _staff_session(session: Session, viewer: StaffViewer) -> bool:
    asked = (
        select(StaffSession.id)
        .join(StaffUser)
        .where(
            StaffSession.id == viewer.session_id,
            StaffSession.user_id == viewer.user_id,
            col(StaffSession.ended_at).is_(None),
            StaffSession.expires_at > now(),
            col(StaffUser.disabled_at).is_(None),
        )
    )
    return session.exec(asked).first() is not None
