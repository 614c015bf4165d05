"""The receipt of a payment."""

from collections.abc import Iterator

from portal_app.documents.formats import Formats
from portal_app.documents.paper import Cell, Column, Headline, Look, Paper, Table, Total, Who, given, line
from portal_app.documents.render import rendered
from portal_app.documents.sheets import Applied, ReceiptSheet

NOT_PAID = {'pending', 'authentication required', 'failed', 'reversed'}


def receipt_pdf(sheet: ReceiptSheet) -> bytes:
    """The receipt as a tagged PDF, made as of the payment. May run in several threads at once (POR-05)."""
    return rendered(receipt_paper(sheet), sheet.at)


def receipt_paper(sheet: ReceiptSheet) -> Paper:
    """What stands on the receipt."""
    formats = Formats(sheet.locale, sheet.currency)
    zone = sheet.zone or sheet.seller.zone_name
    paid = sheet.status.casefold() not in NOT_PAID
    return Paper(
        look=Look.of(sheet.seller, formats.locale),
        kind='Receipt' if paid else 'Payment',
        number=line(sheet.number),
        status=line(sheet.status),
        seller=Who.seller(sheet.seller),
        party=Who.party('Paid by' if paid else 'Account', sheet.party),
        facts=given(
            ('Date', formats.moment(sheet.at, zone)),
            ('Time zone', zone),
            ('Method', line(sheet.method)),
            ('Reference', line(sheet.reference)),
            ('Account', line(sheet.party.number)),
        ),
        headline=Headline(
            'Amount paid' if paid else 'Amount',
            formats.money(sheet.amount),
            line(sheet.method) if paid else f'{line(sheet.status)}: this is no proof of payment.',
        ),
        tables=(
            Table(
                'Applied to',
                applied_columns(sheet.currency),
                applied_rows(sheet.applied, formats),
                tuple(_totals(sheet, formats)),
                'This payment was not applied to an invoice.',
            ),
        ),
    )


def applied_columns(currency: str) -> tuple[Column, ...]:
    """The columns of what was applied to invoices."""
    return Column('Invoice', wide=True), Column('Date'), Column(f'Amount ({currency})', figures=True)


def applied_rows(applied: tuple[Applied, ...], formats: Formats) -> list[tuple[Cell, ...]]:
    """A row for each invoice that something was applied to."""
    return [
        (Cell(line(number)), Cell(formats.day(day)), Cell(formats.figure(amount)))
        for number, day, amount in applied
    ]


def _totals(sheet: ReceiptSheet, formats: Formats) -> Iterator[Total]:
    if sheet.applied:
        yield Total('Applied', formats.money(sum(amount for _, _, amount in sheet.applied)))
    if sheet.unapplied:
        yield Total('Not applied yet', formats.money(sheet.unapplied))
    if sheet.refunded:
        yield Total('Refunded', formats.money(sheet.refunded))
    yield Total('Amount', formats.money(sheet.amount), strong=True)
