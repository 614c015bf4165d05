"""Everything on the pages of a payment and of a credit memo that staff see, and what it can be used for."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import col, or_, select

from portal_app.auth.permissions import Permission
from portal_app.errors import NotFound
from portal_app.gateways import gateway_named
from portal_app.models import (
    UNDER_WAY,
    Credit,
    CreditStatus,
    Customer,
    Invoice,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
)
from portal_app.money import Money
from portal_app.services import ledger
from portal_app.services.allocations import open_invoices
from portal_app.services.applications import Source, unapplied
from portal_app.services.billing_rules import ADD, DELETE, EDIT, VIEW
from portal_app.services.billing_states import invoice_state, payment_state
from portal_app.services.invoice_figures import applied_from_source
from portal_app.services.invoice_page import Party, party
from portal_app.services.organization import organization
from portal_app.services.payment_end import is_stuck
from portal_app.work import Work

MOST_FOUND = 20  # customers that a search offers


class Verb(StrEnum):
    """What can be done with a payment or a credit memo."""

    APPLY = 'apply'
    UNAPPLY = 'unapply'
    REFUND = 'refund'
    REVERSE = 'reverse'  # a cheque that bounced, a credit memo that was a mistake
    ASK = 'ask'  # the gateway again, for a refund of which nobody knows
    END = 'end'  # a payment of which nobody will hear any more


NEEDED: dict[Verb, Permission] = {
    Verb.APPLY: EDIT,
    Verb.UNAPPLY: EDIT,
    Verb.REFUND: DELETE,
    Verb.REVERSE: DELETE,
    Verb.ASK: DELETE,
    Verb.END: DELETE,
}


@dataclass(frozen=True)
class UsedFor:
    """An invoice that money is used for, or meant for while it is under way."""

    id: int
    number: str
    date: date
    state: str
    amount: Money


@dataclass(frozen=True)
class OpenInvoice:
    """An invoice that money could be used for: as much as `room`."""

    id: int
    number: str
    due_date: date
    room: Money
    disputed: bool


@dataclass(frozen=True)
class Account:
    """A customer with its own currency."""

    customer: Party | None
    currency: str


@dataclass(frozen=True)
class MoneyPage:
    """A payment or a credit memo. `row` is as it is stored, amounts in minor units."""

    row: Payment | Credit
    state: str
    customer: Party
    used: tuple[UsedFor, ...]
    planned: tuple[UsedFor, ...]
    corrects: UsedFor | None  # the invoice that a credit memo was issued for
    refunds: tuple[Refund, ...]
    left: Money  # that can be used for invoices
    going_back: Money  # of what is unapplied, while the gateway has not said so
    refundable: Money
    verbs: frozenset[Verb]


def payment_page(work: Work, number: str) -> MoneyPage:
    """Look a payment up. Needs Billing Records: View. Raises NotFound."""
    work.require(VIEW)
    row = work.session.exec(select(Payment).where(Payment.number == number)).first()
    if row is None:
        raise NotFound('There is no payment with this number.')
    return _page(work, row, payment_state(row), ledger.refundable_now(work, row))


def credit_page(work: Work, number: str) -> MoneyPage:
    """Look a credit memo up. Needs Billing Records: View. Raises NotFound."""
    work.require(VIEW)
    row = work.session.exec(select(Credit).where(Credit.number == number)).first()
    if row is None:
        raise NotFound('There is no credit memo with this number.')
    return _page(work, row, row.status, ledger.refundable(row))


def usable_for(work: Work, customer_id: int, currency: str, *, by_credit: bool = False) -> list[OpenInvoice]:
    """The open invoices of an account, oldest first. Needs Billing Records: View."""
    work.require(VIEW)
    found = []
    for each in open_invoices(work, customer_id, currency):
        room = each.balance - each.pending
        if room > 0 and not (by_credit and each.pending):
            disputed = each.disputed_at is not None
            found.append(
                OpenInvoice(each.id or 0, each.number, each.due_date, Money(room, currency), disputed)
            )
    return found


def find_customers(work: Work, search: str) -> dict[int, str]:
    """A few customers by name or number, for a record that is made. Needs Billing Records: Add."""
    work.require(ADD)
    text = search.strip()
    matches = or_(
        col(Customer.name).icontains(text, autoescape=True),
        col(Customer.number).istartswith(text, autoescape=True),
    )
    found = select(Customer).where(matches).order_by(Customer.name).limit(MOST_FOUND)
    return {each.id or 0: f'{each.name} ({each.number})' for each in work.session.exec(found)}


def account_of(work: Work, customer_id: int) -> Account:
    """The account that a new record is for. Needs Billing Records: Add. Raises NotFound."""
    work.require(ADD)
    found = work.session.get(Customer, customer_id)
    if found is None:
        raise NotFound('There is no such customer.')
    return Account(Party(customer_id, found.number, found.name), found.currency)


def account_numbered(work: Work, number: str) -> Account:
    """The same by the customer's number; without one, the organization's currency is all that is known."""
    work.require(ADD)
    id = work.session.exec(select(Customer.id).where(Customer.number == number)).first()
    return account_of(work, id) if id else Account(None, organization(work).currency)


def _page(work: Work, row: Source, state: str, refundable: int) -> MoneyPage:
    refunds = select(Refund).where(
        (Refund.payment_id if isinstance(row, Payment) else Refund.credit_id) == row.id
    )
    found = tuple(work.session.exec(refunds.order_by(col(Refund.id))))
    used = tuple(_used(work, id, amount) for id, amount in applied_from_source(work, row).items() if amount)
    corrects = row.invoice_id if isinstance(row, Credit) else None
    left = ledger.spendable(work, row)
    planned: tuple[UsedFor, ...] = ()
    if isinstance(row, Payment) and row.status in UNDER_WAY:
        planned = tuple(_used(work, *part) for part in row.plan)
    fitting = _fitting(row, left, bool(used), refundable, found)
    return MoneyPage(
        row=row,
        state=state,
        customer=party(work, row.customer_id),
        used=used,
        planned=planned,
        corrects=_used(work, corrects, row.amount) if corrects else None,
        refunds=found,
        left=Money(left, row.currency),
        going_back=Money(unapplied(row) - left, row.currency),
        refundable=Money(refundable, row.currency),
        verbs=frozenset(verb for verb in fitting if work.may(NEEDED[verb])),
    )


def _fitting(
    row: Source, left: int, is_used: bool, refundable: int, refunds: tuple[Refund, ...]
) -> list[Verb]:
    """What its state allows; the rest would be refused."""
    found = []
    if left:
        found.append(Verb.APPLY)
    if is_used:
        found.append(Verb.UNAPPLY)
    if refundable > 0:
        found.append(Verb.REFUND)
    if isinstance(row, Credit):
        reverses = row.status != CreditStatus.REVERSED and not row.refunded
    else:
        reverses = not row.gateway and row.status == PaymentStatus.PROCESSED and refundable > 0
        waits = any(each.status == RefundStatus.PENDING for each in refunds)
        found += [Verb.ASK] if waits and gateway_named(row.gateway) else []
        found += [Verb.END] if is_stuck(row) else []
    return found + ([Verb.REVERSE] if reverses else [])


def _used(work: Work, invoice_id: int, amount: int) -> UsedFor:
    invoice = work.session.get_one(Invoice, invoice_id)
    state = invoice_state(invoice)
    return UsedFor(invoice_id, invoice.number, invoice.date, state, Money(amount, invoice.currency))
