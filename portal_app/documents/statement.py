"""The statement of an account."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from portal_app.documents.formats import Formats
from portal_app.documents.paper import (
    Cell,
    Column,
    Headline,
    Look,
    Paper,
    Table,
    Total,
    Who,
    block,
    given,
    line,
)
from portal_app.documents.render import rendered
from portal_app.documents.sheets import StatementLine, StatementSheet


def statement_pdf(sheet: StatementSheet) -> bytes:
    """The statement as a tagged PDF, made as of its issue. May run in several threads at once (POR-05)."""
    return rendered(statement_paper(sheet), datetime.combine(sheet.issued, time(), UTC))


def statement_paper(sheet: StatementSheet) -> Paper:
    """What stands on the statement."""
    formats = Formats(sheet.locale, sheet.currency)
    return Paper(
        look=Look.of(sheet.seller, formats.locale),
        kind='Statement',
        number=line(sheet.number),
        status='',
        seller=Who.seller(sheet.seller),
        party=Who.party('Account', sheet.party),
        facts=given(
            ('Period', formats.days(sheet.start, sheet.end)),
            ('Issued', formats.day(sheet.issued)),
            ('Account', line(sheet.party.number)),
            ('Currency', line(sheet.currency)),
        ),
        headline=Headline(
            'Closing balance',
            formats.money(sheet.closing),
            f'As of {formats.day(sheet.end)}' + (' · a credit in your favour' if sheet.closing < 0 else ''),
        ),
        tables=tuple(_tables(sheet, formats)),
    )


def _tables(sheet: StatementSheet, formats: Formats) -> Iterator[Table]:
    columns = (
        Column('Date'),
        Column('Entry', wide=True),
        Column('Charges', figures=True),
        Column('Payments, credits', figures=True),
        Column(f'Balance ({sheet.currency})', figures=True),
    )
    opening = (
        Cell(formats.day(sheet.start)),
        Cell('Opening balance'),
        Cell(''),
        Cell(''),
        Cell(formats.figure(sheet.opening)),
    )
    rows = [opening, *(_row(entry, formats) for entry in sheet.entries)]
    yield Table('Activity', columns, rows, _totals(sheet, formats))
    if sheet.ageing:
        yield Table(
            f'What is owed, by age ({sheet.currency})',
            tuple(Column(line(label), figures=True, wide=True) for label, _ in sheet.ageing),
            [tuple(Cell(formats.figure(amount)) for _, amount in sheet.ageing)],
        )


def _row(entry: StatementLine, formats: Formats) -> tuple[Cell, ...]:
    return (
        Cell(formats.day(entry.date)),
        Cell(line(f'{entry.kind} {entry.number}'), block(entry.description)),
        Cell('' if entry.charge is None else formats.figure(entry.charge)),
        Cell('' if entry.payment is None else formats.figure(entry.payment)),
        Cell(formats.figure(entry.balance)),
    )


def _totals(sheet: StatementSheet, formats: Formats) -> tuple[Total, ...]:
    return (
        Total('Opening balance', formats.money(sheet.opening)),
        Total('Charges', formats.money(sum(entry.charge or 0 for entry in sheet.entries))),
        Total('Payments, credits', formats.money(-sum(entry.payment or 0 for entry in sheet.entries))),
        Total('Closing balance', formats.money(sheet.closing), strong=True),
    )
