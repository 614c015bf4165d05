"""The portal's home: what this month has brought (POR-02)."""

import asyncio

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
from portal_app.services import listings
from portal_app.work import reading_as


def register() -> None:
    """Add the page."""
    ui.page('/portal/{company}', dark=None)(home)


async def home(viewer: PortalViewer, request: Request) -> None:
    """Usage of the last 30 days, where the Usage tab is on."""
    around = await asyncio.to_thread(surroundings, viewer)
    with portal_frame(viewer, around, '', viewer.company.name):
        if gone := request.query_params.get('gone'):
            gone_notice(gone)
        with ui.element('div').classes('title-row'):
            heading(1, f'Welcome, {viewer.name.split()[0]}')
        usage = next((tab for tab in around.tabs if tab.key == 'usage'), None)
        if usage:
            _usage(viewer, usage, await asyncio.to_thread(_last_days, viewer, usage))
        else:
            with ui.element('section').classes('panel'):
                heading(2, viewer.company.name)
                ui.label(f'You are signed in as {viewer.email}.').classes('soft')


def _last_days(viewer: viewers.PortalViewer, usage: Listing) -> Page:
    with reading_as(viewer) as work:
        return listings.page(work, usage, Query(filters={'date': Dates(preset='last_30_days')}))


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
