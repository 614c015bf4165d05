"""The billing records of all customers, as staff see them: drafts too, and refunds (ACC-01)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Date, bindparam, case, func
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.business_day import business_day, today
from portal_app.listings import Field, Join, Kind, Listing
from portal_app.models import Credit, Customer, Invoice, InvoiceStatus, Payment, Refund, RefundStatus
from portal_app.services.billing_rules import LIST
from portal_app.services.billing_states import INVOICE_STATES
from portal_app.services.credit_list import CREDITS
from portal_app.services.invoice_list import INVOICES
from portal_app.services.payment_list import PAYMENTS
from portal_app.services.whose import customer_and_number

AGES = ('Not due yet', '1-30 days', '31-60 days', '61-90 days', 'Over 90 days', 'Nothing due')
OVERDUE = AGES[1:5]
PAYMENT, CREDIT = 'Payment', 'Credit memo'  # what a refund is of

_served = aliased(Customer)


def _days_ago(days: int) -> Any:
    """The day that many days before today, looked up anew each time that a statement is executed."""
    return bindparam(f'days_ago_{days}', callable_=lambda: business_day() - timedelta(days), type_=Date())


def _age() -> Any:
    """Since when what is owed is overdue."""
    due = col(Invoice.due_date)
    return case(
        (col(Invoice.balance) == 0, AGES[5]),
        (due >= today, AGES[0]),
        (due >= _days_ago(30), AGES[1]),
        (due >= _days_ago(60), AGES[2]),
        (due >= _days_ago(90), AGES[3]),
        else_=AGES[4],
    )


def _like(listing: Listing, *names: str, **changes: Any) -> tuple[Field, ...]:
    """Fields as customers have them."""
    return tuple(replace(listing.by_name[name], **changes) for name in names)


STAFF_INVOICES = Listing(
    key='invoices',
    title='Invoices',
    singular='Invoice',
    model=Invoice,
    permission=LIST,
    icon='receipt_long',
    named_by='number',
    default_sort='-date',
    empty='Make the first one with “New invoice”.',
    fields=(
        *_like(INVOICES, 'number', up_front=False),
        *customer_and_number(Invoice),
        Field(
            'service_for',
            'Service for',
            Kind.TEXT,
            func.coalesce(_served.name, ''),
            joins=(Join(_served, _served.id == col(Invoice.service_customer_id), optional=True),),
            at_first=False,
            up_front=False,
        ),
        *_like(INVOICES, 'status', values=(InvoiceStatus.DRAFT.value, *INVOICE_STATES)),
        *_like(INVOICES, 'date', 'due_date'),
        Field('age', 'Overdue by', Kind.CHOICE, _age(), values=AGES),
        *_like(INVOICES, 'disputed', up_front=True),
        *_like(INVOICES, 'reference', label='Reference'),
        *_like(INVOICES, 'subtotal', 'tax'),
        *_like(INVOICES, 'total', up_front=False),
        *_like(INVOICES, 'balance', 'pending'),
        *_like(INVOICES, 'currency', at_first=False),
    ),
)

STAFF_PAYMENTS = Listing(
    key='payments',
    title='Payments',
    singular='Payment',
    model=Payment,
    permission=LIST,
    icon='payments',
    named_by='number',
    default_sort='-date',
    empty='What customers pay appears here; record what comes by other ways.',
    fields=(
        *_like(PAYMENTS, 'number', up_front=False),
        *customer_and_number(Payment),
        *_like(PAYMENTS, 'date', 'method', 'status'),
        *_like(PAYMENTS, 'amount'),
        *_like(PAYMENTS, 'unapplied', at_first=True, up_front=True),
        *_like(PAYMENTS, 'applied_to', tells_of=''),
        *_like(PAYMENTS, 'reference', at_first=True),
        *_like(PAYMENTS, 'applied', 'refunded'),
        *_like(PAYMENTS, 'currency', at_first=False),
        Field('origin', 'Made by', Kind.CHOICE, col(Payment.origin), at_first=False, up_front=False),
        Field('gateway', 'Gateway', Kind.CHOICE, col(Payment.gateway), at_first=False, up_front=False),
        Field('reason', 'Reason', Kind.TEXT, col(Payment.reason), at_first=False, up_front=False),
    ),
)

STAFF_CREDITS = Listing(
    key='credits',
    title='Credits',
    singular='Credit memo',
    model=Credit,
    permission=LIST,
    icon='savings',
    named_by='number',
    default_sort='-date',
    empty='Issue one to a customer who shall owe less.',
    fields=(
        *_like(CREDITS, 'number', up_front=False),
        *customer_and_number(Credit),
        *_like(CREDITS, 'date', 'status', 'reason', 'reference'),
        *_like(CREDITS, 'applied_to', tells_of=''),
        *_like(CREDITS, 'amount', 'balance', 'refunded'),
        *_like(CREDITS, 'currency', at_first=False),
    ),
)

_of_payment = Join(Payment, col(Payment.id) == col(Refund.payment_id), optional=True)
_of_credit = Join(Credit, col(Credit.id) == col(Refund.credit_id), optional=True)
_CURRENCY = col(Refund.currency)

STAFF_REFUNDS = Listing(
    key='refunds',
    title='Refunds',
    singular='Refund',
    model=Refund,
    permission=LIST,
    icon='undo',
    named_by='number',
    default_sort='-date',
    empty='What goes back to customers, or is taken back by a bank, appears here.',
    fields=(
        Field('number', 'Refund', Kind.REFERENCE, col(Refund.number), sorts=True, searched=True),
        *customer_and_number(Refund),
        Field('date', 'Date', Kind.TIME, col(Refund.at), sorts=True),
        Field(
            'kind',
            'Kind',
            Kind.CHOICE,
            case((col(Refund.is_chargeback), 'Chargeback'), else_='Refund'),
            values=('Refund', 'Chargeback'),
        ),
        Field('status', 'Status', Kind.CHOICE, col(Refund.status), values=tuple(RefundStatus)),
        Field(
            'of',
            'Of',
            Kind.TEXT,
            func.coalesce(col(Payment.number), col(Credit.number), ''),
            joins=(_of_payment, _of_credit),
            up_front=False,
        ),
        Field(
            'source',
            'Of a',
            Kind.CHOICE,
            case((col(Refund.payment_id).is_not(None), PAYMENT), else_=CREDIT),
            values=(PAYMENT, CREDIT),
            at_first=False,
            up_front=False,
        ),
        Field(
            'amount', 'Amount', Kind.MONEY, col(Refund.amount), currency=_CURRENCY, sorts=True, adds_up=True
        ),
        Field('reason', 'Reason', Kind.TEXT, col(Refund.reason), searched=True, up_front=False),
        Field('problem', 'Problem', Kind.TEXT, col(Refund.problem), at_first=False, up_front=False),
        Field('currency', 'Currency', Kind.CHOICE, _CURRENCY, at_first=False, up_front=False),
    ),
)

BILLING_LISTS = (STAFF_INVOICES, STAFF_PAYMENTS, STAFF_CREDITS, STAFF_REFUNDS)
