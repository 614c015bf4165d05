"""Answers that must not look whole, because they ended before their end."""

import logging

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CUT = 'portal.cut'  # in the scope: fill this list to cut the answer off


class CutOff:
    """Outermost: once an answer was cut off it lets nothing more out, not even the mark of its end.

    Starlette's BaseHTTPMiddleware, which NiceGUI adds, would send that mark, and half a file would look
    whole. Without it uvicorn closes the connection, and the browser's download fails.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        cut: list[object] = []
        scope[CUT] = cut

        async def pass_on(message: Message) -> None:
            if not cut:
                await send(message)

        await self.app(scope, receive, pass_on)


def add_cut_off(app: FastAPI) -> None:
    """Put it round the app. `app.add_middleware` would not do: NiceGUI adds its own later, further out."""
    build = type(app).build_middleware_stack.__get__(app)
    app.build_middleware_stack = lambda: CutOff(build())  # type: ignore[method-assign]  # there is no other hook
    logging.getLogger('uvicorn.error').addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return record.msg != 'ASGI callable returned without completing response.'  # the export says so itself
