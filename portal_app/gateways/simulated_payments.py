"""What becomes of the test gateway's payments, by the card that pays them."""

from datetime import timedelta
from typing import Any

from portal_app.gateways.gateway import Charge, MethodDetails, Notice, NoticeKind, Outcome, State
from portal_app.gateways.simulated_cards import METHODS, Behaviour, SimulatedMethod
from portal_app.gateways.simulated_records import Records
from portal_app.models import SimulatedRecord
from portal_app.models.base import now

PATH = '/test-gateway'
LATER = timedelta(seconds=15)  # until what is pending has ended
AUTHENTICATE = 'Your bank wants you to confirm this payment. Please pay it yourself.'


def details(last4: str, reference: str = '') -> MethodDetails:
    """A method of the list as its owner knows it."""
    chosen, year = METHODS[last4], now().year
    if chosen.kind == 'bank':
        return MethodDetails(reference, 'bank', chosen.brand, last4)
    return MethodDetails(
        reference, 'card', chosen.brand, last4, 12, year - 1 if chosen.is_expired else year + 3
    )


def new_payment(book: Records, charge: Charge, last4: str = '', method: str = '') -> SimulatedRecord:
    """A payment that nobody has paid yet; without a method, its page waits for the person to pick one."""
    return book.add(
        'payment',
        charge.key,
        amount=charge.amount,
        currency=charge.currency,
        payer=charge.payer,
        description=charge.description,
        return_url=charge.return_url,
        last4=last4,
        method=method,
        state=State.ACTION,
        reason='',
        refunded=0,
    )


def take(book: Records, payment: SimulatedRecord, method: SimulatedMethod, *, absent: bool = False) -> None:
    """Charge it, as the method behaves."""
    behaviour, reason = method.behaviour, method.reason
    state = State.SUCCEEDED
    if behaviour is Behaviour.AUTHENTICATES:
        state, reason = (State.FAILED, AUTHENTICATE) if absent else (State.ACTION, '')
    elif behaviour is Behaviour.DECLINED:
        state = State.FAILED
    elif behaviour in (Behaviour.LATER, Behaviour.FAILS_LATER):
        state, ends = State.PENDING, State.SUCCEEDED if behaviour is Behaviour.LATER else State.FAILED
        book.notify(NoticeKind.PAYMENT, payment, after=LATER, then=ends)
    elif behaviour is Behaviour.ANSWERS_TOO_LATE:
        book.notify(NoticeKind.PAYMENT, payment)
    elif behaviour is Behaviour.DISPUTED:
        book.notify(NoticeKind.CHARGEBACK, payment, after=LATER)
    book.change(payment, last4=method.last4, state=state, reason=reason if state is State.FAILED else '')


def authenticate(book: Records, payment: SimulatedRecord, *, confirmed: bool) -> None:
    """The person confirmed the payment at the bank, or refused to."""
    if confirmed:
        book.change(payment, state=State.SUCCEEDED)
    else:
        book.change(payment, state=State.FAILED, reason='The payment was not confirmed.')
    book.notify(NoticeKind.PAYMENT, payment)


def end(book: Records, subject: SimulatedRecord, state: State) -> None:
    """What was pending has ended."""
    if subject.payload['state'] == State.PENDING:
        failed = state is State.FAILED
        book.change(subject, state=state, reason=METHODS[subject.payload['last4']].reason if failed else '')


def outcome_of(payment: SimulatedRecord) -> Outcome:
    """What is said of a payment."""
    known: dict[str, Any] = payment.payload
    state = State(known['state'])
    return Outcome(
        state,
        payment.reference,
        known['amount'],
        known['currency'],
        known['key'],
        known['reason'],
        action_url=f'{PATH}/{payment.reference}' if state is State.ACTION else '',
        method=details(known['last4'], known['method']) if known['last4'] else None,
    )


def refund_outcome(refund: SimulatedRecord) -> Outcome:
    """What is said of a refund."""
    known = refund.payload
    return Outcome(State(known['state']), refund.reference, known['amount'], known['currency'], known['key'])


def read(book: Records, id: str, kind: NoticeKind, reference: str) -> Notice:
    """A notice about a record, as the record is now."""
    subject = book.find(reference)
    assert subject is not None  # records are kept for ever
    known = subject.payload
    if kind is NoticeKind.METHOD_SAVED:
        method = details(known['last4'], known['method'])
        return Notice(id, kind, reference, known['key'], method=method, payer=known['payer'])
    outcome = refund_outcome(subject) if kind is NoticeKind.REFUND else outcome_of(subject)
    payment = book.find(known['payment']) if kind is NoticeKind.REFUND else subject
    assert payment is not None
    if kind is NoticeKind.CHARGEBACK:
        left = known['amount'] - known['refunded']
        outcome = Outcome(State.SUCCEEDED, f'dispute_{id}', left, known['currency'])
    about = payment.payload
    return Notice(
        id, kind, payment.reference, about['key'], outcome, outcome.method, about['payer'], outcome.amount
    )
