"""What belongs to an invoice, a payment or a credit and follows from other rows; asks nobody's permission."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func
from sqlmodel import col, select

from portal_app.models import Application, Credit, Customer, Invoice, InvoiceLine, Payment
from portal_app.money import Money
from portal_app.work import Work


@dataclass(frozen=True)
class RateTax:
    """The tax of all lines of one rate, in percent."""

    rate: Decimal
    net: Money
    tax: Money


def lines_of(work: Work, invoice: Invoice) -> list[InvoiceLine]:
    """The lines in their order."""
    asked = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id)
    return list(work.session.exec(asked.order_by(col(InvoiceLine.position))))


def taxes_of(currency: str, lines: Iterable[InvoiceLine]) -> tuple[RateTax, ...]:
    """What each rate makes, the lowest first; nothing for lines without tax."""
    sums: dict[Decimal, tuple[int, int]] = {}
    for line in lines:
        net, tax = sums.get(line.tax_rate, (0, 0))
        sums[line.tax_rate] = net + line.amount, tax + line.tax
    return tuple(
        RateTax(rate, Money(net, currency), Money(tax, currency))
        for rate, (net, tax) in sorted(sums.items())
        if rate or tax
    )


def service_name(work: Work, invoice: Invoice) -> str:
    """Whom the invoice is for, where that is not who is billed."""
    if not invoice.service_customer_id or invoice.service_customer_id == invoice.customer_id:
        return ''
    return work.session.get_one(Customer, invoice.service_customer_id).name


def applied_to_invoice(work: Work, invoice: Invoice) -> tuple[dict[int, int], dict[int, int]]:
    """What payments and what credits gave, less what was taken back, each by its id; the first first."""
    asked = (
        select(Application.payment_id, Application.credit_id, func.sum(col(Application.amount)))
        .where(Application.invoice_id == invoice.id)
        .group_by(col(Application.payment_id), col(Application.credit_id))
        .order_by(func.min(col(Application.id)))
    )
    rows = work.session.exec(asked).all()
    return (
        {payment: int(amount) for payment, _, amount in rows if payment},
        {credit: int(amount) for _, credit, amount in rows if credit},
    )


def applied_from_source(work: Work, source: Payment | Credit) -> dict[int, int]:
    """Ids of invoices with what was applied to each, less what was taken back; the first first."""
    whose = Application.payment_id if isinstance(source, Payment) else Application.credit_id
    asked = (
        select(Application.invoice_id, func.sum(col(Application.amount)))
        .where(whose == source.id)
        .group_by(col(Application.invoice_id))
        .order_by(func.min(col(Application.id)))
    )
    return {id: int(amount) for id, amount in work.session.exec(asked)}
