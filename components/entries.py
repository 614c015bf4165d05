"""What can be done with a record or a selection, as the entries of a menu."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from nicegui import ui

# Up and down go from entry to entry, as people expect of a menu; Quasar's only knows Tab.
ARROWS = """(event) => {
  const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
  if (!step) return;
  event.preventDefault();
  const entries = [...event.currentTarget.querySelectorAll('[role=menuitem]')];
  const place = entries.indexOf(document.activeElement) + step;
  entries[(place + entries.length) % entries.length]?.focus();
}"""


@dataclass(frozen=True)
class Entry:
    """One thing that can be done."""

    label: str
    run: Callable[[], Awaitable[None] | None]
    icon: str = ''


def fill_menu(menu: ui.menu, entries: Sequence[Entry], without: str) -> None:
    """Put these entries into a menu; `without` is said where there is none."""
    menu.clear()
    with menu:
        for place, entry in enumerate(entries):
            item = ui.menu_item(on_click=entry.run).props('role=menuitem').classes('entry-item')
            if place == 0:
                item.props('data-autofocus')
            with item:
                if entry.icon:
                    ui.icon(entry.icon).props('aria-hidden=true')
                ui.label(entry.label)
        if not entries:
            ui.label(without).classes('soft small no-entries')


def actions_menu() -> ui.menu:
    """A menu that is walked through with the arrow keys."""
    menu = ui.menu().props('role=menu').classes('actions-menu')
    menu.on('keydown', js_handler=ARROWS)
    return menu


class LateMenu:
    """A menu that is filled before it opens, at whichever button asked for it."""

    def __init__(self, anchor: str, self_: str) -> None:
        self.menu = actions_menu().props(f'no-parent-event anchor="{anchor}" self="{self_}"')
        self.menu.on('hide', self._give_focus_back)
        self.button = ''

    def open(self, button: str, entries: Sequence[Entry], without: str) -> None:
        """Open it at the button with this id."""
        self.button = button
        fill_menu(self.menu, entries, without)
        self.menu.props(f'target="#{button}"')
        self.menu.open()

    def _give_focus_back(self) -> None:
        """To the button, unless an entry took it elsewhere. Quasar has lost it by now."""
        self.menu.client.run_javascript(
            f"document.activeElement === document.body && document.getElementById('{self.button}')?.focus()"
        )
