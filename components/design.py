"""The few shapes that everything is made of.

Buttons take no colour of Quasar's: its `!important` would beat ours.
"""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

Click = Callable[..., Any]


def heading(level: int, text: str) -> None:
    """A heading of the page's outline."""
    with ui.element(f'h{level}'):
        ui.label(text)


def main_button(text: str, on_click: Click) -> ui.button:
    """The one thing to do here."""
    return ui.button(text, color=None, on_click=on_click).props('unelevated no-caps').classes('main-button')


def button(text: str = '', on_click: Click | None = None, *, icon: str | None = None) -> ui.button:
    """Something that can be done."""
    return (
        ui.button(text, color=None, icon=icon, on_click=on_click)
        .props('outline no-caps')
        .classes('plain-button')
    )


def quiet_button(text: str, on_click: Click | None = None, *, icon: str | None = None) -> ui.button:
    """Something beside the point."""
    return (
        ui.button(text, color=None, icon=icon, on_click=on_click)
        .props('flat no-caps')
        .classes('quiet-button')
    )


def link_button(text: str, address: str, *, icon: str | None = None) -> ui.button:
    """A way to another page or a file, with the look of a button."""
    made = button(text, icon=icon)
    made._props['href'] = address
    return made


def main_link(text: str, address: str) -> ui.button:
    """The one place to go from here."""
    made = ui.button(text, color=None).props('unelevated no-caps').classes('main-button')
    made._props['href'] = address
    return made


def icon_button(icon: str, label: str, on_click: Click | None = None) -> ui.button:
    """A button without words; the label is read aloud."""
    made = (
        ui.button(icon=icon, color=None, on_click=on_click).props('flat round dense').classes('icon-button')
    )
    made._props['aria-label'] = label
    return made


def switched(event: GenericEventArguments) -> bool:
    """Whether a switch or box was put on; a browser may send anything."""
    value = event.args[0] if isinstance(event.args, list) and event.args else event.args
    return value is True


def banner(text: str, icon: str = 'info') -> None:
    """A notice that stands in the page."""
    with ui.element('div').classes('banner').props('role=status'):
        ui.icon(icon).props('aria-hidden=true')
        ui.label(text)
