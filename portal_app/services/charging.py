"""Asking the gateway, never within a transaction: to charge, what became of a payment, to give one up."""

import logging
from dataclasses import dataclass

from portal_app.auth.viewer import Viewer
from portal_app.gateways import gateway_named
from portal_app.gateways.gateway import Charge, Gateway, Outcome, Refused, State, Unreachable
from portal_app.models import UNDER_WAY, Invoice, Payment, PaymentMethod
from portal_app.models.base import now
from portal_app.services.billing_rules import held
from portal_app.services.organization import organization
from portal_app.services.payers import payer_of
from portal_app.services.settling import fail, note_checkout, settle
from portal_app.work import Work, acting_as, witness

log = logging.getLogger(__name__)
GIVEN_UP = 'The payment was given up before it was made.'


@dataclass(frozen=True)
class Asked:
    """What the gateway is asked about."""

    payment: Payment
    method: PaymentMethod | None
    description: str


def charge(viewer: Viewer, payment_id: int, return_url: str = '') -> Payment:
    """Charge a payment that was just planned, or make the page where it is paid: `Payment.checkout`.

    Without `return_url` nobody is there to authenticate. Where the gateway does not answer, the payment stays
    as it is, and is never charged under another key; nor is one that has ended meanwhile. Raises nothing for
    what becomes of it: see its status.
    """
    by = witness(viewer)
    with acting_as(by) as work:
        payment = work.session.get_one(Payment, payment_id)
        if payment.status not in UNDER_WAY:
            return payment
        asked = _asked(work, payment)
    gateway = gateway_named(payment.gateway)
    assert gateway is not None  # it was there when the payment was planned, in this process
    try:
        return _charge(by, gateway, asked, return_url)
    except Refused as error:
        with acting_as(by) as work:
            return fail(work, payment_id, error.message)
    except Unreachable:
        log.warning('payment %s: the gateway did not answer', payment_id)
        with acting_as(by) as work:
            return work.session.get_one(Payment, payment_id)


def look_up(viewer: Viewer, payment_id: int) -> Payment:
    """Find out what became of a payment that is under way, and settle it.

    Raises Unreachable. Who asks has been found to be allowed to.
    """
    by = witness(viewer)
    with acting_as(by) as work:
        payment = work.session.get_one(Payment, payment_id)
    gateway = gateway_named(payment.gateway)
    if payment.status not in UNDER_WAY or gateway is None:
        return payment
    outcome = found(gateway, payment)
    with acting_as(by) as work:
        current = held(work, Payment, payment_id)  # first the account, then the row: as whoever settles
        current.looked_up_at = now()
        work.session.add(current)
        return settle(work, payment_id, outcome) if outcome else current


def give_up(viewer: Viewer, payment_id: int) -> Payment:
    """Give up a payment that waits for its person, so that its invoices can be paid otherwise.

    One that was quicker is settled instead. Raises Unreachable.
    """
    by = witness(viewer)
    payment = look_up(by, payment_id)
    gateway = gateway_named(payment.gateway)
    waits = bool(payment.checkout and payment.gateway_reference)
    if payment.status not in UNDER_WAY or gateway is None or not waits:
        return payment
    outcome = gateway.abandon(payment.gateway_reference)
    with acting_as(by) as work:
        if outcome is None or outcome.state is State.FAILED:
            return fail(work, payment_id, GIVEN_UP)
        return settle(work, payment_id, outcome)


def found(gateway: Gateway, payment: Payment) -> Outcome | None:
    """What the gateway says of a payment; None where it never heard of it. Raises Unreachable."""
    if payment.gateway_reference:
        return gateway.look_up(reference=payment.gateway_reference)
    return gateway.look_up(key=payment.key)


def _charge(by: Viewer, gateway: Gateway, asked: Asked, return_url: str) -> Payment:
    payment, method = asked.payment, asked.method
    owner = method.customer_id if method else payment.customer_id
    wanted = Charge(
        payment.key,
        payment.amount,
        payment.currency,
        payer_of(by, gateway, owner),
        asked.description,
        method.reference if method else '',
        return_url,
        absent=not return_url,
    )
    if method is None:
        page = gateway.begin_checkout(wanted)
        with acting_as(by) as work:
            return note_checkout(work, payment.id or 0, page)
    outcome = gateway.charge(wanted)
    with acting_as(by) as work:
        return settle(work, payment.id or 0, outcome)


def _asked(work: Work, payment: Payment) -> Asked:
    method = work.session.get_one(PaymentMethod, payment.method_id) if payment.method_id else None
    numbers = [work.session.get_one(Invoice, id).number for id, _ in payment.plan]
    more = f' and {len(numbers) - 1} more' if len(numbers) > 1 else ''
    return Asked(payment, method, f'{organization(work).name}: {numbers[0]}{more}')
