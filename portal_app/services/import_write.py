"""Events into the table, thousands at a time, on either database (USE-04)."""

import sqlite3
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from portal_app import db
from portal_app.columns import EPOCH, microseconds
from portal_app.models.base import now
from portal_app.services.import_rows import Event
from portal_app.work import Work

COLUMNS = (
    'customer_id',
    'external_id',
    'event_type',
    'status',
    'source',
    'occurred_at',
    'quantity',
    'unit',
    'properties',
)
STORED_AS = {'date': 'occurred_at'}  # where a field of the import and its column have different names

CHECKPOINT = (
    32_000  # pages in SQLite's log (40 MB): many chunks write the same pages, which are then copied once
)

_NAMES = ', '.join(COLUMNS)
_CREATE = f'CREATE TEMP TABLE import_row AS SELECT id AS place, {_NAMES} FROM usage_event WHERE 1 = 0'  # noqa: S608 - constants
_INSERT = f"""INSERT INTO usage_event (ingested_at, {_NAMES})
    SELECT {{mark}}, {_NAMES} FROM import_row WHERE 1 = 1 ORDER BY customer_id, place
    ON CONFLICT DO NOTHING"""  # noqa: S608
# ordered by customer, so that neighbours in the indexes are written together; an id's first row still wins
# CROSS JOIN makes SQLite look each row up in the large table, never the other way round
_SAME = """FROM import_row CROSS JOIN usage_event AS present
    WHERE present.customer_id = import_row.customer_id AND present.external_id = import_row.external_id"""


class Written(NamedTuple):
    """What became of a chunk: how many are new, and which places are there with which other fields."""

    imported: int
    present: int
    conflicts: dict[int, list[str]]


def write(work: Work, events: list[Event], compared: list[str], dry_run: bool = False) -> Written:
    """Insert the events that are not there yet; nothing is overwritten. A dry run only looks."""
    raw = work.session.connection().connection.driver_connection
    assert isinstance(raw, sqlite3.Connection | psycopg.Connection)
    cursor: Any = raw.cursor()
    if db.is_sqlite():
        cursor.execute(f'PRAGMA wal_autocheckpoint={CHECKPOINT}')
    cursor.execute(_CREATE)
    _fill(cursor, events)
    if dry_run:
        cursor.execute(f'SELECT count(*) {_SAME}')
        imported = len(events) - cursor.fetchone()[0]
    else:
        imported = _insert(cursor, now())
    conflicts = _conflicts(cursor, compared) if imported < len(events) else {}
    cursor.execute('DROP TABLE import_row')
    return Written(imported, len(events) - imported - len(conflicts), conflicts)


def _fill(cursor: Any, events: list[Event]) -> None:
    if db.is_sqlite():
        marks = ', '.join('?' * (len(COLUMNS) + 1))
        rows = ((place, *event) for place, event in enumerate(events))
        cursor.executemany(f'INSERT INTO import_row VALUES ({marks})', rows)  # noqa: S608 - only question marks
        return
    with cursor.copy('COPY import_row FROM STDIN') as copy:
        for place, event in enumerate(events):
            moment = EPOCH + timedelta(microseconds=event[5])
            copy.write_row((place, *event[:5], moment, *event[6:]))
    cursor.execute('ANALYZE import_row')


def _insert(cursor: Any, ingested: datetime) -> int:
    if db.is_sqlite():
        cursor.execute(_INSERT.format(mark='?'), (microseconds(ingested),))
    else:
        cursor.execute(_INSERT.format(mark='%s'), (ingested,))
    return int(cursor.rowcount)


def _conflicts(cursor: Any, compared: list[str]) -> dict[int, list[str]]:
    if not compared:
        return {}
    columns = [STORED_AS.get(field, field) for field in compared]
    differs = [f'import_row.{column} <> present.{column}' for column in columns]
    cursor.execute(f'SELECT place, {", ".join(differs)} {_SAME} AND ({" OR ".join(differs)})')
    return {
        place: [field for field, other in zip(compared, found, strict=True) if other]
        for place, *found in cursor.fetchall()
    }
