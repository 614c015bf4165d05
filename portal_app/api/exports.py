"""Downloads of what a table shows, parameters as on the page: /portal/{company}/{object}/export.{format} of
customers, /admin/{list}/export.{format} of staff.
"""

import logging
from contextlib import aclosing
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from portal_app.api.cut_off import CUT
from portal_app.api.session import PortalViewer, StaffViewer
from portal_app.auth import viewer as viewers
from portal_app.errors import Invalid
from portal_app.listings import Listing
from portal_app.models import Export
from portal_app.queries import Query, parse_address
from portal_app.services import exports
from portal_app.services.export_stream import ExportStream, Stopped
from portal_app.work import acting_as, reading_as

log = logging.getLogger(__name__)


def router() -> APIRouter:
    """The routes for exports and their manifests."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route('/portal/{company}/exports/{ticket}', _manifest)
    routes.add_api_route('/portal/{company}/{key}/export.{format}', _export)
    routes.add_api_route('/admin/exports/{ticket}', _staff_manifest)
    routes.add_api_route('/admin/{key}/export.{format}', _staff_export)
    return routes


def _manifest(viewer: PortalViewer, ticket: str) -> Response:
    with reading_as(viewer) as work:
        return JSONResponse(exports.manifest(work, ticket))


def _staff_manifest(viewer: StaffViewer, ticket: str) -> Response:
    with reading_as(viewer) as work:
        return JSONResponse(exports.manifest(work, ticket))


async def _export(
    viewer: PortalViewer, request: Request, key: str, format: str, ticket: str = ''
) -> Response:
    return await _answer(viewer, request, key, format, ticket)


async def _staff_export(
    viewer: StaffViewer, request: Request, key: str, format: str, ticket: str = ''
) -> Response:
    return await _answer(viewer, request, key, format, ticket)


async def _answer(
    viewer: viewers.PortalViewer | viewers.StaffViewer, request: Request, key: str, format: str, ticket: str
) -> Response:
    stream, export = await run_in_threadpool(_begin, viewer, request, key, format, ticket)
    return ExportResponse(stream, export)


def _begin(
    viewer: viewers.PortalViewer | viewers.StaffViewer, request: Request, key: str, format: str, ticket: str
) -> tuple[ExportStream, Export]:
    with reading_as(viewer) as work:
        listing = exports.exportable(work, key)
        query = _query(listing, request)
        job, scope = exports.prepare(work, listing, query, format), frozenset(work.customer_ids)
    with acting_as(viewer) as work:
        export = exports.begin(work, listing, query, format, ticket)
    return ExportStream(viewer, export, job, scope), export


def _query(listing: Listing, request: Request) -> Query:
    ignore = frozenset({'ticket', 'after', 'before', 'size'})
    query, problems = parse_address(listing, request.query_params.multi_items(), ignore)
    if problems:
        raise Invalid(' '.join(problems))
    return query


class ExportResponse(StreamingResponse):
    """Sends an export as it is made; one that must stop is cut off, so that no browser keeps half a file."""

    def __init__(self, stream: ExportStream, export: Export) -> None:
        self.pieces = stream.pieces()
        self.export_id = export.id
        super().__init__(
            self.pieces,
            media_type=exports.FORMATS[export.format][1],
            headers={
                'Content-Disposition': f"attachment; filename*=UTF-8''{quote(export.file_name)}",
                'Content-Encoding': 'identity',  # compressing on the event loop would hold every open page
                'Cache-Control': 'no-store',
                'X-Content-Type-Options': 'nosniff',
                'X-Export-Ticket': export.ticket,
            },
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        self.cut = scope[CUT]
        await super().__call__(scope, receive, send)

    async def stream_response(self, send: Send) -> None:
        """Send the pieces (ASGI). The process ends with the request, however that ends."""
        try:
            async with aclosing(self.pieces):
                await super().stream_response(send)
        except Stopped as stopped:
            log.warning('export %s ended early: %s', self.export_id, stopped.state)
            self.cut.append(stopped.state)
