"""Drafts of invoices: made, changed, given to another customer, deleted. Customers never see one.

A draft is called DRAFT-12 by its id; it gets its number when it is posted, so that the numbers of invoices
have no gaps.
"""

from uuid import uuid4

from sqlmodel import select

from portal_app.errors import Conflict, NotFound
from portal_app.models import Customer, Invoice, InvoiceStatus
from portal_app.services.accounts import hold_account, tell
from portal_app.services.billing_rules import ADD, DELETE, EDIT, BillingRefused, customer_with, held
from portal_app.services.invoice_form import (
    TypedInvoice,
    checked_draft,
    content,
    delete_line,
    rows_of,
    typed_of,
    values_of,
    write_lines,
)
from portal_app.work import Work

CHANGED = 'Somebody else changed this draft meanwhile. Nothing was saved.'


def create_draft(work: Work, typed: TypedInvoice) -> Invoice:
    """A new draft. Of a child that is billed to its parent, the parent gets it. Needs Billing Records: Add.

    Raises BillingRefused with every broken rule.
    """
    work.require(ADD)
    customer = customer_with(work, typed.customer)
    lines, sums = checked_draft(typed, {} if customer else {'customer': _no_customer(typed.customer)})
    assert customer is not None
    billed, served = billed_for(work, customer)
    hold_account(work, billed.id or 0)
    invoice = Invoice(
        number=uuid4().hex,
        customer_id=billed.id or 0,
        service_customer_id=served,
        **values_of(typed, billed, sums),
    )
    work.session.add(invoice)
    work.session.flush()
    invoice.number = f'DRAFT-{invoice.id}'
    write_lines(work, invoice, lines)
    work.record(
        'invoice.create',
        invoice.number,
        customer_id=invoice.customer_id,
        after={'customer': customer.number, **content(invoice, lines)},
    )
    tell(work, invoice.customer_id)
    return invoice


def edit_draft(
    work: Work, invoice_id: int, typed: TypedInvoice, began_from: TypedInvoice | None = None
) -> Invoice:
    """Change a draft; its customer stays, see `assign_draft`. Needs Billing Records: Edit.

    Raises BillingRefused with every broken rule, and Conflict for what is no draft, or where it is not what
    the writer `began_from` any more.
    """
    work.require(EDIT)
    invoice = _held_draft(work, invoice_id)
    if began_from is not None and began_from != typed_of(work, invoice):
        raise Conflict(CHANGED)
    lines, sums = checked_draft(typed, {})
    before = content(invoice, rows_of(work, invoice))
    billed = work.session.get_one(Customer, invoice.customer_id)
    for name, value in values_of(typed, billed, sums).items():
        setattr(invoice, name, value)
    work.session.add(invoice)
    write_lines(work, invoice, lines)
    after = content(invoice, lines)
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        work.record(
            'invoice.edit',
            invoice.number,
            customer_id=invoice.customer_id,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
        tell(work, invoice.customer_id)
    return invoice


def delete_draft(work: Work, invoice_id: int) -> None:
    """Delete a draft; usage events that it would have billed are free again. Needs Billing Records: Delete.

    Raises Conflict for what is no draft.
    """
    work.require(DELETE)
    invoice = _held_draft(work, invoice_id)
    lines = rows_of(work, invoice)
    before = content(invoice, lines)
    work.record('invoice.delete', invoice.number, customer_id=invoice.customer_id, before=before)
    for row in lines:
        delete_line(work, row)
    work.session.flush()
    work.session.delete(invoice)
    tell(work, invoice.customer_id)


def assign_draft(work: Work, invoice_id: int, customer_number: str) -> Invoice:
    """Give a draft to another customer; its dates and lines stay. Needs Billing Records: Edit.

    Raises BillingRefused, and Conflict for what is no draft.
    """
    work.require(EDIT)
    customer = customer_with(work, customer_number)
    if customer is None:
        raise BillingRefused({'customer': _no_customer(customer_number)})
    billed, served = billed_for(work, customer)
    invoice = _held_draft(work, invoice_id, also=billed.id or 0)
    before = work.session.get_one(Customer, invoice.service_customer_id or invoice.customer_id)
    if (invoice.customer_id, invoice.service_customer_id) == (billed.id, served):
        raise BillingRefused({'customer': f'must be another one: it is {before.number} already'})
    tell(work, invoice.customer_id)
    invoice.customer_id, invoice.service_customer_id = billed.id or 0, served
    work.session.add(invoice)
    work.record(
        'invoice.assign',
        invoice.number,
        customer_id=invoice.customer_id,
        before={'customer': before.number},
        after={'customer': customer.number},
    )
    tell(work, invoice.customer_id)
    return invoice


def draft_to_edit(work: Work, number: str) -> tuple[int, TypedInvoice]:
    """A draft's id and content, as its editor begins from it. Needs Billing Records: Edit.

    Raises NotFound, and Conflict for what is no draft.
    """
    work.require(EDIT)
    found = work.session.exec(select(Invoice).where(Invoice.number == number)).first()
    if found is None:
        raise NotFound('There is no invoice with this number.')
    return _draft(found).id or 0, typed_of(work, found)


def billed_for(work: Work, customer: Customer) -> tuple[Customer, int | None]:
    """Who pays for a customer, and the id of whom it is for where that is another (bill to parent)."""
    if customer.bill_to_parent and customer.parent_id:
        return work.session.get_one(Customer, customer.parent_id), customer.id
    return customer, None


def _no_customer(number: str) -> str:
    return f'must be the number of a customer (got {number.strip()[:64]!r})'


def _held_draft(work: Work, invoice_id: int, also: int = 0) -> Invoice:
    """A draft behind the lock of its account, and of another one: several by ascending id."""
    found = work.session.get(Invoice, invoice_id) if also else None
    if found is not None and also < found.customer_id:
        hold_account(work, also)
    invoice = _draft(held(work, Invoice, invoice_id))
    if also > invoice.customer_id:
        hold_account(work, also)
    return invoice


def _draft(invoice: Invoice) -> Invoice:
    if invoice.status != InvoiceStatus.DRAFT:
        raise Conflict(f'Invoice {invoice.number} is {invoice.status.lower()}: only a draft can be changed.')
    return invoice
