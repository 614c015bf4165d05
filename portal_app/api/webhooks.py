"""POST /webhooks/{gateway}: what payment gateways tell us by themselves (POR-08, POR-09)."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from portal_app.errors import NotFound
from portal_app.gateways import gateway_named
from portal_app.services.gateway_notices import take


def router() -> APIRouter:
    """The one route. Who signed the body is all that counts: there is no session and no Origin."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route('/webhooks/{gateway}', _take, methods=['POST'])
    return routes


async def _take(request: Request, gateway: str) -> Response:
    """204 once it was taken, also the second time; an error makes the gateway send it again later."""
    found = gateway_named(gateway)
    if found is None:
        raise NotFound
    body, headers = await request.body(), dict(request.headers)
    await run_in_threadpool(lambda: take(found, found.read_notice(body, headers)))
    return Response(status_code=204)
