"""Money that goes back by the gateway's or the bank's doing: refunds and chargebacks, each entered once."""

import logging

from sqlmodel import or_, select

from portal_app.errors import Conflict
from portal_app.gateways.gateway import Outcome, State
from portal_app.models import Payment, Refund, RefundStatus
from portal_app.services import billing_mail, ledger
from portal_app.services.billing_rules import held, said
from portal_app.services.counters import next_number
from portal_app.services.credit_use import spend
from portal_app.services.refunds import fail_refund, settle_refund
from portal_app.work import Work

log = logging.getLogger(__name__)
AT_GATEWAY = 'Refunded at the payment service.'
BY_BANK = 'The bank took the money back.'
RETURNED, CAME_BACK = 'Chargeback returned', 'Refund returned'


def refunded(work: Work, payment_id: int, gateway: str, outcome: Outcome) -> None:
    """A refund of a payment: one that was asked for here is settled, one that was made there is entered.

    One that was done, and fails all the same, is money that came back.
    """
    payment = held(work, Payment, payment_id)
    key = f'{gateway} {outcome.reference}'
    ours = or_(Refund.key == outcome.key, Refund.key == key, Refund.gateway_reference == outcome.reference)
    known = work.session.exec(select(Refund).where(Refund.payment_id == payment_id, ours)).first()
    if known and known.status == RefundStatus.PROCESSED and outcome.state is State.FAILED:
        fail_refund(work, known, outcome.reason)
        _return(work, payment, known, CAME_BACK)
    elif known:
        settle_refund(work, known.id or 0, outcome)
    elif outcome.state is State.SUCCEEDED:
        _enter(work, payment, key, outcome, AT_GATEWAY, 'A refund was made at the payment service')


def charged_back(work: Work, payment_id: int, gateway: str, outcome: Outcome) -> None:
    """The bank took a payment back, or returned what it had taken. Staff are told.

    Raises Conflict where it returns what nobody has told us that it took: that is yet to come.
    """
    payment = held(work, Payment, payment_id)
    key = f'{gateway} {outcome.reference}'
    taken = work.session.exec(select(Refund).where(Refund.key == key)).first()
    if outcome.state is State.SUCCEEDED and taken is None:
        _enter(work, payment, key, outcome, BY_BANK, 'Chargeback')
    elif outcome.state is State.FAILED and taken is not None:
        _return(work, payment, taken, RETURNED)
    elif outcome.state is State.FAILED and _could_be_taken(payment, outcome):
        raise Conflict('This chargeback is not known yet. Please tell again once it is.')


def _enter(work: Work, payment: Payment, key: str, outcome: Outcome, reason: str, event: str) -> None:
    """A refund and its contra entry; what is more than is left of the payment is for staff to sort out."""
    amount = min(outcome.amount, ledger.refundable(payment))
    if amount < outcome.amount or outcome.currency != payment.currency:
        log.error('payment %s: more went back than is left of it', payment.id)
    if amount > 0 and outcome.currency == payment.currency:
        back = Refund(
            number=next_number(work, Refund),
            customer_id=payment.customer_id,
            payment_id=payment.id,
            amount=amount,
            currency=payment.currency,
            is_chargeback=reason == BY_BANK,
            key=key,
            gateway_reference=outcome.reference,
            reason=reason,
        )
        ledger.refund(work, payment, back)
        work.record(
            'refund.receive',
            back.number,
            customer_id=back.customer_id,
            after={'of': payment.number, 'amount': said(amount, back.currency), 'reason': reason},
        )
    billing_mail.notify_staff(work, payment, event, reason, outcome.amount)


def _could_be_taken(payment: Payment, outcome: Outcome) -> bool:
    """Whether a chargeback of it would be entered; one of money that had gone back before never was."""
    return outcome.currency == payment.currency and ledger.refundable(payment) > 0


def _return(work: Work, payment: Payment, taken: Refund, event: str) -> None:
    """The dispute was won, or a refund came back: what had gone is a payment of its own, once."""
    key = f'{taken.key} returned'
    if work.session.exec(select(Payment.id).where(Payment.key == key)).first() is not None:
        return
    again = Payment(
        number=next_number(work, Payment),
        customer_id=payment.customer_id,
        amount=taken.amount,
        currency=taken.currency,
        method=event,
        reference=taken.number,
        origin=payment.origin,
        key=key,
    )
    ledger.plan(work, again, [])
    ledger.receive(work, again)
    parts = spend(work, again)
    work.record(
        'payment.receive',
        again.number,
        customer_id=again.customer_id,
        after={
            'amount': said(again.amount, again.currency),
            'invoices': ', '.join(invoice.number for invoice, _ in parts),
        },
    )
    billing_mail.notify_staff(work, payment, event, f'It is payment {again.number}.', taken.amount)
