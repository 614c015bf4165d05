"""The table of any Listing: rows on a wide screen, cards on a phone; sort, paging, empty, loading."""

from collections.abc import Awaitable, Callable
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui

from components import formats
from components.design import button, icon_button
from portal_app.listings import Field, Kind, Listing, Page
from portal_app.queries import SIZES, Query

TO_THE_TOP = 'document.querySelector(".record-table .q-table__middle")?.scrollTo(0, 0)'
BADGES = {'Pending': 'badge-wait', 'Processed': 'badge-ok', 'Invoiced': 'badge-info', 'Void': 'badge-off'}
NUMBERS = (Kind.QUANTITY, Kind.COUNT)

HEADER = r"""
<tr><th v-for="col in props.cols" :key="col.name" scope="col" :class="col.headerClasses"
  :aria-sort="col.sorted">
  <button v-if="col.sorts" type="button" class="sort" @click="$parent.$emit('sort', col.name)">
    {{ col.label }}<span aria-hidden="true">{{ col.arrow }}</span></button>
  <template v-else>{{ col.label }}</template>
</th></tr>"""

BODY = r"""
<tr class="record" @click="$parent.$emit('open', props.row.id)">
  <td v-for="col in props.cols" :key="col.name" :class="col.classes" :data-label="col.label">
    <button v-if="col.opens" type="button" class="open" :id="'open-' + props.row.id">
      {{ props.row[col.name] }}</button>
    <span v-else-if="col.badges" class="badge" :class="col.badges[props.row[col.name]]">
      {{ props.row[col.name] }}</span>
    <template v-else>{{ props.row[col.name] }}</template>
</td></tr>"""


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
    ) -> None:
        self.listing, self.zone, self.locale = listing, zone, locale
        self.query, self.on_query = Query(), on_query
        with ui.element('div').classes('records'):
            self.phone_sort = self._phone_sort()
            self.skeleton = ui.element('div').classes('skeleton').props('aria-label="Loading" role=status')
            self.table = (
                ui.table(rows=[], columns=[], row_key='id', pagination={'rowsPerPage': 0})
                .props('flat hide-pagination hide-no-data')
                .classes('record-table' + (' opens' if on_open else ''))
            )
            self.table.add_slot('header', HEADER)
            self.table.add_slot('body', BODY)
            self.table.on('sort', lambda event: self._sort(event.args))
            if on_open:
                self.table.on('open', lambda event: on_open(event.args))
            self.empty = ui.element('div').classes('empty')
            self.footer = ui.element('div').classes('table-footer')
        self.loading()

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
        fields = [
            field for field in self.listing.columns if query.columns is None or field.name in query.columns
        ]
        sort = ('-' if query.descending else '') + query.sort
        if query.sort in self.listing.by_name and self.phone_sort.value != sort:
            self.phone_sort.set_value(sort)
        self.skeleton.set_visibility(False)
        self.table.set_visibility(bool(page.rows))
        self.table.columns = [self._column(field, field is fields[0]) for field in fields]
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

    def _column(self, field: Field, first: bool) -> dict[str, Any]:
        end = ' number' if field.kind in NUMBERS else ''
        wide = ' wide' if field.kind is Kind.PROPERTIES else ''
        sorted_now = self.query.sort == field.name
        return {
            'name': field.name,
            'label': field.label,
            'field': field.name,
            'align': 'left',
            'sorts': field.sorts,
            'sorted': ('descending' if self.query.descending else 'ascending') if sorted_now else None,
            'arrow': ('↓' if self.query.descending else '↑') if sorted_now else '',
            'opens': first and 'opens' in self.table.classes,
            'badges': BADGES if field.name == 'status' else None,
            'classes': f'cell{end}{wide}',
            'headerClasses': f'head{end}',
        }

    def _row(self, fields: list[Field], row: dict[str, Any]) -> dict[str, Any]:
        cells = {field.name: formats.cell(field, row[field.name], self.zone, self.locale) for field in fields}
        return {'id': row['id'], **cells}

    def _show_empty(self, query: Query) -> None:
        self.empty.clear()
        with self.empty:
            ui.icon('filter_alt_off' if query.is_filtered else self.listing.icon).classes('empty-icon')
            if query.is_filtered:
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
                else field.kind in (Kind.TIME, *NUMBERS)
            )
            await self.on_query(self.query.first_page(sort=field.name, descending=descending))
