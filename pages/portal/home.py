"""The portal's home: what is owed, what was last billed and paid, what this month has brought (POR-02)."""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from nicegui import ui

from components.account_home import Item, draw_latest
from components.design import heading
from components.figures import figures
from components.formats import local_day, money, number
from components.live import on_change
from components.usage_chart import usage_chart
from pages.portal.balance import draw_balance
from pages.portal.frame import address, gone_notice, portal_frame, record_address, surroundings
from portal_app.api.session import PortalViewer
from portal_app.auth import viewer as viewers
from portal_app.listings import Listing, Page
from portal_app.live import Change, Topic
from portal_app.services.portal_home import Latest, PortalHome, portal_home
from portal_app.work import reading_as

PAUSE = 0.3  # seconds between two redraws after changes
SHARE = {'invoices': 'total', 'payments': 'amount'}


def register() -> None:
    """Add the page."""
    ui.page('/portal/{company}', dark=None)(home)


async def home(viewer: PortalViewer, request: Request) -> None:
    """What of the account the tabs show, and usage of the last 30 days."""
    around = await asyncio.to_thread(surroundings, viewer)
    page = Home(viewer)
    with portal_frame(viewer, around, '', viewer.company.name, page):
        if gone := request.query_params.get('gone'):
            gone_notice(gone)
        with ui.element('div').classes('title-row'):
            heading(1, f'Welcome, {viewer.name.split()[0]}')
        page.body = ui.element('div')
        await page.draw()
    on_change(Topic.BILLING, page.billed, concerns=page.is_seen, pause=PAUSE)


class Home:
    """One open home page."""

    def __init__(self, viewer: viewers.PortalViewer) -> None:
        self.viewer = viewer
        self.customers: frozenset[int] = frozenset()  # whose records it shows
        self.body: ui.element

    async def setup_changed(self, _tabs: Sequence[Listing]) -> None:
        """Draw it anew, without what is hidden now (SET-06, SET-07)."""
        await self.draw()

    async def access_changed(self) -> None:
        """Draw it anew, without whose records may not be seen any more (ACC-13)."""
        await self.draw()

    async def billed(self, _change: Change) -> None:
        """Something of an account that it shows has changed."""
        await self.draw()

    def is_seen(self, change: Change) -> bool:
        """Whether it shows this account."""
        return change.customer_id is None or change.customer_id in self.customers

    async def draw(self) -> None:
        """Look everything up and show it."""
        found = await asyncio.to_thread(self._look)
        self.body.clear()
        with self.body:
            draw_balance(self.viewer, found)
            with ui.element('div').classes('latest-pair'):
                self._latest('Latest invoices', found.invoices, 'All invoices', 'There are no invoices yet.')
                self._latest('Latest payments', found.payments, 'All payments', 'There are no payments yet.')
            if found.usage:
                _usage(self.viewer, *found.usage)
            elif not (found.figures.balances or found.invoices or found.payments):
                with ui.element('section').classes('panel'):
                    heading(2, self.viewer.company.name)
                    ui.label(f'You are signed in as {self.viewer.email}.').classes('soft')

    def _look(self) -> PortalHome:
        with reading_as(self.viewer) as work:
            self.customers = frozenset(work.customer_ids)
            return portal_home(work)

    def _latest(self, title: str, latest: Latest | None, everything: str, without: str) -> None:
        if latest is not None:
            key = latest.listing.key
            items = [self._item(key, row) for row in latest.rows]
            draw_latest(title, items, (everything, address(self.viewer, key)), without)

    def _item(self, key: str, row: dict[str, Any]) -> Item:
        """A row with whatever of it is visible."""
        locale, amount = self.viewer.locale, row.get(SHARE[key])
        about = [
            local_day(row['date'], self.viewer.zone, locale) if 'date' in row else '',
            row.get('customer_name', '') if len(self.customers) > 1 else '',
            row.get('method', ''),
        ]
        return Item(
            title=row.get('number', 'Open'),
            address=record_address(self.viewer, key, row['id']),
            about=' · '.join(filter(None, about)),
            status=row.get('status', ''),
            amount=money(amount, locale) if amount else '',
        )


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
