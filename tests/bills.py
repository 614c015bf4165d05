"""A listing of invoices for the tests of what every listing with money and days does."""

from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import Date, and_, case, func
from sqlmodel import col

from portal_app.auth.viewer import Operator
from portal_app.business_day import today
from portal_app.listings import Field, Kind, Listing
from portal_app.models import Invoice, InvoiceStatus
from portal_app.money import Money
from portal_app.work import acting_as

NOVEMBER = date(2026, 11, 10)
_numbers = count(1)

BILLS = Listing(
    key='bills',
    title='Bills',
    singular='Bill',
    model=Invoice,
    icon='receipt',
    default_sort='-date',
    empty='Bills appear here.',
    always=col(Invoice.status) != InvoiceStatus.DRAFT,
    fields=(
        Field('number', 'Number', Kind.REFERENCE, col(Invoice.number), sorts=True, searched=True),
        Field('date', 'Date', Kind.DATE, col(Invoice.date), sorts=True, indexed=True),
        Field(
            'late_date',  # missing where an invoice is due at once
            'Late Date',
            Kind.DATE,
            func.nullif(col(Invoice.due_date), col(Invoice.date), type_=Date()),
            sorts=True,
            optional=True,
        ),
        Field(
            'status',
            'Status',
            Kind.CHOICE,
            case(
                (and_(col(Invoice.balance) > 0, col(Invoice.due_date) < today), 'Overdue'),
                else_=col(Invoice.status),
            ),
            sorts=True,
            values=('Posted', 'Overdue', 'Void', 'Written Off', 'Draft'),
        ),
        Field('note', 'Note', Kind.TEXT, col(Invoice.note), searched=True),
        Field(
            'amount',
            'Amount',
            Kind.MONEY,
            col(Invoice.subtotal),
            currency=col(Invoice.currency),
            sorts=True,
            adds_up=True,
        ),
        Field('tax', 'Tax', Kind.MONEY, col(Invoice.tax), currency=col(Invoice.currency), adds_up=True),
        Field('currency', 'Currency', Kind.CHOICE, col(Invoice.currency)),
    ),
)


def bill(customer_id: int, amount: Money, **changes: Any) -> Invoice:
    """An invoice whose amount may be negative; what is not said is ordinary."""
    day = changes.get('date', NOVEMBER)
    values = {
        'number': f'B-{next(_numbers):05d}',
        'customer_id': customer_id,
        'status': InvoiceStatus.POSTED,
        'date': day,
        'due_date': day,
        'currency': amount.currency,
        'subtotal': amount.minor,
    }
    return Invoice(**{**values, **changes})


def add_bills(*bills: Invoice) -> None:
    """Add invoices past the ledger."""
    with acting_as(Operator('test')) as work:
        work.session.add_all(bills)
