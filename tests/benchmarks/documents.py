"""Invoices as PDF: our time against the library's own for the same template and the same JSON.

Run `python -m tests.benchmarks.documents`. Each invoice has texts of its own, since typst remembers what it
has set before. A ratio must be at most 2.
"""

import argparse
import json
import resource
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from statistics import median
from threading import Thread
from time import perf_counter, sleep

from portal_app.documents import InvoiceSheet, Party, Seller, SheetLine, invoice_pdf
from portal_app.documents.invoice import invoice_paper
from portal_app.documents.render import compiled
from portal_app.services.demo_pictures import draw_logo
from tests.benchmarks.serving import seconds, table

SELLER = Seller(
    name='Northwind Energy Cloud',
    address='Speicherstraße 4\n20457 Hamburg\nGermany',
    email='billing@northwind.example',
    logo=draw_logo(),
    logo_content_type='image/png',
    logo_tone='#ffffff',
    colour='#14574b',
)
MOMENT = datetime(2026, 11, 24, tzinfo=UTC)
MOST = 2.0
_salt = count()


def invoice(lines: int) -> InvoiceSheet:
    """One of its own."""
    salt = next(_salt)
    amount = 64_513
    return InvoiceSheet(
        seller=SELLER,
        party=Party(name=f'Acme {salt}', number='C1001', address='1 Market Street\nSan Francisco'),
        number=f'INV-{salt}',
        date=date(2026, 11, 24),
        due_date=date(2026, 12, 24),
        status='Posted',
        currency='EUR',
        lines=tuple(
            SheetLine(
                description=f'API calls of meter {salt}-{position}',
                period='Nov 1 – 30, 2026',
                quantity=Decimal(1_843_220 + position),
                unit='call',
                unit_price=Decimal('0.00035'),
                amount=amount + position,
                tax_rate=Decimal(19),
            )
            for position in range(lines)
        ),
        subtotal=amount * lines,
        tax=0,
        total=amount * lines,
        paid=0,
        credited=0,
        balance=amount * lines,
        pay_url='https://portal.example/pay',
    )


def library(lines: int) -> Callable[[], bytes]:
    """What the library does for such an invoice, and nothing else."""
    inputs = {'paper': json.dumps(invoice_paper(invoice(lines)), default=vars)}
    return lambda: compiled(inputs, MOMENT)


def ours(lines: int) -> Callable[[], bytes]:
    """From the sheet to the bytes."""
    sheet = invoice(lines)
    return lambda: invoice_pdf(sheet)


def longest_wait(run: Callable[[], object]) -> float:
    """How long another thread of Python had to wait at most while this ran, in seconds."""
    worker = Thread(target=run)
    worker.start()
    longest, last = 0.0, perf_counter()
    while worker.is_alive():
        sleep(0.001)
        now = perf_counter()
        longest, last = max(longest, now - last), now
    return longest


def main() -> None:
    """Print the table; fail where a ratio is too high."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument('--runs', type=int, default=15)
    runs = asked.parse_args().runs
    first = seconds(ours(1))
    for _ in range(12):
        ours(300)()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    rows, ratios = [], []
    for lines in (1, 30, 300):
        own, theirs = [], []
        for _ in range(runs):
            theirs.append(seconds(library(lines)))
            own.append(seconds(ours(lines)))
        ratios.append(median(own) / median(theirs))
        wait, size = longest_wait(ours(lines)), len(invoice_pdf(invoice(lines)))
        times = (f'{1000 * median(each):.1f}' for each in (own, theirs))
        rows.append((str(lines), *times, f'{ratios[-1]:.2f}', f'{1000 * wait:.0f}', f'{size / 1000:,.0f}'))
    table(('lines', 'ours, ms', 'library, ms', 'ratio', 'others wait, ms', 'kB'), rows)
    print(
        f'The first takes {1000 * first:.0f} ms. After 12 of 300 lines the process had at most {memory} MB.'
    )
    assert max(ratios) <= MOST, f'{max(ratios):.2f} times the library'


if __name__ == '__main__':
    main()
