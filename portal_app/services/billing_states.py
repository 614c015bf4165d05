"""What people call the state of an invoice or a payment: it follows from what is stored, and from the day.

Each is here twice, for a row and as a column; `tests/test_invoice_list.py` holds them together.
"""

from datetime import date

from sqlalchemy import and_, case
from sqlmodel import col

from portal_app.business_day import business_day, today
from portal_app.models import Invoice, InvoiceStatus, Payment, PaymentStatus

INVOICE_STATES = ('Open', 'Partially Paid', 'Overdue', 'Paid', 'Void', 'Written Off')
UNPAID_STATES = ('Open', 'Partially Paid', 'Overdue')
PAYMENT_STATES = (
    'Processed',
    'Pending',
    'Authentication Required',
    'Failed',
    'Partially Refunded',
    'Refunded',
    'Reversed',
)

_posted = col(Invoice.status) == InvoiceStatus.POSTED
_processed = col(Payment.status) == PaymentStatus.PROCESSED

invoice_state_column = case(
    (and_(_posted, col(Invoice.balance) == 0), 'Paid'),
    (and_(_posted, col(Invoice.due_date) < today), 'Overdue'),
    (and_(_posted, col(Invoice.balance) < col(Invoice.total)), 'Partially Paid'),
    (_posted, 'Open'),
    else_=col(Invoice.status),
)
payment_state_column = case(
    (and_(_processed, col(Payment.refunded) == col(Payment.amount)), 'Refunded'),
    (and_(_processed, col(Payment.refunded) > 0), 'Partially Refunded'),
    else_=col(Payment.status),
)


def invoice_state(invoice: Invoice, day: date | None = None) -> str:
    """The state of an invoice on this day, by default today where the organization is."""
    if invoice.status != InvoiceStatus.POSTED:
        return invoice.status
    if not invoice.balance:
        return 'Paid'
    if invoice.due_date < (day or business_day()):
        return 'Overdue'
    return 'Partially Paid' if invoice.balance < invoice.total else 'Open'


def payment_state(payment: Payment) -> str:
    """The state of a payment."""
    if payment.status != PaymentStatus.PROCESSED or not payment.refunded:
        return payment.status
    return 'Refunded' if payment.refunded == payment.amount else 'Partially Refunded'
