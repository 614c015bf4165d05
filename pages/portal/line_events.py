"""The usage events behind a line of an invoice, whose total proves what was billed (field notes)."""

import asyncio
from collections.abc import Sequence

from nicegui import ui

from components.account_parts import draw_sums
from components.attempt import guarded
from components.design import banner, heading
from components.formats import day, number
from components.live import on_change
from components.record_table import RecordTable
from pages.portal.frame import address, portal_frame, record_address, surroundings
from portal_app.api.session import PortalViewer
from portal_app.auth import viewer as viewers
from portal_app.listings import Listing
from portal_app.live import Change, Topic
from portal_app.queries import Query
from portal_app.services.line_events import Behind, events_behind
from portal_app.work import reading_as


def register() -> None:
    """Add the page."""
    ui.page('/portal/{company}/invoices/{invoice_id}/lines/{position}', dark=None)(line_events)


async def line_events(viewer: PortalViewer, invoice_id: int, position: int) -> None:
    """What was metered, line by line, beside what was billed. Raises NotFound."""
    around = await asyncio.to_thread(surroundings, viewer)
    page = LineEvents(viewer, invoice_id, position)
    behind = await asyncio.to_thread(page.look, Query())
    with portal_frame(viewer, around, 'invoices', f'Usage behind {behind.number}', page):
        with ui.element('nav').props('aria-label="Where you are"').classes('trail'):
            ui.link('Invoices', address(viewer, 'invoices'))
            ui.link(behind.number, record_address(viewer, 'invoices', invoice_id))
        heading(1, behind.description)
        page.body = ui.element('div')
        page.show(Query(), behind)
    on_change(Topic.USAGE, page.changed, pause=0.5)
    on_change(Topic.BILLING, page.changed, pause=0.5)


class LineEvents:
    """One open page of the events behind a line."""

    def __init__(self, viewer: viewers.PortalViewer, invoice_id: int, position: int) -> None:
        self.viewer, self.invoice_id, self.position = viewer, invoice_id, position
        self.query = Query()
        self.body: ui.element

    def look(self, query: Query) -> Behind:
        """Look it up. Runs in a thread."""
        with reading_as(self.viewer) as work:
            return events_behind(work, self.invoice_id, self.position, query)

    async def setup_changed(self, _tabs: Sequence[Listing]) -> None:
        """Draw it anew, without what is hidden now (SET-07)."""
        await self.load(self.query)

    async def access_changed(self) -> None:
        """Draw it anew, without whose records may not be seen any more (ACC-13)."""
        await self.load(self.query)

    async def changed(self, _change: Change) -> None:
        """Draw it anew: an event or the invoice has changed."""
        await self.load(self.query)

    async def load(self, query: Query) -> None:
        """Look the page of events up and show it. Raises NotFound where it is not the viewer's any more."""
        self.show(query, await asyncio.to_thread(self.look, query))

    async def turn(self, query: Query) -> None:
        """The person asked for another page."""
        found = await guarded(asyncio.to_thread(self.look, query))
        if found:
            self.show(query, found)

    def show(self, query: Query, behind: Behind) -> None:
        """Draw what was found."""
        self.query = query
        locale = self.viewer.locale
        self.body.clear()
        with self.body:
            if behind.period:
                ui.label(' – '.join(day(each, locale) for each in behind.period)).classes('lead')
            self._proof(behind)
            table = RecordTable(behind.listing, self.viewer.zone, locale, on_query=self.turn, on_open=None)
            table.show(query, behind.page)

    def _proof(self, behind: Behind) -> None:
        locale = self.viewer.locale
        billed, counted = (
            f'{number(quantity, locale)} {behind.unit}'.strip()
            for quantity in (behind.billed, behind.counted)
        )
        with ui.element('section').classes('panel proof').props('aria-label="What was billed"'):
            events = 'event' if behind.events == 1 else 'events'
            draw_sums(
                (
                    ('Billed', billed),
                    (f'Total of {number(behind.events, locale)} {events} that count', counted),
                ),
                strong=('Billed',),
            )
            if behind.agrees:
                banner('The events come to exactly what was billed.', 'verified')
            else:
                difference = number(behind.billed - behind.counted, locale)
                banner(f'The events differ from what was billed by {difference}.', 'error_outline')
            if behind.unseen:
                banner(
                    f'{number(behind.unseen, locale)} of them are of a company whose records you cannot see; '
                    'they are in the total, and not in the table.'
                )
