"""Sign-in and sign-out of both realms (POR-01).

Real forms, so that the cookie is HttpOnly, password managers work, and it takes no JavaScript.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from components.html_page import html_page
from pages.public.brand import brand
from portal_app.api.session import FromHere, browser_of, token_of
from portal_app.auth.realms import PORTAL, STAFF, Realm
from portal_app.errors import Invalid, SignedOut, TooManyTries
from portal_app.services.sign_in import companies_of_token, sign_in, sign_out_token

LEADS = {'portal': 'See your account, usage and records.', 'staff': 'For people who work here.'}


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
        return _form(realm, next=next, notice='You have logged out.' if notice == 'logged-out' else '')

    def enter(
        request: Request,
        email: Annotated[str, Form(max_length=254)] = '',
        password: Annotated[str, Form(max_length=1000)] = '',
        remember: Annotated[str, Form()] = '',
        next: Annotated[str, Form(max_length=2000)] = '',
    ) -> Response:
        try:
            entered = sign_in(realm, email, password, browser_of(request), remember == 'yes')
        except (Invalid, TooManyTries) as error:
            return _form(
                realm,
                status=error.status,
                email=email,
                remember=remember == 'yes',
                next=next,
                problem=error.message,
            )
        response = RedirectResponse(_safe(realm, next), 303)
        response.set_cookie(
            realm.cookie,
            entered.token,
            max_age=entered.seconds,
            path=realm.path,
            httponly=True,
            secure=request.url.scheme == 'https',
            samesite='lax',
        )
        return response

    def leave(request: Request) -> Response:
        sign_out_token(realm, request.cookies.get(realm.cookie, ''))
        response = RedirectResponse(f'{realm.path}/login?notice=logged-out', 303)
        response.delete_cookie(realm.cookie, path=realm.path)
        return response

    routes.add_api_route(f'{realm.path}/login', form, include_in_schema=False)
    routes.add_api_route(
        f'{realm.path}/login', enter, methods=['POST'], dependencies=[FromHere], include_in_schema=False
    )
    routes.add_api_route(
        f'{realm.path}/logout', leave, methods=['POST'], dependencies=[FromHere], include_in_schema=False
    )


def _start() -> Response:
    return RedirectResponse(PORTAL.path, 303)


def _first_company(request: Request) -> Response:
    companies = companies_of_token(token_of(request, PORTAL))
    if not companies:
        raise SignedOut  # every access has ended
    return RedirectResponse(f'{PORTAL.path}/{companies[0].number}', 303)


def _form(
    realm: Realm,
    *,
    status: int = 200,
    email: str = '',
    next: str = '',
    problem: str = '',
    notice: str = '',
    remember: bool = False,
) -> Response:
    organization, colour = brand()
    title = 'Log in' if realm is PORTAL else 'Admin log in'
    return html_page(
        'sign_in.html',
        organization=organization,
        colour=colour,
        title=title,
        status=status,
        lead=LEADS[realm.name],
        action=f'{realm.path}/login',
        email=email,
        next=next,
        problem=problem,
        notice=notice,
        remember=remember,
    )


def _safe(realm: Realm, next: str) -> str:
    """Where to go after signing in: an address of this realm on this site, else its start."""
    plain = next.startswith((f'{realm.path}/', f'{realm.path}?')) or next == realm.path
    return (
        next
        if plain and '\\' not in next and '//' not in next.partition('?')[0] and next.isprintable()
        else realm.path
    )
