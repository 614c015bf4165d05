"""GET /brand/{name}: the organization's logo and banner, for everybody (SET-03, SET-04)."""

from functools import lru_cache

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from portal_app.auth.viewer import Visitor
from portal_app.errors import NotFound
from portal_app.models import Picture
from portal_app.services.branding import stored_picture
from portal_app.services.organization import PICTURES
from portal_app.work import reading_as

KEPT = 8  # pictures in memory: those in use, and a few that were just now
HEADERS = {
    'Cache-Control': 'public, max-age=31536000, immutable',  # another picture has another name
    'Content-Encoding': 'identity',  # it is compressed already
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
}


def router() -> APIRouter:
    """The route for pictures."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(f'{PICTURES}/{{name}}', _picture, methods=['GET', 'HEAD'])
    return routes


def _picture(request: Request, name: str) -> Response:
    try:
        found = _stored(name)
    except NotFound:
        return PlainTextResponse('Not Found', 404)
    headers = {**HEADERS, 'ETag': f'"{name}"'}
    if headers['ETag'] in request.headers.get('if-none-match', ''):
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers, media_type=found.content_type)


@lru_cache(KEPT)
def _stored(name: str) -> Picture:
    """The picture, from memory where it was asked for lately: what has this name never changes."""
    with reading_as(Visitor()) as work:
        return stored_picture(work, name)
