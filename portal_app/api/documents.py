"""Documents of billing records: /portal/{company}/documents/{kind}/{id}.pdf of customers, /admin/documents/…
of staff. The kind is the key of a portal object.
"""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from portal_app.api.session import PortalViewer, StaffViewer
from portal_app.services.documents import Document, document_for_customer, document_for_staff
from portal_app.work import reading_as


def router() -> APIRouter:
    """The routes for documents."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route('/portal/{company}/documents/{kind}/{record_id}.pdf', _of_customer)
    routes.add_api_route('/admin/documents/{kind}/{record_id}.pdf', _of_staff)
    return routes


def _of_customer(viewer: PortalViewer, kind: str, record_id: int) -> Response:
    with reading_as(viewer) as work:
        prepared = document_for_customer(work, kind, record_id)
    return _file(prepared.made())


def _of_staff(viewer: StaffViewer, kind: str, record_id: int) -> Response:
    with reading_as(viewer) as work:
        prepared = document_for_staff(work, kind, record_id)
    return _file(prepared.made())


def _file(document: Document) -> Response:
    """A download that no cache keeps. Its name is given twice, for old browsers in ASCII (RFC 6266)."""
    plain = document.name.encode('ascii', 'replace').decode().translate(str.maketrans('"\\%?', "'___"))
    return Response(
        document.content,
        media_type=document.content_type,
        headers={
            'Content-Disposition': f'attachment; filename="{plain}"; '
            f"filename*=UTF-8''{quote(document.name, safe='')}",
            'Content-Encoding': 'identity',  # it is compressed already
            'Cache-Control': 'private, no-store',
            'X-Content-Type-Options': 'nosniff',
        },
    )
