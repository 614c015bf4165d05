"""The Statements tab (POR-05): months of an account, as they were issued."""

from sqlmodel import col

from portal_app.listings import Field, Kind, Listing
from portal_app.models import Statement
from portal_app.services.whose import customer_name

_CURRENCY = col(Statement.currency)

STATEMENTS = Listing(
    key='statements',
    title='Statements',
    singular='Statement',
    model=Statement,
    icon='summarize',
    default_sort='-end',
    named_by='number',
    empty='After the end of each month with something in it, its statement appears here.',
    document_says=('number', 'start', 'end', 'opening', 'closing', 'issued'),
    fields=(
        Field(
            'number',
            'Statement',
            Kind.REFERENCE,
            col(Statement.number),
            sorts=True,
            searched=True,
            up_front=False,
        ),
        customer_name(Statement),
        Field('start', 'Start', Kind.DATE, col(Statement.start), up_front=False),
        Field('end', 'End', Kind.DATE, col(Statement.end), sorts=True, indexed=True),
        Field(
            'opening',
            'Opening balance',
            Kind.MONEY,
            col(Statement.opening),
            currency=_CURRENCY,
            up_front=False,
        ),
        Field('closing', 'Closing balance', Kind.MONEY, col(Statement.closing), currency=_CURRENCY),
        Field('currency', 'Currency', Kind.CHOICE, _CURRENCY, up_front=False),
        Field('issued', 'Issued on', Kind.TIME, col(Statement.issued_at), at_first=False, up_front=False),
    ),
)
