"""The table of any Listing: rows on a wide screen, cards on a phone; sort, paging, empty, loading."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui

from components import formats
from components.design import button, icon_button
from components.row_menu import RowMenu
from components.selection import Selection
from components.states import BADGES, has_badges
from components.table_markup import body, header, totals
from portal_app.listings import Field, Kind, Listing, Page
from portal_app.queries import SIZES, Query, parse

NUMBERS = (Kind.QUANTITY, Kind.COUNT, Kind.MONEY)
TO_THE_TOP = 'document.querySelector(".record-table .q-table__middle")?.scrollTo(0, 0)'


@dataclass(frozen=True)
class Extras:
    """What a table has beside its columns."""

    href: Callable[[dict[str, Any]], str] | None = None  # the page of a record
    document: Callable[[dict[str, Any]], str] | None = None  # its PDF; empty where a record has none
    selection: Selection | None = None
    menu: RowMenu | None = None


class RecordTable:
    """Shows pages of rows. It looks nothing up: the page gives it rows and hears what the person does."""

    def __init__(
        self,
        listing: Listing,
        zone: ZoneInfo,
        locale: str,
        *,
        on_query: Callable[[Query], Awaitable[None]],
        on_open: Callable[[int], Awaitable[None]] | None,
        extras: Extras | None = None,
    ) -> None:
        self.listing, self.zone, self.locale = listing, zone, locale
        self.query, self.on_query = Query(), on_query
        self.extras = extras or Extras()
        self.opens = bool(on_open or self.extras.href)
        with ui.element('div').classes('records'):
            self.phone_sort = self._phone_sort()
            self.skeleton = ui.element('div').classes('skeleton').props('aria-label="Loading" role=status')
            self.table = (
                ui.table(rows=[], columns=[], row_key='id', pagination={'rowsPerPage': 0})
                .props('flat hide-pagination hide-no-data')
                .classes('record-table' + (' opens' if self.opens else ''))
            )
            self._fill_slots()
            self.table.on('sort', lambda event: self._sort(event.args))
            if on_open:
                self.table.on('open', lambda event: on_open(event.args))
            self.empty = ui.element('div').classes('empty')
            self.footer = ui.element('div').classes('table-footer')
        self.loading()

    def _fill_slots(self) -> None:
        selection, menu = self.extras.selection, self.extras.menu
        beside = {
            'picks': selection is not None,
            'documents': self.extras.document is not None,
            'menu': menu is not None,
        }
        self.table.add_slot('header', header(**beside))
        self.table.add_slot('body', body(**beside, links=self.extras.href is not None))
        self.table.add_slot('bottom-row', totals(**beside))
        if menu:
            self.table.on('menu', lambda event: menu.open(event.args))
        if selection:
            selection.on_change = self._show_picked
            self.table.on('pick', lambda event: self._pick(selection, event.args))

    def loading(self) -> None:
        """Show that rows are on their way."""
        self.skeleton.set_visibility(True)
        self.table.set_visibility(False)
        self.empty.set_visibility(False)
        self.footer.set_visibility(False)

    def show(self, query: Query, page: Page) -> None:
        """Show a page of rows."""
        moved = (query.after, query.before, query.sort) != (
            self.query.after,
            self.query.before,
            self.query.sort,
        )
        self.query = query
        if moved:
            self.table.client.run_javascript(TO_THE_TOP)
        fields = self.listing.chosen(query.columns)
        sort = ('-' if query.descending else '') + query.sort
        if query.sort in self.listing.by_name and self.phone_sort.value != sort:
            self.phone_sort.set_value(sort)
        self.skeleton.set_visibility(False)
        self.table.set_visibility(bool(page.rows))
        self.table.columns = self._columns(fields, page)
        self.table.rows = [self._row(fields, row) for row in page.rows]
        self.empty.set_visibility(not page.rows)
        if not page.rows:
            self._show_empty(query)
        self.footer.set_visibility(bool(page.rows) and not self.listing.summarise)
        self._show_footer(query, page)

    def fail(self, text: str) -> None:
        """Say why there are no rows, and offer to try again."""
        self.loading()
        self.skeleton.set_visibility(False)
        self.empty.set_visibility(True)
        self.empty.clear()
        with self.empty:
            ui.icon('hourglass_empty').classes('empty-icon')
            ui.label(text).classes('empty-title')
            button('Try again', lambda: self.on_query(self.query))

    def _columns(self, fields: list[Field], page: Page) -> list[dict[str, Any]]:
        """The columns with the sums below them; the first without any says what they are."""
        columns = [self._column(field, field is fields[0]) for field in fields]
        for column in columns:
            sums = (page.totals or {}).get(column['name'])
            column['sums'] = [formats.total(each, self.locale) for each in sums] if sums else None
        name = next((column for column in columns if column['sums'] is None), {})
        name['says'] = 'Total of all pages' if page.next or page.previous else 'Total'
        return columns

    def _column(self, field: Field, first: bool) -> dict[str, Any]:
        end = ' number' if field.kind in NUMBERS else ''
        kind = {Kind.PROPERTIES: ' wide', Kind.MONEY: ' money'}.get(field.kind, '')
        sorted_now = self.query.sort == field.name
        return {
            'name': field.name,
            'label': field.label,
            'field': field.name,
            'align': 'left',
            'sorts': field.sorts,
            'sorted': ('descending' if self.query.descending else 'ascending') if sorted_now else None,
            'arrow': ('↓' if self.query.descending else '↑') if sorted_now else '',
            'opens': first and self.opens,
            'badges': BADGES if has_badges(field) else None,
            'classes': f'cell{end}{kind}',
            'headerClasses': f'head{end}',
        }

    def _row(self, fields: list[Field], row: dict[str, Any]) -> dict[str, Any]:
        cells = {field.name: self._cell(field, row[field.name]) for field in fields}
        return {'id': row['id'], **cells, **self._row_extras(row)}

    def _cell(self, field: Field, value: Any) -> Any:
        """As text; several remarks stay several."""
        return value if isinstance(value, list) else formats.cell(field, value, self.zone, self.locale)

    def _row_extras(self, row: dict[str, Any]) -> dict[str, Any]:
        """What a row has beside its cells; no field is named like these."""
        extras = self.extras
        found: dict[str, Any] = {'called': str(row.get(self.listing.named_by, row['id']))}
        if extras.href:
            found['href'] = extras.href(row)
        if extras.document:
            found['document'] = extras.document(row)
        if extras.selection:
            found['picked'] = row['id'] in extras.selection.ids
        return found

    def _pick(self, selection: Selection, sent: object) -> None:
        """Take over what the browser has ticked already; what it sends may be anything."""
        if not (isinstance(sent, list) and len(sent) == 2 and isinstance(sent[0], list)):
            return
        ids, on = {id for id in sent[0] if type(id) is int}, sent[1] is True
        shown = [row for row in self.table.rows if row['id'] in ids]
        for row in shown:
            row['picked'] = on
        selection.pick([row['id'] for row in shown], on)

    def _show_picked(self) -> None:
        assert self.extras.selection is not None
        for row in self.table.rows:
            row['picked'] = row['id'] in self.extras.selection.ids
        self.table.update()

    def _show_empty(self, query: Query) -> None:
        self.empty.clear()
        as_it_begins = not query.search and query.filters == parse(self.listing, [])[0].filters
        with self.empty:
            ui.icon(self.listing.icon if as_it_begins else 'filter_alt_off').classes('empty-icon')
            if not as_it_begins:
                ui.label('Nothing matches these filters').classes('empty-title')
                ui.label('Try a longer date range, or take a filter away.').classes('soft')
                clear = query.first_page(filters={}, search='')
                button('Clear all filters', lambda: self.on_query(clear))
            else:
                ui.label('Nothing here yet').classes('empty-title')
                ui.label(self.listing.empty).classes('soft')

    def _show_footer(self, query: Query, page: Page) -> None:
        self.footer.clear()
        with self.footer:
            ui.select(
                {size: f'{size} per page' for size in SIZES},
                value=query.size,
                on_change=lambda event: self.on_query(query.first_page(size=event.value)),
            ).props('dense borderless options-dense aria-label="Rows per page"')
            ui.space()
            self._step(
                'chevron_left',
                'Previous page',
                query.first_page(before=page.previous) if page.previous else None,
            )
            self._step('chevron_right', 'Next page', query.first_page(after=page.next) if page.next else None)

    def _step(self, icon: str, label: str, target: Query | None) -> None:
        icon_button(icon, label, lambda: self.on_query(target or self.query)).set_enabled(target is not None)

    def _phone_sort(self) -> ui.select:
        """A choice of sort where the cards have no header to click."""
        sorts = {
            sign + field.name: f'{field.label} {arrow}'
            for field in self.listing.sortable
            for sign, arrow in (('-', '↓'), ('', '↑'))
        }
        made = ui.select(sorts, label='Sort by').props('dense outlined options-dense').classes('phone-sort')
        made.set_visibility(bool(sorts))
        made.on('update:model-value', lambda: self._sort_by(made.value))
        return made

    async def _sort_by(self, sort: object) -> None:
        if isinstance(sort, str):
            changes = {'sort': sort.removeprefix('-'), 'descending': sort.startswith('-')}
            await self.on_query(self.query.first_page(**changes))

    async def _sort(self, name: object) -> None:
        field = self.listing.by_name.get(name) if isinstance(name, str) else None
        if field and field.sorts:
            descending = (
                not self.query.descending
                if self.query.sort == field.name
                else field.kind in (Kind.TIME, Kind.DATE, *NUMBERS)
            )
            await self.on_query(self.query.first_page(sort=field.name, descending=descending))
