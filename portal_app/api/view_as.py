"""Beginning and ending to view the portal as a contact: forms, since only an answer can set a cookie."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from portal_app.api.session import FromHere, StaffViewer, browser_of
from portal_app.auth.realms import PORTAL
from portal_app.services import view_as
from portal_app.work import acting_as

ContactId = Annotated[int, Path(gt=0, lt=2**31)]


def router() -> APIRouter:
    """The routes of both."""
    routes = APIRouter(include_in_schema=False, dependencies=[FromHere])
    routes.add_api_route('/admin/contacts/{contact_id}/view', _begin, methods=['POST'])
    routes.add_api_route('/portal/stop-viewing', _stop, methods=['POST'])
    return routes


def _begin(viewer: StaffViewer, request: Request, contact_id: ContactId) -> Response:
    with acting_as(viewer) as work:
        token, number = view_as.begin(work, contact_id, browser_of(request).name)
    response = RedirectResponse(f'{PORTAL.path}/{number}', 303)
    response.set_cookie(
        view_as.COOKIE,
        token,
        path=PORTAL.path,
        httponly=True,
        secure=request.url.scheme == 'https',
        samesite='lax',
    )
    return response


def _stop(request: Request) -> Response:
    number = view_as.stop(request.cookies.get(view_as.COOKIE, ''))
    response = RedirectResponse(f'/admin/customers/{number}' if number else '/admin', 303)
    response.delete_cookie(view_as.COOKIE, path=PORTAL.path)
    return response
