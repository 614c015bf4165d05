"""A few large figures side by side."""

from collections.abc import Sequence

from nicegui import ui


def figures(items: Sequence[tuple[str, str, str]]) -> None:
    """Each with its name, its value and its unit."""
    with ui.element('div').classes('figures'):
        for name, value, unit in items:
            with ui.element('div').classes('figure'):
                ui.label(name).classes('soft small')
                ui.label(value).classes('figure-value')
                ui.label(unit).classes('soft small')
