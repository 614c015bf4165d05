"""Sign-in and sign-out of both realms (POR-01).

Real forms, so that the cookie is HttpOnly, password managers work, and it takes no JavaScript.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from pages.public.brand import public_page
from pages.public.session_cookie import keep_session
from portal_app.api.session import FromHere, PortalOn, browser_of, contact_view, token_of
from portal_app.auth.realms import PORTAL, STAFF, Realm
from portal_app.errors import Invalid, SignedOut, TooManyTries
from portal_app.hosts import is_portal_host
from portal_app.services.sign_in import companies_of_token, sign_in, sign_out_token

LEADS = {'portal': 'See your account, usage and records.', 'staff': 'For people who work here.'}

NOTICES = {
    'logged-out': 'You have logged out.',
    'password-set': 'Your password is set. Please log in with it.',
    'accepted': 'You have access now. Please log in with the password that you have.',
}


class Typed(BaseModel):
    """What the form sends; the password is never sent back."""

    email: str = ''
    password: str = ''
    remember: str = ''
    next: str = ''


def router() -> APIRouter:
    """The routes of both realms."""
    routes = APIRouter()
    for realm in (PORTAL, STAFF):
        _add(routes, realm)
    routes.add_api_route('/', _start, include_in_schema=False)
    routes.add_api_route('/portal', _first_company, include_in_schema=False)
    return routes


def _add(routes: APIRouter, realm: Realm) -> None:
    def form(next: str = '', notice: str = '') -> Response:
        return _form(realm, Typed(next=next), notice=NOTICES.get(notice, ''))

    def enter(request: Request, typed: Annotated[Typed, Form()]) -> Response:
        return _enter(realm, request, typed)

    def leave(request: Request) -> Response:
        return _leave(realm, request)

    for path, answer, method in (('login', form, 'GET'), ('login', enter, 'POST'), ('logout', leave, 'POST')):
        checks = [FromHere] if method == 'POST' else [PortalOn] if realm is PORTAL else []
        routes.add_api_route(
            f'{realm.path}/{path}', answer, methods=[method], dependencies=checks, include_in_schema=False
        )


def _enter(realm: Realm, request: Request, typed: Typed) -> Response:
    try:
        entered = sign_in(realm, typed.email, typed.password, browser_of(request), bool(typed.remember))
    except (Invalid, TooManyTries) as error:
        return _form(realm, typed, status=error.status, problem=error.message)
    response = RedirectResponse(_safe(realm, typed.next), 303)
    keep_session(response, request, realm, entered)
    return response


def _leave(realm: Realm, request: Request) -> Response:
    sign_out_token(realm, request.cookies.get(realm.cookie, ''))
    response = RedirectResponse(f'{realm.path}/login?notice=logged-out', 303)
    response.delete_cookie(realm.cookie, path=realm.path)
    return response


def _start(request: Request) -> Response:
    """To the portal, or to the admin pages where the portal is at another host (SET-02)."""
    here = is_portal_host(request.headers.get('host', ''))
    return RedirectResponse(PORTAL.path if here else STAFF.path, 303)


def _first_company(request: Request) -> Response:
    if view := contact_view(request):
        return RedirectResponse(f'{PORTAL.path}/{view.company.number}', 303)
    companies = companies_of_token(token_of(request, PORTAL))
    if not companies:
        raise SignedOut  # every access has ended
    return RedirectResponse(f'{PORTAL.path}/{companies[0].number}', 303)


def _form(realm: Realm, typed: Typed, *, status: int = 200, problem: str = '', notice: str = '') -> Response:
    title = 'Log in' if realm is PORTAL else 'Admin log in'
    return public_page(
        'sign_in.html',
        title=title,
        status=status,
        realm=realm,
        legal=realm is PORTAL,
        lead=LEADS[realm.name],
        action=f'{realm.path}/login',
        problem=problem,
        notice=notice,
        email=typed.email[:254],
        next=typed.next[:2000],
        remember=bool(typed.remember),
        forgot=f'{realm.path}/forgot-password',
        request_access=f'{realm.path}/request-access' if realm is PORTAL else '',
    )


def _safe(realm: Realm, next: str) -> str:
    """Where to go after signing in: an address of this realm on this site, else its start."""
    path, _, _ = next.partition('?')
    ours = path == realm.path or path.startswith(f'{realm.path}/')
    plain = next.isprintable() and '\\' not in next and '//' not in path and '..' not in path
    return next if ours and plain else realm.path
