"""GET /admin/setup/configuration.json: the configuration as a file to be saved."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from portal_app.api.session import StaffViewer
from portal_app.services import configuration
from portal_app.work import acting_as

PATH = '/admin/setup/configuration.json'


def router() -> APIRouter:
    """The route for the file."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(PATH, _file)
    return routes


def _file(viewer: StaffViewer) -> Response:
    with acting_as(viewer) as work:
        file = configuration.export(work)
    headers = {
        'Content-Disposition': f"attachment; filename*=UTF-8''{quote(file.name)}",
        'Cache-Control': 'no-store',
    }
    return Response(file.content, headers=headers, media_type='application/json')
