"""The rows of the large account that `account` measures, written past the services for speed."""

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from portal_app.business_day import business_day
from portal_app.models.base import now

PER_INVOICE = 9  # payments
PER_CREDIT = 10  # invoices for each credit memo
PER_SUBSCRIPTION = 100  # invoices for each subscription
OPEN = 40  # of 100,000 invoices, each the 2,500th
DAY = 86_400_000_000  # microseconds
EPOCH = date(1970, 1, 1)


def fill(file: Path, first: int, last: int) -> None:
    """The invoices of these numbers, each paid in nine parts, but for one in 2,500."""
    raw = sqlite3.connect(file)
    for name, rows in (
        ('invoice', _invoices(first, last)),
        ('payment', _payments(first, last)),
        ('application', _applications(first, last)),
        ('ledger_entry', _entries(first, last)),
        ('credit', _credits(first, last)),
        ('subscription', _subscriptions(first, last)),
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


def _credits(first: int, last: int) -> Iterator[dict[str, Any]]:
    """Each used up."""
    for number in range(first, last + 1, PER_CREDIT):
        yield {
            'id': number,
            'number': f'CM-{number:06}',
            'customer_id': 1,
            'status': 'Closed',
            'date': (business_day() - timedelta(days=(100_000 - number) // 140)).isoformat(),
            'posted_at': _moment(number),
            'amount': 1_000,
            'balance': 0,
            'refunded': 0,
            'currency': 'USD',
            'reason': 'Downtime',
            'reference': '',
            'created_at': _moment(number),
        }


def _subscriptions(first: int, last: int) -> Iterator[dict[str, Any]]:
    today = business_day()
    for number in range(first, last + 1, PER_SUBSCRIPTION):
        yield {
            'id': number,
            'number': f'SUB-{number:06}',
            'customer_id': 1,
            'plan_id': 1,
            'status': 'Active',
            'quantity': 5,
            'price': 18_000,
            'currency': 'USD',
            'started_on': (today - timedelta(days=(100_000 - number) // 140)).isoformat(),
            'period_start': (today - timedelta(days=10)).isoformat(),
            'period_end': (today + timedelta(days=20)).isoformat(),
            'next_billing_on': (today + timedelta(days=20)).isoformat(),
            'created_at': _moment(number),
        }


def state(file: Path, months: int) -> None:
    """So many statements, the last of last month."""
    raw = sqlite3.connect(file)
    _insert(raw, 'statement', _statements(months))
    raw.commit()
    raw.close()


def _statements(months: int) -> Iterator[dict[str, Any]]:
    after = business_day().replace(day=1)
    for number in range(months, 0, -1):
        end = after - timedelta(days=1)
        after, closes = end.replace(day=1), after
        yield {
            'number': f'ST-{number:06}',
            'customer_id': 1,
            'currency': 'USD',
            'start': after.isoformat(),
            'end': end.isoformat(),
            'zone': 'UTC',
            'opens_at': (after - EPOCH).days * DAY,
            'closes_at': (closes - EPOCH).days * DAY,
            'opening': 90_000,
            'closing': 90_000,
            'snapshot': '{}',
            'sha256': '',
            'issued_at': (closes - EPOCH).days * DAY,
        }
