"""How fast a CSV file of usage events is imported, beside `sqlite3 .import` of the finished rows (USE-04).

Run `python -m tests.benchmarks.import_speed --rows 1000000`. Both fill the same empty, indexed table with the
same pragmas in WAL mode. `sqlite3` gets a file of what is stored, ready-made: no check, no conversion, no
customers, one transaction. The import reads texts, checks them, and writes 10,000 rows at a time; its time is
that of the whole command. `--writer` lets another process write meanwhile and says how long it waited.
Prints the ratio and never fails by time. Needs `sqlite3` on the path.
"""

import argparse
import csv
import multiprocessing
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, NamedTuple

from portal_app import db
from portal_app.columns import microseconds
from portal_app.migrate import migrate

CUSTOMERS, DAY = 200, 86_400
COMMAND = 'import sys; from portal_app.commands import main; sys.exit(main(lambda _: None))'
HEADER = ('Account', 'Id', 'Service', 'State', 'Origin', 'Time', 'Amount', 'Unit', 'Region')
MAPPED = (
    'customer=Account',
    'event_id=Id',
    'event_type=Service',
    'status=State',
    'source=Origin',
    'date=Time',
    'quantity=Amount',
    'unit=Unit',
    'properties.region=Region',
)
PRAGMAS = (
    'journal_mode=WAL',
    'synchronous=NORMAL',
    'cache_size=-65536',
    'mmap_size=268435456',
    'temp_store=MEMORY',
)


def make_files(rows: int, given: Path, finished: Path) -> None:
    """Write the same events twice: as a customer's system would send them, and as they are stored."""
    ingested = microseconds(datetime.now(UTC))
    with given.open('w', newline='') as first, finished.open('w', newline='') as second:
        texts, stored = csv.writer(first), csv.writer(second, lineterminator='\n')
        texts.writerow(HEADER)
        for number, event in enumerate(make_events(rows), 1):
            customer, *kind, moment, amount, unit, region = event
            id, time = f'evt_{number:09}', moment.strftime('%Y-%m-%dT%H:%M:%SZ')
            texts.writerow((f'C{customer}', id, *kind, time, amount, unit, region))
            kept = (ingested, amount.rstrip('0').rstrip('.'), unit, f'{{"region":"{region}"}}')
            stored.writerow((number, customer, id, *kind, microseconds(moment), *kept))


