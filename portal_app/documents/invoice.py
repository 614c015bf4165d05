"""The invoice."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from portal_app.documents.formats import Formats
from portal_app.documents.paper import (
    Cell,
    Column,
    Headline,
    Look,
    Pair,
    Paper,
    Table,
    Total,
    Who,
    block,
    given,
    line,
)
from portal_app.documents.render import rendered
from portal_app.documents.sheets import InvoiceSheet, SheetLine

LONGEST_UNIT = 14  # characters that stand below the quantity; a longer one stands below the description
VOID = {'void', 'reversed'}


def invoice_pdf(sheet: InvoiceSheet) -> bytes:
    """The invoice as a tagged PDF, made as of its date. May run in several threads at once (POR-05)."""
    return rendered(invoice_paper(sheet), datetime.combine(sheet.date, time(), UTC))


def invoice_paper(sheet: InvoiceSheet) -> Paper:
    """What stands on the invoice."""
    formats = Formats(sheet.locale, sheet.currency)
    texts = (('Note', sheet.note), ('Terms', sheet.terms))
    return Paper(
        look=Look.of(sheet.seller, formats.locale),
        kind='Invoice',
        number=line(sheet.number),
        status=line(sheet.status),
        seller=Who.seller(sheet.seller),
        party=Who.party('Billed to', sheet.party),
        facts=given(
            ('Date', formats.day(sheet.date)),
            ('Due', formats.day(sheet.due_date)),
            ('Account', line(sheet.party.number)),
            ('For', line(sheet.service_for)),
            ('Reference', line(sheet.reference)),
        ),
        headline=_headline(sheet, formats),
        tables=tuple(_tables(sheet, formats)),
        texts=tuple(Pair(label, block(text)) for label, text in texts if text.strip()),
    )


def _headline(sheet: InvoiceSheet, formats: Formats) -> Headline:
    if sheet.status.casefold() in VOID:
        return Headline('Total', formats.money(sheet.total), 'This invoice is void. Nothing is owed.')
    if sheet.balance == 0:
        note = 'Paid in full. Thank you.' if sheet.paid >= sheet.total > 0 else 'Nothing is owed.'
        return Headline('Balance due', formats.money(0), note)
    note = f'Due {formats.day(sheet.due_date)}'
    if sheet.pending:
        note += f' · {formats.money(sheet.pending)} of it is being paid'
    action = 'Pay online' if sheet.pay_url else ''
    return Headline('Balance due', formats.money(sheet.balance), note, sheet.pay_url, action)


def _tables(sheet: InvoiceSheet, formats: Formats) -> Iterator[Table]:
    taxed = bool(sheet.tax) or any(each.tax_rate for each in sheet.lines)
    columns = (
        Column('Description', wide=True),
        Column('Quantity', figures=True),
        Column('Unit price', figures=True),
        *([Column('Tax', figures=True)] if taxed else []),
        Column(f'Amount ({sheet.currency})', figures=True),
    )
    rows = [_row(each, formats, taxed=taxed) for each in sheet.lines]
    yield Table('Items', columns, rows, tuple(_totals(sheet, formats)), 'This invoice has no items.')
    if sheet.payments:
        columns = (
            Column('Date'),
            Column('What', wide=True),
            Column(f'Amount ({sheet.currency})', figures=True),
        )
        yield Table(
            'Payments and credits',
            columns,
            [
                (Cell(formats.day(day)), Cell(line(what)), Cell(formats.figure(amount)))
                for day, what, amount in sheet.payments
            ],
        )


def _row(each: SheetLine, formats: Formats, *, taxed: bool) -> tuple[Cell, ...]:
    unit = line(each.unit)
    below = [line(each.period), f'per {unit}' if len(unit) > LONGEST_UNIT else '']
    return (
        Cell(block(each.description), ' · '.join(filter(None, below))),
        Cell(formats.number(each.quantity), unit if len(unit) <= LONGEST_UNIT else ''),
        Cell(formats.price(each.unit_price)),
        *([Cell(formats.percent(each.tax_rate))] if taxed else []),
        Cell(formats.figure(each.amount)),
    )


def _totals(sheet: InvoiceSheet, formats: Formats) -> Iterator[Total]:
    yield Total('Subtotal', formats.money(sheet.subtotal))
    for rate, base, tax in sheet.taxes:
        yield Total(f'Tax {formats.percent(rate)} of {formats.figure(base)}', formats.money(tax))
    if sheet.tax and len(sheet.taxes) != 1:
        yield Total('Tax' if not sheet.taxes else 'Tax in all', formats.money(sheet.tax))
    lessened = [('Paid', sheet.paid), ('Credited', sheet.credited), ('Written off', sheet.written_off)]
    yield Total('Total', formats.money(sheet.total), strong=True)
    for label, amount in lessened:
        if amount:
            yield Total(label, formats.money(-amount))
    if any(amount for _, amount in lessened):
        yield Total('Balance due', formats.money(sheet.balance), strong=True)
