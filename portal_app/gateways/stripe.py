"""Stripe, by its official library: Checkout, payment intents, refunds, signed webhooks (POR-08, POR-09).

Card data goes from the browser to Stripe; what passes here are references.
"""

import logging
from collections.abc import Mapping

import stripe
from stripe import RequestsClient, StripeClient
from stripe.params import CustomerCreateParams, PaymentIntentCreateParams
from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItemPriceData

from portal_app.gateways import stripe_money
from portal_app.gateways.gateway import Ability, Charge, Hosted, MethodDetails, Notice, Outcome, Refused
from portal_app.gateways.stripe_errors import declined, told
from portal_app.gateways.stripe_finding import SHOWN, outcome_of, with_key
from portal_app.gateways.stripe_notices import Reader, verified
from portal_app.gateways.stripe_outcomes import (
    KEY,
    PAGE,
    key_of,
    method_details,
    payment_outcome,
    refund_outcome,
)

log = logging.getLogger(__name__)
API_VERSION = '2026-10-28.endive'  # what this gateway was written for
TRIES = 2  # of one request, with the same key


class StripeGateway:
    """One account at Stripe. `seconds` is how long it may take to answer, tries and all."""

    name = 'stripe'
    title = 'Stripe'
    abilities = frozenset(Ability)

    def __init__(self, secret_key: str, webhook_secret: str, api: str, seconds: float) -> None:
        client = StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            base_addresses={'api': api} if api else {},
            max_network_retries=TRIES - 1,
            http_client=RequestsClient(timeout=seconds / TRIES),
        )
        self._client, self._api, self._webhook_secret = client, client.v1, webhook_secret

    def problem(self, amount: int, currency: str) -> str:
        """Stripe's own list of currencies, steps, least and greatest amounts."""
        return stripe_money.problem(amount, currency)

    def payer(self, key: str, name: str, email: str) -> str:
        """Find or make the customer. The list of customers knows one whose making got no answer."""
        with told():
            known = self._api.customers.list({'email': email, 'limit': 100}).data if email else []
            for customer in known:
                if customer.metadata and KEY in customer.metadata and customer.metadata[KEY] == key:
                    return customer.id
            params: CustomerCreateParams = {'name': name, 'metadata': {KEY: key}}
            if email:
                params['email'] = email
            return self._api.customers.create(params, {'idempotency_key': f'payer {key}'}).id

    def begin_saving(self, payer: str, return_url: str, key: str) -> Hosted:
        """A Checkout page in setup mode, for cards: which other methods there are depends on a currency."""
        return self._page(
            key,
            {
                'mode': 'setup',
                'customer': payer,
                'allowed_payment_method_types': ['card'],
                'success_url': return_url,
                'cancel_url': return_url,
            },
        )

    def saved(self, reference: str) -> MethodDetails | None:
        """The method that the person gave."""
        with told():
            session = self._api.checkout.sessions.retrieve(
                reference, {'expand': ['setup_intent.payment_method']}
            )
        method = getattr(session.setup_intent, 'payment_method', None)
        if session.status != 'complete' or not isinstance(method, stripe.PaymentMethod):
            return None
        return method_details(method)

    def forget(self, method: str) -> None:
        """Detach the method from its customer."""
        with told():
            try:
                self._api.payment_methods.detach(method)
            except stripe.InvalidRequestError:
                if self._is_attached(method):
                    raise

    def charge(self, charge: Charge) -> Outcome:
        """A payment intent, confirmed at once."""
        params: PaymentIntentCreateParams = {
            'amount': self._amount(charge.amount, charge.currency),
            'currency': charge.currency.lower(),
            'customer': charge.payer,
            'payment_method': charge.method,
            'description': charge.description,
            'metadata': {KEY: charge.key},
            'confirm': True,
            'off_session': charge.absent,
            'expand': SHOWN,
        }
        if charge.return_url:
            params['return_url'] = charge.return_url
        else:
            params['automatic_payment_methods'] = {'enabled': True, 'allow_redirects': 'never'}
        with told():
            try:
                made = self._api.payment_intents.create(params, {'idempotency_key': f'charge {charge.key}'})
            except stripe.CardError as error:
                return declined(charge, error)
        return payment_outcome(made)

    def begin_checkout(self, charge: Charge) -> Hosted:
        """A Checkout page in payment mode, with the methods that are switched on at Stripe."""
        price: SessionCreateParamsLineItemPriceData = {
            'currency': charge.currency.lower(),
            'unit_amount': self._amount(charge.amount, charge.currency),
            'product_data': {'name': charge.description},
        }
        params: SessionCreateParams = {
            'mode': 'payment',
            'line_items': [{'quantity': 1, 'price_data': price}],
            'payment_intent_data': {
                'description': charge.description,
                'metadata': {KEY: charge.key, PAGE: 'checkout'},
            },
            'adaptive_pricing': {'enabled': False},  # it would be paid in another currency
            'success_url': charge.return_url,
            'cancel_url': charge.return_url,
        }
        if charge.payer:
            params['customer'] = charge.payer
        return self._page(charge.key, params)

    def look_up(self, *, key: str = '', reference: str = '') -> Outcome | None:
        """What became of a payment, a page or a refund."""
        with told():
            try:
                return outcome_of(self._api, reference or with_key(self._api, key))
            except stripe.InvalidRequestError as error:
                if error.http_status == 404:
                    return None
                raise

    def abandon(self, reference: str) -> Outcome | None:
        """Close the page, or cancel the payment intent."""
        with told():
            try:
                if reference.startswith('cs_'):
                    self._api.checkout.sessions.expire(reference)
                else:
                    self._api.payment_intents.cancel(reference)
            except stripe.InvalidRequestError as error:
                log.info('Stripe did not give up %s: %s', reference, error.code)  # it may be paid by now
        return self.look_up(reference=reference)

    def refund(self, payment: str, amount: int, currency: str, key: str) -> Outcome:
        """Give back a payment or a part. The payment's list of refunds knows one that got no answer."""
        if problem := stripe_money.step_problem(amount, currency):
            raise Refused(problem)
        with told():
            for known in self._api.refunds.list({'payment_intent': payment, 'limit': 100}).auto_paging_iter():
                if key_of(known) == key:
                    return refund_outcome(known)
            made = self._api.refunds.create(
                {
                    'payment_intent': payment,
                    'amount': stripe_money.to_stripe(amount, currency),
                    'metadata': {KEY: key},
                },
                {'idempotency_key': f'refund {key}'},
            )
            return refund_outcome(made)

    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Check the signature, then ask Stripe how things are now: events may come late and in any order."""
        event = verified(self._client, body, headers, self._webhook_secret)
        reader = Reader(self._client, lambda reference: self.look_up(reference=reference), self.saved)
        with told():
            return reader.read(event)

    def _page(self, key: str, params: SessionCreateParams) -> Hosted:
        with told():
            made = self._api.checkout.sessions.create(
                {**params, 'client_reference_id': key}, {'idempotency_key': f'page {key}'}
            )
        return Hosted(made.id, made.url or '')

    def _is_attached(self, method: str) -> bool:
        try:
            return self._api.payment_methods.retrieve(method).customer is not None
        except stripe.InvalidRequestError as error:
            if error.http_status == 404:
                return False
            raise

    def _amount(self, amount: int, currency: str) -> int:
        if problem := self.problem(amount, currency):
            raise Refused(problem)
        return stripe_money.to_stripe(amount, currency)
