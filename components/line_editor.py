"""The lines of a document, typed one below the other: with the keyboard alone, each problem at its field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from nicegui import ui

from components.design import icon_button, quiet_button
from components.formats import sentence, typed_number

Changed = Callable[[], None]


class Column(NamedTuple):
    """One field of each line."""

    name: str
    label: str
    is_number: bool
    longest: int


COLUMNS = (
    Column('description', 'Description', False, 500),
    Column('quantity', 'Quantity', True, 40),
    Column('unit', 'Unit', False, 40),
    Column('unit_price', 'Unit price', True, 40),
    Column('tax_rate', 'Tax %', True, 12),
)
FIRST = COLUMNS[0].name


@dataclass(frozen=True)
class LineText:
    """A line as it stands in the fields; `id` is that of the line that it changes, 0 for a new one."""

    description: str = ''
    quantity: str = '1'
    unit: str = ''
    unit_price: str = ''
    tax_rate: str = '0'
    id: int = 0


class LineEditor:
    """The lines. Enter goes to the next one, and makes it behind the last. It knows no rules."""

    def __init__(self, lines: Sequence[LineText], locale: str, on_change: Changed) -> None:
        self.locale, self.on_change = locale, on_change
        self.rows: list[_Row] = []
        with ui.element('div').classes('line-editor'):
            with ui.element('div').classes('line-row line-head').props('aria-hidden=true'):
                for column in COLUMNS:
                    ui.label(column.label).classes('number' if column.is_number else '')
                ui.label('Amount').classes('number')
            self.place = ui.element('div')
            quiet_button('Add line', self._add_behind, icon='add').classes('add-line')
        for line in lines or [LineText()]:
            self._append(line)

    def read(self) -> tuple[list[LineText], dict[str, str]]:
        """The lines with plain numbers, and what is no number in this locale, by `lines.2.unit_price`."""
        lines, problems = [], {}
        for place, row in enumerate(self.rows, 1):
            texts = row.texts()
            for column in COLUMNS:
                if column.is_number:
                    try:
                        texts[column.name] = typed_number(texts[column.name], self.locale)
                    except ValueError as error:
                        problems[f'lines.{place}.{column.name}'] = f'must be a number: {error}'.removesuffix(
                            '.'
                        )
            lines.append(LineText(**texts, id=row.id))
        return lines, problems

    def show_amounts(self, amounts: Sequence[str]) -> None:
        """What each line comes to; empty where it is not right yet."""
        for row, amount in zip(self.rows, amounts, strict=True):
            row.amount.set_text(amount or '–')

    def refuse(self, problems: Mapping[str, str]) -> ui.input | None:
        """Say at each field what is wrong with it. Returns the first."""
        first = None
        for place, row in enumerate(self.rows, 1):
            for column in COLUMNS:
                problem = problems.get(f'lines.{place}.{column.name}')
                field = row.fields[column.name]
                field.error = sentence(f'{problem}.') if problem else None
                first = first or (field if problem else None)
        return first

    def _append(self, line: LineText) -> '_Row':
        with self.place:
            row = _Row(line, self.on_change, self._go_on, self._remove)
        self.rows.append(row)
        self._name()
        return row

    def _add_behind(self) -> None:
        """A new line with the tax rate of the last one, ready to be typed."""
        rate = self.rows[-1].texts()['tax_rate']
        self._append(LineText(tax_rate=rate)).focus()
        self.on_change()

    def _go_on(self, row: '_Row') -> None:
        place = self.rows.index(row)
        if place + 1 < len(self.rows):
            self.rows[place + 1].focus()
        else:
            self._add_behind()

    def _remove(self, row: '_Row') -> None:
        """Take a line away; there is always one."""
        place = self.rows.index(row)
        self.rows.remove(row)
        row.element.delete()
        if not self.rows:
            self._append(LineText())
        self._name()
        self.rows[min(place, len(self.rows) - 1)].focus()
        self.on_change()

    def _name(self) -> None:
        for place, row in enumerate(self.rows, 1):
            row.name(place)


class _Row:
    """One line on the screen."""

    def __init__(
        self,
        line: LineText,
        on_change: Changed,
        go_on: Callable[['_Row'], None],
        remove: Callable[['_Row'], None],
    ) -> None:
        self.id = line.id
        self.fields: dict[str, ui.input] = {}
        with ui.element('div').classes('line-row').props('role=group') as self.element:
            for column in COLUMNS:
                with ui.element('div').classes(f'line-cell cell-{column.name}') as cell:
                    cell._props['data-label'] = column.label
                    self.fields[column.name] = self._field(
                        column, getattr(line, column.name), on_change, go_on
                    )
            with ui.element('div').classes('line-cell line-amount') as cell:
                cell._props['data-label'] = 'Amount'
                self.amount = ui.label('–')
            self.gone = icon_button('close', 'Remove line', partial(remove, self))

    def texts(self) -> dict[str, str]:
        """What is in the fields; a browser may send anything."""
        return {
            name: field.value if isinstance(field.value, str) else '' for name, field in self.fields.items()
        }

    def focus(self) -> None:
        """Go to its first field."""
        self.fields[FIRST].run_method('focus')

    def name(self, place: int) -> None:
        """Say to who cannot see it which line it is."""
        self.element.props(f'aria-label="Line {place}"')
        for column in COLUMNS:
            self.fields[column.name].props(f'aria-label="{column.label} of line {place}"')
        self.gone.props(f'aria-label="Remove line {place}"')

    def _field(
        self, column: Column, value: str, on_change: Changed, go_on: Callable[['_Row'], None]
    ) -> ui.input:
        field = ui.input(value=value, on_change=lambda _: on_change())
        field.props(f'dense outlined hide-bottom-space maxlength={column.longest}')
        if column.is_number:
            field.props('inputmode=decimal input-class=number')
        field.on('keydown.enter.prevent', lambda: go_on(self))
        return field
