"""Runs inside the process of localstripe, a Stripe-compatible server, and adds what it leaves out.

That is Checkout Sessions with a page where a card is typed, idempotency keys, lists and a search of payment
intents, the redirect to authentication, and the refusal of too large a refund. All else is localstripe's own.
"""

import asyncio
import re
import socket
from typing import Any

from aiohttp import web
from localstripe.errors import UserError
from localstripe.resources import Event, PaymentIntent, PaymentMethod, Refund, StripeObject, store
from localstripe.server import api_extra, app
from localstripe.webhooks import schedule_webhook

from tests.localstripe_checkout import CheckoutSession, authenticate, checkout, checkout_done, send_to_bank

_answers: dict[str, tuple[bytes, web.Response]] = {}
_one_by_one = asyncio.Lock()


def _create_intent(cls: Any, **data: Any) -> Any:
    """As localstripe does, with parameters that it does not know, and Stripe's error for a refused card."""
    confirm, absent, return_url = (data.pop(each, '') for each in ('confirm', 'off_session', 'return_url'))
    description = data.pop('description', None)
    data.pop('automatic_payment_methods', None)
    made = cls(**data)
    made.description = description
    if confirm == 'true':
        method = PaymentMethod._api_retrieve(made.payment_method)
        if method.customer != made.customer:
            raise UserError(400, 'The payment method does not belong to this customer.')
        try:
            if absent == 'true' and method._requires_authentication():
                made._authentication_failed, made.payment_method = True, None
                raise UserError(402, 'This needs authentication.', {'code': 'authentication_required'})
            made._confirm(on_failure_now=made._report_failure)
        except UserError as error:
            error.body['error'] |= {'type': 'card_error', 'payment_intent': made._export()}
            raise
    if made.next_action and return_url:
        send_to_bank(made, return_url)
    return made


def _list_intents(
    cls: Any, url: str, created: Any = None, limit: Any = None, starting_after: Any = None
) -> Any:
    found = super(PaymentIntent, cls)._api_list_all(url, limit, starting_after)
    since = int((created or {}).get('gte', 0))
    found._list = [each for each in reversed(found._list) if each.created >= since]
    return found


def _search_intents(query: str = '', **_: Any) -> Any:
    said = re.fullmatch(r'metadata\["(\w+)"\]:"(.*)"', query)
    if not said:
        raise UserError(400, 'Bad query')
    name, value = said[1], re.sub(r'\\(.)', r'\1', said[2])
    found = PaymentIntent._api_list_all('/v1/payment_intents/search')
    found._list = [each for each in found._list if each.metadata.get(name) == value]
    return found


class Dispute(StripeObject):
    """The bank of a card takes a payment back."""

    object = 'dispute'
    _id_prefix = 'du_'

    def __init__(self, intent: Any) -> None:
        super().__init__()
        self.payment_intent, self.amount, self.currency = intent.id, intent.amount, intent.currency


async def _dispute(request: web.Request) -> web.Response:
    """Take a payment back, and return it to the merchant."""
    made = Dispute(PaymentIntent._api_retrieve(request.match_info['id']))
    for each in ('funds_withdrawn', 'funds_reinstated'):
        schedule_webhook(Event(f'charge.dispute.{each}', made))
    return web.Response()


def _create_refund(cls: Any, **data: Any) -> Any:
    intent = PaymentIntent._api_retrieve(data['payment_intent'])
    left = intent.latest_charge.amount - intent.latest_charge.amount_refunded
    if int(data['amount']) > left:
        raise UserError(400, f'Refund amount is greater than unrefunded amount on charge ({left})')
    made = cls(**data)
    schedule_webhook(Event('refund.created', made))
    return made


@web.middleware
async def _once(request: web.Request, handler: Any) -> web.StreamResponse:
    """The same idempotency key is answered as before; another request with it is refused."""
    key = request.headers.get('Idempotency-Key')
    if not key or request.method != 'POST':
        return await handler(request)
    body = await request.read()
    async with _one_by_one:
        if key not in _answers:
            _answers[key] = body, await handler(request)
    asked, answer = _answers[key]
    if asked != body:
        said = {'type': 'idempotency_error', 'message': 'Keys can only be used with the same parameters.'}
        return web.json_response({'error': said}, status=400)
    return web.Response(body=answer.body, status=answer.status, content_type='application/json')


@web.middleware
async def _pages_are_expired_instead(request: web.Request, handler: Any) -> web.StreamResponse:
    """The payment intent of a Checkout Session cannot be cancelled by itself."""
    cancelled = re.fullmatch(r'/v1/payment_intents/(\w+)/cancel', request.path)
    if cancelled and CheckoutSession._api_list_all('', cancelled[1])._list:
        said = {'type': 'invalid_request_error', 'message': 'Expire the Checkout Session instead.'}
        return web.json_response({'error': said}, status=400)
    return await handler(request)


def main() -> None:
    """Serve on a free port of this machine, and print the address."""
    store.dump_to_disk = lambda: None  # type: ignore[method-assign]
    PaymentIntent._api_create = classmethod(_create_intent)
    PaymentIntent._api_list_all = classmethod(_list_intents)
    Refund._api_create = classmethod(_create_refund)
    sessions = '/v1/checkout/sessions'
    app.router.add_post(sessions, api_extra(CheckoutSession._api_create, sessions))
    app.router.add_get(
        sessions, api_extra(lambda **asked: CheckoutSession._api_list_all(sessions, **asked), sessions)
    )
    app.router.add_get(f'{sessions}/{{id}}', api_extra(CheckoutSession._api_retrieve, sessions))
    app.router.add_post(f'{sessions}/{{id}}/expire', api_extra(CheckoutSession._api_expire, sessions))
    app.router.add_get('/v1/payment_intents/search', api_extra(_search_intents, ''))
    app.router.add_get('/v1/disputes/{id}', api_extra(Dispute._api_retrieve, ''))
    app.router.add_post('/_config/disputes/{id}', _dispute)
    app.router.add_route('*', '/_config/checkout/{id}', checkout)
    app.router.add_get('/_config/checkout/{id}/done', checkout_done)
    app.router.add_route('*', '/_config/authenticate/{id}', authenticate)
    app.middlewares[:0] = [_once, _pages_are_expired_instead]
    listening = socket.create_server(('127.0.0.1', 0))
    CheckoutSession._server = f'http://127.0.0.1:{listening.getsockname()[1]}'
    print(CheckoutSession._server, flush=True)
    web.run_app(app, sock=listening, print=lambda *_: None)


if __name__ == '__main__':
    main()
