"""Earlier versions of a text, the newest first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from nicegui import ui

from components.design import quiet_button


@dataclass(frozen=True)
class Past:
    """One version: who made it, and when."""

    number: int
    who: str
    when: str
    shipped: bool


def draw_history(
    versions: Sequence[Past], on_view: Callable[[int], object], on_restore: Callable[[int], object] | None
) -> None:
    """A list of versions; without `on_restore` they can only be looked at."""
    with ui.element('ul').classes('version-list'):
        for version in versions:
            current = version is versions[0]
            with ui.element('li'):
                ui.label(f'Version {version.number}').classes('strong')
                if current:
                    ui.label('In force').classes('badge badge-ok')
                if version.shipped:
                    ui.label('Default').classes('badge badge-off')
                ui.label(f'{version.who}, {version.when}').classes('soft who')
                _action('View', version, on_view)
                if on_restore and not current:
                    _action('Restore', version, on_restore)


def _action(label: str, version: Past, run: Callable[[int], object]) -> None:
    made = quiet_button(label, partial(run, version.number))
    made._props['aria-label'] = f'{label} version {version.number}'
