"""Forgotten password of either realm, and asking for access (POR-01, ACC-14).

The answer is the same for every address, and so is its time: the work is done after it was sent.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.background import BackgroundTask
from starlette.responses import Response

from pages.public.brand import public_page
from portal_app.api.session import FromHere, PortalOn, browser_of
from portal_app.auth.realms import PORTAL, STAFF, Realm
from portal_app.errors import Invalid, TooManyTries
from portal_app.services import access_requests, password_resets


class Typed(BaseModel):
    """What the form sends."""

    email: str = ''


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)
    for realm in (PORTAL, STAFF):
        _add_forgot(routes, realm)
    path = f'{PORTAL.path}/request-access'
    routes.add_api_route(path, _access_form, methods=['GET'], dependencies=[PortalOn])
    routes.add_api_route(path, _request_access, methods=['POST'], dependencies=[FromHere, PortalOn])
    return routes


def _add_forgot(routes: APIRouter, realm: Realm) -> None:
    def form() -> Response:
        return _forgot(realm)

    def send(request: Request, typed: Annotated[Typed, Form()]) -> Response:
        browser = browser_of(request)
        try:
            password_resets.count_request(realm, typed.email, browser)
        except (Invalid, TooManyTries) as error:
            return _forgot(realm, typed.email, error.message, error.status)
        response = _done(realm, 'Check your email', password_resets.SENT)
        response.background = BackgroundTask(password_resets.send_reset, realm, typed.email, browser)
        return response

    path, checks = f'{realm.path}/forgot-password', [PortalOn] if realm is PORTAL else []
    routes.add_api_route(path, form, methods=['GET'], dependencies=checks)
    routes.add_api_route(path, send, methods=['POST'], dependencies=[FromHere, *checks])


def _access_form() -> Response:
    return _ask_for_access()


def _request_access(request: Request, typed: Annotated[Typed, Form()]) -> Response:
    browser = browser_of(request)
    try:
        access_requests.count_request(typed.email, browser)
    except (Invalid, TooManyTries) as error:
        return _ask_for_access(typed.email, error.message, error.status)
    response = _done(PORTAL, 'Request received', access_requests.SENT)
    response.background = BackgroundTask(access_requests.request_access, typed.email, browser)
    return response


def _forgot(realm: Realm, email: str = '', problem: str = '', status: int = 200) -> Response:
    return _form(
        realm,
        'forgot-password',
        'Forgot password?',
        'We will mail you a link to set a new one.',
        'Send the link',
        email,
        problem,
        status,
    )


def _ask_for_access(email: str = '', problem: str = '', status: int = 200) -> Response:
    return _form(
        PORTAL,
        'request-access',
        'Request access',
        'Tell us the address that we know you by. Our staff will decide.',
        'Request access',
        email,
        problem,
        status,
    )


def _form(
    realm: Realm, path: str, title: str, lead: str, button: str, email: str, problem: str, status: int
) -> Response:
    return public_page(
        'ask.html',
        title=title,
        status=status,
        realm=realm,
        lead=lead,
        action=f'{realm.path}/{path}',
        button=button,
        email=email[:254],
        problem=problem,
        back=f'{realm.path}/login',
    )


def _done(realm: Realm, title: str, text: str) -> Response:
    return public_page(
        'message.html',
        title=title,
        realm=realm,
        text=text,
        link=f'{realm.path}/login',
        link_text='Back to log in',
    )
