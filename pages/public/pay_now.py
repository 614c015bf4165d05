"""The Pay Now page: pays one invoice by the link in its mail, without a login (POR-09).

Looking changes nothing; only a form of this page's own does. Whoever comes back from the gateway's page is
known by a cookie, so that the link's token is in no address that the gateway gets to know.
"""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from pages.public.brand import public_page
from portal_app.api.session import FromHere, PortalOn, browser_of
from portal_app.auth.realms import PORTAL
from portal_app.errors import Conflict, Invalid, NotFound, PortalError
from portal_app.gateways import gateway
from portal_app.gateways.gateway import Unreachable
from portal_app.models import Payment
from portal_app.services import pay_now
from portal_app.services.pay_links import PATH, PayLinkEnded

COOKIE = 'pay_'
DAY = 24 * 3600  # seconds
UNKNOWN = 'We will find out what became of your payment. To see it, open the link in your mail again.'


class Typed(BaseModel):
    """What the form sends."""

    request_key: str = ''
    give_up: str = ''


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False, dependencies=[PortalOn])
    routes.add_api_route(f'{PATH}/back/{{number}}', _back, methods=['GET'])
    routes.add_api_route(f'{PATH}/{{token}}', _show, methods=['GET'])
    routes.add_api_route(f'{PATH}/{{token}}', _act, methods=['POST'], dependencies=[FromHere])
    return routes


def _show(token: str) -> Response:
    try:
        return _page(token)
    except PayLinkEnded as error:
        return _ended(error)


def _act(request: Request, token: str, typed: Annotated[Typed, Form()]) -> Response:
    browser = browser_of(request)
    try:
        if typed.give_up:
            pay_now.give_up(token, browser)
            return RedirectResponse(f'{PATH}/{token}', 303)
        payment = pay_now.pay(token, typed.request_key, browser)
    except PayLinkEnded as error:
        return _ended(error)
    except (Conflict, Invalid, NotFound, Unreachable) as error:
        return _page(token, error)
    response = RedirectResponse(payment.checkout or f'{PATH}/{token}', 303)
    _remember(response, request, payment, token)
    return response


def _back(request: Request, number: str) -> Response:
    """From the gateway's page, paid or not."""
    token = request.cookies.get(f'{COOKIE}{number}', '')
    if not token:
        return public_page('message.html', title='Thank you', text=UNKNOWN)
    try:
        pay_now.come_back(token, number, browser_of(request))
    except PayLinkEnded as error:
        return _ended(error)
    except Unreachable as error:
        return _page(token, error)
    return RedirectResponse(f'{PATH}/{token}', 303)


def _page(token: str, error: PortalError | None = None) -> Response:
    shown, taken = pay_now.look(token), gateway()
    return public_page(
        'pay.html',
        title=f'Invoice {shown.number}',
        status=error.status if error else 200,
        legal=True,
        shown=shown,
        action=f'{PATH}/{token}',
        request_key=uuid4().hex,
        gateway=taken.title if taken else '',
        problem=error.message if error else shown.failed,
    )


def _ended(error: PayLinkEnded) -> Response:
    return public_page(
        'ended.html',
        title=error.title,
        status=error.status,
        text=error.message,
        again='',
        back=f'{PORTAL.path}/login',
    )


def _remember(response: Response, request: Request, payment: Payment, token: str) -> None:
    """Which link this browser pays by, for when it comes back."""
    response.set_cookie(
        f'{COOKIE}{payment.number}',
        token,
        max_age=DAY,
        path=PATH,
        httponly=True,
        secure=request.url.scheme == 'https',
        samesite='lax',
    )
