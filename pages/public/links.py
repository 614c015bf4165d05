"""Where the links in mails lead: looking shows a form, only sending it acts (mail scanners open links)."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from pages.public.brand import brand, public_page
from pages.public.session_cookie import keep_session
from portal_app.api.session import FromHere, browser_of
from portal_app.auth.passwords import MINIMUM_LENGTH
from portal_app.auth.realms import PORTAL, STAFF, Realm
from portal_app.errors import Conflict, Invalid, LinkEnded
from portal_app.models import Purpose
from portal_app.services import access_requests
from portal_app.services.registration import Opened, accept, join, join_staff, look_at, set_password
from portal_app.services.sign_in import Browser

INVITATIONS = (Purpose.INVITATION, Purpose.STAFF_INVITATION)


class Typed(BaseModel):
    """What the form sends; the password is never sent back."""

    name: str = ''
    password: str = ''


def router() -> APIRouter:
    """The routes of both realms."""
    routes = APIRouter(include_in_schema=False)
    for realm in (PORTAL, STAFF):
        _add(routes, realm)
    again = f'{PORTAL.path}/link/{{token}}/again'
    routes.add_api_route(again, _again, methods=['POST'], dependencies=[FromHere])
    return routes


def _add(routes: APIRouter, realm: Realm) -> None:
    def show(request: Request, token: str) -> Response:
        try:
            opened = look_at(realm, token, browser_of(request))
        except LinkEnded as error:
            return _ended(realm, token, error)
        return _page(realm, token, opened)

    def act(request: Request, token: str, typed: Annotated[Typed, Form()]) -> Response:
        browser = browser_of(request)
        try:
            opened = look_at(realm, token, browser)
            try:
                return _act(realm, token, opened, typed, request, browser)
            except (Invalid, Conflict) as error:
                return _page(realm, token, opened, typed, error)
        except LinkEnded as error:
            return _ended(realm, token, error)

    path = f'{realm.path}/link/{{token}}'
    routes.add_api_route(path, show, methods=['GET'])
    routes.add_api_route(path, act, methods=['POST'], dependencies=[FromHere])


def _act(
    realm: Realm, token: str, opened: Opened, typed: Typed, request: Request, browser: Browser
) -> Response:
    if opened.purpose not in INVITATIONS:
        set_password(realm, token, typed.password, browser)
        return RedirectResponse(f'{realm.path}/login?notice=password-set', 303)
    if opened.has_login:
        join(token, browser)
        return RedirectResponse(f'{realm.path}/login?notice=accepted', 303)
    response = RedirectResponse(realm.path, 303)
    enter = accept if realm is PORTAL else join_staff
    keep_session(response, request, realm, enter(token, typed.name, typed.password, browser))
    return response


def _again(request: Request, token: str) -> Response:
    access_requests.ask_for_new_link(token, browser_of(request))
    return public_page(
        'message.html',
        title='Request received',
        text='Our staff have your request. If they approve it, you get a mail.',
        link=f'{PORTAL.path}/login',
        link_text='Back to log in',
    )


def _page(
    realm: Realm,
    token: str,
    opened: Opened,
    typed: Typed | None = None,
    error: Invalid | Conflict | None = None,
) -> Response:
    title, lead, button = _words(opened, brand().organization)
    invited = opened.purpose in INVITATIONS
    return public_page(
        'link.html',
        title=title,
        status=error.status if error else 200,
        realm=realm,
        legal=opened.purpose is Purpose.INVITATION and not opened.has_login,
        lead=lead,
        button=button,
        action=f'{realm.path}/link/{token}',
        problem=error.message if error else '',
        ask_name=invited and not opened.has_login,
        ask_password=not opened.has_login,
        name=typed.name[:1000] if typed else opened.name,
        email=opened.email,
        password_label='Choose a password' if invited else 'New password',
        minimum=MINIMUM_LENGTH,
    )


def _words(opened: Opened, organization: str) -> tuple[str, str, str]:
    """Title, what it is about, and the button."""
    if opened.purpose is Purpose.STAFF_INVITATION:
        lead = f'{organization} gives you a login to its admin pages, with the role {opened.role}.'
        return 'Join the admin pages', lead, 'Join'
    if opened.purpose is not Purpose.INVITATION:
        return 'Set your password', f'For {opened.email}.', 'Set password'
    if opened.has_login:
        lead = f'{organization} gives {opened.email} access to {opened.customer}.'
        return 'Accept the invitation', f'{lead} Accept, then log in as always.', 'Accept'
    return 'Register', f'{organization} invites you to see the account of {opened.customer}.', 'Register'


def _ended(realm: Realm, token: str, error: LinkEnded) -> Response:
    return public_page(
        'ended.html',
        title=error.title,
        status=error.status,
        realm=realm,
        text=error.message,
        again=f'{realm.path}/link/{token}/again' if error.ask_again else '',
        back=f'{realm.path}/login',
    )
