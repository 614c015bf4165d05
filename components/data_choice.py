"""Choosing one of many by searching for it: a button with the choice on it, and a menu."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from components.design import button

Lookup = Callable[[str], Awaitable[dict[int, str]]]


class DataChoice:
    """What is chosen, by id; None is `nothing`. `lookup` finds a few by what was typed."""

    def __init__(
        self, label: str, nothing: str, lookup: Lookup, on_choice: Callable[[], Awaitable[None]]
    ) -> None:
        self.label, self.nothing, self.lookup, self.on_choice = label, nothing, lookup, on_choice
        self.chosen: int | None = None
        self.turn = 0
        self.opener = button(icon='person_search').classes('data-choice')
        with (
            self.opener,
            ui.menu().props(f'no-focus role=dialog aria-label="{label}"') as self.menu,
            ui.element('div').classes('choices'),
        ):
            self.search = ui.input(placeholder='Search').props('dense outlined autofocus')
            self.search._props['aria-label'] = 'Search'
            self.list = ui.element('div').props('role=listbox aria-label=Choices').classes('choice-list')
        self.search.on_value_change(self._look)
        self.menu.on('show', self._look)
        self.show(None, nothing)

    def show(self, chosen: int | None, name: str) -> None:
        """Put a choice on the button."""
        self.chosen = chosen
        self.opener.set_text(f'{self.label}: {name}')

    async def _look(self) -> None:
        self.turn += 1
        turn = self.turn
        text = self.search.value
        found = await self.lookup(text if isinstance(text, str) else '')
        if turn != self.turn:  # more was typed meanwhile
            return
        self.list.clear()
        with self.list:
            for id, name in [(None, self.nothing), *found.items()]:
                item = ui.item(on_click=partial(self._choose, id, name)).props('role=option')
                with item:
                    ui.label(name)
            if not found:
                ui.label('Nothing matches.').classes('soft small')

    async def _choose(self, id: int | None, name: str) -> None:
        self.menu.close()
        self.show(id, name)
        await self.on_choice()
