"""All that the drawers of a payment and of a credit show, as far as their fields are visible (POR-05)."""

from dataclasses import dataclass

from portal_app.models import Credit, Payment, PaymentStatus
from portal_app.services.document_sheets import WITH_RECEIPT
from portal_app.services.invoice_figures import applied_from_source
from portal_app.services.related import MoneyBack, Related, invoices_of, refunds_of, tabs_of, visible_row
from portal_app.work import Work


@dataclass(frozen=True)
class PaymentDetail:
    """What stands below the fields of a payment."""

    number: str
    applied: tuple[Related, ...]
    planned: tuple[Related, ...]  # what it is meant for, while it is under way
    refunds: tuple[MoneyBack, ...]
    reason: str  # why it failed
    has_document: bool


@dataclass(frozen=True)
class CreditDetail:
    """What stands below the fields of a credit."""

    number: str
    applied: tuple[Related, ...]
    corrects: tuple[Related, ...]  # the invoice that it was given for
    refunds: tuple[MoneyBack, ...]
    has_document: bool


def payment_detail(work: Work, payment_id: int) -> PaymentDetail:
    """Look it up. Raises NotFound where the viewer does not see the payment."""
    tabs = tabs_of(work)
    payment, shown = visible_row(work, tabs, Payment, payment_id, 'payments'), tabs['payments']
    sees_parts = 'applied' in shown.by_name
    return PaymentDetail(
        number=payment.number,
        applied=invoices_of(work, tabs, applied_from_source(work, payment)) if sees_parts else (),
        planned=invoices_of(work, tabs, {each[0]: each[1] for each in payment.plan}) if sees_parts else (),
        refunds=refunds_of(work, payment) if 'refunded' in shown.by_name else (),
        reason=payment.reason if payment.status == PaymentStatus.FAILED and 'status' in shown.by_name else '',
        has_document=payment.status in WITH_RECEIPT and shown.has_document,
    )


def credit_detail(work: Work, credit_id: int) -> CreditDetail:
    """Look it up. Raises NotFound where the viewer does not see the credit."""
    tabs = tabs_of(work)
    credit, shown = visible_row(work, tabs, Credit, credit_id, 'credits'), tabs['credits']
    applied = applied_from_source(work, credit) if 'balance' in shown.by_name else {}
    return CreditDetail(
        number=credit.number,
        applied=invoices_of(work, tabs, applied),
        corrects=invoices_of(work, tabs, {credit.invoice_id: credit.amount}) if credit.invoice_id else (),
        refunds=refunds_of(work, credit) if 'refunded' in shown.by_name else (),
        has_document=shown.has_document,
    )
