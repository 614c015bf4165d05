"""Everything on the page of an invoice that staff see, looked up in one go."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import col, select

from portal_app.auth.permissions import Permission
from portal_app.errors import NotFound
from portal_app.models import (
    UNDER_WAY,
    Credit,
    CreditStatus,
    Customer,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    Payment,
    PaymentStatus,
)
from portal_app.money import Money
from portal_app.services.billing_rules import ADD, DELETE, EDIT, VIEW
from portal_app.services.billing_states import invoice_state, payment_state
from portal_app.services.invoice_figures import RateTax, applied_to_invoice, lines_of, taxes_of
from portal_app.services.ledger import spendable
from portal_app.work import Work


class Verb(StrEnum):
    """What can be done with an invoice."""

    EDIT = 'edit'
    POST = 'post'
    MAIL = 'mail'
    ASSIGN = 'assign'
    DELETE = 'delete'
    PAY = 'pay'
    APPLY = 'apply'
    CREDIT = 'credit'
    DISPUTE = 'dispute'
    SETTLE = 'settle'
    WRITE_OFF = 'write_off'
    VOID = 'void'


NEEDED: dict[Verb, tuple[Permission, ...]] = {
    Verb.EDIT: (EDIT,),
    Verb.POST: (EDIT,),
    Verb.MAIL: (EDIT,),
    Verb.ASSIGN: (EDIT,),
    Verb.DELETE: (DELETE,),
    Verb.PAY: (ADD,),
    Verb.APPLY: (EDIT,),
    Verb.CREDIT: (ADD,),
    Verb.DISPUTE: (EDIT,),
    Verb.SETTLE: (EDIT,),
    Verb.WRITE_OFF: (DELETE,),
    Verb.VOID: (DELETE,),
}


@dataclass(frozen=True)
class Party:
    """A customer that a record names."""

    id: int
    number: str
    name: str


@dataclass(frozen=True)
class Part:
    """A payment or credit memo on an invoice: what it gave, or is meant to give."""

    id: int
    number: str
    is_credit: bool
    when: date | datetime
    state: str
    amount: Money
    about: str  # method, or reason


@dataclass(frozen=True)
class InvoicePage:
    """An invoice with its lines and its money. `row` is as it is stored, amounts in minor units."""

    row: Invoice
    state: str
    customer: Party
    service_for: Party | None
    lines: tuple[InvoiceLine, ...]
    taxes: tuple[RateTax, ...]
    parts: tuple[Part, ...]
    pending: tuple[Part, ...]
    corrections: tuple[Part, ...]  # credit memos that were issued for it
    free: tuple[Part, ...]  # what the account has unapplied in its currency
    verbs: frozenset[Verb]

    def money(self, minor: int) -> Money:
        """An amount of its currency."""
        return Money(minor, self.row.currency)


def invoice_page(work: Work, number: str) -> InvoicePage:
    """Look it up by its number. Needs Billing Records: View. Raises NotFound."""
    work.require(VIEW)
    row = work.session.exec(select(Invoice).where(Invoice.number == number)).first()
    if row is None:
        raise NotFound('There is no invoice with this number.')
    return _page(work, row)


def invoice_page_of(work: Work, invoice_id: int) -> InvoicePage:
    """The same by its id, which stays when a draft is posted."""
    work.require(VIEW)
    row = work.session.get(Invoice, invoice_id)
    if row is None:
        raise NotFound('This invoice is not there any more.')
    return _page(work, row)


def party(work: Work, customer_id: int) -> Party:
    """A customer, for a caller that may see the record that names it."""
    customer = work.session.get_one(Customer, customer_id)
    return Party(customer_id, customer.number, customer.name)


def _page(work: Work, row: Invoice) -> InvoicePage:
    lines = lines_of(work, row)
    payments, credits = applied_to_invoice(work, row)
    parts = [_paid(work.session.get_one(Payment, id), amount) for id, amount in payments.items() if amount]
    parts += [_credited(work.session.get_one(Credit, id), amount) for id, amount in credits.items() if amount]
    free = tuple(_free(work, row)) if row.status == InvoiceStatus.POSTED and row.balance else ()
    corrections = select(Credit).where(Credit.invoice_id == row.id).order_by(col(Credit.id))
    return InvoicePage(
        row=row,
        state=invoice_state(row),
        customer=party(work, row.customer_id),
        service_for=party(work, row.service_customer_id) if row.service_customer_id else None,
        lines=tuple(lines),
        taxes=taxes_of(row.currency, lines),
        parts=tuple(parts),
        pending=tuple(_pending(work, row)),
        corrections=tuple(_credited(each, each.amount) for each in work.session.exec(corrections)),
        free=free,
        verbs=frozenset(verb for verb in _fitting(row, bool(free)) if work.may(*NEEDED[verb])),
    )


def _fitting(row: Invoice, has_free: bool) -> list[Verb]:
    """What its state allows; the rest would be refused."""
    if row.status == InvoiceStatus.DRAFT:
        return [Verb.EDIT, Verb.POST, Verb.ASSIGN, Verb.DELETE]
    if row.status != InvoiceStatus.POSTED:
        return []
    found = [Verb.MAIL, *([Verb.SETTLE] if row.disputed_at else [])]
    if row.balance > row.pending:
        found += [Verb.PAY, *([Verb.APPLY] if has_free else [])]
    if row.balance and not row.disputed_at:
        found.append(Verb.DISPUTE)
    if row.balance and not row.pending:
        found.append(Verb.WRITE_OFF)
    return found + [Verb.CREDIT] + ([] if row.pending else [Verb.VOID])


def _paid(payment: Payment, amount: int) -> Part:
    return Part(
        payment.id or 0,
        payment.number,
        False,
        payment.at,
        payment_state(payment),
        Money(amount, payment.currency),
        payment.method,
    )


def _credited(credit: Credit, amount: int) -> Part:
    return Part(
        credit.id or 0,
        credit.number,
        True,
        credit.date,
        credit.status,
        Money(amount, credit.currency),
        credit.reason,
    )


def _pending(work: Work, row: Invoice) -> list[Part]:
    """Payments that are meant for it and have not arrived."""
    asked = select(Payment).where(col(Payment.status).in_(UNDER_WAY), Payment.customer_id == row.customer_id)
    return [
        _paid(payment, amount)
        for payment in (work.session.exec(asked) if row.pending else ())
        for invoice_id, amount in payment.plan
        if invoice_id == row.id
    ]


def _free(work: Work, row: Invoice) -> list[Part]:
    """The credit memos and payments of the account with something left, oldest first."""
    same = {'customer_id': row.customer_id, 'currency': row.currency}
    credits = (
        select(Credit).filter_by(**same, status=CreditStatus.OPEN).order_by(col(Credit.date), col(Credit.id))
    )
    left = col(Payment.amount) - col(Payment.applied) - col(Payment.refunded)
    payments = select(Payment).filter_by(**same, status=PaymentStatus.PROCESSED).where(left > 0)
    found = [] if row.pending else [_credited(each, each.balance) for each in work.session.exec(credits)]
    for payment in work.session.exec(payments.order_by(col(Payment.at), col(Payment.id))).all():
        if amount := spendable(work, payment):
            found.append(_paid(payment, amount))
    return found
