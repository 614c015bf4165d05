"""Which hosts the product answers at (SET-02)."""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from portal_app.config import settings
from portal_app.hosts import is_portal_host, is_staff_host

PROBES = ('/healthz', '/readyz')  # asked by whoever watches the server, at its number
CUSTOMERS_ONLY = ('/portal', '/pay')


class HostGate:
    """While a base domain is set, the portal is at its own host only, and other hosts get a bare 404.

    The admin pages are also at the base domain itself and on this machine: that is where the portal's address
    is chosen.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope['type'] == 'lifespan' or await _answers(scope):
            await self.app(scope, receive, send)
        elif scope['type'] == 'websocket':
            await send({'type': 'websocket.close', 'code': 1008})
        else:
            await PlainTextResponse('Not Found', 404)(scope, receive, send)


async def _answers(scope: Scope) -> bool:
    if not settings().base_domain or scope['path'] in PROBES:
        return True
    host = Headers(scope=scope).get('host', '')
    return await run_in_threadpool(_is_open, host, scope['path'])


def _is_open(host: str, path: str) -> bool:
    for_customers = any(path == each or path.startswith(f'{each}/') for each in CUSTOMERS_ONLY)
    return is_portal_host(host) if for_customers else is_staff_host(host)
