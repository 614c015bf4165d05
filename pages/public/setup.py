"""The first run: one page that makes a new installation somebody's portal (SET-12)."""

from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from components.brand import HEX
from components.formats import sentence
from components.html_page import html_page
from pages.public.brand import brand, public_page
from pages.public.session_cookie import keep_session
from portal_app.api.session import FromHere, browser_of
from portal_app.api.this_machine import is_from_this_machine
from portal_app.auth.passwords import MINIMUM_LENGTH
from portal_app.auth.realms import STAFF
from portal_app.auth.viewer import Visitor
from portal_app.config import settings
from portal_app.errors import Conflict, NotFound, TooManyTries
from portal_app.services import first_guess, first_run
from portal_app.services.first_run import Given, SetupRefused
from portal_app.services.portal_address import RESERVED, around
from portal_app.work import reading_as

LONGEST = 1000  # characters of what is sent back
CLOSED = (
    'Whoever runs this server can set it up: it printed an address with a one-time token when it started. '
    'Look for “Set up your portal at” in its log, and open that address.'
)


class Typed(BaseModel):
    """What the form sends; the password is never sent back."""

    token: str = ''
    name: str = ''
    email: str = ''
    password: str = ''
    company: str = ''
    colour: str = ''
    time_zone: str = ''
    locale: str = ''
    currency: str = ''
    subdomain: str = ''
    sample: str = ''

    @property
    def given(self) -> Given:
        """The same, for whoever begins with it."""
        fields = self.model_dump(exclude={'token', 'sample'})
        return Given(**fields, sample=self.sample == 'yes')


def router() -> APIRouter:
    """The routes. Once there is a staff user they answer 404."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(first_run.PATH, _show, methods=['GET'])
    routes.add_api_route(first_run.PATH, _begin, methods=['POST'], dependencies=[FromHere])
    return routes


def _show(request: Request, token: str = '') -> Response:
    if not _may_begin(request, token):
        return _closed()
    locale, currency = first_guess.guess(request.headers.get('accept-language', ''))
    fresh = Given(colour=brand().colour, time_zone='UTC', locale=locale, currency=currency, sample=True)
    return _form(fresh, token, fresh=True)


def _begin(request: Request, typed: Annotated[Typed, Form()]) -> Response:
    if not _may_begin(request, typed.token):
        return _closed()
    try:
        entered = first_run.begin(typed.given, browser_of(request))
    except SetupRefused as error:
        return _form(typed.given, typed.token, error.problems, status=error.status)
    except TooManyTries as error:
        return _form(typed.given, typed.token, {'': error.message}, status=error.status)
    except Conflict as error:
        return public_page(
            'message.html',
            title='Already set up',
            status=error.status,
            realm=STAFF,
            text=error.message,
            link=f'{STAFF.path}/login',
            link_text='Log in',
        )
    response = RedirectResponse(STAFF.path, 303)
    keep_session(response, request, STAFF, entered)
    return response


def _may_begin(request: Request, token: str) -> bool:
    """Whether this person may set it up: at this machine, or with the token. Raises NotFound afterwards."""
    with reading_as(Visitor()) as work:
        if not first_run.is_open(work):
            raise NotFound
    return is_from_this_machine(request) or first_run.is_token(token)


def _closed() -> Response:
    return public_page(
        'message.html', title='This portal is not set up yet', status=403, realm=STAFF, text=CLOSED
    )


def _form(
    given: Given,
    token: str,
    problems: dict[str, str] | None = None,
    *,
    status: int = 200,
    fresh: bool = False,
) -> Response:
    worn = brand()
    if HEX.fullmatch(given.colour):
        worn = replace(worn, colour=given.colour)
    before, behind = around()
    return html_page(
        'setup.html',
        brand=replace(worn, organization=given.company[:LONGEST].strip() or worn.organization),
        title='Set up your portal',
        status=status,
        wide=True,
        staff=True,
        token=token[:LONGEST],
        typed={name: value[:LONGEST] for name, value in asdict(given).items() if isinstance(value, str)}
        | {'password': ''},
        sample=given.sample,
        problems={
            name: [sentence(line) for line in text.split('\n')] for name, text in (problems or {}).items()
        },
        fresh=fresh,
        minimum=MINIMUM_LENGTH,
        before=before,
        behind=behind,
        reserved=RESERVED,
        only_here=not settings().base_domain,
        zones=first_guess.zones(),
        locales=first_guess.locales(),
        currencies=first_guess.currencies(),
    )
