"""What every page of records is: title, filters, table, detail; its query is the page's address (POR-03)."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlencode

from nicegui import background_tasks, ui

from components.attempt import guarded, say
from components.column_choice import ColumnChoice
from components.design import banner, heading
from components.detail import Drawer
from components.filter_bar import FilterBar
from components.formats import number
from components.leaving import leave
from components.record_table import Extras, RecordTable
from portal_app.auth.viewer import Person
from portal_app.errors import NotFound, NotPermitted, PortalError, SignedOut
from portal_app.listings import Facet, Field, Listing, Page
from portal_app.queries import Query, parse_address, to_parameters

PATIENCE = 0.25  # seconds that the page waits for its rows before it is sent with a skeleton


class Records(ABC):
    """One open page of records: what it asks for and shows. Each realm's says where rows come from."""

    not_filters: ClassVar[frozenset[str]] = frozenset({'record'})  # other parameters of the address

    def __init__(self, viewer: Person, listing: Listing, path: str, given: Sequence[tuple[str, str]]) -> None:
        self.viewer, self.listing, self.path = viewer, listing, path
        self.query, self.problems = parse_address(listing, given, self.not_filters)
        self.record = next((value for name, value in given if name == 'record'), '')
        self.page: Page | None = None
        self.turn = self.asked = 0  # of rows, of a record
        self.drawer: Drawer | None = None

    @abstractmethod
    def look(self, query: Query) -> Page:
        """A page of rows. Runs in a thread, as the next two."""

    @abstractmethod
    def look_at(self, record_id: int) -> dict[str, Any]:
        """One record. Raises NotFound."""

    @abstractmethod
    def look_up(self, query: Query, field: Field) -> list[Facet]:
        """The values of a choice."""

    @abstractmethod
    def draw_tools(self) -> None:
        """Draw what stands at the right of the title, behind the choice of columns."""

    def draw_above(self) -> None:  # noqa: B027 - most pages have nothing there
        """Draw what stands between filters and table."""

    def draw_below(self) -> None:  # noqa: B027
        """Draw what stands below the table."""

    def detail(self, record: dict[str, Any]) -> Drawer:
        """Open the drawer with one record."""
        drawer = Drawer(self.listing.singular, record['id'])
        self.fill(drawer, record)
        return drawer

    def fill(self, drawer: Drawer, record: dict[str, Any]) -> None:
        """Show a record in a drawer that is open."""
        drawer.fill(self.listing, record, self.viewer.zone, self.viewer.locale)

    def extras(self) -> Extras:
        """What the table has beside its columns."""
        return Extras()

    @property
    def expected(self) -> int | None:
        """How many rows an export will have, where that is known."""
        return self.page.count if self.page and not self.page.capped else None

    def parameters(self) -> list[tuple[str, str]]:
        """The query for an address of an export."""
        return to_parameters(self.query.first_page(), self.listing)

    async def build(self) -> None:
        """Draw everything. The rows come with it when they are quick, else after a skeleton."""
        self.client = ui.context.client
        with ui.element('div').classes('title-row'):
            heading(1, self.listing.title)
            self.count = ui.label().classes('count').props('role=status')
            ui.space()
            self.tools = ui.element('div').classes('tools')
            self.draw_tools()
        self.body = ui.element('div')
        self.draw()
        loading = background_tasks.create(
            self.load(), name=f'load {self.listing.key}', context=ui.context.slot
        )
        await asyncio.wait({loading}, timeout=PATIENCE)
        if self.record.isdecimal() and len(self.record) < 19:
            await self.open(int(self.record))

    async def change(self, query: Query) -> None:
        """Show another query, which becomes the page's address."""
        only_columns = replace(query, columns=self.query.columns) == self.query
        self.query, self.problems = query, []
        history = ui.navigate.history
        (history.replace if only_columns else history.push)(self.address())
        await self.load()

    async def open(self, record_id: object) -> None:
        """Show one record in the drawer, unless it is open; what a browser sends may be anything.

        One that is closing, which takes the browser a moment, gives way. Of two clicks the later one counts.
        """
        if type(record_id) is not int or (self.drawer and self.drawer.is_open):
            return
        self.asked += 1
        asked = self.asked
        try:
            record = await asyncio.to_thread(self.look_at, record_id)
        except SignedOut as error:
            leave(error)
        except PortalError:
            say('This record does not exist, or you may not see it.', bad=True)
        else:
            if asked == self.asked:
                self._show_detail(record)

    def _show_detail(self, record: dict[str, Any]) -> None:
        if self.drawer and not self.drawer.is_deleted:
            self.drawer.delete()
        with self.body:
            self.drawer = self.detail(record)

    def address(self) -> str:
        """The page's address as it is now."""
        parameters = urlencode(to_parameters(self.query, self.listing))
        return self.path + (f'?{parameters}' if parameters else '')

    def draw(self) -> None:
        """Draw the body anew for the listing as it is now."""
        self.body.clear()
        self.drawer = None  # it went with the rest
        viewer, extras = self.viewer, self.extras()
        with self.body:
            self.notices = ui.element('div')
            self.filters = FilterBar(
                self.listing, viewer.zone, viewer.locale, facets=self._facets, on_query=self.change
            )
            self.draw_above()
            self.table = RecordTable(
                self.listing,
                viewer.zone,
                viewer.locale,
                on_query=self.change,
                on_open=None if self.listing.summarise or extras.href else self.open,
                extras=extras,
            )
            self.draw_below()
        self.tools.clear()
        with self.tools:
            self.columns = ColumnChoice(self.listing, on_query=self.change)
        self._show_query()

    async def load(self) -> None:
        """Look the rows up and show them, unless something else was asked for meanwhile."""
        self.turn += 1
        turn, query = self.turn, self.query
        self._show_query()
        reading = asyncio.create_task(asyncio.to_thread(self.look, query))
        await asyncio.wait({reading}, timeout=PATIENCE)
        if not reading.done():
            self.table.loading()
        try:
            page = await reading
        except PortalError as error:
            if not self.client.is_deleted:  # the page may have been closed meanwhile
                self._refused(error, turn)
            return
        if turn == self.turn and not self.client.is_deleted:
            self.page = page
            await self.show(query, page)

    async def show(self, query: Query, page: Page) -> None:
        """Show rows that were looked up."""
        self.table.show(query, page)
        self.count.set_text(_counted(self.listing, page, self.viewer.locale))

    def _refused(self, error: PortalError, turn: int) -> None:
        if isinstance(error, SignedOut):
            leave(error)
        elif isinstance(error, NotFound | NotPermitted):
            ui.navigate.reload()  # what it shows was changed between drawing and listening
        elif turn == self.turn:
            self.table.fail(error.message)

    def _show_query(self) -> None:
        self.filters.show(self.query)
        self.columns.show(self.query)
        self.notices.clear()
        with self.notices:
            if self.problems:
                banner('Part of this address cannot be used and was left out. ' + ' '.join(self.problems[:5]))

    async def _facets(self, query: Query, field: Field) -> list[Facet]:
        return await guarded(asyncio.to_thread(self.look_up, query, field)) or []


def _counted(listing: Listing, page: Page, locale: str) -> str:
    if listing.summarise or page.count is None:
        return ''
    noun = 'record' if page.count == 1 else 'records'
    return f'{number(page.count, locale)}{"+" if page.capped else ""} {noun}'
