"""Pages for people who have not signed in, under the organization's name and colour."""

from typing import Any

from starlette.responses import HTMLResponse

from components.formats import sentence
from components.html_page import html_page
from portal_app.auth.viewer import Visitor
from portal_app.services import setup
from portal_app.work import reading_as


def public_page(template: str, *, title: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page from assets/html."""
    organization, colour = brand()
    context['problem'] = sentence(context.get('problem', ''))
    return html_page(
        template, organization=organization, colour=colour, title=title, status=status, **context
    )


def brand() -> tuple[str, str]:
    """Name and HEX colour."""
    with reading_as(Visitor()) as work:
        organization = setup.organization(work)
        return organization.name, organization.brand_colour
