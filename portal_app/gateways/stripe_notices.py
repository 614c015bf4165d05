"""Stripe's webhooks. Of an event only its type and its object's id are used: the rest may be old by now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stripe import Event, PaymentIntent, SignatureVerificationError, StripeClient

from portal_app.gateways.gateway import MethodDetails, NotGenuine, Notice, NoticeKind, Outcome, State
from portal_app.gateways.stripe_money import from_stripe
from portal_app.gateways.stripe_outcomes import key_of, refund_outcome

TOLERANCE = 300  # seconds
_PAYMENTS = tuple(
    f'payment_intent.{each}'
    for each in ('succeeded', 'processing', 'payment_failed', 'canceled', 'requires_action')
)
_PAGES = tuple(
    f'checkout.session.{each}'
    for each in ('completed', 'async_payment_succeeded', 'async_payment_failed', 'expired')
)
_REFUNDS = ('refund.created', 'refund.updated', 'refund.failed')
_CHARGEBACKS = {  # what Stripe did with the money
    'charge.dispute.funds_withdrawn': State.SUCCEEDED,
    'charge.dispute.funds_reinstated': State.FAILED,
}


def verified(client: StripeClient, body: bytes, headers: Mapping[str, str], secret: str) -> Event:
    """The event in a webhook's body. Raises NotGenuine unless Stripe signed it in the last minutes."""
    given = {name.lower(): value for name, value in headers.items()}
    try:
        return client.construct_event(body, given.get('stripe-signature'), secret, TOLERANCE)
    except (SignatureVerificationError, ValueError) as error:
        raise NotGenuine from error


@dataclass(frozen=True)
class Reader:
    """Makes notices of events, with what Stripe says now."""

    client: StripeClient
    look_up: Callable[[str], Outcome | None]
    saved: Callable[[str], MethodDetails | None]

    def read(self, event: Event) -> Notice:
        """The notice in an event; OTHER for what does not concern us."""
        about, made = event.type, event.data.object
        reference = str(getattr(made, 'id', ''))
        if about in _PAYMENTS:
            return self._payment(event.id, reference)
        if about in _PAGES:
            return self._page(event.id, reference)
        if about in _REFUNDS:
            return self._refund(event.id, reference)
        if about in _CHARGEBACKS:
            return self._chargeback(event.id, reference, _CHARGEBACKS[about])
        if about == 'payment_method.detached':
            return Notice(event.id, NoticeKind.METHOD_GONE, reference)
        return Notice(event.id, NoticeKind.OTHER)

    def _payment(self, id: str, reference: str) -> Notice:
        outcome = self.look_up(reference)
        if outcome is None or not outcome.key:  # made at Stripe, not by us
            return Notice(id, NoticeKind.OTHER)
        return Notice(
            id,
            NoticeKind.PAYMENT,
            outcome.reference,
            outcome.key,
            outcome,
            outcome.method,
            amount=outcome.amount,
        )

    def _page(self, id: str, reference: str) -> Notice:
        session = self.client.v1.checkout.sessions.retrieve(reference)
        if session.mode != 'setup':
            return self._payment(id, reference)
        payer, method = str(session.customer or ''), self.saved(reference)
        if method is None:
            return Notice(id, NoticeKind.OTHER)
        key = session.client_reference_id or ''
        return Notice(id, NoticeKind.METHOD_SAVED, reference, key, method=method, payer=payer)

    def _refund(self, id: str, reference: str) -> Notice:
        refund = self.client.v1.refunds.retrieve(reference, {'expand': ['payment_intent']})
        paid, outcome = refund.payment_intent, refund_outcome(refund)
        if not isinstance(paid, PaymentIntent):
            return Notice(id, NoticeKind.OTHER)
        payer = str(paid.customer or '')
        return Notice(
            id, NoticeKind.REFUND, paid.id, key_of(paid), outcome, payer=payer, amount=outcome.amount
        )

    def _chargeback(self, id: str, reference: str, state: State) -> Notice:
        dispute = self.client.v1.disputes.retrieve(reference)
        paid = self.look_up(str(dispute.payment_intent))
        if paid is None:
            return Notice(id, NoticeKind.OTHER)
        amount = from_stripe(dispute.amount, dispute.currency)
        outcome = Outcome(state, dispute.id, amount, dispute.currency.upper())
        return Notice(id, NoticeKind.CHARGEBACK, paid.reference, paid.key, outcome, amount=amount)
