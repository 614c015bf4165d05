"""Pages for people who have not signed in, under the organization's name and colour."""

from typing import Any

from starlette.responses import HTMLResponse

from components.formats import sentence
from components.html_page import html_page
from portal_app.auth.realms import PORTAL, STAFF, Realm
from portal_app.auth.viewer import Visitor
from portal_app.branding import Brand
from portal_app.services import organization
from portal_app.work import reading_as


def public_page(
    template: str,
    *,
    title: str,
    status: int = 200,
    realm: Realm = PORTAL,
    legal: bool = False,
    **context: Any,
) -> HTMLResponse:
    """A page from assets/html; `legal` asks for the legal links, where staff want them shown (SET-09)."""
    context['problem'] = sentence(context.get('problem', ''))
    worn = brand()
    context |= {'legal': worn.legal if legal else (), 'staff': realm is STAFF}
    return html_page(template, brand=worn, title=title, status=status, **context)


def brand() -> Brand:
    """What the page wears."""
    with reading_as(Visitor()) as work:
        return organization.brand(work)
