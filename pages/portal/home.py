"""The portal's home: what this month has brought (POR-02)."""

import asyncio
from collections.abc import Sequence

from fastapi import Request
from nicegui import ui

from components.design import heading
from components.figures import figures
from components.formats import number
from components.usage_chart import usage_chart
from pages.portal.frame import address, gone_notice, portal_frame, surroundings
from portal_app.api.session import PortalViewer
from portal_app.auth import viewer as viewers
from portal_app.filters import Dates
from portal_app.listings import Listing, Page
from portal_app.queries import Query
from portal_app.services import listings, setup
from portal_app.work import reading_as


def register() -> None:
    """Add the page."""
    ui.page('/portal/{company}', dark=None)(home)


async def home(viewer: PortalViewer, request: Request) -> None:
    """Usage of the last 30 days, where the Usage tab is on."""
    around = await asyncio.to_thread(surroundings, viewer)
    page = Home(viewer)
    with portal_frame(viewer, around, '', viewer.company.name, page):
        if gone := request.query_params.get('gone'):
            gone_notice(gone)
        with ui.element('div').classes('title-row'):
            heading(1, f'Welcome, {viewer.name.split()[0]}')
        page.body = ui.element('div')
        await page.draw()


class Home:
    """One open home page."""

    def __init__(self, viewer: viewers.PortalViewer) -> None:
        self.viewer = viewer
        self.body: ui.element

    async def setup_changed(self, _tabs: Sequence[Listing]) -> None:
        """Draw it anew, without what is hidden now (SET-06, SET-07)."""
        await self.draw()

    async def access_changed(self) -> None:
        """Draw it anew, without whose records may not be seen any more (ACC-13)."""
        await self.draw()

    async def draw(self) -> None:
        """Look everything up and show it."""
        usage, page = await asyncio.to_thread(_last_days, self.viewer)
        self.body.clear()
        with self.body:
            if usage and page:
                _usage(self.viewer, usage, page)
            else:
                with ui.element('section').classes('panel'):
                    heading(2, self.viewer.company.name)
                    ui.label(f'You are signed in as {self.viewer.email}.').classes('soft')


def _last_days(viewer: viewers.PortalViewer) -> tuple[Listing | None, Page | None]:
    """The Usage tab as it is visible now, with its rows; nothing where it is off."""
    with reading_as(viewer) as work:
        usage = next((tab for tab in setup.portal_tabs(work) if tab.key == 'usage'), None)
        query = Query(filters={'date': Dates(preset='last_30_days')})
        return usage, listings.page(work, usage, query) if usage else None


def _usage(viewer: viewers.PortalViewer, usage: Listing, page: Page) -> None:
    with ui.element('div').classes('title-row'):
        heading(2, 'Usage of the last 30 days')
        ui.space()
        ui.link('All usage', address(viewer, usage.key))
    if not page.rows:
        with ui.element('section').classes('panel'):
            ui.label('Nothing was used in the last 30 days.').classes('soft')
        return
    rows = sorted(page.rows, key=lambda row: row.get('events', 0), reverse=True)[:4]
    if 'quantity' in usage.by_name:
        figures(
            [
                (row.get('event_type', 'Usage'), number(row['quantity'], viewer.locale), row.get('unit', ''))
                for row in rows
            ]
        )
        usage_chart(
            [
                (
                    day.day,
                    day.event_type if 'event_type' in usage.by_name else 'Usage',
                    day.unit,
                    day.quantity,
                )
                for day in page.parts
            ],
            viewer.locale,
            name_units='unit' in usage.by_name,
        )
