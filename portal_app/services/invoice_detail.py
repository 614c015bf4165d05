"""All that the drawer of an invoice shows, as far as its fields are visible (POR-05, SET-07)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlmodel import col, or_, select

from portal_app.auth.viewer import ContactView
from portal_app.gateways import gateway
from portal_app.listings import Listing
from portal_app.models import UNDER_WAY, Invoice, InvoiceLine, InvoiceStatus, Payment, UsageEvent
from portal_app.money import Money
from portal_app.services.balances import sees_due
from portal_app.services.invoice_figures import RateTax, applied_to_invoice, lines_of, taxes_of
from portal_app.services.related import Related, Tabs, credits_of, payments_of, tabs_of, visible_row
from portal_app.work import Work

# What the figures of the drawer need: a field that is hidden hides them too.
SHOWN_WITH = {
    'subtotal': 'subtotal',
    'tax': 'tax',
    'total': 'total',
    'paid': 'balance',
    'credited': 'balance',
    'written_off': 'balance',
    'balance': 'balance',
    'pending': 'pending',
}


@dataclass(frozen=True)
class DetailLine:
    """One line. `unit_price` is in major units; `has_events`: the usage behind it can be looked at."""

    position: int
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount: Money
    tax_rate: Decimal
    period: tuple[date, date] | None  # first and last day
    has_events: bool


@dataclass(frozen=True)
class InvoiceDetail:
    """What stands below the fields. `figures` has only what is visible, by the invoice's own names."""

    number: str
    figures: dict[str, Money]
    lines: tuple[DetailLine, ...] | None  # None where their sum is hidden
    taxes: tuple[RateTax, ...]
    payments: tuple[Related, ...]
    credits: tuple[Related, ...]
    pending: tuple[Related, ...]
    note: str
    dispute_note: str
    can_be_paid: bool
    has_document: bool


def invoice_detail(work: Work, invoice_id: int) -> InvoiceDetail:
    """Look it up. Raises NotFound where the viewer does not see the invoice, or has no Invoices tab."""
    tabs = tabs_of(work)
    invoice = visible_row(work, tabs, Invoice, invoice_id, 'invoices')
    shown = tabs['invoices']
    lines = lines_of(work, invoice)
    sees_sum = 'total' in shown.by_name
    applied = applied_to_invoice(work, invoice) if 'balance' in shown.by_name else ({}, {})
    return InvoiceDetail(
        number=invoice.number,
        figures=_figures(invoice, shown),
        lines=_lines(work, tabs, invoice, lines) if sees_sum else None,
        taxes=taxes_of(invoice.currency, lines) if sees_sum and 'tax' in shown.by_name else (),
        payments=payments_of(work, tabs, applied[0]),
        credits=credits_of(work, tabs, applied[1]),
        pending=payments_of(work, tabs, _under_way(work, invoice)) if 'pending' in shown.by_name else (),
        note=invoice.note,
        dispute_note=invoice.dispute_note if invoice.disputed_at and 'disputed' in shown.by_name else '',
        can_be_paid=sees_due(tabs) and _can_be_paid(work, invoice),
        has_document=shown.has_document,
    )


def payments_possible(work: Work) -> bool:
    """Whether this viewer can pay anything at all: there is a gateway, and it is not staff who look on."""
    return gateway() is not None and not isinstance(work.viewer, ContactView)


def _lines(work: Work, tabs: Tabs, invoice: Invoice, rows: list[InvoiceLine]) -> tuple[DetailLine, ...]:
    metered = [row.id for row in rows if row.event_type] if 'usage-events' in tabs else []
    events = select(UsageEvent.invoice_line_id).where(col(UsageEvent.invoice_line_id).in_(metered)).distinct()
    with_events = set(work.session.exec(events)) if metered else set()
    return tuple(
        DetailLine(
            position=row.position,
            description=row.description,
            quantity=row.quantity,
            unit=row.unit,
            unit_price=row.unit_price,
            amount=Money(row.amount, invoice.currency),
            tax_rate=row.tax_rate,
            period=(row.period_start, row.period_end) if row.period_start and row.period_end else None,
            has_events=row.id in with_events,
        )
        for row in rows
    )


def _figures(invoice: Invoice, shown: Listing) -> dict[str, Money]:
    return {
        name: Money(getattr(invoice, name), invoice.currency)
        for name, field in SHOWN_WITH.items()
        if field in shown.by_name
    }


def _under_way(work: Work, invoice: Invoice) -> dict[int, int]:
    """Payments that are meant for it and have not arrived."""
    if not invoice.pending:
        return {}
    asked = select(Payment.id, Payment.plan).where(
        or_(*(Payment.status == status for status in UNDER_WAY)), Payment.customer_id == invoice.customer_id
    )
    return {
        id: amount
        for id, plan in work.session.exec(asked)
        for invoice_id, amount in plan
        if id and invoice_id == invoice.id
    }


def _can_be_paid(work: Work, invoice: Invoice) -> bool:
    free = invoice.status == InvoiceStatus.POSTED and invoice.balance > invoice.pending
    return free and payments_possible(work)
