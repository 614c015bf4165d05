"""The one database of an installation: engine, SQLite pragmas, sessions that read and sessions that write."""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import Engine, create_engine, event, insert, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlmodel import Session, SQLModel

from portal_app.columns import ExactSum, to_json
from portal_app.errors import Busy, Invalid, TooSlow

log = logging.getLogger(__name__)
PROGRESS_STEP = 20_000  # SQLite instructions between two looks at the clock: about 1 ms

_engine: Engine | None = None


# What a statement was given holds addresses and hashes: it is not for the log.
POOL: dict[str, Any] = {
    'pool_size': 10,
    'max_overflow': 20,
    'json_serializer': to_json,
    'hide_parameters': True,
}


def connect(url: str) -> Engine:
    """Open the database at this address and make it the process's own."""
    global _engine
    if _engine is not None:
        _engine.dispose()
    _engine = _sqlite(url) if url.startswith('sqlite') else create_engine(url, **POOL)
    return _engine


def engine() -> Engine:
    """The open database. Raises RuntimeError before `connect`."""
    if _engine is None:
        raise RuntimeError('db.connect was not called')
    return _engine


def is_sqlite() -> bool:
    """Whether the embedded database is in use."""
    return engine().dialect.name == 'sqlite'


@contextmanager
def writing() -> Iterator[Session]:
    """A session with the write lock from its start: what it checks stays true until it commits."""
    with Session(engine(), expire_on_commit=False) as session:
        if is_sqlite():
            session.execute(text('BEGIN IMMEDIATE'))
        yield session


def hold(session: Session, what: str) -> None:
    """Let others who hold the same wait until this transaction ends; on SQLite every writer waits anyway."""
    if not is_sqlite():
        session.execute(text('SELECT pg_advisory_xact_lock(hashtext(:what))'), {'what': what})


def insert_all(session: Session, model: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows in one statement past the ORM, which costs more than the database itself."""
    session.connection().execute(insert(model), rows)


@contextmanager
def reading(seconds: float) -> Iterator[Session]:
    """A session on one snapshot that cannot write. Raises TooSlow when it reads for longer than this."""
    with Session(engine(), expire_on_commit=False) as session:
        if is_sqlite():
            session.execute(text('BEGIN'))
        else:
            session.execute(text('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY'))
        with time_limit(session, seconds):
            yield session


@contextmanager
def time_limit(session: Session, seconds: float) -> Iterator[None]:
    """End what this session reads for longer than this. Raises TooSlow; the session stays usable."""
    before = _limit(session, seconds)
    try:
        # PostgreSQL gives up the whole transaction with the statement, SQLite the statement alone
        with nullcontext() if is_sqlite() else session.begin_nested():
            yield
    except DBAPIError as error:
        if _was_ended(error):
            raise TooSlow from error
        raise
    finally:
        _limit(session, before)


def _limit(session: Session, seconds: float | None) -> float | None:
    previous: float | None = session.info.get('seconds')
    session.info['seconds'] = seconds
    if session.bind is not None and is_sqlite():
        raw = session.connection().connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        if seconds is None:
            raw.set_progress_handler(None, 0)
        else:
            deadline = monotonic() + seconds
            raw.set_progress_handler(lambda: monotonic() > deadline, PROGRESS_STEP)
    elif session.is_active and seconds is not None:
        session.execute(text(f'SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}'))
    return previous


@contextmanager
def told() -> Iterator[None]:
    """Turn failures of the database that are nobody's fault of ours into words for a person.

    Raises Busy where it was locked, gone, or two works stood in each other's way, and Invalid for a number or
    text that no column can hold: a browser may send any.
    """
    try:
        yield
    except (DataError, OverflowError, UnicodeEncodeError) as error:
        raise Invalid('What was sent has a number or a character that cannot be used.') from error
    except OperationalError as error:
        if not _passes(error):
            raise
        log.warning('the database was busy: %s', type(error.orig).__name__)
        raise Busy from error


def _passes(error: OperationalError) -> bool:
    """Whether it may work in a moment."""
    said = str(error.orig)
    return error.connection_invalidated or any(word in said for word in ('deadlock', 'locked', 'connection'))


def _was_ended(error: DBAPIError) -> bool:
    return 'interrupted' in str(error.orig) or 'statement timeout' in str(error.orig)


def _sqlite(url: str) -> Engine:
    path = make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(url, connect_args={'check_same_thread': False}, **POOL)

    @event.listens_for(made, 'connect')
    def prepare(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None  # transactions begin where `reading` and `writing` say so
        for pragma in (
            'journal_mode=WAL',
            'synchronous=NORMAL',
            'foreign_keys=ON',
            'busy_timeout=15000',
            'cache_size=-65536',
            'mmap_size=268435456',
            'temp_store=MEMORY',
        ):
            raw.execute(f'PRAGMA {pragma}')
        raw.create_aggregate('exact_sum', 1, ExactSum)  # type: ignore[arg-type]  # its step takes one value

    return made
