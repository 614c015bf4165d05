"""What the test gateway remembers, in transactions of its own: what it did stays done, whatever ours do."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from portal_app import db
from portal_app.gateways.gateway import NoticeKind, State
from portal_app.models import SimulatedRecord
from portal_app.models.base import now

WAITING, SENT = 'notice', 'sent notice'


class Records:
    """The records within one transaction. Nobody else changes any meanwhile."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, reference: str) -> SimulatedRecord | None:
        """The record with this reference."""
        return self._one(col(SimulatedRecord.reference) == reference)

    def with_key(self, kind: str, key: str) -> SimulatedRecord | None:
        """The record of this kind that was asked for with this key."""
        return self._one(col(SimulatedRecord.key) == _key(kind, key)) if key else None

    def add(self, kind: str, key: str = '', **payload: Any) -> SimulatedRecord:
        """A new record; its reference cannot be guessed."""
        record = SimulatedRecord(
            reference=f'{kind.partition(" ")[0]}_{secrets.token_hex(12)}',
            kind=kind,
            key=_key(kind, key) if key else None,
            payload={**payload, 'key': key},
        )
        self._session.add(record)
        self._session.flush()
        return record

    def change(self, record: SimulatedRecord, **changes: Any) -> None:
        """Change some of a record's payload."""
        record.payload = {**record.payload, **changes}
        self._session.add(record)

    def notify(
        self,
        kind: NoticeKind,
        subject: SimulatedRecord,
        *,
        after: timedelta = timedelta(),
        then: State | None = None,
    ) -> None:
        """Send a notice about a record after this delay; `then` is what the record becomes by that time."""
        due = (now() + after).isoformat()
        self.add(WAITING, about=kind, subject=subject.reference, due=due, then=then or '')

    def due(self, at: datetime) -> list[SimulatedRecord]:
        """The notices that are to be sent by now, oldest first."""
        waiting = select(SimulatedRecord).where(SimulatedRecord.kind == WAITING)
        found = self._session.exec(waiting.order_by(col(SimulatedRecord.id)))
        return [record for record in found if datetime.fromisoformat(record.payload['due']) <= at]

    def sent(self, notice: SimulatedRecord) -> None:
        """A notice was taken; it is not sent again."""
        notice.kind = SENT
        self._session.add(notice)

    def _one(self, condition: Any) -> SimulatedRecord | None:
        return self._session.exec(select(SimulatedRecord).where(condition)).first()


@contextmanager
def records() -> Iterator[Records]:
    """Read and write the records. Raises Busy where the database cannot be written to."""
    with db.told(), db.writing() as session:
        db.hold(session, 'test gateway')
        yield Records(session)
        session.commit()


def _key(kind: str, key: str) -> str:
    return f'{kind}:{key}'
