"""The statements of all customers, as they were issued, for staff (POR-05)."""

from dataclasses import replace

from portal_app.models import Statement
from portal_app.services.billing_rules import LIST
from portal_app.services.statement_list import STATEMENTS
from portal_app.services.whose import customer_and_number

STAFF_STATEMENTS = replace(
    STATEMENTS,
    permission=LIST,
    document_says=(),
    empty='While the Statements tab is on, each month of an account is stated when it is over.',
    fields=(
        STATEMENTS.by_name['number'],
        *customer_and_number(Statement),
        *(field for field in STATEMENTS.fields if field.name not in ('number', 'customer_name')),
    ),
)
