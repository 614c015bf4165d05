"""All that the drawer of a statement shows: as it was issued, never as of now (POR-05, field notes)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal_app.models import Credit, EntryKind, Invoice, Payment, Statement
from portal_app.money import Money
from portal_app.services.related import Tabs, ids_by_number, tabs_of, visible_row
from portal_app.work import Work

MOST_ENTRIES = 200  # its document has all
RECORDS: dict[str, tuple[EntryKind, ...]] = {  # whose number an entry of this kind has
    'invoices': (EntryKind.INVOICE, EntryKind.INVOICE_VOID, EntryKind.WRITE_OFF),
    'payments': (EntryKind.PAYMENT,),
    'credits': (EntryKind.CREDIT, EntryKind.CREDIT_REVERSAL),
}


@dataclass(frozen=True)
class Entry:
    """One move of the account. `key` and `id` are of its record, where the viewer sees that."""

    day: date
    kind: str
    number: str
    amount: Money
    balance: Money
    key: str = ''
    id: int = 0


@dataclass(frozen=True)
class StatementDetail:
    """What stands below the fields. Without balances and entries where the balances are hidden."""

    number: str
    opening: Money | None
    closing: Money | None
    entries: tuple[Entry, ...]
    more: int  # entries that only the document has
    has_document: bool


def statement_detail(work: Work, statement_id: int) -> StatementDetail:
    """Look it up. Raises NotFound where the viewer does not see the statement."""
    tabs = tabs_of(work)
    statement = visible_row(work, tabs, Statement, statement_id, 'statements')
    shown = tabs['statements']
    if not {'opening', 'closing'} <= shown.by_name.keys():
        return StatementDetail(statement.number, None, None, (), 0, shown.has_document)
    lines = statement.snapshot['lines']
    return StatementDetail(
        number=statement.number,
        opening=Money(statement.opening, statement.currency),
        closing=Money(statement.closing, statement.currency),
        entries=_entries(work, tabs, statement.currency, lines[:MOST_ENTRIES]),
        more=max(0, len(lines) - MOST_ENTRIES),
        has_document=shown.has_document,
    )


def _entries(work: Work, tabs: Tabs, currency: str, lines: Iterable[dict[str, Any]]) -> tuple[Entry, ...]:
    seen: dict[tuple[str, str], int] = {}
    for key, model in (('invoices', Invoice), ('payments', Payment), ('credits', Credit)):
        numbers = {line['number'] for line in lines if line['kind'] in RECORDS[key]}
        found = ids_by_number(work, tabs, model, numbers, key)
        seen |= {(key, number): id for number, id in found.items()}
    keys = {str(kind): key for key, kinds in RECORDS.items() for kind in kinds}
    return tuple(
        Entry(
            day=date.fromisoformat(line['day']),
            kind=line['kind'],
            number=line['number'],
            amount=Money(line['amount'], currency),
            balance=Money(line['balance'], currency),
            key=keys.get(line['kind'], ''),
            id=seen.get((keys.get(line['kind'], ''), line['number']), 0),
        )
        for line in lines
    )
