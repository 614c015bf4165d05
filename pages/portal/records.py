"""The page of any portal object: records, followed live, and their export. A tab's own is ten lines."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import Request
from nicegui import ui

from components.attempt import say
from components.design import button
from components.formats import number
from components.live import on_change
from components.records import Records
from pages.export_panel import Exporting, export_button
from pages.portal import lookups
from pages.portal.frame import address, gone_notice, home_address, portal_frame, surroundings
from portal_app.auth.viewer import ContactView, PortalViewer
from portal_app.errors import NotFound
from portal_app.listings import Facet, Field, Listing, Page
from portal_app.live import Change, Topic
from portal_app.queries import Query, parse, to_parameters

Picture = Callable[[PortalViewer, Page], None]


async def records_page(
    viewer: PortalViewer,
    request: Request,
    key: str,
    picture: Picture | None = None,
    kind: 'type[PortalRecords] | None' = None,
) -> None:
    """Build a portal object's page. `picture` draws above the table; `kind` has what it offers beside rows.

    Raises NotFound where its tab is off.
    """
    around = await asyncio.to_thread(surroundings, viewer)
    listing = next((tab for tab in around.tabs if tab.key == key), None)
    if listing is None:
        raise NotFound
    records = (kind or PortalRecords)(viewer, listing, request, picture)
    with portal_frame(viewer, around, key, listing.title, records):
        if gone := request.query_params.get('gone'):
            gone_notice(gone)
        await records.build()


class PortalRecords(Records):
    """One open page of a customer's records."""

    not_filters = frozenset({'gone', 'record'})
    viewer: PortalViewer

    def __init__(
        self, viewer: PortalViewer, listing: Listing, request: Request, picture: Picture | None
    ) -> None:
        super().__init__(viewer, listing, address(viewer, listing.key), request.query_params.multi_items())
        self.picture = picture

    def look(self, query: Query) -> Page:
        """A page of rows with the newest id and the customers whose they may be."""
        return lookups.rows(self.viewer, self.listing, query)

    def look_at(self, record_id: int) -> dict[str, Any]:
        """One record."""
        return lookups.record(self.viewer, self.listing, record_id)

    def look_up(self, query: Query, field: Field) -> list[Facet]:
        """The values to pick from."""
        return lookups.facets(self.viewer, self.listing, query, field)

    def draw_tools(self) -> None:
        """The export, but for who only looks on."""
        if isinstance(self.viewer, ContactView):
            return
        where = Exporting(self.viewer, self.path, home_address(self.viewer))
        export_button(where, self.parameters, lambda: self.expected)

    def draw_above(self) -> None:
        """The news of records that came in, and the picture."""
        with ui.element('div').props('role=status'):
            self.news = button(on_click=self.load).props('rounded').classes('news')
        self.news.set_visibility(False)
        self.top = ui.element('div')

    async def build(self) -> None:
        """Draw everything, and follow what comes in."""
        await super().build()
        on_change(Topic.USAGE, self._arrived, concerns=self._is_seen, pause=0.3)

    async def show(self, query: Query, page: Page) -> None:
        """Show rows, and a picture of them."""
        await super().show(query, page)
        self.news.set_visibility(False)
        self.top.clear()
        if self.picture and page.rows:
            with self.top:
                self.picture(self.viewer, page)

    async def setup_changed(self, tabs: Sequence[Listing]) -> None:
        """Staff changed which fields are visible: draw it anew, without what is hidden now (SET-07)."""
        listing = next(tab for tab in tabs if tab.key == self.listing.key)
        if listing.by_name.keys() == self.listing.by_name.keys():
            await self.look_again()  # the open record may tell of others, whose tab has changed
            return
        parameters = to_parameters(self.query, self.listing)
        self.listing = listing
        self.query, lost = parse(listing, parameters)
        self.problems = (
            ['A field that this page was filtered or sorted by is not available any more.'] if lost else []
        )
        ui.navigate.history.replace(self.address())
        self.draw()
        await self.load()

    async def access_changed(self) -> None:
        """The access of this company or of a child changed: show what may be seen now (ACC-13)."""
        await self.load()
        await self.look_again()

    async def look_again(self) -> None:
        """Show the open record as it is now; it closes where it is not there any more for the viewer."""
        drawer = self.drawer
        if drawer is None or drawer.is_deleted:
            return
        try:
            record = await asyncio.to_thread(self.look_at, drawer.record_id)
        except NotFound:
            drawer.close()
            say(f'This {self.listing.singular.lower()} is not available any more.', bad=True)
        else:
            if not drawer.is_deleted:
                self.fill(drawer, record)

    def _is_seen(self, change: Change) -> bool:
        return self.page is not None and change.customer_id in self.page.customers

    async def _arrived(self, _change: Change) -> None:
        """Records came in: offer those that match, or add them up where the table is a summary (USE-03)."""
        if self.listing.summarise:
            await self.load()
        elif self.query.is_first_page and self.page:
            newest = self.page.newest
            count = await asyncio.to_thread(lookups.newer, self.viewer, self.listing, self.query, newest)
            self.news.set_text(
                f'{number(count, self.viewer.locale)}{"+" if count == 1_000 else ""} new '
                f'{"event" if count == 1 else "events"}'
            )
            self.news.set_visibility(count > 0)
