"""The statements of all customers, as they were issued, for staff (POR-05)."""

from dataclasses import replace

from sqlmodel import col

from portal_app.listings import Field, Join, Kind
from portal_app.models import Customer, Statement
from portal_app.services.billing_rules import LIST
from portal_app.services.statement_list import STATEMENTS

_OF = (Join(Customer, col(Customer.id) == col(Statement.customer_id)),)
_VIA = col(Statement.customer_id)

STAFF_STATEMENTS = replace(
    STATEMENTS,
    permission=LIST,
    document_says=(),
    empty='While the Statements tab is on, each month of an account is stated when it is over.',
    fields=(
        STATEMENTS.by_name['number'],
        Field('customer', 'Customer', Kind.TEXT, col(Customer.name), joins=_OF, via=_VIA, searched=True),
        Field(
            'customer_number',
            'Customer Number',
            Kind.CHOICE,
            col(Customer.number),
            joins=_OF,
            via=_VIA,
            searched=True,
            at_first=False,
            up_front=False,
        ),
        *(field for field in STATEMENTS.fields if field.name not in ('number', 'customer_name')),
    ),
)
