"""The first page of Usage Events under the filters that customers use, beside the same SQL run by sqlite3
alone.

Run `python -m tests.benchmarks.listing_page --keep FOLDER` (10,000,000 events of 200 customers, the largest
with a fifth of them; the database is made once, takes 4 GB, and its dates end on the day it was made). One
page is what an open page asks for: the session's check, 50 rows and the capped count. The reference runs
the page's and the count's SQL only, each fetched whole and ended after the time that the portal gives it.
"""

import argparse
import os
import sqlite3
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import event

from portal_app import db
from portal_app.auth.realms import PORTAL
from portal_app.auth.viewer import PortalViewer
from portal_app.errors import TooSlow
from portal_app.listings import Listing
from portal_app.queries import Query, parse
from portal_app.services import listings, setup
from portal_app.services.sign_in import Browser, portal_viewer, sign_in
from portal_app.work import reading_as
from tests.benchmarks.filling import PASSWORD, PEOPLE, fill
from tests.benchmarks.serving import seconds, table

SECOND_PAGE = 'second_page'  # of everything
FILTERS = {  # of whom, as in the page's address
    'largest': """
        everything second_page date=today date=last_7_days date=last_30_days date=last_year
        event_type=api.request event_type=audit.export
        event_type=api.request&event_type=data.transfer&event_type=seat.active status=Void status=Pending
        status=Pending&status=Void source=-manual status=Void&source=-manual
        event_type=storage.snapshot&date=last_30_days
        event_type=audit.export&status=Invoiced&date=last_month ingested_on=last_7_days
        ingested_on=this_year ingested_on=yesterday&event_type=api.request quantity=10..100
        quantity=900000.. properties=region%3Deu-west-1 properties=region%3Drare-value q=gateway q=nowhere
        event_id={id} sort=date sort=event_type sort=-status sort=source sort=-ingested_on sort=-quantity""",
    'parent': """
        everything date=last_30_days event_type=api.request&status=Void q=collector sort=-quantity""",
    'middle': """
        everything date=last_7_days status=Void q=nowhere sort=-quantity""",
    'small': """
        everything event_type=seat.active properties=region%3Drare-value event_id={id} sort=-quantity""",
}


class Case:
    """One filter of one person, and the SQL that it comes to."""

    def __init__(self, raw: sqlite3.Connection, viewer: PortalViewer, listing: Listing, text: str) -> None:
        self.raw, self.viewer, self.listing = raw, viewer, listing
        last = 'SELECT external_id FROM usage_event WHERE customer_id = ? ORDER BY id LIMIT 1'
        if '{id}' in text:
            text = text.format(id=raw.execute(last, (viewer.company.id,)).fetchone()[0])
        self.query, problems = parse(listing, parse_qsl(text) if '=' in text else [])
        assert not problems, problems
        if text == SECOND_PAGE:
            with reading_as(viewer) as work:
                self.query = Query(sort=self.query.sort, after=listings.page(work, listing, self.query).next)
        self.statements: list[tuple[str, Any]] = []
        event.listen(db.engine(), 'before_cursor_execute', self._hear)
        self.outcome = self.ours()
        event.remove(db.engine(), 'before_cursor_execute', self._hear)

    def _hear(self, _connection: Any, _cursor: Any, sql: str, values: Any, context: Any, _many: bool) -> None:
        looks = context.execution_options.get('look')  # at which index to take: not the page's own statement
        if 'usage_event' in sql and not looks and 'RECURSIVE' not in sql:
            self.statements.append((sql, values))

    def ours(self) -> str:
        """What the portal does. Returns the count it shows."""
        try:
            with reading_as(self.viewer) as work:
                page = listings.page(work, self.listing, self.query)
        except TooSlow:
            return 'ended after 5 s'
        return 'not counted' if page.count is None else f'{page.count:,}{"+" if page.capped else ""}'

    def bare(self) -> None:
        """The same SQL alone; each statement is ended after the time that the portal gives it."""
        for place, (sql, values) in enumerate(self.statements):
            deadline = time.monotonic() + (listings.COUNT_SECONDS if place else 5)
            self.raw.set_progress_handler(partial(is_past, deadline), db.PROGRESS_STEP)
            try:
                self.raw.execute(sql, values).fetchall()
            except sqlite3.OperationalError:
                continue


def is_past(moment: float) -> bool:
    """Whether it is later than this."""
    return time.monotonic() > moment


def measure(case: Case, runs: int) -> tuple[list[float], list[float]]:
    """Milliseconds of both in turn; what takes long is repeated less."""
    case.bare()
    case.outcome = case.ours()  # the first one may have waited for the disk
    if max(seconds(case.ours), seconds(case.bare)) > 0.2:
        runs = 3
    ours, bare = [], []
    for _ in range(runs):
        ours.append(seconds(case.ours) * 1000)
        bare.append(seconds(case.bare) * 1000)
    return ours, bare


def connect(file: Path) -> sqlite3.Connection:
    """The reference's connection, set up as the portal's."""
    raw = sqlite3.connect(file, isolation_level=None)
    for pragma in ('cache_size=-65536', 'mmap_size=268435456', 'temp_store=MEMORY'):
        raw.execute(f'PRAGMA {pragma}')
    return raw


def main() -> None:
    """Measure each filter and print a line for it."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        '--keep', type=Path, default=Path(tempfile.gettempdir()), help='the folder of the database'
    )
    parser.add_argument('--rows', type=int, default=10_000_000)
    parser.add_argument('--runs', type=int, default=30)
    parser.add_argument('--analyze', action='store_true', help='with the statistics of ANALYZE')
    options = parser.parse_args()
    file = options.keep / f'events-{options.rows}.db'
    os.environ['DATABASE_URL'] = url = f'sqlite:///{file}'
    if not file.exists():
        fill(url, options.rows)
    raw = connect(file)
    raw.executescript('ANALYZE' if options.analyze else 'DROP TABLE IF EXISTS sqlite_stat1')
    raw.close()
    raw = connect(file)
    db.connect(url)
    here = Browser('127.0.0.1', 'benchmark')
    viewers = {
        who: portal_viewer(
            sign_in(PORTAL, f'{who}@benchmark.example', PASSWORD, here).token, f'C{1000 + number}', here
        )
        for who, number in PEOPLE.items()
    }
    lines, ratios, every, medians = [], [], [], []
    for who, text in ((who, text) for who, texts in FILTERS.items() for text in texts.split()):
        with reading_as(viewers[who]) as work:
            listing = setup.portal_tab(work, 'usage-events')
        case = Case(raw, viewers[who], listing, text)
        ours, bare = measure(case, options.runs)
        every += [*ours] * (options.runs // len(ours))  # each filter counts alike
        ratios.append(median(ours) / median(bare))
        medians.append(median(ours))
        over = ' **over 50**' if median(ours) > 50 else ''
        lines.append(
            (
                f'{who}: {text}',
                case.outcome,
                f'{median(ours):.1f}{over}',
                f'{median(bare):.2f}',
                f'{ratios[-1]:.1f}',
            )
        )
    table(('Whose: filter', 'count', 'the portal, ms', 'SQL alone, ms', 'ratio'), lines)
    table(
        ('All filters', 'figure'),
        [
            ('Ratio of the medians, median over the filters', f'{median(ratios):.2f}'),
            ('The portal, median, ms', f'{median(every):.1f}'),
            ('The portal, 95th percentile, ms', f'{sorted(every)[int(len(every) * 0.95)]:.1f}'),
            ('Filters within 50 ms', f'{sum(each <= 50 for each in medians)} of {len(medians)}'),
        ],
    )


if __name__ == '__main__':
    main()
