"""Money that goes back. Of a gateway's payment the gateway is asked: never within a transaction of ours.

A refund through a gateway begins Pending, in a transaction of its own. Only then is the gateway asked, under
the refund's key, so that asking again gives nothing back twice. What it says is settled in a third one, here
or when a notice comes (`settle_refund`).
"""

import logging
from uuid import uuid4

from sqlmodel import select

from portal_app.auth.viewer import Viewer
from portal_app.errors import Conflict, NotFound
from portal_app.gateways import gateway_named
from portal_app.gateways.gateway import Ability, Gateway, Outcome, Refused, State, Unreachable
from portal_app.models import Credit, Payment, PaymentStatus, Refund, RefundStatus
from portal_app.models.base import now
from portal_app.services import billing_mail, ledger
from portal_app.services.accounts import fresh, hold_account, tell
from portal_app.services.applications import Source
from portal_app.services.billing_rules import (
    DELETE,
    LONGEST_NOTE,
    amount_problem,
    check_key,
    held,
    refuse,
    said,
    text_problem,
)
from portal_app.services.counters import next_number
from portal_app.work import Work, acting_as, witness

log = logging.getLogger(__name__)
NO_REASON = 'The payment service refused the refund.'


def refund_payment(
    viewer: Viewer, payment_id: int, amount: int, reason: str, request_key: str | None = None
) -> Refund:
    """Give back some of a payment, through its gateway where it came through one. Returns what became of it.

    What is unapplied goes first, then what was applied last: those invoices are open again. Raises as
    `begin_refund`; what the gateway says is in the refund, which stays Pending while nobody knows.
    """
    with acting_as(viewer) as work:
        refund = begin_refund(work, payment_id, amount, reason, request_key)
    return ask_gateway(viewer, refund.id or 0) if refund.status == RefundStatus.PENDING else refund


def begin_refund(
    work: Work, payment_id: int, amount: int, reason: str, request_key: str | None = None
) -> Refund:
    """The first part of it: Pending where a gateway is to be asked, else done. Needs Billing Records: Delete.

    `request_key` is the form's: sent twice, it is one refund. Raises BillingRefused with every broken rule,
    Conflict where the gateway cannot do it.
    """
    work.require(DELETE)
    check_key(request_key)
    payment = held(work, Payment, payment_id)
    if request_key and (before := _with_key(work, payment, request_key)):
        return before
    if payment.status != PaymentStatus.PROCESSED:
        raise Conflict(f'Payment {payment.number} is {payment.status.lower()}: nothing can be given back.')
    refund = _new(work, payment, amount, reason, ledger.refundable_now(work, payment))
    refund.key = request_key or refund.key
    if payment.gateway:
        _gateway_of(payment)
        refund.status = RefundStatus.PENDING
        work.session.add(refund)
        work.session.flush()
        tell(work, payment.customer_id)
    else:
        ledger.refund(work, payment, refund)
    work.record('refund.begin', refund.number, customer_id=refund.customer_id, after=_after(payment, refund))
    return refund


def refund_credit(work: Work, credit_id: int, amount: int, reason: str) -> Refund:
    """What is left of a credit memo was paid out otherwise, as recorded. Needs Billing Records: Delete.

    Raises BillingRefused with every broken rule.
    """
    work.require(DELETE)
    credit = held(work, Credit, credit_id)
    refund = _new(work, credit, amount, reason, ledger.refundable(credit))
    ledger.refund(work, credit, refund)
    work.record('refund.begin', refund.number, customer_id=refund.customer_id, after=_after(credit, refund))
    return refund


def ask_gateway(viewer: Viewer, refund_id: int) -> Refund:
    """Ask the gateway for a refund that is Pending, again if need be, and settle what it says.

    Raises nothing for what becomes of it. Who asks has been found to be allowed to.
    """
    by = witness(viewer)
    with acting_as(by) as work:
        refund = work.session.get_one(Refund, refund_id)
        payment = work.session.get_one(Payment, refund.payment_id)
    gateway = gateway_named(payment.gateway)
    if refund.status != RefundStatus.PENDING or gateway is None:
        return refund
    try:
        outcome = gateway.refund(payment.gateway_reference, refund.amount, refund.currency, refund.key)
    except Refused as error:
        outcome = Outcome(State.FAILED, '', refund.amount, refund.currency, refund.key, error.message)
    except Unreachable:
        log.warning('refund %s: the gateway did not answer', refund_id)
        return refund
    with acting_as(by) as work:
        return settle_refund(work, refund_id, outcome)


