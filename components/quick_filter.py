"""One-click choices above a table: each filters one field by some of its values."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from nicegui import ui

from components.design import button
from portal_app.filters import OneOf
from portal_app.queries import Query

Choice = tuple[str, tuple[str, ...]]  # its label, and the values that it picks; none for all


class QuickFilter:
    """The choices, of which the one that the query makes is pressed."""

    def __init__(
        self, name: str, choices: Sequence[Choice], label: str, on_query: Callable[[Query], Awaitable[None]]
    ) -> None:
        self.name, self.choices, self.on_query = name, choices, on_query
        self.query = Query()
        with ui.element('div').classes('quick-filter').props('role=group') as place:
            self.buttons = [button(title, partial(self._pick, values)) for title, values in choices]
        place._props['aria-label'] = label

    def show(self, query: Query) -> None:
        """Show which choice the query makes, if any."""
        self.query = query
        picked = query.filters.get(self.name)
        values = set(picked.values) if isinstance(picked, OneOf) else set()
        for made, (_, own) in zip(self.buttons, self.choices, strict=True):
            chosen = values == set(own)
            made.props(f'aria-pressed={"true" if chosen else "false"}')
            made.classes(add='is-set') if chosen else made.classes(remove='is-set')

    async def _pick(self, values: tuple[str, ...]) -> None:
        await self.on_query(self.query.with_filter(self.name, OneOf(values) if values else None))
