"""Databases for the benchmarks, filled quickly and alike every time."""

import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
from sqlalchemy import make_url

from portal_app import db
from portal_app.auth.passwords import hash_password
from portal_app.auth.permissions import OWNER
from portal_app.auth.viewer import Operator
from portal_app.migrate import migrate
from portal_app.models import Contact, Customer, PortalStatus, PortalTab, PortalUser
from portal_app.services.foundation import create_staff_user, lay_foundation
from portal_app.work import Work, acting_as

PASSWORD = 'benchmark-2026'
BATCH, DAY, SPAN = 10_000, 86_400_000_000, 548  # events, microseconds, days
LARGEST, PARENT, MIDDLE, SMALL = 1, 10, 40, 150  # customers; PARENT sees the three that follow it
PEOPLE = {'largest': LARGEST, 'parent': PARENT, 'middle': MIDDLE, 'small': SMALL}
OWNER_EMAIL = 'owner@benchmark.example'
SHARES: dict[str, dict[str, float]] = {
    'type': {
        'api.request': 0.4,
        'compute.minutes': 0.18,
        'storage.snapshot': 0.12,
        'data.transfer': 0.11,
        'message.sent': 0.1,
        'report.rendered': 0.05,
        'seat.active': 0.03,
        'support.session': 0.008,
        'audit.export': 0.002,
    },
    'source': {
        'gateway': 0.55,
        'collector-eu': 0.22,
        'collector-us': 0.17,
        'batch, nightly': 0.055,
        '-manual': 0.005,
    },
    'region': {
        'eu-west-1': 0.4,
        'us-east-1': 0.3,
        'eu-north-1': 0.2,
        'ap-south-1': 0.09999,
        'rare-value': 0.00001,
    },
}
COLUMNS = (
    'id',
    'customer_id',
    'external_id',
    'event_type',
    'status',
    'source',
    'occurred_at',
    'ingested_at',
    'quantity',
    'unit',
    'properties',
)


def fill(url: str, count: int, customers: int = 200, largest: float = 0.2) -> None:
    """Make a database whose last event has just come in. Customer 1 has the share `largest` of all events,
    the others ever less. Indexes are made after the rows."""
    db.connect(url)
    migrate()
    with acting_as(Operator('benchmark')) as work:
        _people(work, customers)
    shares = 1 / np.arange(4, customers + 3)
    shares = np.array([largest, *((1 - largest) * shares / shares.sum())])
    load = _load_sqlite if db.is_sqlite() else _load_postgresql
    db.engine().dispose()
    load(url, _batches(count, shares))


def _people(work: Work, customers: int) -> None:
    lay_foundation(work, 'Northwind')
    create_staff_user(work, 'Olivia Owner', OWNER_EMAIL, PASSWORD, OWNER.name)
    work.session.add(PortalTab(key='usage-events', enabled=True))
    for number in range(1, customers + 1):
        parent = PARENT if PARENT < number <= PARENT + 3 else None
        work.session.add(
            Customer(id=number, number=f'C{1000 + number}', name=f'Customer {number}', parent_id=parent)
        )
        work.session.flush()
    password = hash_password(PASSWORD)
    for place, (name, number) in enumerate(PEOPLE.items(), 1):
        if number <= customers:
            work.session.add(
                PortalUser(
                    id=place, email=f'{name}@benchmark.example', name='Anna Keller', password_hash=password
                )
            )
            work.session.flush()
            work.session.add(
                Contact(
                    customer_id=number,
                    portal_user_id=place,
                    name='Anna Keller',
                    email=f'{name}@benchmark.example',
                    portal_status=PortalStatus.ENABLED,
                )
            )


def _batches(count: int, shares: Any) -> Iterator[list[tuple[Any, ...]]]:
    """The events as the columns of COLUMNS, in ingestion order, times in microseconds (whole seconds)."""
    chance, until = np.random.default_rng(7), int(time.time()) * 1_000_000
    for first in range(0, count, BATCH):
        number = np.arange(first, min(first + BATCH, count))
        n = len(number)
        ingested = until - ((count - number) * (SPAN * DAY / count)).astype(np.int64) // 1_000_000 * 1_000_000
        occurred = ingested - chance.exponential(30, n).astype(np.int64) * 1_000_000
        age = (until - ingested) / DAY
        status = np.where(
            chance.random(n) < 0.003,
            'Void',
            np.where(age > 31, 'Invoiced', np.where(age > 1, 'Processed', 'Pending')),
        )
        quantity = np.where(chance.random(n) < 1e-5, 900_000, 0) + chance.lognormal(3, 1.2, n)
        types, sources, regions = (
            chance.choice(list(of), n, p=np.array(list(of.values())) / sum(of.values())).tolist()
            for of in SHARES.values()
        )
        properties = [
            f'{{"env":"prod","project":"atlas-{project}","region":"{region}"}}'
            for project, region in zip(chance.integers(1000, 9999, n).tolist(), regions, strict=True)
        ]
        yield list(
            zip(
                (number + 1).tolist(),
                (chance.choice(len(shares), n, p=shares) + 1).tolist(),
                [f'evt_{each:010x}' for each in number.tolist()],
                types,
                status.tolist(),
                sources,
                occurred.tolist(),
                ingested.tolist(),
                [f'{each:.3f}'.rstrip('0').rstrip('.') for each in quantity.tolist()],
                ['units'] * n,
                properties,
                strict=True,
            )
        )


def _load_sqlite(url: str, batches: Iterator[list[tuple[Any, ...]]]) -> None:
    raw = sqlite3.connect(make_url(url).database or '', isolation_level=None)
    raw.execute('PRAGMA synchronous = OFF')
    raw.execute('PRAGMA cache_size = -500000')
    indexes = raw.execute(
        "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'usage_event' AND type = 'index'"
    ).fetchall()
    raw.execute('BEGIN')
    for name, _ in indexes:
        raw.execute(f'DROP INDEX {name}')
    for batch in batches:
        raw.executemany(f'INSERT INTO usage_event ({", ".join(COLUMNS)}) VALUES (?{", ?" * 10})', batch)
    for _, sql in indexes:
        raw.execute(sql)
    raw.execute('COMMIT')
    raw.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    raw.close()


def _load_postgresql(url: str, batches: Iterator[list[tuple[Any, ...]]]) -> None:
    address = make_url(url).set(drivername='postgresql').render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as raw:
        indexes = raw.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'usage_event' "
            "AND indexname != 'usage_event_pkey'"
        ).fetchall()
        for name, _ in indexes:
            raw.execute(f'DROP INDEX {name}')
        with raw.cursor().copy(f'COPY usage_event ({", ".join(COLUMNS)}) FROM STDIN') as copy:
            for batch in batches:
                copy.write(
                    ''.join(
                        '\t'.join(map(str, (*row[:6], _iso(row[6]), _iso(row[7]), *row[8:]))) + '\n'
                        for row in batch
                    )
                )
        for _, sql in indexes:
            raw.execute(sql)
        raw.execute('VACUUM ANALYZE usage_event')


def _iso(micros: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).isoformat()