def make_events(rows: int) -> Iterator[tuple[Any, ...]]:
    """Customer, type, status, source, time, amount, unit and region; few customers have most of them."""
    chance, start = random.Random(7), datetime(2025, 1, 1, tzinfo=UTC)
    types = [(f'metric.{n:02}', unit) for n, unit in enumerate(('GB', 'requests', 'hours') * 4)]
    for number in range(1, rows + 1):
        event_type, unit = chance.choice(types)
        status = chance.choice(('Pending', 'Processed', 'Invoiced'))
        source = chance.choice(('api', 'agent', 'batch'))
        moment = start + timedelta(seconds=number * 500 * DAY // rows - chance.randrange(600))
        amount, region = chance.randrange(1, 10**8), chance.choice(('eu-west-1', 'eu-north-1', 'us-east-1'))
        plain = f'{amount // 10_000}.{amount % 10_000:04}'
        customer = min(int(chance.paretovariate(0.6)), CUSTOMERS)
        yield customer, event_type, status, source, moment, plain, unit, region


def empty_database(path: Path) -> str:
    """A migrated database with the customers in it. Returns its address."""
    url = f'sqlite:///{path}'
    db.connect(url)
    migrate()
    with sqlite3.connect(path) as raw:
        raw.executemany(
            """INSERT INTO customer (id, number, name, bill_to_parent, email_delivery, portal_access,
            currency,
                        created_at) VALUES (?, ?, 'Acme', 0, 1, 1, 'USD', 0)""",
            [(number, f'C{number}') for number in range(1, CUSTOMERS + 1)],
        )
    raw.close()
    db.engine().dispose()
    return url


class Took(NamedTuple):
    """Seconds of one run, and those of the processor in it, which other work on the machine changes less."""

    seconds: float
    processor: float


def run(command: Sequence[str | Path], **options: Any) -> Took:
    """Run a command and time it."""
    started, before = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Took(perf_counter() - started, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def time_sqlite(path: Path, finished: Path) -> Took:
    """Time `sqlite3 .import`."""
    empty_database(path)
    commands = '\n'.join(
        (*(f'PRAGMA {pragma};' for pragma in PRAGMAS), f'.import --csv {finished} usage_event')
    )
    return run(['sqlite3', path], input=commands, text=True, stdout=subprocess.DEVNULL)


def time_import(path: Path, given: Path, writer: bool) -> Took:
    """Time the import command."""
    environment = os.environ | {'DATABASE_URL': empty_database(path)}
    stop = multiprocessing.Event()
    other = multiprocessing.Process(target=keep_writing, args=(path, stop))
    if writer:
        other.start()
    took = run(
        [sys.executable, '-c', COMMAND, 'import', 'usage-events', given, '--map', *MAPPED], env=environment
    )
    if writer:
        stop.set()
        other.join()
    return took


def keep_writing(path: Path, stop: Event) -> None:
    """Do what a serving process does all the time: a short write. Prints how long it waited for its turn."""
    raw, waits = sqlite3.connect(path, timeout=15, isolation_level=None), []
    while not stop.is_set():
        started = perf_counter()
        raw.execute('BEGIN IMMEDIATE')
        waits.append(perf_counter() - started)
        raw.execute("UPDATE customer SET name = 'Acme' WHERE id = 1")
        raw.execute('COMMIT')
        sleep(0.1)
    waits.sort()
    print(
        f'another writer waited {waits[len(waits) // 2]:.2f} s in the middle, '
        f'{waits[int(len(waits) * 0.95)]:.2f} s at the 95th percentile, {waits[-1]:.2f} s at most'
    )


def rows_of(path: Path) -> list[tuple[object, ...]]:
    """What both must agree on."""
    raw = sqlite3.connect(path)
    found = raw.execute("""SELECT count(*), sum(occurred_at % 1000003),
                        sum(CAST(round(quantity * 10000) AS INTEGER)),
                        sum(length(quantity)), min(properties), sum(length(properties)), sum(customer_id)
                        FROM usage_event""").fetchall()
    raw.close()
    return found


def main() -> None:
    """Measure both, in turns, and print the best of each."""
    parser = argparse.ArgumentParser(
        description='Needs about 1.2 GB in the temporary folder (TMPDIR) for 1,000,000 rows.'
    )
    parser.add_argument('--rows', type=int, default=1_000_000)
    parser.add_argument('--rounds', type=int, default=2)
    parser.add_argument('--writer', action='store_true', help='write from another process during the import')
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_files(options.rows, folder / 'given.csv', folder / 'finished.csv')
        theirs, ours = [], []
        for number in range(options.rounds):
            theirs.append(time_sqlite(folder / f'theirs{number}.db', folder / 'finished.csv'))
            ours.append(time_import(folder / f'ours{number}.db', folder / 'given.csv', options.writer))
            assert rows_of(folder / f'theirs{number}.db') == rows_of(folder / f'ours{number}.db')
    for name, runs in (('sqlite3 .import', theirs), ('run.py import', ours)):
        best, processor = min(runs).seconds, min(took.processor for took in runs)
        print(f'{name:16} {best:6.1f} s, {processor:6.1f} s of CPU, {options.rows / best:9,.0f} rows/s')
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f'ratio {min(ours).seconds / min(theirs).seconds:.2f} (at most 2.5 wanted), of CPU '
        f'{min(t.processor for t in ours) / min(t.processor for t in theirs):.2f}; {memory:.0f} MB at most'
    )


if __name__ == '__main__':
    main()
