"""What a statement says, as plain values that are stored with it and never read from the tables again."""

from collections import defaultdict
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col, func

from portal_app.models import Application, Customer, EntryKind, Invoice, LedgerEntry, Organization, Statement
from portal_app.work import Work

AGES = (('Not due yet', 0), ('1-30 days', 30), ('31-60 days', 60), ('61-90 days', 90), ('Over 90 days', None))
ORDER = list(EntryKind)


def snapshot(
    work: Work, ours: Organization, statement: Statement, entries: list[LedgerEntry]
) -> dict[str, Any]:
    """The statement's content: who, whose, each move with the balance after it, and the ages of what is due.

    Amounts are minor units of the statement's currency, days are ISO texts of its zone.
    """
    customer = work.session.get_one(Customer, statement.customer_id)
    return {
        'seller': {
            'name': ours.name,
            'address': ours.address,
            'email': ours.support_email,
            'phone': ours.support_phone,
            'logo': ours.logo,
            'colour': ours.brand_colour,
        },
        'party': {'name': customer.name, 'number': customer.number, 'address': customer.address},
        'locale': ours.locale,
        'lines': _lines(statement, entries),
        'ages': _ages(work, statement),
    }


def _lines(statement: Statement, entries: list[LedgerEntry]) -> list[dict[str, Any]]:
    """Each entry once, by day, kind and id (field notes)."""
    zone, balance = ZoneInfo(statement.zone), statement.opening
    found = []
    for day, place, entry in sorted(
        ((entry.at.astimezone(zone).date(), ORDER.index(EntryKind(entry.kind)), entry) for entry in entries),
        key=lambda each: (each[0], each[1], each[2].id or 0),
    ):
        balance += entry.amount
        found.append(
            {
                'day': day.isoformat(),
                'kind': ORDER[place].value,
                'number': entry.number,
                'amount': entry.amount,
                'balance': balance,
            }
        )
    return found


def _ages(work: Work, statement: Statement) -> list[dict[str, Any]]:
    """What was open of invoices at the end, by how long it was overdue, and what was unapplied then."""
    sums: dict[str, int] = defaultdict(int)
    for due_date, amount in _open_invoices(work, statement):
        late = (statement.end - due_date).days
        sums[next(label for label, most in AGES if most is None or late <= most)] += amount
    unapplied = sum(sums.values()) - statement.closing
    found = [{'label': label, 'amount': sums[label]} for label, _ in AGES]
    return [*found, {'label': 'Unapplied payments and credits', 'amount': -unapplied}]


def _open_invoices(work: Work, statement: Statement) -> list[tuple[date, int]]:
    """Due date and balance of each invoice just before the statement closed, where there was one."""
    charged = (
        select(col(LedgerEntry.invoice_id).label('id'), func.sum(col(LedgerEntry.amount)).label('amount'))
        .where(
            col(LedgerEntry.customer_id) == statement.customer_id,
            col(LedgerEntry.currency) == statement.currency,
            col(LedgerEntry.at) < statement.closes_at,
            col(LedgerEntry.invoice_id).is_not(None),
        )
        .group_by(col(LedgerEntry.invoice_id))
        .subquery()
    )
    applied = (
        select(col(Application.invoice_id).label('id'), func.sum(col(Application.amount)).label('amount'))
        .where(
            col(Application.customer_id) == statement.customer_id, col(Application.at) < statement.closes_at
        )
        .group_by(col(Application.invoice_id))
        .subquery()
    )
    left = charged.c.amount - func.coalesce(applied.c.amount, 0)
    asked = (
        select(col(Invoice.due_date), left)
        .join(charged, charged.c.id == col(Invoice.id))
        .outerjoin(applied, applied.c.id == charged.c.id)
        .where(left != 0)
    )
    return [(due_date, int(amount)) for due_date, amount in work.session.execute(asked)]
