"""What is asked of the organization so often that it is kept in memory until the news of a change."""

from threading import Lock
from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import Session

from portal_app import db
from portal_app.live import Change, Topic, listen


class OrganizationValue:
    """A text column of the organization as of the newest change that this process heard of."""

    def __init__(self, column: Any) -> None:
        self.column = column
        self._known: tuple[Engine, str] | None = None
        self._heard = 0
        self._lock = Lock()
        listen(Topic.SETUP, self.forget)

    def forget(self, _change: Change) -> None:
        """Something changed: the next one who asks looks again."""
        with self._lock:
            self._known, self._heard = None, self._heard + 1

    def get(self) -> str:
        """The value; empty where there is no organization yet."""
        engine = db.engine()
        with self._lock:
            known, heard = self._known, self._heard
        if known is not None and known[0] is engine:
            return known[1]
        with Session(engine) as session:
            found = session.execute(select(self.column)).scalar() or ''
        with self._lock:
            if heard == self._heard:  # else it changed while we looked
                self._known = engine, found
        return found
