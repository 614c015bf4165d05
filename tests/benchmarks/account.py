"""A large account: the home page's figures and each tab's first page, beside the same SQL run by sqlite3.

Run `python -m tests.benchmarks.account`: 100,000 invoices, 900,000 payments, 1,000,000 ledger entries,
10,000 credit memos, 1,000 subscriptions and 240 statements of one customer in a new SQLite file. Ours is what
an open page asks for: the session's check, 50 rows, the count, the sums below them; the reference runs the
page's statements only, each fetched whole and ended after the time that the portal gives it. The balance is
read with a tenth of the history, then with all of it.
"""

import argparse
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import event

from portal_app import db
from portal_app.auth.passwords import hash_password
from portal_app.auth.realms import PORTAL
from portal_app.auth.viewer import Operator, PortalViewer
from portal_app.listings import Page
from portal_app.migrate import migrate
from portal_app.models import AccountBalance, Contact, Customer, Plan, PortalStatus, PortalTab, PortalUser
from portal_app.queries import parse
from portal_app.services import listings, setup
from portal_app.services.foundation import lay_foundation
from portal_app.services.portal_home import PortalHome, portal_home
from portal_app.services.sign_in import Browser, portal_viewer, sign_in
from portal_app.work import acting_as, reading_as
from tests.benchmarks.account_rows import fill, state
from tests.benchmarks.serving import seconds, table

PASSWORD, EMAIL = 'benchmark-2026', 'large@benchmark.example'
TABS = ('invoices', 'payments', 'credits', 'subscriptions', 'statements')
MONTHS = 240  # that have a statement


def lay(url: str) -> None:
    """The customer with a person."""
    db.connect(url)
    migrate()
    with acting_as(Operator('benchmark')) as work:
        lay_foundation(work, 'Northwind')
        work.session.add_all(PortalTab(key=key, enabled=True) for key in TABS)
        customer = Customer(number='LARGE', name='Large')
        user = PortalUser(email=EMAIL, name='Lara', password_hash=hash_password(PASSWORD))
        plan = Plan(code='team', name='Team', currency='USD', price=18_000)
        work.session.add_all((customer, user, plan))
        work.session.flush()
        work.session.add(
            Contact(
                customer_id=customer.id or 0,
                portal_user_id=user.id,
                name='Lara',
                email=EMAIL,
                portal_status=PortalStatus.ENABLED,
            )
        )


class Case:
    """Something that a page looks up, and the SQL that it comes to."""

    def __init__(self, raw: sqlite3.Connection, ours: Callable[[], Any]) -> None:
        self.raw, self.ours = raw, ours
        self.statements: list[tuple[str, Any]] = []
        event.listen(db.engine(), 'before_cursor_execute', self._hear)
        ours()
        event.remove(db.engine(), 'before_cursor_execute', self._hear)

    def _hear(self, _connection: Any, _cursor: Any, sql: str, values: Any, context: Any, _many: bool) -> None:
        looks = context.execution_options.get('look')  # at which index to take: not the page's own statement
        if sql.startswith(('SELECT', 'WITH')) and not looks and 'portal_session' not in sql:
            self.statements.append((sql, values))

    def bare(self) -> None:
        """The same SQL alone."""
        for sql, values in self.statements:
            # a count and a sum are ended early, as the portal ends them
            seconds_given = listings.COUNT_SECONDS if sql.startswith(SUMS) else 5
            self.raw.set_progress_handler(
                partial(_is_past, time.monotonic() + seconds_given), db.PROGRESS_STEP
            )
            with suppress(sqlite3.OperationalError):
                self.raw.execute(sql, values).fetchall()


SUMS = ('SELECT count(*)', 'SELECT sum(')


def _is_past(moment: float) -> bool:
    return time.monotonic() > moment


def compare(case: Case, name: str, runs: int) -> tuple[str, ...]:
    """Medians of both in turn, in milliseconds, and their ratio."""
    ours, bare = [], []
    for _ in range(runs):
        ours.append(seconds(case.ours) * 1000)
        bare.append(seconds(case.bare) * 1000)
    one, other = median(ours), median(bare)
    return (name, f'{one:.1f}', f'{other:.1f}', f'{one / other:.1f}')


def tab(viewer: PortalViewer, key: str) -> Page:
    """A tab's first page."""
    with reading_as(viewer) as work:
        listing = setup.portal_tab(work, key)
        return listings.page(work, listing, parse(listing, [])[0])


def home(viewer: PortalViewer) -> PortalHome:
    """All that the home page looks up."""
    with reading_as(viewer) as work:
        return portal_home(work)


def balance(viewer: PortalViewer) -> list[AccountBalance]:
    """The balance alone."""
    with reading_as(viewer) as work:
        return list(work.session.exec(work.visible(AccountBalance)))


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--invoices', type=int, default=100_000)
    parser.add_argument('--runs', type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / 'portal.db'
        os.environ['DATABASE_URL'] = url = f'sqlite:///{file}'
        lay(url)
        here = Browser('', 'benchmark')
        viewer = portal_viewer(sign_in(PORTAL, EMAIL, PASSWORD, here).token, 'LARGE', here)
        fill(file, 1, options.invoices // 10)
        tenth = median(seconds(lambda: balance(viewer)) * 1000 for _ in range(options.runs))
        fill(file, options.invoices // 10 + 1, options.invoices)
        state(file, MONTHS)
        whole = median(seconds(lambda: balance(viewer)) * 1000 for _ in range(options.runs))
        print(f'The balance: {tenth:.2f} ms with a tenth of the history, {whole:.2f} ms with all of it')
        raw = sqlite3.connect(file, isolation_level=None)
        for pragma in ('cache_size=-65536', 'mmap_size=268435456', 'temp_store=MEMORY'):
            raw.execute(f'PRAGMA {pragma}')
        lines = [compare(Case(raw, lambda: home(viewer)), 'home', options.runs)]
        for key in TABS:
            lines.append(compare(Case(raw, lambda key=key: tab(viewer, key)), key, options.runs))
        table(('Page', 'ours, ms', 'bare SQL, ms', 'ratio'), lines)


if __name__ == '__main__':
    main()
