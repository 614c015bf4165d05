"""Whether the server is alive and whether it can work (OPS-03)."""

from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import PlainTextResponse, Response

from portal_app import db, hosts


def router() -> APIRouter:
    """The routes for whoever watches the server."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route('/healthz', _alive, methods=['GET', 'HEAD'])
    routes.add_api_route('/readyz', _ready, methods=['GET', 'HEAD'])
    routes.add_api_route('/our-name', _our_name)
    return routes


async def _alive() -> Response:
    return PlainTextResponse('ok')


def _ready() -> Response:
    try:
        with db.reading(2) as session:
            session.execute(text('SELECT 1 FROM organization'))
    except (SQLAlchemyError, RuntimeError):
        return PlainTextResponse('the database does not answer', 503)
    return PlainTextResponse('ready')


def _our_name(domain: str = '') -> Response:
    """For a server in front that gets certificates: whether this is a name of ours (SET-02)."""
    return PlainTextResponse('yes') if hosts.is_our_name(domain) else PlainTextResponse('no', 404)
