"""Which invoices a payment or credit was applied to, as a column of its own list."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from portal_app.models import Application, Credit, Invoice, InvoiceStatus, Payment


def invoices_applied_to(source: type[Payment] | type[Credit]) -> Any:
    """The numbers of the invoices, the first applied first: 'INV-000012, INV-000020'.

    Only those that are the same customer's now: an invoice that went to another one is not told of.
    """
    whose = Application.payment_id if source is Payment else Application.credit_id
    invoices = (
        select(col(Invoice.number).label('number'))
        .join(Application, col(Application.invoice_id) == col(Invoice.id))
        .where(
            col(whose) == source.id,
            col(Invoice.customer_id) == source.customer_id,
            col(Invoice.status) != InvoiceStatus.DRAFT,
        )
        .group_by(col(Invoice.id), col(Invoice.number))
        .having(func.sum(col(Application.amount)) > 0)
        .order_by(func.min(col(Application.id)))
        .correlate(source)
        .subquery()
    )
    together = select(func.aggregate_strings(invoices.c.number, ', ')).scalar_subquery()
    return func.coalesce(together, '')
