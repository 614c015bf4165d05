"""Importing usage events from a file: all of it is read and checked before anything is written (USE-04)."""

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep
from typing import BinaryIO
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from portal_app.auth.viewer import Viewer
from portal_app.live import Change, Topic
from portal_app.services.import_csv import CsvFile
from portal_app.services.import_customers import Customers
from portal_app.services.import_json import JsonLines
from portal_app.services.import_lines import FileFault, Source
from portal_app.services.import_mapping import Mapping
from portal_app.services.import_rows import EventReader, Refused
from portal_app.services.import_spool import CHUNK, Chunk, Refusal, Refusals, Spool
from portal_app.services.import_write import write
from portal_app.work import acting_as, reading_as

BREATH = 0.05  # of the time that a chunk took, for others that wait to write

Progress = Callable[[str], None]

DATABASE_ERRORS = (SQLAlchemyError, sqlite3.Error, psycopg.Error)


@dataclass(frozen=True)
class Wish:
    """What to import, and how."""

    path: Path
    mapping: Mapping
    format: str
    errors: Path
    zone: ZoneInfo
    null: str | None = None
    create_customers: bool = False
    dry_run: bool = False


@dataclass
class Outcome:
    """What came of it. `stopped` says why it did not get to the end; the counts are those of what is kept."""

    read: int = 0
    imported: int = 0
    present: int = 0
    refused: int = 0
    created: int = 0
    stopped: str = ''
    first: list[Refusal] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """The figures for the audit log."""
        return {
            'read': self.read,
            'imported': self.imported,
            'already_there': self.present,
            'refused': self.refused,
            'customers_created': self.created,
        }


def import_usage_events(viewer: Viewer, wish: Wish, progress: Progress = lambda _: None) -> Outcome:
    """Import a file in two passes: the first checks all of it, the second writes 25,000 rows at a time.

    Raises FileFault where the file as a whole is at fault, Invalid for a constant; nothing is written then.
    """
    _check_places(wish)
    with reading_as(viewer) as work:
        customers = Customers(work, wish.create_customers)
    outcome = Outcome()
    with _opened(wish.path) as file, Spool() as spool, Refusals() as refusals:
        source: Source = CsvFile(file) if wish.format == 'csv' else JsonLines(file)
        reader = EventReader(wish.mapping, customers, wish.zone, wish.null, typed=wish.format != 'csv')
        _read_all(source, reader, spool, refusals, outcome, progress)
        try:
            for chunk in spool.chunks():
                _write(viewer, wish, customers, chunk, refusals, outcome)
                progress(f'{outcome.imported + outcome.present:,} of {outcome.read:,} rows are in')
        except KeyboardInterrupt:
            outcome.stopped = 'interrupted'
        except DATABASE_ERRORS as error:
            outcome.stopped = str(getattr(error, 'orig', None) or error)
        outcome.refused, outcome.first = refusals.count, refusals.first
        if refusals.count:
            refusals.write(wish.errors, source.header)
    _record(viewer, wish, outcome)
    return outcome


def _check_places(wish: Wish) -> None:
    if wish.errors.resolve() == wish.path.resolve():
        raise FileFault(f'{wish.errors}: the error file must be another one than the file that is imported.')
    if not os.access(wish.errors.parent, os.W_OK):
        raise FileFault(
            f'{wish.errors}: the error file cannot be written there. Choose a place with --errors.'
        )


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open('rb')
    except OSError as error:
        raise FileFault(f'{path}: {error.strerror}.') from error


def _read_all(
    source: Source,
    reader: EventReader,
    spool: Spool,
    refusals: Refusals,
    outcome: Outcome,
    progress: Progress,
) -> None:
    for line, values, original in source.rows(reader.columns):
        outcome.read += 1
        try:
            spool.add(reader.read(values), line, original)
        except Refused as refused:
            columns, rules = zip(*refused.problems, strict=True)
            called = '; '.join(map(reader.mapping.called, columns))
            refusals.add(Refusal(line, called, '; '.join(rules), original))
        if not outcome.read % CHUNK:
            progress(f'{outcome.read:,} rows read')


def _write(
    viewer: Viewer, wish: Wish, customers: Customers, chunk: Chunk, refusals: Refusals, outcome: Outcome
) -> None:
    """One transaction, and then a pause that lets others write."""
    started = perf_counter()
    events = chunk.events
    ids = {event[0] for event in events}
    with acting_as(viewer) as work:
        created = customers.settle(work, ids, wish.dry_run)
        if min(ids) < 0:
            events = [(customers.created.get(event[0], event[0]), *event[1:]) for event in events]
        written = write(work, events, wish.mapping.compared, wish.dry_run)
        if written.imported and not wish.dry_run:
            for id in ids:
                work.tell(Change(Topic.USAGE, customers.created.get(id, id)))
    outcome.created += created
    outcome.imported += written.imported
    outcome.present += written.present
    for place, fields in sorted(written.conflicts.items()):
        columns = '; '.join(map(wish.mapping.called, fields))
        rule = f'already imported with another {" and another ".join(fields)}'
        refusals.add(chunk.refusal(place, columns, rule))
    if not wish.dry_run:
        sleep((perf_counter() - started) * BREATH)


def _record(viewer: Viewer, wish: Wish, outcome: Outcome) -> None:
    if wish.dry_run:
        return
    stopped = {'stopped': outcome.stopped} if outcome.stopped else {}
    try:
        with acting_as(viewer) as work:
            work.record('usage_events.import', wish.path.name, after={**outcome.counts, **stopped})
    except DATABASE_ERRORS:
        if not outcome.stopped:
            raise  # it is not the reason that is known already
