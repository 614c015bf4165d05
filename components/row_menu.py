"""The menu of one record in a table (⋮). What it offers is asked for when it opens."""

from collections.abc import Awaitable, Callable, Sequence

from components.attempt import guarded
from components.entries import Entry, LateMenu

EntriesOf = Callable[[int], Awaitable[Sequence[Entry]]]


class RowMenu:
    """One menu for all rows of a table, which opens at the row that it is about."""

    def __init__(self, entries: EntriesOf) -> None:
        self.entries = entries
        self.turn = 0

    def draw(self) -> None:
        """Draw the menu, closed, where the page's other parts are."""
        self.menu = LateMenu('bottom right', 'top right')

    async def open(self, record_id: object) -> None:
        """Open it at a row; what a browser sends may be anything."""
        if type(record_id) is not int:
            return
        self.turn += 1
        turn = self.turn
        found = await guarded(self.entries(record_id))
        if found is not None and turn == self.turn:  # no other row was asked for meanwhile
            self.menu.open(f'menu-{record_id}', found, 'There is nothing that you can do with it.')
