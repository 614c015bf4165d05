"""The credit memo."""

from datetime import UTC, datetime, time

from portal_app.documents.formats import Formats
from portal_app.documents.paper import Headline, Look, Pair, Paper, Table, Total, Who, block, given, line
from portal_app.documents.receipt import applied_columns, applied_rows
from portal_app.documents.render import rendered
from portal_app.documents.sheets import CreditMemoSheet


def credit_memo_pdf(sheet: CreditMemoSheet) -> bytes:
    """The credit memo as a tagged PDF, made as of its date. May run in several threads at once (POR-05)."""
    return rendered(credit_memo_paper(sheet), datetime.combine(sheet.date, time(), UTC))


def credit_memo_paper(sheet: CreditMemoSheet) -> Paper:
    """What stands on the credit memo."""
    formats = Formats(sheet.locale, sheet.currency)
    applied = sum(amount for _, _, amount in sheet.applied)
    totals = (
        Total('Credit', formats.money(sheet.amount)),
        *([Total('Applied', formats.money(-applied))] if applied else []),
        Total('Credit left', formats.money(sheet.balance), strong=True),
    )
    return Paper(
        look=Look.of(sheet.seller, formats.locale),
        kind='Credit Memo',
        number=line(sheet.number),
        status='',
        seller=Who.seller(sheet.seller),
        party=Who.party('Credited to', sheet.party),
        facts=given(
            ('Date', formats.day(sheet.date)),
            ('Reference', line(sheet.reference)),
            ('Account', line(sheet.party.number)),
        ),
        headline=Headline(
            'Credit', formats.money(sheet.amount), f'{formats.money(sheet.balance)} of it is left'
        ),
        tables=(
            Table(
                'Applied to',
                applied_columns(sheet.currency),
                applied_rows(sheet.applied, formats),
                totals,
                'This credit was not applied to an invoice yet.',
            ),
        ),
        texts=(Pair('Reason', block(sheet.reason)),) if sheet.reason.strip() else (),
    )
