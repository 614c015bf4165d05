"""The Usage tab: totals by type and unit, with a chart (POR-06)."""

from fastapi import Request
from nicegui import ui

from components.usage_chart import usage_chart
from pages.portal.records import records_page
from portal_app.api.session import PortalViewer
from portal_app.auth import viewer as viewers
from portal_app.listings import Page


def register() -> None:
    """Add the page."""
    ui.page('/portal/{company}/usage', dark=None)(usage)


async def usage(viewer: PortalViewer, request: Request) -> None:
    """What was used in the period."""
    await records_page(viewer, request, 'usage', _picture)


def _picture(viewer: viewers.PortalViewer, page: Page) -> None:
    if 'quantity' not in page.rows[0]:
        return  # staff have hidden it (SET-07)
    by_type = 'event_type' in page.rows[0]
    usage_chart(
        [(day.day, day.event_type if by_type else 'Usage', day.unit, day.quantity) for day in page.parts],
        viewer.locale,
        name_units='unit' in page.rows[0],
    )
