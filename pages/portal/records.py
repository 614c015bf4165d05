"""The page of any portal object: title, filters, table, detail, export. A tab's own page is ten lines."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from fastapi import Request
from nicegui import background_tasks, ui

from components.attempt import say
from components.column_choice import ColumnChoice
from components.design import banner, button, heading
from components.detail import show_detail
from components.filter_bar import FilterBar
from components.formats import number
from components.leaving import leave
from components.live import on_change
from components.record_table import RecordTable
from pages.portal import lookups
from pages.portal.export_panel import export_button
from pages.portal.frame import address, gone_notice, portal_frame, surroundings
from portal_app.auth.viewer import PortalViewer
from portal_app.errors import NotFound, PortalError, SignedOut
from portal_app.listings import Facet, Field, Listing, Page
from portal_app.live import Change, Topic
from portal_app.queries import Query, parse, parse_address, to_parameters

PATIENCE = 0.25  # seconds that the page waits for its rows before it is sent with a skeleton
NOT_FILTERS = frozenset({'gone', 'record'})
Picture = Callable[[PortalViewer, Page], None]


async def records_page(
    viewer: PortalViewer, request: Request, key: str, picture: Picture | None = None
) -> None:
    """Build a portal object's page. `picture` draws above the table. Raises NotFound where its tab is off."""
    around = await asyncio.to_thread(surroundings, viewer)
    listing = next((tab for tab in around.tabs if tab.key == key), None)
    if listing is None:
        raise NotFound
    records = Records(viewer, listing, request, picture)
    with portal_frame(viewer, around, key, listing.title, records):
        if gone := request.query_params.get('gone'):
            gone_notice(gone)
        await records.build(request.query_params.get('record', ''))


