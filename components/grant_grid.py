"""The grid of what a role grants: activities down, actions across (SET-10)."""

from collections.abc import Callable, Collection
from functools import partial

from nicegui import ui

from components.design import switched
from portal_app.auth.permissions import (
    CHANGES,
    EVERYTHING,
    IN_GRID,
    MEANINGS,
    SECTIONS,
    TITLES,
    Action,
    Activity,
    Permission,
    ticked,
)

LOCKED = 'Your own role does not permit this.'


class GrantGrid:
    """A grid to tick. What is not within the viewer's own grants is locked. `on_change` follows each tick."""

    def __init__(
        self, held: frozenset[str], within: Collection[str], on_change: Callable[[], object]
    ) -> None:
        self.held, self.within, self.on_change = held, within, on_change
        self.boxes: dict[Permission, ui.checkbox] = {}
        _table(self._box)

    def put(self, held: frozenset[str]) -> None:
        """Show these grants."""
        self.held = held
        for cell, box in self.boxes.items():
            box.set_value(cell.grant in held)

    def _box(self, cell: Permission) -> None:
        box = ui.checkbox(value=cell.grant in self.held).props('dense')
        box._props['aria-label'] = _called(cell)
        box.set_enabled(cell.grant in self.within)
        box.on('update:model-value', lambda event: self._tick(cell, switched(event)))
        self.boxes[cell] = box
        hint = MEANINGS[cell] if cell.grant in self.within else LOCKED
        with box:
            ui.tooltip(hint).props('delay=400')

    def _tick(self, cell: Permission, on: bool) -> None:
        if cell.grant in self.within:
            self.held = ticked(self.held, cell, on)
        self.put(self.held)
        self.on_change()


def show_grants(held: Collection[str]) -> None:
    """The same to read."""
    _table(partial(_mark, held))


def explain_grants() -> None:
    """What each cell means, folded."""
    with ui.element('details').classes('grant-words'):
        with ui.element('summary'):
            ui.label('What the permissions mean')
        with ui.element('dl'):
            for _, activities in SECTIONS:
                for activity in activities:
                    with ui.element('dt'):
                        ui.label(IN_GRID[activity])
                    for text, actions in _meanings(activity).items():
                        with ui.element('dd'):
                            ui.label(', '.join(action.title() for action in actions)).classes('strong')
                            ui.label(text)


def in_short(held: Collection[str]) -> str:
    """What grants come to, in a line."""
    if all(cell.grant in held for cell in EVERYTHING):
        return 'Everything'
    changed = [each for each in TITLES if any(f'{each}:{action}' in held for action in CHANGES)]
    seen = [each for each in TITLES if f'{each}:{Action.LIST}' in held and each not in changed]
    parts = [
        f'{word}: {"everything" if len(some) == len(TITLES) else ", ".join(TITLES[each] for each in some)}'
        for word, some in (('Changes', changed), ('Sees', seen))
        if some
    ]
    return ' · '.join(parts) or 'Nothing'


def _table(draw: Callable[[Permission], None]) -> None:
    region = (
        ui.element('div').classes('grant-scroll').props('role=region tabindex=0 aria-label="Permissions"')
    )
    with region, ui.element('table').classes('grant-grid'):
        with ui.element('thead'), ui.element('tr'):
            _head('Activity', 'col')
            for action in Action:
                _head(action.title(), 'col')
        for section, activities in SECTIONS:
            with ui.element('tbody'):
                with ui.element('tr').classes('grant-section'):
                    _head(section, 'rowgroup').props(f'colspan={len(Action) + 1}')
                for activity in activities:
                    with ui.element('tr'):
                        _head(IN_GRID[activity], 'row')
                        for action in Action:
                            with ui.element('td'):
                                if (activity, action) in MEANINGS:
                                    draw(Permission(activity, action))


def _head(text: str, scope: str) -> ui.element:
    with ui.element('th').props(f'scope={scope}') as head:
        ui.label(text)
    return head


def _mark(held: Collection[str], cell: Permission) -> None:
    has = cell.grant in held
    if has:
        ui.icon('check').props('aria-hidden=true').classes('granted')
    else:
        ui.label('–').props('aria-hidden=true').classes('soft')
    ui.label(f'{_called(cell)}, {"granted" if has else "not granted"}').classes('unseen')


def _called(cell: Permission) -> str:
    return f'{IN_GRID[cell.activity]}: {cell.action.title()}'


def _meanings(activity: Activity) -> dict[str, list[Action]]:
    found: dict[str, list[Action]] = {}
    for cell, text in MEANINGS.items():
        if cell.activity is activity:
            found.setdefault(text, []).append(cell.action)
    return found
