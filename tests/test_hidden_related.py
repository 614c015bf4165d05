"""What staff have hidden of an object is hidden wherever else it would stand (SET-07, field notes)."""

import io
from collections.abc import Callable
from typing import TypeVar

from pypdf import PdfReader

from portal_app.auth.viewer import Operator
from portal_app.models import Invoice, Payment
from portal_app.queries import Query
from portal_app.services import (
    applications,
    balances,
    documents,
    invoice_detail,
    listings,
    payment_detail,
    setup,
)
from portal_app.services.related import tabs_of
from portal_app.work import Work, acting_as, reading_as
from tests.billing import credit_memo, paid, posted_invoice
from tests.world import World, tab

Result = TypeVar('Result')


def hide(key: str, *names: str) -> None:
    tab(key, fields=dict.fromkeys(names, False))


def seen(world: World, look: Callable[[Work], Result]) -> Result:
    with reading_as(world.as_customer('ben', 'C1004')) as work:
        return look(work)


def a_paid_invoice(world: World) -> tuple[Invoice, Payment]:
    with acting_as(Operator('test')) as work:
        invoice = posted_invoice(work, world.customers['globex'], 5_000)
        return invoice, paid(work, invoice)


def test_an_invoice_does_not_tell_what_is_hidden_of_its_payments(sqlite_world: World) -> None:
    """SET-07: in the drawer and in the PDF."""
    invoice, payment = a_paid_invoice(sqlite_world)
    hide('payments', 'method', 'status', 'date')
    detail = seen(sqlite_world, lambda work: invoice_detail.invoice_detail(work, invoice.id or 0))
    (found,) = detail.payments
    assert (found.number, found.about, found.status, found.when) == (payment.number, '', '', None)
    assert payment.method not in _text(sqlite_world, 'invoices', invoice.id or 0)


def test_an_invoice_does_not_tell_what_is_hidden_of_its_credits(sqlite_world: World) -> None:
    """SET-07: nor does the credit tell what is hidden of the invoice."""
    with acting_as(Operator('test')) as work:
        invoice = posted_invoice(work, sqlite_world.customers['globex'], 5_000)
        credit = credit_memo(work, sqlite_world.customers['globex'], 1_000)
        applications.apply(work, credit, invoice, 1_000)
    hide('credits', 'reason', 'status')
    hide('invoices', 'status')
    detail = seen(sqlite_world, lambda work: invoice_detail.invoice_detail(work, invoice.id or 0))
    assert [(each.number, each.about, each.status) for each in detail.credits] == [(credit.number, '', '')]
    other = seen(sqlite_world, lambda work: payment_detail.credit_detail(work, credit.id or 0))
    assert [(each.number, each.status) for each in other.applied] == [(invoice.number, '')]


def test_applied_to_goes_with_the_number_that_it_tells(sqlite_world: World) -> None:
    """SET-07: in the list, its filters and its exports."""
    invoice, payment = a_paid_invoice(sqlite_world)
    assert invoice.number in str(seen(sqlite_world, _payments))
    hide('invoices', 'number')
    assert invoice.number not in str(seen(sqlite_world, _payments))
    assert invoice.number not in _text(sqlite_world, 'payments', payment.id or 0)


def test_figures_do_not_tell_due_dates_that_are_hidden(sqlite_world: World) -> None:
    """SET-07: what is due is one figure then, without since when."""
    with acting_as(Operator('test')) as work:
        posted_invoice(work, sqlite_world.customers['globex'], 5_000)
    hide('invoices', 'due_date')
    (balance,) = seen(sqlite_world, lambda work: balances.figures(work, tabs_of(work))).balances
    assert (balance.due, balance.overdue) == (5_000, None)
    explained = seen(sqlite_world, lambda work: balances.explain(work, tabs_of(work), 'USD'))
    assert explained.ages == (balances.Share('Open invoices', 1, 5_000),)


def _payments(work: Work) -> object:
    return listings.page(work, setup.portal_tab(work, 'payments'), Query()).rows


def _text(world: World, kind: str, record_id: int) -> str:
    prepared = seen(world, lambda work: documents.document_for_customer(work, kind, record_id))
    pages = PdfReader(io.BytesIO(prepared.made().content)).pages
    return '\n'.join(page.extract_text() for page in pages)
