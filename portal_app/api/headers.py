"""Headers that every answer carries."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = (
    (b'x-content-type-options', b'nosniff'),
    (b'x-frame-options', b'DENY'),
    (b'referrer-policy', b'same-origin'),
    (b'cross-origin-opener-policy', b'same-origin'),
    (b'permissions-policy', b'camera=(), geolocation=(), microphone=()'),
)


class SafeHeaders:
    """No guessing of types, no frames of other sites, no address handed on to them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""

        async def send_with_headers(message: Message) -> None:
            if message['type'] == 'http.response.start':
                present = {name for name, _ in message['headers']}
                added = [header for header in HEADERS if header[0] not in present]
                message['headers'] = [*message['headers'], *added]
            await send(message)

        if scope['type'] != 'http':
            await self.app(scope, receive, send)
        elif '\0' in scope['path'] or b'%00' in scope.get('query_string', b''):  # nothing of ours holds a NUL
            await PlainTextResponse('This address cannot be used.', 400)(scope, receive, send_with_headers)
        else:
            await self.app(scope, receive, send_with_headers)
