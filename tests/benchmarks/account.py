"""A large account: the home page's figures and each tab's first page, beside the same SQL run by sqlite3.

Run `python -m tests.benchmarks.account`: 100,000 invoices, 900,000 payments and 1,000,000 ledger entries of
one customer in a new SQLite file. Ours is what an open page asks for: the session's check, 50 rows, the
count, the sums below them; the reference runs the page's statements only, each fetched whole and ended after
the time that the portal gives it. The balance is read with a tenth of the history, then with all of it.
"""

import argparse
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import event

from portal_app import db
from portal_app.auth.passwords import hash_password
from portal_app.auth.realms import PORTAL
from portal_app.auth.viewer import Operator, PortalViewer
from portal_app.business_day import business_day
from portal_app.listings import Page
from portal_app.migrate import migrate
from portal_app.models import AccountBalance, Contact, Customer, PortalStatus, PortalTab, PortalUser
from portal_app.models.base import now
from portal_app.queries import parse
from portal_app.services import listings, setup
from portal_app.services.foundation import lay_foundation
from portal_app.services.portal_home import PortalHome, portal_home
from portal_app.services.sign_in import Browser, portal_viewer, sign_in
from portal_app.work import acting_as, reading_as
from tests.benchmarks.serving import seconds, table

PASSWORD, EMAIL = 'benchmark-2026', 'large@benchmark.example'
TABS = ('invoices', 'payments', 'credits', 'subscriptions', 'statements')
PER_INVOICE = 9  # payments
OPEN = 40  # of 100,000 invoices, each the 2,500th
DAY = 86_400_000_000  # microseconds


def lay(url: str) -> None:
    """The customer with a person."""
    db.connect(url)
    migrate()
    with acting_as(Operator('benchmark')) as work:
        lay_foundation(work, 'Northwind')
        work.session.add_all(PortalTab(key=key, enabled=True) for key in TABS)
        customer = Customer(number='LARGE', name='Large')
        user = PortalUser(email=EMAIL, name='Lara', password_hash=hash_password(PASSWORD))
        work.session.add_all((customer, user))
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


def fill(file: Path, first: int, last: int) -> None:
    """The invoices of these numbers, each paid in nine parts, but for one in 2,500."""
    raw = sqlite3.connect(file)
    for name, rows in (
        ('invoice', _invoices(first, last)),
        ('payment', _payments(first, last)),
        ('application', _applications(first, last)),
        ('ledger_entry', _entries(first, last)),
    ):
        _insert(raw, name, rows)
    due = (last // (100_000 // OPEN)) * 90_000
    raw.execute('DELETE FROM account_balance')
    raw.execute(
        'INSERT INTO account_balance (customer_id, currency, net, due, credit) VALUES (1, ?, ?, ?, 0)',
        ('USD', due, due),
    )
    raw.commit()
    raw.close()


def _insert(raw: sqlite3.Connection, name: str, rows: Iterator[dict[str, Any]]) -> None:
    begin = next(rows)
    columns = ', '.join(f'"{column}"' for column in begin)
    marks = ', '.join(f':{column}' for column in begin)
    sql = f'INSERT INTO {name} ({columns}) VALUES ({marks})'
    raw.execute(sql, begin)
    raw.executemany(sql, rows)


def _is_open(number: int) -> bool:
    return number % (100_000 // OPEN) == 0


def _moment(number: int) -> int:
    return int(now().timestamp() * 1_000_000) - (100_000 - number) * DAY // 140


def _invoices(first: int, last: int) -> Iterator[dict[str, Any]]:
    today = business_day()
    for number in range(first, last + 1):
        day = today - timedelta(days=(100_000 - number) // 140)
        is_open = _is_open(number)
        yield {
            'id': number,
            'number': f'INV-{number:06}',
            'customer_id': 1,
            'status': 'Posted',
            'date': day.isoformat(),
            'due_date': (day + timedelta(days=30)).isoformat(),
            'posted_at': _moment(number),
            'currency': 'USD',
            'subtotal': 90_000,
            'tax': 0,
            'total': 90_000,
            'paid': 0 if is_open else 90_000,
            'credited': 0,
            'written_off': 0,
            'balance': 90_000 if is_open else 0,
            'pending': 0,
            'reference': '',
            'note': '',
            'dispute_note': '',
            'auto_pay_tries': 0,
            'created_at': _moment(number),
        }


def _parts(first: int, last: int) -> Iterator[tuple[int, int]]:
    for invoice in range(first, last + 1):
        if not _is_open(invoice):
            for part in range(PER_INVOICE):
                yield invoice, invoice * PER_INVOICE + part


def _payments(first: int, last: int) -> Iterator[dict[str, Any]]:
    for invoice, payment in _parts(first, last):
        yield {
            'id': payment,
            'number': f'PAY-{payment:07}',
            'customer_id': 1,
            'status': 'Processed',
            'at': _moment(invoice) + payment % PER_INVOICE,
            'amount': 10_000,
            'currency': 'USD',
            'applied': 10_000,
            'refunded': 0,
            'plan': '[]',
            'method': 'Bank transfer',
            'reference': f'TRX{payment}',
            'origin': 'staff',
            'key': f'{payment}',
            'gateway': '',
            'gateway_reference': '',
            'checkout': '',
            'reason': '',
            'note': '',
            'created_at': _moment(invoice),
        }


def _applications(first: int, last: int) -> Iterator[dict[str, Any]]:
    for invoice, payment in _parts(first, last):
        yield {
            'customer_id': 1,
            'invoice_id': invoice,
            'payment_id': payment,
            'amount': 10_000,
            'at': _moment(invoice),
        }


def _entries(first: int, last: int) -> Iterator[dict[str, Any]]:
    shared = {'customer_id': 1, 'currency': 'USD'}
    for number in range(first, last + 1):
        yield {
            **shared,
            'at': _moment(number),
            'kind': 'Invoice',
            'amount': 90_000,
            'number': f'INV-{number:06}',
            'invoice_id': number,
            'payment_id': None,
        }
    for invoice, payment in _parts(first, last):
        yield {
            **shared,
            'at': _moment(invoice) + payment % PER_INVOICE,
            'kind': 'Payment',
            'amount': -10_000,
            'number': f'PAY-{payment:07}',
            'invoice_id': None,
            'payment_id': payment,
        }


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
