"""What the PDF documents say (POR-05)."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from components import formats
from portal_app.documents import credit_memo_pdf, invoice_pdf, receipt_pdf, statement_pdf
from portal_app.documents.formats import Formats
from portal_app.money import Money
from tests.sheets import DAY, credit_memo, invoice, line, receipt, squeezed, statement, text

MOST = 10**15


def in_order(content: bytes, *expected: str) -> None:
    """Fail unless these follow each other in the text."""
    said, place = text(content), 0
    for part in expected:
        found = said.find(part, place)
        assert found >= 0, f'{part!r} is not after {said[max(0, place - 60) : place]!r} in {said!r}'
        place = found + len(part)


def test_an_invoice_says_all_that_acme_must_know() -> None:
    """POR-05: number, dates, lines, tax, what was paid, what is left, and where it can be paid."""
    sheet = invoice(
        line(period='Nov 1 – 30, 2026', tax_rate=Decimal(19)),
        line(
            'Rebate', -4_500, quantity=Decimal(1), unit='', unit_price=Decimal(-45), tax_rate=Decimal('7.5')
        ),
        taxes=((Decimal(19), 64_513, 12_257), (Decimal('7.5'), -4_500, -338)),
        tax=11_919,
        total=71_932,
        paid=50_000,
        credited=2_000,
        written_off=1_000,
        balance=18_932,
        payments=((date(2026, 11, 25), 'Visa •••• 4242', 50_000), (date(2026, 11, 26), 'CM-17', 2_000)),
        service_for='Nordics',
        reference='PO 4500-77',
        note='Thank you.',
        terms='Payable within 30 days.\nNo discount.',
        pay_url='https://portal.example/pay/abc',
    )
    content = invoice_pdf(sheet)
    in_order(content, 'Invoice', 'INV-2041', 'Posted', 'From', 'Northwind Energy Cloud', 'Speicherstraße 4')
    in_order(content, 'Billed to', 'Acme', '1 Market Street', 'Details', 'Date Nov 24, 2026')
    in_order(content, 'Due Dec 24, 2026', 'Account C1001', 'For Nordics', 'Reference PO 4500-77')
    in_order(content, 'Balance due', '€189.32', 'Due Dec 24, 2026', 'Pay online', 'Items', 'Amount (EUR)')
    in_order(content, 'API calls', 'Nov 1 – 30, 2026', '1,843,220 call', '0.00035', '19%', '645.13')
    in_order(content, 'Rebate', '1', '-45.00', '7.5%', '-45.00', 'Subtotal €600.13')
    in_order(content, 'Tax 19% of 645.13 €122.57', 'Tax 7.5% of -45.00 -€3.38', 'Tax in all €119.19')
    in_order(content, 'Total €719.32', 'Paid -€500.00', 'Credited -€20.00', 'Written off -€10.00')
    in_order(
        content, 'Balance due €189.32', 'Payments and credits', 'Nov 25, 2026', 'Visa •••• 4242', '500.00'
    )
    in_order(content, 'Nov 26, 2026', 'CM-17', '20.00', 'Note Thank you.', 'Terms Payable within 30 days. No')
    links = [note.get_object()['/A']['/URI'] for note in PdfReader(BytesIO(content)).pages[0]['/Annots']]
    assert sorted(links) == ['https://portal.example/pay/abc', 'mailto:billing@northwind.example']


@pytest.mark.parametrize(
    ('changes', 'said'),
    [
        ({'status': 'Paid', 'paid': 64_513, 'balance': 0}, 'Balance due €0.00 Paid in full. Thank you.'),
        ({'status': 'Void', 'balance': 0}, 'Total €645.13 This invoice is void. Nothing is owed.'),
        ({'credited': 64_513, 'balance': 0}, 'Balance due €0.00 Nothing is owed.'),
        ({'pending': 10_000}, 'Balance due €645.13 Due Dec 24, 2026 · €100.00 of it is being paid'),
    ],
)
def test_the_headline_says_what_is_to_be_done(changes: dict[str, Any], said: str) -> None:
    """Nobody is asked to pay what is paid, void or under way; without an address nothing can be pressed."""
    content = invoice_pdf(invoice(**changes))
    assert said in text(content)
    assert 'Pay online' not in text(content)


def test_a_receipt_says_what_was_paid_when_and_for_what() -> None:
    """POR-05; half past eleven at night in UTC is the next day in Berlin."""
    content = receipt_pdf(receipt(zone='Europe/Berlin', refunded=100, unapplied=5_387))
    in_order(content, 'Receipt', 'PAY-3001', 'Processed', 'Paid by', 'Acme', 'Nov 25, 2026, 12:30')
    in_order(
        content, 'Time zone Europe/Berlin', 'Method Visa •••• 4242', 'Reference ch_3PqX', 'Account C1001'
    )
    in_order(content, 'Amount paid', '€700.00', 'Applied to', 'INV-2041', 'Nov 24, 2026', '645.13')
    in_order(content, 'Applied €645.13', 'Not applied yet €53.87', 'Refunded €1.00', 'Amount €700.00')


def test_a_failed_payment_has_no_receipt_that_says_it_was_paid() -> None:
    """The word is not used for what is no proof of anything."""
    said = text(receipt_pdf(receipt(status='Failed', applied=(), unapplied=0)))
    assert 'Failed: this is no proof of payment.' in said
    assert 'This payment was not applied to an invoice.' in said
    assert not re.search('Receipt|Paid by|Amount paid', said)


def test_a_statement_says_how_the_balance_came_about() -> None:
    """POR-05: from the opening balance through each entry to the closing one."""
    content = statement_pdf(statement())
    in_order(
        content, 'Statement', 'ST-1001', 'Period Nov 1', '30, 2026', 'Issued Dec 1, 2026', 'Currency EUR'
    )
    in_order(content, 'Closing balance', '€45.13', 'As of Nov 30, 2026', 'Opening balance', '100.00')
    in_order(content, 'Nov 24, 2026', 'Invoice INV-2041', '645.13', '745.13', 'Payment PAY-3001')
    in_order(content, 'Visa •••• 4242', '700.00', '45.13', 'Opening balance €100.00', 'Charges €645.13')
    in_order(content, 'Payments, credits -€700.00', 'Closing balance €45.13', 'What is owed, by age (EUR)')
    in_order(content, 'Current', '1–30 days', '45.13', '0.00')
    assert 'a credit in your favour' in text(statement_pdf(statement(closing=-1)))


def test_a_credit_memo_says_what_is_left_of_it() -> None:
    """POR-05: amount, reason, what it was applied to, what is left."""
    content = credit_memo_pdf(credit_memo())
    in_order(content, 'Credit Memo', 'CM-17', 'Credited to', 'Acme', 'Reference SLA-12', '€50.00')
    in_order(content, '€30.00 of it is left', 'INV-2041', '20.00', 'Credit €50.00', 'Applied -€20.00')
    in_order(content, 'Credit left €30.00', 'Reason Three hours of downtime')


@pytest.mark.parametrize(
    ('currency', 'locale', 'minor'),
    [
        ('JPY', 'ja_JP', 1_234_567),
        ('BHD', 'en_US', -1_234_567),
        ('EUR', 'de_DE', -MOST),
        ('USD', 'en_US', MOST),
        ('CHF', 'de_CH', -5),
        ('INR', 'hi_IN', 123_456_789),
        ('CLF', 'es_CL', 12_345),
        ('XOF', 'fr_SN', 10_000),
    ],
)
def test_amounts_read_as_in_the_portal(currency: str, locale: str, minor: int) -> None:
    """POR-05: in the seller's locale, with the currency's own decimals."""
    expected = formats.money(Money(minor, currency), locale)
    assert Formats(locale, currency).money(minor) == expected
    content = invoice_pdf(invoice(line(amount=minor), currency=currency, locale=locale))
    assert ''.join(expected.split()) in squeezed(content)
    assert formats.day(DAY, locale).replace('\xa0', ' ') in text(content)


def test_a_language_without_letters_of_ours_is_written_in_english() -> None:
    """Rather that than boxes; a person's name in such letters is boxes, and the document claims no PDF/UA."""
    assert 'Nov 24, 2026' in text(invoice_pdf(invoice(locale='bn_BD')))
    assert '24 Nov 2026' in text(invoice_pdf(invoice(locale='ta_IN')))
    content = invoice_pdf(invoice(line('தமிழ் மொழி')))
    root = PdfReader(BytesIO(content)).trailer['/Root']
    assert b'pdfuaid' not in root['/Metadata'].get_data()
    assert root['/MarkInfo']['/Marked']
    assert 'மொழி' in text(content)
