"""What staff do with credit memos: issue one, use it for invoices or take it back from them, reverse it."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import select

from portal_app.errors import NotFound
from portal_app.models import Credit, Customer, Invoice, InvoiceStatus
from portal_app.money import Money, is_currency
from portal_app.services import ledger
from portal_app.services.accounts import fresh, hold_account
from portal_app.services.allocations import Chosen
from portal_app.services.applications import applied_from, apply
from portal_app.services.billing_rules import (
    ADD,
    DELETE,
    EDIT,
    LONGEST_NOTE,
    LONGEST_REFERENCE,
    Problems,
    amount_problem,
    check_key,
    checked_note,
    day_problem,
    held,
    moment_of,
    put_off,
    refuse,
    said,
    text_problem,
)
from portal_app.services.counters import next_number
from portal_app.services.using_money import Used, parts_for, spoken_parts, unuse, use, used
from portal_app.work import Work


@dataclass(frozen=True)
class TypedCredit:
    """A credit memo as it was typed, of minor units. `invoice_id` is the invoice that it corrects, if any.

    `applies`: at once to that invoice, or else to the oldest. `request_key` is the form's: sent twice, it
    is one credit memo.
    """

    customer_id: int
    amount: int
    currency: str
    reason: str
    day: date | None
    reference: str = ''
    invoice_id: int | None = None
    applies: bool = False
    request_key: str | None = None


def issue_credit(work: Work, typed: TypedCredit) -> Used:
    """The customer owes less, as of its day. Needs Billing Records: Add; to apply it, Edit too.

    What no invoice can take stays open. Raises BillingRefused with every broken rule.
    """
    work.require(ADD, *([EDIT] if typed.applies else []))
    check_key(typed.request_key)
    hold_account(work, typed.customer_id)
    if typed.request_key and (before := _with_key(work, typed.request_key)):
        return used(work, before)
    fresh(work, Customer, typed.customer_id)
    refuse(_problems(work, typed))
    assert typed.day is not None
    credit = _new(work, typed, typed.day)
    at = moment_of(work, typed.day)
    ledger.issue(work, credit, at)
    parts = parts_for(work, credit, credit.amount, _first(work, typed)) if typed.applies else []
    for invoice, amount in parts:
        apply(work, credit, invoice, amount)
    work.record(
        'credit.issue',
        credit.number,
        customer_id=credit.customer_id,
        after={
            'amount': said(credit.amount, credit.currency),
            'date': typed.day.isoformat(),
            'reason': credit.reason,
            'applied': spoken_parts(parts),
        },
    )
    return used(work, credit, put_off(work, credit.customer_id, credit.currency, at))


def apply_credit(work: Work, credit_id: int, chosen: Chosen | None = None) -> Used:
    """Use what is left: for the oldest posted invoices first, or those chosen. Needs Billing Records: Edit.

    Never for one with a payment under way. Raises Conflict where nothing is left, or no invoice can take it,
    BillingRefused for the choice.
    """
    work.require(EDIT)
    credit = held(work, Credit, credit_id)
    parts = use(work, credit, chosen)
    work.record(
        'credit.apply', credit.number, customer_id=credit.customer_id, after={'applied': spoken_parts(parts)}
    )
    return used(work, credit)


def unapply_credit(work: Work, credit_id: int, invoice_id: int, amount: int) -> Used:
    """Take some of it back from an invoice, which is open again by as much. Needs Billing Records: Edit.

    Raises BillingRefused for more than was applied to it.
    """
    work.require(EDIT)
    credit = held(work, Credit, credit_id)
    parts = unuse(work, credit, invoice_id, amount)
    work.record(
        'credit.unapply',
        credit.number,
        customer_id=credit.customer_id,
        before={'applied': spoken_parts(parts)},
    )
    return used(work, credit)


def reverse_credit(work: Work, credit_id: int, reason: str) -> list[tuple[str, Money]]:
    """Take a credit memo back; its invoices are open again, and returned with what they lost.

    Needs Billing Records: Delete. Raises Conflict where it was reversed before, or some of it refunded,
    BillingRefused for the reason.
    """
    work.require(DELETE)
    credit = held(work, Credit, credit_id)
    reason = checked_note('reason', reason)
    opened = applied_from(work, credit)
    ledger.reverse_credit(work, credit)
    work.record(
        'credit.reverse',
        credit.number,
        customer_id=credit.customer_id,
        before={'applied': spoken_parts(opened)},
        after={'reason': reason},
    )
    return [(invoice.number, Money(amount, invoice.currency)) for invoice, amount in opened]


def _new(work: Work, typed: TypedCredit, day: date) -> Credit:
    return Credit(
        number=next_number(work, Credit),
        customer_id=typed.customer_id,
        invoice_id=typed.invoice_id,
        date=day,
        amount=typed.amount,
        balance=typed.amount,
        currency=typed.currency,
        reason=typed.reason.strip(),
        reference=typed.reference.strip(),
        request_key=typed.request_key,
    )


def _with_key(work: Work, request_key: str) -> Credit | None:
    return work.session.exec(select(Credit).where(Credit.request_key == request_key)).first()


def _first(work: Work, typed: TypedCredit) -> Chosen | None:
    """The invoice that it corrects, as far as that can take it; None for the oldest."""
    if typed.invoice_id is None:
        return None
    invoice = fresh(work, Invoice, typed.invoice_id)
    return [(typed.invoice_id, min(typed.amount, invoice.balance))] if invoice.balance else []


def _problems(work: Work, typed: TypedCredit) -> Problems:
    wrong = {
        'amount': amount_problem(typed.amount, None, typed.currency),
        'currency': '' if is_currency(typed.currency) else 'must be one such as EUR',
        'reason': text_problem(typed.reason.strip(), LONGEST_NOTE, needed=True, lines=True),
        'date': day_problem(typed.day),
        'reference': text_problem(typed.reference.strip(), LONGEST_REFERENCE),
        'invoice': _invoice_problem(work, typed),
    }
    return {name: problem for name, problem in wrong.items() if problem}


def _invoice_problem(work: Work, typed: TypedCredit) -> str:
    if typed.invoice_id is None:
        return ''
    try:
        invoice = fresh(work, Invoice, typed.invoice_id)
    except NotFound:
        return 'must be one that there is'
    if (invoice.customer_id, invoice.currency) != (typed.customer_id, typed.currency):
        return 'must be one of this customer’s and in this currency'
    return '' if invoice.status != InvoiceStatus.DRAFT else 'must not be a draft: change the draft instead'
