"""What staff do with payments: record one, use it for invoices or take it back from them, reverse it."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from sqlmodel import select

from portal_app.errors import Conflict
from portal_app.models import Customer, Invoice, Payment, PaymentStatus, Refund
from portal_app.money import Money, is_currency
from portal_app.services import ledger
from portal_app.services.accounts import fresh, hold_account
from portal_app.services.allocations import Chosen, Parts, chosen_parts, for_payment
from portal_app.services.applications import applied_from
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
from portal_app.services.using_money import Used, spoken_parts, unuse, use, used
from portal_app.work import Work

METHODS = ('Bank transfer', 'Cheque', 'Cash', 'Other')


@dataclass(frozen=True)
class TypedPayment:
    """A payment as it was typed, of minor units. No `parts` means the oldest invoices first.

    `request_key` is the form's: sent twice, it is one payment.
    """

    customer_id: int
    amount: int
    currency: str
    method: str
    day: date | None
    reference: str = ''
    note: str = ''
    parts: Chosen | None = None
    request_key: str | None = None


def record_payment(work: Work, typed: TypedPayment) -> Used:
    """Money that came otherwise than through the gateway. Needs Billing Records: Add.

    Raises BillingRefused with every broken rule.
    """
    work.require(ADD)
    check_key(typed.request_key)
    hold_account(work, typed.customer_id)
    if typed.request_key and (before := _with_key(work, typed.request_key)):
        return used(work, before)
    fresh(work, Customer, typed.customer_id)
    parts = _checked_parts(work, typed)
    assert typed.day is not None
    payment = _new(work, typed)
    at = moment_of(work, typed.day)
    ledger.plan(work, payment, parts)
    ledger.receive(work, payment, at)
    work.record(
        'payment.record',
        payment.number,
        customer_id=payment.customer_id,
        after={
            'amount': said(payment.amount, payment.currency),
            'method': payment.method,
            'date': typed.day.isoformat(),
            'reference': payment.reference,
            'applied': spoken_parts(parts),
        },
    )
    return used(work, payment, put_off(work, payment.customer_id, payment.currency, at))


def apply_payment(work: Work, payment_id: int, chosen: Chosen | None = None) -> Used:
    """Use what is unapplied: for the oldest invoices first, or for those chosen. Needs Billing Records: Edit.

    Raises Conflict where nothing is left, or no invoice is open, BillingRefused for the choice.
    """
    work.require(EDIT)
    payment = held(work, Payment, payment_id)
    parts = use(work, payment, chosen)
    work.record(
        'payment.apply',
        payment.number,
        customer_id=payment.customer_id,
        after={'applied': spoken_parts(parts)},
    )
    return used(work, payment)


def unapply_payment(work: Work, payment_id: int, invoice_id: int, amount: int) -> Used:
    """Take some of it back from an invoice, which is open again by as much. Needs Billing Records: Edit.

    Raises BillingRefused for more than was applied to it.
    """
    work.require(EDIT)
    payment = held(work, Payment, payment_id)
    parts = unuse(work, payment, invoice_id, amount)
    work.record(
        'payment.unapply',
        payment.number,
        customer_id=payment.customer_id,
        before={'applied': spoken_parts(parts)},
    )
    return used(work, payment)


def charge_back(work: Work, payment_id: int, reason: str) -> list[tuple[str, Money]]:
    """The bank took back all that is left of it, such as a cheque that bounced: its invoices are open again.

    Returns those with what they lost. Needs Billing Records: Delete. Raises BillingRefused for the reason,
    and Conflict where nothing is left, or it came through a gateway, which tells by itself.
    """
    work.require(DELETE)
    payment = held(work, Payment, payment_id)
    reason = checked_note('reason', reason)
    if payment.gateway:
        raise Conflict(
            f'{payment.number} came through a gateway, which tells by itself when it is charged back.'
        )
    if payment.status != PaymentStatus.PROCESSED or not ledger.refundable(payment):
        raise Conflict(f'Nothing is left of {payment.number} that could be reversed.')
    before = {invoice.id: amount for invoice, amount in applied_from(work, payment)}
    back = _chargeback(work, payment, reason)
    ledger.refund(work, payment, back)
    after = {invoice.id: amount for invoice, amount in applied_from(work, payment)}
    opened = [
        (fresh(work, Invoice, id or 0).number, Money(amount - after.get(id, 0), payment.currency))
        for id, amount in before.items()
        if amount > after.get(id, 0)
    ]
    work.record(
        'payment.charge_back',
        payment.number,
        customer_id=payment.customer_id,
        after={
            'amount': said(back.amount, back.currency),
            'reason': reason,
            'open again': ', '.join(f'{number} {said(*amount)}' for number, amount in opened),
        },
    )
    return opened


def _chargeback(work: Work, payment: Payment, reason: str) -> Refund:
    return Refund(
        number=next_number(work, Refund),
        customer_id=payment.customer_id,
        payment_id=payment.id,
        amount=ledger.refundable(payment),
        currency=payment.currency,
        is_chargeback=True,
        key=uuid4().hex,
        reason=reason,
    )


def _with_key(work: Work, request_key: str) -> Payment | None:
    return work.session.exec(select(Payment).where(Payment.request_key == request_key)).first()


def _checked_parts(work: Work, typed: TypedPayment) -> Parts:
    """What a payment that is right is used for. Raises BillingRefused."""
    problems, account = _problems(typed), (typed.customer_id, typed.currency)
    if typed.parts is None:
        refuse(problems)
        return for_payment(work, *account, typed.amount)
    parts, more = chosen_parts(work, *account, typed.amount, typed.parts)
    refuse(problems | more)
    return parts


def _new(work: Work, typed: TypedPayment) -> Payment:
    return Payment(
        number=next_number(work, Payment),
        customer_id=typed.customer_id,
        amount=typed.amount,
        currency=typed.currency,
        method=typed.method,
        reference=typed.reference.strip(),
        note=typed.note.strip(),
        origin='staff',
        key=uuid4().hex,
        request_key=typed.request_key,
    )


def _problems(typed: TypedPayment) -> Problems:
    wrong = {
        'amount': amount_problem(typed.amount, None, typed.currency),
        'currency': '' if is_currency(typed.currency) else 'must be one such as EUR',
        'method': '' if typed.method in METHODS else f'must be one of {", ".join(METHODS)}',
        'date': day_problem(typed.day),
        'reference': text_problem(typed.reference.strip(), LONGEST_REFERENCE),
        'note': text_problem(typed.note.strip(), LONGEST_NOTE, lines=True),
    }
    return {name: problem for name, problem in wrong.items() if problem}
