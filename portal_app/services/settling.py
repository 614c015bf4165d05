"""Writing down what a gateway says of a payment: in any order, and as often as it likes to.

Each function moves money behind the account's lock and looks at the payment as it is there.
"""

import logging

from portal_app.gateways.gateway import Hosted, Outcome, State
from portal_app.models import UNDER_WAY, Invoice, Payment, PaymentMethod, PaymentStatus
from portal_app.models.base import now
from portal_app.services import billing_mail, ledger
from portal_app.services.accounts import tell
from portal_app.services.applications import applied_from
from portal_app.services.auto_pay_tries import AUTO_PAY, after_failure
from portal_app.services.billing_rules import held, said
from portal_app.services.credit_use import spend
from portal_app.work import Work

log = logging.getLogger(__name__)
NO_REASON = 'The payment was refused.'
MISMATCH = 'A payment does not match'


def note_checkout(work: Work, payment_id: int, page: Hosted) -> Payment:
    """The page where a payment is made is there."""
    payment = held(work, Payment, payment_id)
    if payment.status in UNDER_WAY:
        payment.gateway_reference, payment.checkout = page.reference, page.url
        work.session.add(payment)
        tell(work, payment.customer_id)
    return payment


def settle(work: Work, payment_id: int, outcome: Outcome) -> Payment:
    """What the gateway says has become of a payment. Whoever comes again changes nothing.

    One that we had taken for failed and that succeeded all the same is received: the money is here.
    """
    payment = held(work, Payment, payment_id)
    match outcome.state:
        case State.SUCCEEDED:
            if payment.status in (*UNDER_WAY, PaymentStatus.FAILED):
                _receive(work, payment, outcome)
        case State.FAILED:
            if payment.status in UNDER_WAY:
                _fail(work, payment, outcome.reason or NO_REASON)
        case State.PENDING | State.ACTION:
            if payment.status in UNDER_WAY:
                _goes_on(work, payment, outcome)
    return payment


def fail(work: Work, payment_id: int, reason: str) -> Payment:
    """Nothing was charged, and nothing will be. Nothing happens to one that has ended."""
    payment = held(work, Payment, payment_id)
    if payment.status in UNDER_WAY:
        _fail(work, payment, reason)
    return payment


def end(work: Work, payment_id: int, reason: str) -> Payment:
    """Staff have found that a payment will never arrive. Nothing happens to one that has ended."""
    payment = held(work, Payment, payment_id)
    if payment.status in UNDER_WAY:
        work.record('payment.end', payment.number, customer_id=payment.customer_id, after={'reason': reason})
        _give_up(work, payment, reason)
    return payment


def _receive(work: Work, payment: Payment, outcome: Outcome) -> None:
    if outcome.currency != payment.currency or outcome.amount <= 0:
        _refuse(work, payment, outcome)
        return
    asked, meant = payment.amount, [id for id, _ in payment.plan]
    late = payment.status == PaymentStatus.FAILED
    if late:  # others may have paid meanwhile what it was meant for
        payment.status, payment.plan = PaymentStatus.PENDING, []
    _know(payment, outcome)
    payment.checkout, payment.uncharged_at = '', None
    payment.reason = _mismatch(outcome) if outcome.amount != asked else ''
    ledger.receive(work, payment, amount=outcome.amount)
    if late:
        spend(work, payment, meant)
    if payment.reason:
        details = f'{payment.reason} {said(asked, payment.currency)} were asked for.'
        billing_mail.notify_staff(work, payment, MISMATCH, details)
    work.record(
        'payment.receive',
        payment.number,
        customer_id=payment.customer_id,
        after={
            'amount': said(payment.amount, payment.currency),
            'invoices': ', '.join(invoice.number for invoice, _ in applied_from(work, payment)),
        },
    )
    billing_mail.send_receipt(work, payment)


def _fail(work: Work, payment: Payment, reason: str) -> None:
    payment.uncharged_at = now()
    work.record('payment.fail', payment.number, customer_id=payment.customer_id, after={'reason': reason})
    _give_up(work, payment, reason)


def _give_up(work: Work, payment: Payment, reason: str) -> None:
    invoices = [work.session.get_one(Invoice, id) for id, _ in payment.plan]
    ledger.give_up(work, payment, reason)
    payment.checkout = ''
    if payment.origin == AUTO_PAY:
        method = work.session.get(PaymentMethod, payment.method_id) if payment.method_id else None
        after_failure(work, payment.customer_id, invoices, reason, method)


def _goes_on(work: Work, payment: Payment, outcome: Outcome) -> None:
    _know(payment, outcome)
    if outcome.state is State.PENDING:
        payment.status, payment.checkout = PaymentStatus.PENDING, ''
    else:
        payment.checkout = outcome.action_url or payment.checkout
        if payment.method_id:
            payment.status = PaymentStatus.AUTHENTICATION_REQUIRED
    work.session.add(payment)
    tell(work, payment.customer_id)


def _know(payment: Payment, outcome: Outcome) -> None:
    """Keep what the gateway says of the payment itself."""
    payment.gateway_reference = outcome.reference or payment.gateway_reference
    payment.looked_up_at = now()
    if outcome.method and not payment.method_id:
        payment.method = named(outcome.method.brand, outcome.method.last4)


def named(brand: str, last4: str) -> str:
    """A method as people know it."""
    return f'{brand} •••• {last4}' if last4 else brand


def _refuse(work: Work, payment: Payment, outcome: Outcome) -> None:
    """Money in another currency than was asked for: nobody but staff can say what that means, once."""
    reason = _mismatch(outcome)
    if payment.reason == reason:
        return
    log.error('payment %s: the gateway names another currency', payment.id)
    _know(payment, outcome)
    if payment.status in UNDER_WAY:
        _fail(work, payment, reason)
    payment.reason, payment.uncharged_at = reason, None  # something was charged
    work.session.add(payment)
    billing_mail.notify_staff(work, payment, MISMATCH, reason)


def _mismatch(outcome: Outcome) -> str:
    return f'The gateway says {said(outcome.amount, outcome.currency)} were paid.'
