"""One user action: one viewer, one session, one commit, then the news."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal_app import db, live, news
from portal_app.auth.permissions import Permission, expand
from portal_app.auth.still_in import still_in
from portal_app.auth.viewer import ContactView, Operator, Person, StaffViewer, Viewer, Visitor
from portal_app.config import settings
from portal_app.errors import NotPermitted
from portal_app.live import ANYTHING, Change, Topic
from portal_app.models import AuditEntry, Role, StaffUser
from portal_app.models.base import now

MANY = 50  # changes of one topic in one work: told as one, that anything may have changed

Model = TypeVar('Model')


@dataclass
class Work:
    """What a service is given: the viewer, the session, the only ways to read as a customer and to record."""

    viewer: Viewer
    session: Session
    customer_ids: tuple[
        int, ...
    ] = ()  # a customer's company, and each child of it whose access is on (ACC-13)
    changes: dict[Change, None] = field(default_factory=dict)  # each once, in order
    entries: list[dict[str, Any]] = field(default_factory=list)

    def require(self, *permissions: Permission) -> None:
        """Raises NotPermitted unless the viewer is staff whose role grants all of these."""
        if not self.may(*permissions):
            raise NotPermitted

    def may(self, *permissions: Permission) -> bool:
        """Whether the viewer is staff whose role grants all of these, or works on the server itself."""
        return isinstance(self.viewer, Operator) or all(each.grant in self.grants for each in permissions)

    def visible(self, model: type[Model]) -> SelectOfScalar[Model]:
        """Where every customer read starts: the rows of this model that the viewer may see (ACC-13)."""
        return select(model).where(col(model.customer_id).in_(self.customer_ids))  # type: ignore[attr-defined]  # see test_listings

    @cached_property
    def grants(self) -> frozenset[str]:
        """What the viewer's role grants now; nothing for customers."""
        if not isinstance(self.viewer, StaffViewer):
            return frozenset()
        role = select(Role.grants).join(StaffUser).where(StaffUser.id == self.viewer.user_id)
        return expand(self.session.exec(role).one())

    def record(
        self,
        action: str,
        subject: str,
        *,
        customer_id: int | None = None,
        contact_id: int | None = None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        """Write an audit entry in this transaction, at its end (OPS-03)."""
        self.entries.append(
            {
                'at': now(),
                'actor': self.viewer.actor,
                'action': action,
                'subject': subject,
                'customer_id': customer_id,
                'contact_id': contact_id,
                'before': before or {},
                'after': after or {},
                'address': self.viewer.address,
            }
        )

    def tell(self, change: Change) -> None:
        """Send this news once the work is committed."""
        self.changes[change] = None


@contextmanager
def acting_as(viewer: Viewer) -> Iterator[Work]:
    """Do one thing that changes data; commits at the end, rolls back when it raises.

    Raises SignedOut when the viewer's session, access or company has ended since the page was opened, and
    NotPermitted for staff who view the portal as a contact.
    """
    _refuse_onlooker(viewer)
    with db.told(), db.writing() as session:
        work = Work(viewer, session, still_in(session, viewer))
        yield work
        session.flush()
        if work.entries:
            db.insert_all(session, AuditEntry, work.entries)
            work.tell(Change(Topic.AUDIT))
        changes = _condensed(work.changes)
        news.add(session, changes)
        session.commit()
    for change in changes:
        live.publish(change)


@contextmanager
def reading_as(viewer: Viewer) -> Iterator[Work]:
    """Look something up within the time limit for screens. Raises SignedOut like `acting_as`, TooSlow."""
    with db.told(), db.reading(settings().statement_seconds) as session:
        yield Work(viewer, session, still_in(session, viewer))


def witness(viewer: Viewer) -> Viewer:
    """Who began something that goes on outside, for the audit log: it is written down though their session
    has ended meanwhile. Raises NotPermitted for staff who view the portal as a contact.
    """
    _refuse_onlooker(viewer)
    if not isinstance(viewer, Person):
        return viewer
    return Visitor(viewer.actor, viewer.zone, viewer.locale, viewer.address)


def _refuse_onlooker(viewer: Viewer) -> None:
    if isinstance(viewer, ContactView):
        raise NotPermitted(f'You are viewing the portal as {viewer.name}; nothing can be changed.')


def _condensed(changes: Iterable[Change]) -> list[Change]:
    counts = Counter(change.topic for change in changes)
    few = [change for change in changes if counts[change.topic] <= MANY]
    return few + [Change(topic, subject=ANYTHING) for topic, count in counts.items() if count > MANY]
