"""Cards that have expired or are about to, and who is told before one is charged."""

from datetime import date, timedelta

from sqlmodel import col, select

from portal_app.auth.viewer import Operator
from portal_app.business_day import business_day
from portal_app.models import Customer, Invoice, InvoiceStatus, Mail, PaymentMethod
from portal_app.models.base import now
from portal_app.services import billing_mail
from portal_app.services.accounts import hold_account
from portal_app.work import Work, acting_as

SOON = timedelta(days=30)
BEFOREHAND = timedelta(days=7)  # before an invoice is due
PAUSE = timedelta(days=30)  # until it is said again


def is_expired(method: PaymentMethod, day: date) -> bool:
    """Whether a card is good for nothing on this day: it is until the end of its month."""
    if not method.expires_year or not method.expires_month:
        return False
    return (method.expires_year, method.expires_month) < (day.year, day.month)


def warn() -> int:
    """Tell customers on auto pay whose card has expired, or will have when the next invoice is due.

    Returns how many were told; each is told once a month.
    """
    until = business_day() + BEFOREHAND
    with acting_as(Operator('billing')) as work:
        found = work.session.exec(
            select(PaymentMethod, col(Invoice.due_date))
            .join(Customer, col(Customer.id) == PaymentMethod.customer_id)
            .join(Invoice, col(Invoice.customer_id) == Customer.id)
            .where(col(Customer.auto_pay).is_(True), col(PaymentMethod.is_default).is_(True))
            .where(Invoice.status == InvoiceStatus.POSTED, Invoice.balance > 0, Invoice.due_date <= until)
            .order_by(col(PaymentMethod.id))
        ).all()
    today = business_day()
    expired = {m.id: m for m, due_date in found if is_expired(m, max(due_date, today))}
    return sum(_warn(method) for method in expired.values())


def _warn(method: PaymentMethod) -> bool:
    with acting_as(Operator('billing')) as work:
        hold_account(work, method.customer_id)
        if _was_told(work, method.customer_id):
            return False
        billing_mail.send_expiry(work, work.session.get_one(Customer, method.customer_id), method)
        return True


def _was_told(work: Work, customer_id: int) -> bool:
    told = select(Mail.id).where(
        Mail.customer_id == customer_id,
        Mail.template == billing_mail.EXPIRES,
        Mail.created_at > now() - PAUSE,
    )
    return work.session.exec(told).first() is not None
