"""Portal Setup › Tabs and Fields: what customers see, changed live (SET-06, SET-07)."""

from nicegui import ui

from components.design import heading, switched
from components.section import Section, Verb
from pages.admin.setup_state import Editor, SetupState
from portal_app.listings import Listing
from portal_app.services import setup

TABS = 'Enable the toggle to display the object on Customer Portal'
FIELDS = 'A field that is not checked is nowhere: not in tables, filters, details or exports.'


class TabsSection:
    """One toggle for each portal object."""

    def __init__(self, editor: Editor, state: SetupState) -> None:
        self.editor = editor
        with Section('Tabs', TABS) as self.section, ui.element('div').classes('tab-toggles'):
            self.toggles = {listing.key: self._toggle(listing, on) for listing, on, _ in state.tabs}
        self.show(state)

    def show(self, state: SetupState) -> None:
        """Show what is stored."""
        for listing, on, _ in state.tabs:
            self.toggles[listing.key].set_value(on)
            self.toggles[listing.key].set_enabled(state.changeable)

    def _toggle(self, listing: Listing, on: bool) -> ui.switch:
        async def change(value: bool) -> None:
            def to(wanted: bool) -> Verb:
                return self.editor.verb(lambda work: setup.set_tab(work, listing.key, wanted))

            done = f'{listing.title} is now {"shown to" if value else "hidden from"} customers.'
            if not await self.section.save(to(value), done, to(not value)):
                toggle.set_value(not value)

        with ui.element('div').classes('tab-toggle'):
            ui.icon(listing.icon).classes('soft').props('aria-hidden=true')
            ui.label(listing.title)
            ui.space()
            toggle = ui.switch(value=on).props(f'aria-label="Show {listing.title}"')
        toggle.on('update:model-value', lambda event: change(switched(event)))
        return toggle


class FieldsSection:
    """One group of boxes for each portal object."""

    def __init__(self, editor: Editor, state: SetupState) -> None:
        self.editor = editor
        self.boxes: dict[tuple[str, str], ui.checkbox] = {}
        with Section('Fields', FIELDS) as self.section:
            for listing, _, fields in state.tabs:
                with ui.element('div').classes('object').props(f'role=group aria-label="{listing.title}"'):
                    heading(3, listing.title)
                    with ui.element('div').classes('fields'):
                        for name, visible in fields.items():
                            self.boxes[listing.key, name] = self._box(listing, name, visible)
        self.show(state)

    def show(self, state: SetupState) -> None:
        """Show what is stored."""
        for listing, _, fields in state.tabs:
            for name, visible in fields.items():
                self.boxes[listing.key, name].set_value(visible)
                self.boxes[listing.key, name].set_enabled(state.changeable)

    def _box(self, listing: Listing, name: str, visible: bool) -> ui.checkbox:
        label = listing.by_name[name].label

        async def change(value: bool) -> None:
            def to(wanted: bool) -> Verb:
                return self.editor.verb(lambda work: setup.set_field(work, listing.key, name, wanted))

            done = f'{label} is now {"shown" if value else "hidden"} in {listing.title}.'
            if not await self.section.save(to(value), done, to(not value)):
                box.set_value(not value)

        box = ui.checkbox(label, value=visible).props('dense')
        box.on('update:model-value', lambda event: change(switched(event)))
        return box