class Records:
    """One open page of records: what it asks for and what it shows."""

    def __init__(
        self, viewer: PortalViewer, listing: Listing, request: Request, picture: Picture | None
    ) -> None:
        self.viewer, self.listing, self.picture = viewer, listing, picture
        self.query, self.problems = parse_address(listing, request.query_params.multi_items(), NOT_FILTERS)
        self.scope: frozenset[int] = frozenset()
        self.newest = 0
        self.expected: int | None = None
        self.turn = 0
        self.drawer: ui.dialog | None = None

    async def build(self, record: str) -> None:
        """Draw everything. The rows come with it when they are quick, else after a skeleton."""
        with ui.element('div').classes('title-row'):
            heading(1, self.listing.title)
            self.count = ui.label().classes('count').props('role=status')
            ui.space()
            self.tools = ui.element('div').classes('tools')
            export_button(self.viewer, self.listing.key, self.parameters, lambda: self.expected)
        self.body = ui.element('div')
        self._draw()
        loading = background_tasks.create(
            self._load(), name=f'load {self.listing.key}', context=ui.context.slot
        )
        await asyncio.wait({loading}, timeout=PATIENCE)
        if record.isdecimal() and len(record) < 19:
            await self.open(int(record))
        on_change(
            Topic.USAGE, self._arrived, concerns=lambda change: change.customer_id in self.scope, pause=0.3
        )

    async def change(self, query: Query) -> None:
        """Show another query, which becomes the page's address."""
        only_columns = replace(query, columns=self.query.columns) == self.query
        self.query, self.problems = query, []
        history = ui.navigate.history
        (history.replace if only_columns else history.push)(self._address())
        await self._load()

    async def open(self, record_id: object) -> None:
        """Show one record in the drawer; what a browser sends may be anything."""
        if type(record_id) is not int or self.drawer is not None:
            return
        try:
            record = await asyncio.to_thread(lookups.record, self.viewer, self.listing, record_id)
        except SignedOut as error:
            leave(error)
        except PortalError:
            say('This record does not exist, or you may not see it.', bad=True)
        else:
            with self.body:
                self.drawer = show_detail(self.listing, record, self.viewer.zone, self.viewer.locale)
            self.drawer.on('hide', self._closed)

    async def setup_changed(self, tabs: Sequence[Listing]) -> None:
        """Staff changed which fields are visible: draw it anew, without what is hidden now (SET-07)."""
        listing = next(tab for tab in tabs if tab.key == self.listing.key)
        if listing.by_name.keys() == self.listing.by_name.keys():
            return
        parameters = to_parameters(self.query, self.listing)
        self.listing = listing
        self.query, lost = parse(listing, parameters)
        self.problems = (
            ['A field that this page was filtered or sorted by is not available any more.'] if lost else []
        )
        ui.navigate.history.replace(self._address())
        self._draw()
        await self._load()

    async def access_changed(self) -> None:
        """The access of this company or of a child changed: show what may be seen now (ACC-13)."""
        await self._load()

    def parameters(self) -> list[tuple[str, str]]:
        """The query for an address of an export."""
        return to_parameters(self.query.first_page(), self.listing)

    def _closed(self) -> None:
        self.drawer = None

    def _address(self) -> str:
        parameters = urlencode(to_parameters(self.query, self.listing))
        return address(self.viewer, self.listing.key) + (f'?{parameters}' if parameters else '')

    def _draw(self) -> None:
        self.body.clear()
        self.drawer = None  # it went with the rest
        viewer = self.viewer
        with self.body:
            self.notices = ui.element('div')
            self.filters = FilterBar(
                self.listing, viewer.zone, viewer.locale, facets=self._facets, on_query=self.change
            )
            with ui.element('div').props('role=status'):
                self.news = button(on_click=self._show_news).props('rounded').classes('news')
            self.top = ui.element('div')
            self.table = RecordTable(
                self.listing,
                viewer.zone,
                viewer.locale,
                on_query=self.change,
                on_open=None if self.listing.summarise else self.open,
            )
        self.news.set_visibility(False)
        self.tools.clear()
        with self.tools:
            self.columns = ColumnChoice(self.listing, on_query=self.change)
        self._show_query()

    def _show_query(self) -> None:
        self.filters.show(self.query)
        self.columns.show(self.query)
        self.notices.clear()
        with self.notices:
            if self.problems:
                banner('Part of this address cannot be used and was left out. ' + ' '.join(self.problems[:5]))

    async def _load(self) -> None:
        self.turn += 1
        turn, query = self.turn, self.query
        self._show_query()
        reading = asyncio.create_task(asyncio.to_thread(lookups.rows, self.viewer, self.listing, query))
        await asyncio.wait({reading}, timeout=PATIENCE)
        if not reading.done():
            self.table.loading()
        try:
            page, self.newest, self.scope = await reading
        except SignedOut as error:
            leave(error)
            return
        except NotFound:
            ui.navigate.reload()  # what it shows was changed between drawing and listening
            return
        except PortalError as error:
            if turn == self.turn:
                self.table.fail(error.message)
            return
        if turn == self.turn:  # a later question was not asked meanwhile
            self._show(query, page)

    def _show(self, query: Query, page: Page) -> None:
        self.table.show(query, page)
        self.news.set_visibility(False)
        self.expected = None if page.capped else page.count
        self.count.set_text(_counted(self.listing, page, self.viewer.locale))
        self.top.clear()
        if self.picture and page.rows:
            with self.top:
                self.picture(self.viewer, page)

    async def _arrived(self, _change: Change) -> None:
        """Records came in: offer those that match, or add them up where the table is a summary (USE-03)."""
        if self.listing.summarise:
            await self._load()
        elif self.query.is_first_page:
            count = await asyncio.to_thread(lookups.newer, self.viewer, self.listing, self.query, self.newest)
            self.news.set_text(
                f'{number(count, self.viewer.locale)}{"+" if count == 1_000 else ""} new '
                f'{"event" if count == 1 else "events"}'
            )
            self.news.set_visibility(count > 0)

    async def _show_news(self) -> None:
        await self._load()

    async def _facets(self, query: Query, field: Field) -> list[Facet]:
        try:
            return await asyncio.to_thread(lookups.facets, self.viewer, self.listing, query, field)
        except SignedOut as error:
            leave(error)
        except PortalError as error:
            say(error.message, bad=True)
        return []


def _counted(listing: Listing, page: Page, locale: str) -> str:
    if listing.summarise:
        return ''
    if page.count is None:
        return ''
    noun = 'record' if page.count == 1 else 'records'
    return f'{number(page.count, locale)}{"+" if page.capped else ""} {noun}'
