"""Documents for the tests, and what a reader finds in them."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pypdfium2
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from portal_app.documents import (
    CreditMemoSheet,
    InvoiceSheet,
    Party,
    ReceiptSheet,
    Seller,
    SheetLine,
    StatementLine,
    StatementSheet,
)
from portal_app.services.demo_pictures import draw_logo

SELLER = Seller(
    name='Northwind Energy Cloud',
    address='Speicherstraße 4\n20457 Hamburg',
    email='billing@northwind.example',
    phone='+49 40 555 0100',
    logo=draw_logo(),
    logo_content_type='image/png',
    logo_tone='#ffffff',
    colour='#14574b',
    zone_name='Europe/Berlin',
)
ACME = Party(name='Acme', number='C1001', address='1 Market Street\nSan Francisco, CA 94105')
DAY = date(2026, 11, 24)


def line(description: str = 'API calls', amount: int = 64_513, **changes: Any) -> SheetLine:
    """A line of an invoice."""
    given = {'quantity': Decimal(1_843_220), 'unit_price': Decimal('0.00035'), 'unit': 'call', **changes}
    return SheetLine(description=description, amount=amount, **given)


def invoice(*lines: SheetLine, **changes: Any) -> InvoiceSheet:
    """Acme's invoice, unpaid."""
    lines = lines or (line(period='Nov 1 – 30, 2026'),)
    total = sum(each.amount for each in lines)
    given: dict[str, Any] = {
        'seller': SELLER,
        'party': ACME,
        'number': 'INV-2041',
        'date': DAY,
        'due_date': date(2026, 12, 24),
        'status': 'Posted',
        'currency': 'EUR',
        'lines': lines,
        'subtotal': total,
        'tax': 0,
        'total': total,
        'paid': 0,
        'credited': 0,
        'balance': total,
        **changes,
    }
    return InvoiceSheet(**given)


def receipt(**changes: Any) -> ReceiptSheet:
    """Acme paid more than the invoice asked for."""
    given: dict[str, Any] = {
        'seller': SELLER,
        'party': ACME,
        'number': 'PAY-3001',
        'at': datetime(2026, 11, 24, 23, 30, tzinfo=UTC),
        'method': 'Visa •••• 4242',
        'reference': 'ch_3PqX',
        'status': 'Processed',
        'currency': 'EUR',
        'amount': 70_000,
        'applied': (('INV-2041', DAY, 64_513),),
        'unapplied': 5_487,
        **changes,
    }
    return ReceiptSheet(**given)


def statement(**changes: Any) -> StatementSheet:
    """Acme's November."""
    given: dict[str, Any] = {
        'seller': SELLER,
        'party': ACME,
        'number': 'ST-1001',
        'start': date(2026, 11, 1),
        'end': date(2026, 11, 30),
        'issued': date(2026, 12, 1),
        'currency': 'EUR',
        'opening': 10_000,
        'closing': 4_513,
        'entries': (
            StatementLine(date=DAY, kind='Invoice', number='INV-2041', charge=64_513, balance=74_513),
            StatementLine(
                date=DAY,
                kind='Payment',
                number='PAY-3001',
                description='Visa •••• 4242',
                payment=70_000,
                balance=4_513,
            ),
        ),
        'ageing': (('Current', 4_513), ('1–30 days', 0)),
        **changes,
    }
    return StatementSheet(**given)


def credit_memo(**changes: Any) -> CreditMemoSheet:
    """A credit of Acme's, used in part."""
    given: dict[str, Any] = {
        'seller': SELLER,
        'party': ACME,
        'number': 'CM-17',
        'date': DAY,
        'reason': 'Three hours of downtime',
        'reference': 'SLA-12',
        'currency': 'EUR',
        'amount': 5_000,
        'balance': 3_000,
        'applied': (('INV-2041', DAY, 2_000),),
        **changes,
    }
    return CreditMemoSheet(**given)


def pages(content: bytes) -> list[str]:
    """The text of each page, with plain spaces and without line ends."""
    return [
        re.sub(r'\s+', ' ', page.get_textpage().get_text_range()) for page in pypdfium2.PdfDocument(content)
    ]


def text(content: bytes) -> str:
    """All text."""
    return ' '.join(pages(content))


def squeezed(content: bytes) -> str:
    """All text without spaces, for words that a line end may have cut."""
    return ''.join(text(content).split())


def letters(content: bytes) -> list[tuple[str, tuple[float, float, float, float], tuple[float, float]]]:
    """Each letter of all pages: itself, left, bottom, right and top, and the size of its page, in points."""
    found = []
    for page in pypdfium2.PdfDocument(content):
        written = page.get_textpage()
        for place in range(written.count_chars()):
            sign = written.get_text_range(place, 1)
            if sign.strip():
                found.append((sign, written.get_charbox(place), page.get_size()))
    return found


def tags(content: bytes) -> list[tuple[int, str, DictionaryObject]]:
    """The tree of tags in reading order: depth, kind, element."""
    found: list[tuple[int, str, DictionaryObject]] = []

    def walk(node: Any, depth: int) -> None:
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, list):
            for each in node:
                walk(each, depth)
        elif isinstance(node, DictionaryObject) and '/S' in node:
            found.append((depth, str(node['/S']), node))
            walk(node.get('/K', []), depth + 1)

    walk(PdfReader(BytesIO(content)).trailer['/Root']['/StructTreeRoot']['/K'], 0)
    return found
