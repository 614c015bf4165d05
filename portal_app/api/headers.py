"""Headers that every answer carries."""

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

        await self.app(scope, receive, send_with_headers if scope['type'] == 'http' else send)
