"""What every page of one billing record is: looked up, drawn, and drawn anew when its account changes."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from nicegui import ui

from components import formats
from components.design import heading, icon_button
from components.entries import Entry, actions_menu, fill_menu
from components.live import on_change
from components.states import BADGES
from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.auth.viewer import StaffViewer
from portal_app.live import ANYTHING, Change, Topic
from portal_app.money import Money
from portal_app.services.invoice_page import Party

SEE_CUSTOMERS = Permission(Activity.CUSTOMERS, Action.VIEW)


class BillingRecord(ABC):
    """One open page."""

    list_title: str
    list_path: str

    def __init__(self, viewer: StaffViewer, grants: frozenset[str]) -> None:
        self.viewer, self.grants = viewer, grants
        self.leaving = False  # for another page: what changes here does not matter any more

    @abstractmethod
    def look(self) -> None:
        """Look it up, in a thread. Raises NotFound."""

    @abstractmethod
    def draw_content(self) -> None:
        """Draw everything below the way back."""

    @property
    @abstractmethod
    def customer_ids(self) -> set[int]:
        """Whose account it is about."""

    def build(self) -> None:
        """Draw it, and follow what changes."""
        self.body = ui.element('div')
        self.draw()
        on_change(
            Topic.BILLING,
            self.follow,
            concerns=lambda change: change.customer_id in self.customer_ids or change.subject == ANYTHING,
            pause=0.2,
        )

    async def follow(self, _change: Change) -> None:
        """Something changed: show it as it is now."""
        if not self.leaving:
            await asyncio.to_thread(self.look)
            self.draw()

    def draw(self) -> None:
        """Draw everything anew."""
        self.body.clear()
        with self.body:
            ui.link(self.list_title, self.list_path).classes('back')
            self.draw_content()

    def go(self, target: str) -> None:
        """Leave for another page."""
        self.leaving = True
        ui.navigate.to(target)

    def head(
        self, title: str, states: Sequence[str], buttons: Callable[[], None], entries: list[Entry]
    ) -> None:
        """The title with its states, the buttons, and the menu with the rest."""
        with ui.element('div').classes('title-row'):
            heading(1, title)
            for state in states:
                ui.label(state).classes(f'badge {BADGES.get(state, "badge-off")}')
            ui.space()
            with ui.element('div').classes('tools'):
                buttons()
                if entries:
                    with icon_button('more_vert', f'Actions for {title}'):
                        fill_menu(actions_menu(), entries, '')

    def money(self, amount: Money) -> str:
        """An amount as the viewer reads it."""
        return formats.money(amount, self.viewer.locale)

    def day(self, when: date | datetime) -> str:
        """A day, of a moment in the viewer's zone."""
        if isinstance(when, datetime):
            when = when.astimezone(self.viewer.zone).date()
        return formats.day(when, self.viewer.locale)

    def fact(self, name: str, value: str) -> None:
        """A name and a value; nothing where there is none."""
        if value:
            with ui.element('dt'):
                ui.label(name)
            with ui.element('dd'):
                ui.label(value).classes('lines')

    def customer_fact(self, name: str, party: Party) -> None:
        """A customer, as a link for who may follow it."""
        with ui.element('dt'):
            ui.label(name)
        with ui.element('dd'):
            said = f'{party.name} ({party.number})'
            if SEE_CUSTOMERS.grant in self.grants:
                ui.link(said, f'/admin/customers/{party.number}')
            else:
                ui.label(said)


def facts() -> Any:
    """A list of names and values."""
    return ui.element('dl').classes('facts')
