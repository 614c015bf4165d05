"""The Credits tab (POR-05): credit memos, and what is left of them."""

from sqlmodel import col

from portal_app.listings import Field, Kind, Listing
from portal_app.models import Credit, CreditStatus
from portal_app.services.invoices_applied_to import invoices_applied_to
from portal_app.services.whose import customer_name

_CURRENCY = col(Credit.currency)

CREDITS = Listing(
    key='credits',
    title='Credits',
    singular='Credit',
    model=Credit,
    icon='savings',
    tab_default=True,
    default_sort='-date',
    named_by='number',
    empty='Should you be given a credit, it appears here.',
    document_says=('number', 'date', 'reason', 'reference', 'amount', 'balance'),
    fields=(
        Field(
            'number', 'Credit', Kind.REFERENCE, col(Credit.number), sorts=True, searched=True, up_front=False
        ),
        customer_name(Credit),
        Field('date', 'Date', Kind.DATE, col(Credit.date), sorts=True, indexed=True),
        Field('status', 'Status', Kind.CHOICE, col(Credit.status), values=tuple(CreditStatus)),
        Field('reason', 'Reason', Kind.TEXT, col(Credit.reason), searched=True),
        Field(
            'reference',
            'Reference',
            Kind.TEXT,
            col(Credit.reference),
            searched=True,
            at_first=False,
            up_front=False,
        ),
        Field(
            'applied_to',
            'Applied to',
            Kind.TEXT,
            invoices_applied_to(Credit),
            filters=False,
            tells_of='invoices.number',
        ),
        Field(
            'amount', 'Amount', Kind.MONEY, col(Credit.amount), currency=_CURRENCY, sorts=True, adds_up=True
        ),
        Field(
            'balance',
            'Balance left',
            Kind.MONEY,
            col(Credit.balance),
            currency=_CURRENCY,
            sorts=True,
            adds_up=True,
        ),
        Field(
            'refunded',
            'Refunded',
            Kind.MONEY,
            col(Credit.refunded),
            currency=_CURRENCY,
            adds_up=True,
            at_first=False,
            up_front=False,
        ),
        Field('currency', 'Currency', Kind.CHOICE, _CURRENCY, up_front=False),
    ),
)
