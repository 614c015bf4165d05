"""The filters of any Listing: a search box and a button a field, each opening what fits its kind."""

from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

from nicegui import ui

from components import formats
from components.design import button, quiet_button
from components.filter_editors import edit_choice, edit_dates, edit_numbers, edit_pairs, edit_text
from portal_app.filters import Filter, OneOf, Pairs
from portal_app.listings import Facet, Field, Kind, Listing
from portal_app.queries import Query, searchable

Facets = Callable[[Query, Field], Awaitable[list[Facet]]]


class FilterBar:
    """Shows what a query filters by and lets the person change it. Editors are built when they are opened."""

    def __init__(
        self,
        listing: Listing,
        zone: ZoneInfo,
        locale: str,
        *,
        facets: Facets,
        on_query: Callable[[Query], Awaitable[None]],
    ) -> None:
        self.listing, self.zone, self.locale = listing, zone, locale
        self.facets, self.on_query = facets, on_query
        self.query = Query()
        with ui.element('div').classes('filter-bar').props('role=search'):
            if listing.searched:
                self._search_box()
            self.menus: dict[str, ui.menu] = {}
            self.buttons = {field.name: self._filter_button(field) for field in listing.filterable}
            self._more_button([field for field in listing.filterable if not field.up_front])
            self.clear = quiet_button('Clear all', self._clear_all)

    def show(self, query: Query) -> None:
        """Show this query's filters."""
        self.query = query
        for name, opener in self.buttons.items():
            field, filter = self.listing.by_name[name], query.filters.get(name)
            text = f'{field.label}: {formats.filter_text(filter, self.locale)}' if filter else field.label
            opener.set_text(text)
            opener.classes(add='is-set') if filter else opener.classes(remove='is-set')
            opener.set_visibility(field.up_front or filter is not None)
        if self.listing.searched and self.search.value != query.search:
            self.search.set_value(query.search)
        self.clear.set_visibility(query.is_filtered)

    def _search_box(self) -> None:
        label = 'Search ' + ', '.join(field.label.lower() for field in self.listing.searched)
        self.search = (
            ui.input(placeholder='Search')
            .props(f'dense outlined clearable debounce=350 maxlength=200 aria-label="{label}"')
            .classes('search')
        )
        with self.search.add_slot('prepend'):
            ui.icon('search')
        self.search.tooltip(label)
        self.search.on_value_change(self._searched)

    def _filter_button(self, field: Field) -> ui.button:
        with (
            button(field.label).props('icon-right=expand_more').classes('filter') as opener,
            ui.menu()
            .props(f'role=dialog aria-label="Filter by {field.label}"')
            .classes('filter-menu') as menu,
        ):
            body = ui.element('div').classes('filter-editor')
        menu.on('before-show', lambda: self._open(field, menu, body))
        menu.on('hide', lambda: self.show(self.query))  # one of “More filters” goes again when it is not used
        self.menus[field.name] = menu
        return opener

    def _more_button(self, fields: list[Field]) -> None:
        if not fields:
            return

        def reveal(field: Field) -> None:
            self.buttons[field.name].set_visibility(True)
            self.menus[field.name].open()

        with quiet_button('More filters', icon='add'), ui.menu():
            for field in fields:
                ui.menu_item(field.label, lambda field=field: reveal(field)).props('role=menuitem')

    async def _open(self, field: Field, menu: ui.menu, body: ui.element) -> None:
        async def apply(filter: Filter | None) -> None:
            menu.close()
            await self.on_query(self.query.with_filter(field.name, filter))

        body.clear()
        current = self.query.filters.get(field.name)
        with body:
            match field.kind:
                case Kind.TIME | Kind.DATE:
                    edit_dates(field, current, self.zone, apply)
                case Kind.QUANTITY | Kind.COUNT | Kind.MONEY:
                    edit_numbers(field, current, self.locale, apply)
                case Kind.TEXT | Kind.REFERENCE:
                    edit_text(field, current, apply)
                case Kind.PROPERTIES:
                    edit_pairs(field, current if isinstance(current, Pairs) else Pairs(()), apply)
                case Kind.CHOICE:
                    spinner = ui.spinner(size='sm')
                    found = await self.facets(self.query, field)
                    spinner.delete()
                    edit_choice(
                        field, current if isinstance(current, OneOf) else OneOf(()), found, self.locale, apply
                    )

    async def _searched(self) -> None:
        text = searchable(str(self.search.value or ''))
        if text != self.query.search:
            await self.on_query(self.query.first_page(search=text))

    async def _clear_all(self) -> None:
        await self.on_query(self.query.first_page(filters={}, search=''))
