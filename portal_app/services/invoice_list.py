"""The Invoices tab (POR-05): what customers see of their invoices; a draft is never there."""

from sqlalchemy import case, func
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.listings import Field, Join, Kind, Listing
from portal_app.models import Customer, Invoice, InvoiceStatus
from portal_app.services.billing_states import INVOICE_STATES, invoice_state_column
from portal_app.services.whose import customer_name

_ServiceFor = aliased(Customer)
_CURRENCY = col(Invoice.currency)

INVOICES = Listing(
    key='invoices',
    title='Invoices',
    singular='Invoice',
    model=Invoice,
    icon='receipt_long',
    tab_default=True,
    default_sort='-date',
    named_by='number',
    empty='As soon as you are billed, each invoice appears here.',
    always=col(Invoice.status) != InvoiceStatus.DRAFT,
    never_shown='A draft is never shown.',
    document_says=('number', 'date', 'due_date', 'status', 'subtotal', 'tax', 'total', 'balance'),
    fields=(
        Field(
            'number',
            'Invoice',
            Kind.REFERENCE,
            col(Invoice.number),
            sorts=True,
            searched=True,
            up_front=False,
        ),
        customer_name(Invoice),
        Field(
            'service_for',
            'Service for',
            Kind.CHOICE,
            func.coalesce(_ServiceFor.name, ''),
            joins=(Join(_ServiceFor, _ServiceFor.id == col(Invoice.service_customer_id), optional=True),),
            at_first=False,
            up_front=False,
        ),
        Field('date', 'Date', Kind.DATE, col(Invoice.date), sorts=True, indexed=True),
        Field('due_date', 'Due date', Kind.DATE, col(Invoice.due_date), sorts=True, indexed=True),
        Field('status', 'Status', Kind.CHOICE, invoice_state_column, values=INVOICE_STATES),
        Field(
            'disputed',
            'Disputed',
            Kind.CHOICE,
            case((col(Invoice.disputed_at).is_not(None), 'Disputed'), else_=''),
            values=('Disputed', ''),
            at_first=False,
            up_front=False,
        ),
        Field(
            'reference',
            'Your reference',
            Kind.TEXT,
            col(Invoice.reference),
            searched=True,
            at_first=False,
            up_front=False,
        ),
        Field(
            'subtotal',
            'Subtotal',
            Kind.MONEY,
            col(Invoice.subtotal),
            currency=_CURRENCY,
            adds_up=True,
            at_first=False,
            up_front=False,
        ),
        Field(
            'tax',
            'Tax',
            Kind.MONEY,
            col(Invoice.tax),
            currency=_CURRENCY,
            adds_up=True,
            at_first=False,
            up_front=False,
        ),
        Field('total', 'Total', Kind.MONEY, col(Invoice.total), currency=_CURRENCY, sorts=True, adds_up=True),
        Field(
            'balance',
            'Balance due',
            Kind.MONEY,
            col(Invoice.balance),
            currency=_CURRENCY,
            sorts=True,
            adds_up=True,
        ),
        Field(
            'pending',
            'Payment pending',
            Kind.MONEY,
            col(Invoice.pending),
            currency=_CURRENCY,
            adds_up=True,
            at_first=False,
            up_front=False,
        ),
        Field('currency', 'Currency', Kind.CHOICE, _CURRENCY, up_front=False),
    ),
)