def ask_again(viewer: Viewer, refund_id: int) -> Refund:
    """Ask for a refund of which nobody knows what became. Needs Billing Records: Delete. Raises NotFound."""
    with acting_as(viewer) as work:
        work.require(DELETE)
        if work.session.get(Refund, refund_id) is None:
            raise NotFound('There is no such refund.')
    return ask_gateway(viewer, refund_id)


def settle_refund(work: Work, refund_id: int, outcome: Outcome) -> Refund:
    """What the gateway says has become of a refund. Whoever comes again changes nothing."""
    refund = work.session.get_one(Refund, refund_id)
    hold_account(work, refund.customer_id)
    refund = fresh(work, Refund, refund_id)
    if refund.status != RefundStatus.PENDING:
        return refund
    refund.gateway_reference = outcome.reference or refund.gateway_reference
    payment = fresh(work, Payment, refund.payment_id or 0)
    if outcome.state is State.FAILED:
        fail_refund(work, refund, outcome.reason)
    elif outcome.state is State.SUCCEEDED:
        _succeed(work, payment, refund)
    work.session.add(refund)
    tell(work, refund.customer_id)
    return refund


def fail_refund(work: Work, refund: Refund, problem: str) -> None:
    """Write down that the gateway does not give it back, behind the account's lock."""
    refund.status, refund.problem = RefundStatus.FAILED, problem or NO_REASON
    work.session.add(refund)
    work.record(
        'refund.fail', refund.number, customer_id=refund.customer_id, after={'reason': refund.problem}
    )


def _succeed(work: Work, payment: Payment, refund: Refund) -> None:
    asked, left = refund.amount, ledger.refundable(payment)
    if asked > left:  # the bank took it back meanwhile
        gone, rest = said(asked, refund.currency), said(left, refund.currency)
        refund.problem = f'The payment service gave back {gone}; {rest} were left of the payment.'
        log.error('refund %s: more was given back than is left', refund.id)
        billing_mail.notify_staff(work, payment, 'More went back than was left', refund.problem, asked)
    if not left:
        fail_refund(work, refund, refund.problem)
        return
    refund.status, refund.at, refund.amount = RefundStatus.PROCESSED, now(), min(asked, left)
    ledger.refund(work, payment, refund)
    work.record(
        'refund.settle',
        refund.number,
        customer_id=refund.customer_id,
        after={'amount': said(refund.amount, refund.currency)},
    )


def _with_key(work: Work, payment: Payment, request_key: str) -> Refund | None:
    same = select(Refund).where(Refund.key == request_key, Refund.payment_id == payment.id)
    return work.session.exec(same).first()


def _new(work: Work, source: Source, amount: int, reason: str, most: int) -> Refund:
    """A refund that is right. Raises BillingRefused."""
    reason = reason.strip()
    wrong = {
        'amount': amount_problem(amount, most, source.currency),
        'reason': text_problem(reason, LONGEST_NOTE, needed=True, lines=True),
    }
    refuse({name: problem for name, problem in wrong.items() if problem})
    return Refund(
        number=next_number(work, Refund),
        customer_id=source.customer_id,
        payment_id=source.id if isinstance(source, Payment) else None,
        credit_id=source.id if isinstance(source, Credit) else None,
        amount=amount,
        currency=source.currency,
        key=uuid4().hex,
        reason=reason,
    )


def _after(source: Source, refund: Refund) -> dict[str, str]:
    return {'of': source.number, 'amount': said(refund.amount, refund.currency), 'reason': refund.reason}


def _gateway_of(payment: Payment) -> Gateway:
    found = gateway_named(payment.gateway)
    if found is None or Ability.REFUND not in found.abilities:
        raise Conflict(
            f'{payment.number} came through {payment.gateway}, which is not connected or gives nothing back. '
            'Give it back there.'
        )
    return found
