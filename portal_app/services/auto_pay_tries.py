"""What auto pay charges, and what follows where it could not: another try later, or none; who is told."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, exists

from portal_app.business_day import business_day
from portal_app.models import Application, Customer, Invoice, InvoiceStatus, PaymentMethod
from portal_app.models.base import now
from portal_app.services import billing_mail
from portal_app.services.accounts import fresh, tell
from portal_app.services.organization import organization
from portal_app.work import Work

AUTO_PAY = 'auto pay'  # what `Payment.origin` says
NO_METHOD = 'No payment method'


def chargeable() -> tuple[ColumnElement[bool], ...]:
    """What must hold of an invoice for auto pay to charge it, today where the organization is.

    One that was paid and is open again, by a refund or a chargeback, is for people to talk about.
    """
    taken_back = exists().where(
        col(Application.invoice_id) == col(Invoice.id),
        col(Application.payment_id).is_not(None),
        col(Application.amount) < 0,
    )
    return (
        col(Invoice.status) == InvoiceStatus.POSTED,
        col(Invoice.balance) > 0,
        col(Invoice.pending) == 0,
        col(Invoice.due_date) <= business_day(),
        col(Invoice.disputed_at).is_(None),
        ~taken_back,
    )


def after_failure(
    work: Work, customer_id: int, invoices: Sequence[Invoice], reason: str, method: PaymentMethod | None
) -> None:
    """Put off the next try of these invoices by the organization's schedule; after the last there is none.

    Customer and staff are told each time. To be called behind the account's lock.
    """
    retry_days = organization(work).retry_days
    tries, next_try = 1, None
    for each in invoices:
        invoice = fresh(work, Invoice, each.id or 0)
        invoice.auto_pay_tries += 1
        tries = max(tries, invoice.auto_pay_tries)
        again = invoice.auto_pay_tries <= len(retry_days)
        days = retry_days[invoice.auto_pay_tries - 1] if again else 0
        invoice.auto_pay_next = now() + timedelta(days=days) if again else None
        next_try = max(filter(None, (next_try, invoice.auto_pay_next)), default=None)
        work.session.add(invoice)
    work.record(
        'auto_pay.fail',
        billing_mail.listed([invoice.number for invoice in invoices]),
        customer_id=customer_id,
        after={'reason': reason, 'tries': tries, 'next_try': str(next_try.date()) if next_try else 'none'},
    )
    customer = work.session.get_one(Customer, customer_id)
    name = method.name if method else NO_METHOD
    billing_mail.send_failure(work, customer, invoices, reason, name, next_try)
    tell(work, customer_id)


def begin_anew(work: Work, invoices: Sequence[Invoice]) -> None:
    """Forget the tries there were: auto pay was just switched on."""
    for invoice in invoices:
        invoice.auto_pay_tries, invoice.auto_pay_next = 0, None
        work.session.add(invoice)
