"""A draft as it is typed, checked, stored and read again."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select, update

from portal_app.models import Customer, Invoice, InvoiceLine, UsageEvent
from portal_app.money import is_currency
from portal_app.services.billing_rules import (
    LONGEST_NOTE,
    LONGEST_REFERENCE,
    Problems,
    day_problem,
    refuse,
    said,
    text_problem,
)
from portal_app.services.invoice_lines import Line, Sums, TypedLine, checked, sums_of, total_problem
from portal_app.work import Work

_ASIDE = 1_000_000  # added to a position while lines change places


@dataclass(frozen=True)
class TypedInvoice:
    """A draft as it was typed. `customer` is a number; no `due_date` means by the payment terms."""

    customer: str
    currency: str
    date: dt.date | None
    due_date: dt.date | None = None
    reference: str = ''
    note: str = ''
    lines: tuple[TypedLine, ...] = ()


def typed_of(work: Work, invoice: Invoice) -> TypedInvoice:
    """An invoice as somebody would have typed it."""
    customer = work.session.get_one(Customer, invoice.service_customer_id or invoice.customer_id)
    lines = tuple(
        TypedLine(
            row.description,
            f'{row.quantity:f}',
            row.unit,
            f'{row.unit_price:f}',
            f'{row.tax_rate:f}',
            row.id or 0,
        )
        for row in rows_of(work, invoice)
    )
    return TypedInvoice(
        customer.number,
        invoice.currency,
        invoice.date,
        invoice.due_date,
        invoice.reference,
        invoice.note,
        lines,
    )


def check_typed(typed: TypedInvoice) -> tuple[list[Line], Problems]:
    """The lines that are right, and every broken rule by field, but for whether the customer exists."""
    lines, problems = checked(typed.currency, typed.lines)
    known = is_currency(typed.currency)
    wrong = {
        'currency': '' if known else f'must be one such as EUR (got {typed.currency[:10]!r})',
        'date': day_problem(typed.date, past=False),
        'due_date': day_problem(typed.due_date, past=False) if typed.due_date else '',
        'reference': text_problem(typed.reference.strip(), LONGEST_REFERENCE),
        'note': text_problem(typed.note.strip(), LONGEST_NOTE, lines=True),
    }
    if typed.date and typed.due_date and typed.due_date < typed.date:
        wrong['due_date'] = f'must not be before the date (got {typed.due_date})'
    if not problems:
        wrong['total'] = total_problem(typed.currency, sums_of(lines))
    return lines, {name: problem for name, problem in wrong.items() if problem} | problems


def checked_draft(typed: TypedInvoice, problems: Problems) -> tuple[list[Line], Sums]:
    """The lines of a draft that is right, and their sums. Raises BillingRefused, with these problems too."""
    lines, more = check_typed(typed)
    refuse(problems | more)
    return lines, sums_of(lines)


def values_of(typed: TypedInvoice, billed: Customer, sums: Sums) -> dict[str, Any]:
    """What an invoice's row says of a draft that is right."""
    assert typed.date is not None
    return {
        'currency': typed.currency,
        'date': typed.date,
        'due_date': typed.due_date or typed.date + dt.timedelta(days=billed.payment_terms),
        'reference': typed.reference.strip(),
        'note': typed.note.strip(),
        'subtotal': sums.subtotal,
        'tax': sums.tax,
        'total': sums.total,
    }


def rows_of(work: Work, invoice: Invoice) -> list[InvoiceLine]:
    """The lines of an invoice in their order."""
    lines = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id)
    return list(work.session.exec(lines.order_by(col(InvoiceLine.position))))


def write_lines(work: Work, invoice: Invoice, lines: list[Line]) -> None:
    """Let an invoice have these lines. One that stays keeps its row, and with it its usage events."""
    rows = {row.id: row for row in rows_of(work, invoice)}
    for id in rows.keys() - {line.id for line in lines}:
        delete_line(work, rows.pop(id))
    for row in rows.values():
        row.position += _ASIDE
    work.session.flush()
    for position, line in enumerate(lines, 1):
        values = {name: value for name, value in vars(line).items() if name != 'id'} | {'position': position}
        row = rows.get(line.id) or InvoiceLine(invoice_id=invoice.id or 0, **values)
        for name, value in values.items():
            setattr(row, name, value)
        work.session.add(row)
    work.session.flush()


def delete_line(work: Work, row: InvoiceLine) -> None:
    """Delete a line; the usage events behind it are not billed any more."""
    behind = update(UsageEvent).where(col(UsageEvent.invoice_line_id) == row.id)
    work.session.execute(behind.values(invoice_line_id=None))
    work.session.delete(row)


def content(invoice: Invoice, lines: list[Line] | list[InvoiceLine]) -> dict[str, Any]:
    """What the audit log says that a draft has."""
    texts = [
        f'{line.quantity:f} {line.unit} × {line.unit_price:f} {line.description} ({line.tax_rate:f} %)'
        for line in lines
    ]
    return {
        'date': invoice.date.isoformat(),
        'due_date': invoice.due_date.isoformat(),
        'reference': invoice.reference,
        'note': invoice.note,
        'total': said(invoice.total, invoice.currency),
        'lines': '\n'.join(texts),
    }
