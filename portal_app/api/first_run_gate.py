"""While nobody works here yet, the pages for people lead to the wizard (SET-12)."""

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from portal_app import db
from portal_app.auth.realms import PORTAL, STAFF
from portal_app.auth.viewer import Visitor
from portal_app.services import first_run
from portal_app.work import reading_as

STARTS = ('/', PORTAL.path)


class FirstRunGate:
    """Leads to the wizard; once there is somebody it never looks again, since staff are not deleted."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._begun: Engine | None = None  # the database that has staff

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        asks = (
            scope['type'] == 'http' and scope['method'] in ('GET', 'HEAD') and _is_for_people(scope['path'])
        )
        if asks and self._begun is not db.engine() and await run_in_threadpool(self._is_open):
            await RedirectResponse(first_run.PATH, 303)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _is_open(self) -> bool:
        engine = db.engine()
        with reading_as(Visitor()) as work:
            found = first_run.is_open(work)
        if not found:
            self._begun = engine
        return found


def _is_for_people(path: str) -> bool:
    return path in STARTS or path == STAFF.path or path.startswith(f'{STAFF.path}/')
