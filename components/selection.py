"""Which records of a table are selected, on whatever page, and the bar that says so (ACC-01)."""

from collections.abc import Awaitable, Callable, Collection, Sequence

from nicegui import ui

from components.attempt import guarded
from components.design import main_button, quiet_button
from components.entries import Entry, LateMenu
from components.formats import number
from portal_app.filters import Filter
from portal_app.listings import Page
from portal_app.queries import Query


class Selection:
    """Outlives paging, sorting and filtering: the bar says how many of it the filters do not show."""

    def __init__(
        self,
        locale: str,
        *,
        matching: Callable[[Query], Awaitable[list[int]]],
        entries: Callable[[frozenset[int]], Awaitable[Sequence[Entry]]],
    ) -> None:
        self.locale, self.matching, self.entries = locale, matching, entries
        self.ids: set[int] = set()
        self.outside: set[int] = set()  # selected, and not among what the filters show
        self.query, self.page = Query(), Page([], None, None, 0, False)
        self.on_change: Callable[[], None] = lambda: None

    def draw(self) -> None:
        """Draw the bar, which shows itself with the first record that is selected."""
        with ui.element('div').classes('selection-bar').props('role=region aria-label=Selection') as self.bar:
            self.text = ui.label().classes('strong').props('role=status')
            self.every = quiet_button('', self.select_all)
            self.nothing = quiet_button('Clear', self.clear)
            opener = main_button('Actions', self._open)
            opener.props('icon-right=expand_less id=actions-of-selection aria-haspopup=menu')
            self.menu = LateMenu('top right', 'bottom right')
        self._say()

    async def show(self, query: Query, page: Page) -> None:
        """Take over what the table shows now."""
        changed = _filters(query) != _filters(self.query)
        self.query, self.page = query, page
        if changed and self.ids:
            matching = await guarded(self.matching(query))
            self.outside = self.ids - set(matching) if matching is not None else set()
        self._say()

    def pick(self, ids: Collection[int], on: bool) -> None:
        """Select rows that are shown, or take them out."""
        self.ids = self.ids | set(ids) if on else self.ids - set(ids)
        self.outside &= self.ids
        self._say()

    async def select_all(self) -> None:
        """Select every record that matches, on every page, beside what is selected already."""
        found = await guarded(self.matching(self.query))
        if found is not None:
            self.ids |= set(found)
            self.outside = self.ids - set(found)
            self.on_change()
            self._say()

    def clear(self) -> None:
        """Select nothing."""
        self.ids, self.outside = set(), set()
        self.on_change()
        self._say()

    def _say(self) -> None:
        self.bar.set_visibility(bool(self.ids))
        outside = f', {number(len(self.outside), self.locale)} of them outside these filters'
        self.text.set_text(
            f'{number(len(self.ids), self.locale)} selected' + (outside if self.outside else '')
        )
        page = self.page
        known = page.count is not None and not page.capped
        count = f'{number(page.count, self.locale)}{"+" if page.capped else ""} ' if page.count else ''
        self.every.set_text(f'Select all {count}that match')
        self.every.set_visibility(not known or len(self.ids) - len(self.outside) < (page.count or 0))

    async def _open(self) -> None:
        found = await guarded(self.entries(frozenset(self.ids)))
        if found is not None:
            self.menu.open('actions-of-selection', found, 'Your role does not let you change these.')


def _filters(query: Query) -> tuple[dict[str, Filter], str]:
    return query.filters, query.search
