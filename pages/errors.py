"""What a person reads when something cannot be done, written once for every page and route."""

import logging
from urllib.parse import quote

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from nicegui import app
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from components.viewing import viewing_words
from pages.public.brand import public_page
from portal_app.api.session import contact_view
from portal_app.auth.realms import PORTAL, STAFF, Realm
from portal_app.errors import (
    NotFound,
    PortalError,
    PortalOff,
    SeesNothing,
    SignedOut,
    TooManyTries,
    TurnedAway,
    ViewEnded,
)
from portal_app.services import view_as

log = logging.getLogger(__name__)
TITLES = {
    403: 'Not permitted',
    404: 'Not found',
    422: 'This address cannot be used',
    429: 'Too many tries',
    503: 'This took too long',
}
TURNED_AWAY: dict[type[PortalError], tuple[str, str, str]] = {  # title, and the way on
    PortalOff: ('Not available', '', ''),
    SeesNothing: ('Nothing to see', '', ''),
    ViewEnded: ('The view has ended', STAFF.path, 'Back to the admin pages'),
}


def register() -> None:
    """Answer each kind of failure."""
    app.add_exception_handler(PortalError, _expected)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(404, _http)  # NiceGUI has one of its own
    app.add_exception_handler(Exception, _unexpected)


async def _expected(request: Request, error: Exception) -> Response:
    assert isinstance(error, PortalError)
    realm = _realm(request)
    if isinstance(error, TurnedAway):
        return await _turned_away(request, error)
    if isinstance(error, SignedOut) and _wants_page(request):
        here = request.url.path + (f'?{request.url.query}' if request.url.query else '')
        response: Response = RedirectResponse(f'{realm.path}/login?next={quote(here)}', 303)
        response.delete_cookie(realm.cookie, path=realm.path)
        return response
    headers = {'Retry-After': str(error.wait)} if isinstance(error, TooManyTries) else None
    return await _page(request, error.status, error.message, headers)


async def _turned_away(request: Request, error: TurnedAway) -> Response:
    response = await _page(request, error.status, error.message, told=TURNED_AWAY[type(error)])
    if isinstance(error, ViewEnded):  # whoever has signed in themselves is back with the next request
        response.delete_cookie(view_as.COOKIE, path=PORTAL.path)
    return response


async def _not_understood(request: Request, _error: Exception) -> Response:
    return await _page(request, 404, NotFound().message)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    text = NotFound().message if error.status_code == 404 else str(error.detail)
    return await _page(request, error.status_code, text, dict(error.headers or {}))


async def _unexpected(request: Request, error: Exception) -> Response:
    route = getattr(request.scope.get('route'), 'path', 'no route')  # the path itself may hold a token
    log.error('unexpected failure at %s', route, exc_info=error)
    return await _page(
        request, 500, 'Something went wrong on our side. Please try again; if it stays, contact support.'
    )


async def _page(
    request: Request,
    status: int,
    text: str,
    headers: dict[str, str] | None = None,
    told: tuple[str, str, str] | None = None,
) -> Response:
    realm = _realm(request)
    title, link, link_text = told or (
        TITLES.get(status, 'Something went wrong'),
        realm.path,
        'Back to the start',
    )
    if not _wants_page(request):
        problem = {'type': 'about:blank', 'title': title, 'status': status, 'detail': text}
        return JSONResponse(problem, status, headers, media_type='application/problem+json')  # RFC 9457
    response = await run_in_threadpool(
        lambda: public_page(
            'message.html',
            title=title,
            status=status,
            realm=realm,
            text=text,
            viewing=_viewing(request),
            contact=status == 500 or told == TURNED_AWAY[PortalOff],
            link=link,
            link_text=link_text,
        )
    )
    response.headers.update(headers or {})
    return response


def _viewing(request: Request) -> dict[str, object] | None:
    """The bar of a page that staff view as a contact."""
    try:
        view = contact_view(request)
    except ViewEnded:
        return None
    if view is None:
        return None
    words = viewing_words(view.name, view.company.name, registered=view.registered)
    return {'words': words, 'stop': '/portal/stop-viewing'}


def _realm(request: Request) -> Realm:
    return STAFF if request.url.path.startswith(STAFF.path) else PORTAL


def _wants_page(request: Request) -> bool:
    return 'text/html' in request.headers.get('accept', '')
