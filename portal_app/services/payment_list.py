"""The Payments tab (POR-05)."""

from sqlalchemy import case
from sqlmodel import col

from portal_app.listings import Field, Kind, Listing
from portal_app.models import Payment, PaymentStatus
from portal_app.services.billing_states import PAYMENT_STATES, payment_state_column
from portal_app.services.invoices_applied_to import invoices_applied_to
from portal_app.services.whose import customer_name

_CURRENCY = col(Payment.currency)
_HERE = col(Payment.status).in_((PaymentStatus.PROCESSED, PaymentStatus.REVERSED))

PAYMENTS = Listing(
    key='payments',
    title='Payments',
    singular='Payment',
    model=Payment,
    icon='payments',
    tab_default=True,
    default_sort='-date',
    named_by='number',
    empty='As soon as you have paid something, it appears here.',
    document_says=(
        'number',
        'date',
        'method',
        'status',
        'reference',
        'amount',
        'applied',
        'unapplied',
        'refunded',
    ),
    fields=(
        Field(
            'number',
            'Payment',
            Kind.REFERENCE,
            col(Payment.number),
            sorts=True,
            searched=True,
            up_front=False,
        ),
        customer_name(Payment),
        Field('date', 'Date', Kind.TIME, col(Payment.at), sorts=True, indexed=True),
        Field('method', 'Method', Kind.CHOICE, col(Payment.method), searched=True),
        Field('status', 'Status', Kind.CHOICE, payment_state_column, values=PAYMENT_STATES),
        Field(
            'reference',
            'Reference',
            Kind.TEXT,
            col(Payment.reference),
            searched=True,
            at_first=False,
            up_front=False,
        ),
        Field(
            'applied_to',
            'Applied to',
            Kind.TEXT,
            invoices_applied_to(Payment),
            filters=False,
            tells_of='invoices.number',
        ),
        Field(
            'amount', 'Amount', Kind.MONEY, col(Payment.amount), currency=_CURRENCY, sorts=True, adds_up=True
        ),
        Field(
            'applied',
            'Applied',
            Kind.MONEY,
            col(Payment.applied),
            currency=_CURRENCY,
            adds_up=True,
            at_first=False,
            up_front=False,
        ),
        Field(
            'unapplied',
            'Unapplied',
            Kind.MONEY,
            case((_HERE, col(Payment.amount) - col(Payment.applied) - col(Payment.refunded)), else_=0),
            currency=_CURRENCY,
            adds_up=True,
            at_first=False,
            up_front=False,
        ),
        Field(
            'refunded',
            'Refunded',
            Kind.MONEY,
            col(Payment.refunded),
            currency=_CURRENCY,
            adds_up=True,
            at_first=False,
            up_front=False,
        ),
        Field('currency', 'Currency', Kind.CHOICE, _CURRENCY, up_front=False),
    ),
)
