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
            quiet_button('Show all', lambda: self._choose(None))
        menu.on('before-show', self._draw)

    def show(self, query: Query) -> None:
        """Take over this query."""
        self.query = query

    def _draw(self) -> None:
        chosen = self.query.columns or tuple(field.name for field in self.listing.columns)
        self.body.clear()
        with self.body:
            for field in self.listing.columns:
                box = ui.checkbox(field.label, value=field.name in chosen).props('dense').classes('facet')
                box.on_value_change(lambda event, name=field.name: self._pick(name, event.value))
                box.set_enabled(chosen != (field.name,))  # the last one stays

    async def _pick(self, name: str, on: bool) -> None:
        chosen = self.query.columns or tuple(field.name for field in self.listing.columns)
        kept = tuple(
            field.name
            for field in self.listing.columns
            if (on if field.name == name else field.name in chosen)
        )
        await self._choose(None if len(kept) == len(self.listing.columns) else kept)

    async def _choose(self, columns: tuple[str, ...] | None) -> None:
        await self.on_query(replace(self.query, columns=columns))
        self._draw()
