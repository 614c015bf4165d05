"""What payments and credits were applied to. Applying moves nothing of the account's net (field notes)."""

from datetime import datetime

from sqlmodel import col, select

from portal_app.errors import Conflict, Invalid
from portal_app.models import (
    Application,
    Credit,
    CreditStatus,
    Invoice,
    InvoiceStatus,
    Payment,
    PaymentStatus,
)
from portal_app.services.accounts import account, counts_from, fresh, shift, tell
from portal_app.work import Work

Source = Payment | Credit


def unapplied(source: Source) -> int:
    """What of a payment or credit can still be applied or refunded; nothing of money that is not here."""
    if isinstance(source, Credit):
        return source.balance
    if source.status != PaymentStatus.PROCESSED:
        return 0
    return source.amount - source.applied - source.refunded


def apply(work: Work, source: Source, invoice: Invoice, amount: int, at: datetime | None = None) -> None:
    """Use some of a payment or credit for an invoice.

    Raises Invalid for another account or currency, Conflict where one of the two has less than the amount.
    """
    if source.customer_id != invoice.customer_id or source.currency != invoice.currency:
        raise Invalid(f'{source.number} and invoice {invoice.number} differ in account or currency.')
    if invoice.status != InvoiceStatus.POSTED or not 0 < amount <= invoice.balance:
        raise Conflict(f'Invoice {invoice.number} cannot take this amount.')
    if amount > unapplied(source):
        raise Conflict(f'{source.number} has less than this amount left.')
    _allot(work, source, invoice, amount, at)


def take_back(work: Work, source: Source, invoice: Invoice, amount: int, at: datetime | None = None) -> None:
    """Undo some of an application: the invoice is open again by as much, and the money unapplied."""
    if not 0 < amount <= dict(_sums(work, source)).get(invoice.id or 0, 0):
        raise Conflict(f'{source.number} has not paid as much of invoice {invoice.number}.')
    if invoice.status == InvoiceStatus.WRITTEN_OFF:
        invoice.status = InvoiceStatus.POSTED  # what was written off stays so; this much is owed again
    _allot(work, source, invoice, -amount, at)


def applied_to(work: Work, invoice: Invoice) -> list[tuple[Source, int]]:
    """The payments and credits that an invoice was paid with, each with its amount."""
    work.session.flush()
    rows = work.session.exec(
        select(Application).where(Application.invoice_id == invoice.id).order_by(col(Application.id))
    )
    sums: dict[tuple[bool, int], int] = {}
    for row in rows:
        key = (row.payment_id is not None, row.payment_id or row.credit_id or 0)
        sums[key] = sums.get(key, 0) + row.amount
    return [
        (fresh(work, Payment, id) if is_payment else fresh(work, Credit, id), amount)
        for (is_payment, id), amount in sums.items()
        if amount
    ]


def applied_from(work: Work, source: Source) -> list[tuple[Invoice, int]]:
    """The invoices that a payment or credit was applied to, first the one that was first."""
    return [(fresh(work, Invoice, id), amount) for id, amount in _sums(work, source) if amount]


def _sums(work: Work, source: Source) -> list[tuple[int, int]]:
    """Invoice ids with what was applied to each, less what was taken back."""
    work.session.flush()
    which = Application.payment_id if isinstance(source, Payment) else Application.credit_id
    sums: dict[int, int] = {}
    for row in work.session.exec(select(Application).where(which == source.id).order_by(col(Application.id))):
        sums[row.invoice_id] = sums.get(row.invoice_id, 0) + row.amount
    return list(sums.items())


def _allot(work: Work, source: Source, invoice: Invoice, amount: int, at: datetime | None) -> None:
    """Write down that so much was applied, or taken back where it is below zero."""
    invoice.balance -= amount
    if isinstance(source, Payment):
        source.applied += amount
        invoice.paid += amount
    else:
        source.balance -= amount
        source.status = CreditStatus.OPEN if source.balance else CreditStatus.APPLIED
        invoice.credited += amount
    work.session.add_all(
        (
            source,
            invoice,
            Application(
                customer_id=invoice.customer_id,
                invoice_id=invoice.id or 0,
                payment_id=source.id if isinstance(source, Payment) else None,
                credit_id=source.id if isinstance(source, Credit) else None,
                amount=amount,
                at=counts_from(account(work, invoice.customer_id, invoice.currency), at),
            ),
        )
    )
    shift(work, invoice, due=-amount, credit=-amount)
    tell(work, invoice.customer_id)
