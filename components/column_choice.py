"""Which columns of a table a person wants to see, among those that there are."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from nicegui import ui

from components.design import button, quiet_button
from portal_app.listings import Listing
from portal_app.queries import Query


class ColumnChoice:
    """A button with a box for each column; the choice stands in the page's address."""

    def __init__(self, listing: Listing, *, on_query: Callable[[Query], Awaitable[None]]) -> None:
        self.listing, self.on_query = listing, on_query
        self.query = Query()
        with (
            button('Columns', icon='view_column'),
            ui.menu().props('role=dialog aria-label=Columns') as menu,
            ui.element('div').classes('filter-editor'),
        ):
            self.body = ui.element('div').classes('facets')
            quiet_button('Show all', self._show_all)
        menu.on('before-show', self._draw)

    def show(self, query: Query) -> None:
        """Take over this query."""
        self.query = query

    @property
    def chosen(self) -> tuple[str, ...]:
        """The columns that are shown."""
        return self._names(self.query.columns)

    def _draw(self) -> None:
        self.body.clear()
        self.boxes: dict[str, ui.checkbox] = {}
        with self.body:
            for field in self.listing.columns:
                box = (
                    ui.checkbox(field.label, value=field.name in self.chosen).props('dense').classes('facet')
                )
                box.on_value_change(lambda event, name=field.name: self._pick(name, event.value))
                self.boxes[field.name] = box
        self._keep_the_last()

    async def _pick(self, name: str, on: bool) -> None:
        shown = {*self.chosen, name} if on else {*self.chosen} - {name}
        await self._choose(tuple(field.name for field in self.listing.columns if field.name in shown))
        self._keep_the_last()

    async def _choose(self, columns: tuple[str, ...]) -> None:
        as_at_first = columns == self._names(None)
        await self.on_query(replace(self.query, columns=None if as_at_first else columns))

    async def _show_all(self) -> None:
        await self._choose(tuple(field.name for field in self.listing.columns))
        self._draw()

    def _names(self, columns: tuple[str, ...] | None) -> tuple[str, ...]:
        return tuple(field.name for field in self.listing.chosen(columns))

    def _keep_the_last(self) -> None:
        for name, box in self.boxes.items():
            box.set_enabled(self.chosen != (name,))
