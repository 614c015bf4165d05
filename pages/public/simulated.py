"""The pages of the embedded test gateway, which stand for those of a real one (POR-08, POR-09)."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from pages.public.brand import public_page
from portal_app.api.session import FromHere
from portal_app.gateways.simulated_pages import CANCEL, CONFIRM, REFUSE, GatewayPage, answer, page_of
from portal_app.gateways.simulated_payments import PATH


def router() -> APIRouter:
    """The one page, and the form on it."""
    routes = APIRouter(include_in_schema=False)
    path = f'{PATH}/{{reference}}'
    routes.add_api_route(path, _show, methods=['GET'])
    routes.add_api_route(path, _act, methods=['POST'], dependencies=[FromHere])
    return routes


def _show(reference: str) -> Response:
    return _page(reference, page_of(reference))


def _act(reference: str, said: Annotated[str, Form()] = '') -> Response:
    shown = answer(reference, said)
    return RedirectResponse(shown.back, 303) if shown.back else _page(reference, shown)


def _page(reference: str, shown: GatewayPage) -> Response:
    return public_page(
        'simulated.html',
        title=shown.title,
        status=422 if shown.problem else 200,
        shown=shown,
        action=f'{PATH}/{reference}',
        problem=shown.problem,
        cancel=CANCEL,
        confirm=CONFIRM,
        refuse=REFUSE,
    )
