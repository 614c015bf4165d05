"""Runs inside the process of localstripe: Checkout Sessions with their page, and the page of a bank."""

import html
from typing import Any

from aiohttp import web
from localstripe.errors import UserError
from localstripe.resources import Event, PaymentIntent, PaymentMethod, SetupIntent, StripeObject
from localstripe.webhooks import schedule_webhook

CARD = ('number', 'exp_month', 'exp_year', 'cvc')


class CheckoutSession(StripeObject):
    """A page where a person gives a card, to be kept or to be charged once."""

    object = 'checkout.session'
    _id_prefix = 'cs_test_'
    _server = ''  # its address

    def __init__(self, mode: str, success_url: str, cancel_url: str, **given: Any) -> None:
        super().__init__()
        self.mode, self.success_url, self.cancel_url = mode, success_url, cancel_url
        self.customer = given.get('customer')
        self.client_reference_id = given.get('client_reference_id')
        self.status = 'open'
        self.payment_intent: str | None = None
        self.setup_intent: str | None = None
        self.amount_total: int | None = None
        self.currency: str | None = None
        self._intent_data = given.get('payment_intent_data', {})
        if mode == 'setup':
            self.setup_intent = SetupIntent(customer=self.customer).id
        else:
            price = given['line_items'][0]['price_data']
            self.amount_total, self.currency = int(price['unit_amount']), price['currency']

    @property
    def url(self) -> str | None:
        """The hosted page."""
        return f'{CheckoutSession._server}/_config/checkout/{self.id}' if self.status == 'open' else None

    @property
    def payment_status(self) -> str:
        """Whether the money is there."""
        if self.mode == 'setup':
            return 'no_payment_required'
        found = PaymentIntent._api_retrieve(self.payment_intent) if self.payment_intent else None
        return 'paid' if found and found.status == 'succeeded' else 'unpaid'

    @classmethod
    def _api_list_all(cls, url: str, payment_intent: str = '', **_: Any) -> Any:
        found = super()._api_list_all(url)
        found._list = [each for each in found._list if each.payment_intent == payment_intent]
        return found

    @classmethod
    def _api_expire(cls, id: str, **_: Any) -> Any:
        found = cls._api_retrieve(id)
        if found.status != 'open':
            raise UserError(400, 'Only an open Checkout Session can be expired.')
        found.status = 'expired'
        schedule_webhook(Event('checkout.session.expired', found))
        return found

    def _take(self, card: dict[str, str]) -> str:
        """Keep or charge a card, and say where the person goes next. Raises UserError for a refused card."""
        return self._keep(card) if self.mode == 'setup' else self._pay(card)

    def _keep(self, card: dict[str, str]) -> str:
        assert self.setup_intent
        made = SetupIntent._api_confirm(self.setup_intent, payment_method_data={'type': 'card', 'card': card})
        if made.status == 'requires_action':  # whoever is at the page confirms it there
            SetupIntent._api_confirm(self.setup_intent)
        PaymentMethod._api_attach(made.payment_method, customer=self.customer)
        return self._complete()

    def _pay(self, card: dict[str, str]) -> str:
        method = PaymentMethod(type='card', card=card)
        if method._attaching_is_declined():
            raise UserError(402, 'Your card was declined.', {'code': 'card_declined'})
        made = self._intent()
        made.payment_method, made.latest_charge = method.id, None
        made._confirm(on_failure_now=made._report_failure)
        if made.next_action:
            send_to_bank(made, f'{CheckoutSession._server}/_config/checkout/{self.id}/done')
            return _bank(made)
        return self._complete()

    def _intent(self) -> Any:
        """The payment intent of this page: one, however many cards are tried."""
        if not self.payment_intent:
            metadata = self._intent_data.get('metadata')
            self.payment_intent = PaymentIntent(
                amount=self.amount_total, currency=self.currency, customer=self.customer, metadata=metadata
            ).id
        return PaymentIntent._api_retrieve(self.payment_intent)

    def _complete(self) -> str:
        self.status = 'complete'
        schedule_webhook(Event('checkout.session.completed', self))
        return self.success_url


def _bank(intent: Any) -> str:
    return str(intent.next_action['redirect_to_url']['url'])


def send_to_bank(intent: Any, return_url: str) -> None:
    """A payment waits for its person, who comes back to this address."""
    url = f'{CheckoutSession._server}/_config/authenticate/{intent.id}'
    intent.next_action = {
        'type': 'redirect_to_url',
        'redirect_to_url': {'url': url, 'return_url': return_url},
    }


PAGE = """<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1>
<p role="alert">{problem}</p><form method="post">{fields}</form>"""


def _page(title: str, fields: str, problem: str = '') -> web.Response:
    text = PAGE.format(title=html.escape(title), fields=fields, problem=html.escape(problem))
    return web.Response(text=text, content_type='text/html')


async def checkout(request: web.Request) -> web.StreamResponse:
    """The page of a session: a form for a card, and what becomes of it."""
    session = CheckoutSession._api_retrieve(request.match_info['id'])
    problem = ''
    if request.method == 'POST':
        form = await request.post()
        try:
            raise web.HTTPSeeOther(session._take({name: str(form[name]) for name in CARD}))
        except UserError as error:
            problem = error.body['error']['message']
    fields = ''.join(f'<label>{name} <input name="{name}"></label>' for name in CARD)
    return _page(f'Checkout: {session.mode}', f'{fields}<button>Submit</button>', problem)


async def checkout_done(request: web.Request) -> web.StreamResponse:
    """Back from the bank to the page that asked for it."""
    session = CheckoutSession._api_retrieve(request.match_info['id'])
    raise web.HTTPSeeOther(session._complete())


async def authenticate(request: web.Request) -> web.StreamResponse:
    """The page of the bank."""
    intent = PaymentIntent._api_retrieve(request.match_info['id'])
    if request.method != 'POST':
        buttons = (
            '<button name="success" value="true">Complete</button>',
            '<button name="success" value="">Fail</button>',
        )
        return _page('3D Secure', ''.join(buttons))
    back = intent.next_action['redirect_to_url']['return_url']
    form = await request.post()
    PaymentIntent._api_authenticate(intent.id, intent.client_secret, success=bool(form['success']))
    raise web.HTTPSeeOther(back)
