"""How much a browser may send: nobody fills memory or disk by way of a form."""

import re

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOO_MUCH = 'What was sent is too large.'
LIMITS = (  # in bytes, by path
    (re.compile(r'/_nicegui/client/[^/]+/upload/'), 26_000_000),  # a file of 25 MB, and the form around it
    (
        re.compile(r'/(portal|admin|setup|pay|test-gateway|webhooks)(/|$)'),
        1_000_000,
    ),  # the plain HTML forms, and what gateways tell us
)


class BodyLimits:
    """Refuses a larger body by its announced length, and stops reading one that announces none (413)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        most = _limit(scope)
        if most is None:
            await self.app(scope, receive, send)
        elif _announced(scope) > most:
            await PlainTextResponse(TOO_MUCH, 413)(scope, receive, send)
        else:
            await self.app(scope, _counted(receive, most), send)


def _limit(scope: Scope) -> int | None:
    if scope['type'] != 'http':
        return None
    return next((most for path, most in LIMITS if path.match(scope['path'])), None)


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get('content-length', '')
    return int(length) if length.isascii() and length.isdigit() else 0


def _counted(receive: Receive, most: int) -> Receive:
    had = 0

    async def counting() -> Message:
        nonlocal had
        message = await receive()
        had += len(message.get('body', b''))
        if had > most:
            raise HTTPException(413, TOO_MUCH)  # whoever reads the body answers with it
        return message

    return counting
