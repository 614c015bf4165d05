"""What opens below a filter's button, one for each kind. Wrong input stays, with the rule beside it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from nicegui import ui

from components import formats
from components.design import main_button, quiet_button
from portal_app.filters import PRESETS, Begins, Contains, Dates, Filter, Numbers, OneOf, Pairs, read_filter
from portal_app.listings import Facet, Field, Kind

Apply = Callable[[Filter | None], Awaitable[None]]


def edit_dates(field: Field, current: Filter | None, zone: ZoneInfo, apply: Apply) -> None:
    """Presets, and two days; of a time in the viewer's zone."""
    dates = current if isinstance(current, Dates) else Dates()

    async def preset(name: str) -> None:
        await apply(Dates(preset=name))

    with ui.element('div').classes('presets'):
        for name, label in PRESETS.items():
            chosen = ' chosen' if dates.preset == name else ''
            quiet_button(label, lambda name=name: preset(name)).classes('preset' + chosen)
    first = _input('From', str(dates.first or ''), 'type=date')
    last = _input('To', str(dates.last or ''), 'type=date')
    if field.kind is Kind.TIME:
        ui.label(f'Days in {zone.key}, now {datetime.now(zone):%H:%M}').classes('soft small')
    _finish(
        field,
        apply,
        lambda: [f'{first.value or ""}..{last.value or ""}'] if first.value or last.value else [],
    )


def edit_numbers(field: Field, current: Filter | None, locale: str, apply: Apply) -> None:
    """The smallest and the largest number, written as in the viewer's locale; of money in major units."""
    numbers = current if isinstance(current, Numbers) else Numbers()
    low = _input('At least', formats.number_input(numbers.low, locale), 'inputmode=decimal')
    high = _input('At most', formats.number_input(numbers.high, locale), 'inputmode=decimal')

    def typed() -> list[str]:
        if not (low.value or high.value):
            return []
        return ['..'.join(formats.typed_number(box.value or '', locale) for box in (low, high))]

    _finish(field, apply, typed)


def edit_text(field: Field, current: Filter | None, apply: Apply) -> None:
    """A text that the field contains, or begins with."""
    label = 'Begins with' if field.kind is Kind.REFERENCE else 'Contains'
    text = _input(label, current.text if isinstance(current, Contains | Begins) else '', 'maxlength=200')
    _finish(field, apply, lambda: [text.value or ''] if (text.value or '').strip() else [])


def edit_pairs(field: Field, current: Pairs, apply: Apply) -> None:
    """Up to three keys with their values; all must match."""
    rows = []
    for key, value in (*current.pairs, ('', ''), ('', ''), ('', ''))[: max(3, len(current.pairs))]:
        with ui.element('div').classes('pair'):
            rows.append((_input('Property', key, ''), _input('Value', value, '')))
    _finish(
        field,
        apply,
        lambda: [f'{key.value or ""}={value.value or ""}' for key, value in rows if key.value or value.value],
    )


def edit_choice(field: Field, current: OneOf, facets: list[Facet], locale: str, apply: Apply) -> None:
    """The values with how many rows each has; picking several means any of them."""
    chosen = dict.fromkeys(current.values)
    facets = facets + [Facet(value, 0) for value in chosen if value not in {facet.value for facet in facets}]

    def pick(value: str, on: bool) -> None:
        chosen.update({value: None}) if on else chosen.pop(value, None)

    with ui.element('div').classes('facets'):
        if not facets:
            ui.label('There are no values to choose from.').classes('soft')
        for facet in facets:
            with ui.element('div').classes('facet'):
                ui.checkbox(
                    facet.value or '(empty)',
                    value=facet.value in chosen,
                    on_change=lambda event, value=facet.value: pick(value, event.value),
                ).props('dense')
                ui.label('' if facet.count is None else formats.number(facet.count, locale)).classes(
                    'soft small'
                )
    _finish(field, apply, lambda: list(chosen))


def _input(label: str, value: str, props: str) -> ui.input:
    return ui.input(label, value=value).props(f'dense outlined stack-label {props}')


def _finish(field: Field, apply: Apply, typed: Callable[[], list[str]]) -> None:
    problem = ui.label().classes('problem small').props('role=alert')
    problem.set_visibility(False)

    async def check() -> None:
        try:
            filter = read_filter(field, typed()) if typed() else None
        except ValueError as error:
            problem.set_text(f'{field.label}: {error}')
            problem.set_visibility(True)
            return
        await apply(filter)

    for element in ui.context.slot.children:
        for field_input in (element, *element.descendants()):
            if isinstance(field_input, ui.input):
                field_input.on('keydown.enter', check)
    with ui.element('div').classes('editor-buttons'):
        quiet_button('Clear', lambda: apply(None))
        main_button('Apply', check)
