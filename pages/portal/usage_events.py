"""The Usage Events tab (USE-01)."""

from fastapi import Request
from nicegui import ui

from pages.portal.records import records_page
from portal_app.api.session import PortalViewer


def register() -> None:
    """Add the page."""
    ui.page('/portal/{company}/usage-events', dark=None)(usage_events)


async def usage_events(viewer: PortalViewer, request: Request) -> None:
    """The raw records, as the filters say."""
    await records_page(viewer, request, 'usage-events')
