"""Which hosts the product answers at (SET-02)."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from portal_app.api.this_machine import is_from_this_machine
from portal_app.config import settings
from portal_app.hosts import is_our_name, is_portal_host, is_staff_host

PROBES = ('/healthz', '/readyz', '/our-name')  # asked by whoever watches the server, at its number
CUSTOMERS_ONLY = ('/portal', '/pay', '/test-gateway')


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
    return await run_in_threadpool(_is_open, HTTPConnection(scope))


def _is_open(asked: HTTPConnection) -> bool:
    hosts, path = asked.headers.getlist('host'), asked.scope['path']
    if len(hosts) != 1:  # whoever stands in front may have read another of them
        return False
    if any(path == each or path.startswith(f'{each}/') for each in CUSTOMERS_ONLY):
        return is_portal_host(hosts[0])
    return is_our_name(hosts[0]) or (is_staff_host(hosts[0]) and is_from_this_machine(asked))
