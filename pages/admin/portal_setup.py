"""Setup › Portal Setup: the tabs and fields that customers see, changed live (SET-06, SET-07)."""

import asyncio

from nicegui import ui

from components.attempt import attempt
from components.design import banner, heading, switched
from components.live import on_change
from pages.admin.frame import admin_frame, surroundings
from portal_app.api.session import StaffViewer
from portal_app.auth import viewer as viewers
from portal_app.listings import Listing
from portal_app.live import Change, Topic
from portal_app.services import setup
from portal_app.work import acting_as, reading_as

PATH = '/admin/setup/portal'
Settings = list[tuple[Listing, bool, dict[str, bool]]]
Switches = dict[tuple[str, str], ui.switch | ui.checkbox]


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(portal_setup)


async def portal_setup(viewer: StaffViewer) -> None:
    """One section a portal object."""
    around = await asyncio.to_thread(surroundings, viewer, setup.VIEW)
    settings, changeable = await asyncio.to_thread(_look, viewer)
    with admin_frame(viewer, around, 'Portal Setup', PATH):
        heading(1, 'Customer Portal Setup')
        ui.label('Each change is saved at once, and every open portal page follows.').classes('lead')
        if not changeable:
            banner('Your role lets you look at the setup, not change it.', 'lock')
        with ui.element('section').classes('panel'):
            heading(2, 'Enable the toggle to display the object on Customer Portal')
            switches = _objects(viewer, settings, changeable)

    async def follow(_change: Change) -> None:
        found, may_change = await asyncio.to_thread(_look, viewer)
        for key, value in _values(found).items():
            switches[key].set_value(value)
            switches[key].set_enabled(may_change)

    on_change(Topic.SETUP, follow)


def _look(viewer: viewers.StaffViewer) -> tuple[Settings, bool]:
    with reading_as(viewer) as work:
        return setup.tab_settings(work), setup.may_change(work)


def _values(settings: Settings) -> dict[tuple[str, str], bool]:
    """What each switch shows, by object and field; the object's own has no field."""
    found = {(listing.key, ''): on for listing, on, _ in settings}
    return found | {
        (listing.key, name): shown for listing, _, fields in settings for name, shown in fields.items()
    }


def _objects(viewer: viewers.StaffViewer, settings: Settings, changeable: bool) -> Switches:
    """Draw all of them. Returns the switches, to be set again when somebody else changes one."""
    switches: Switches = {}
    for listing, on, fields in settings:
        with ui.element('div').classes('object').props(f'role=group aria-label="{listing.title}"'):
            with ui.element('div').classes('object-head'):
                ui.icon(listing.icon).classes('soft').props('aria-hidden=true')
                heading(3, listing.title)
                switches[listing.key, ''] = _tab_toggle(viewer, listing, on)
            with ui.element('div').classes('fields'):
                for name, visible in fields.items():
                    switches[listing.key, name] = _field_box(viewer, listing, name, visible)
    for switch in switches.values():
        switch.set_enabled(changeable)
    return switches


def _tab_toggle(viewer: viewers.StaffViewer, listing: Listing, on: bool) -> ui.switch:
    async def change(value: bool) -> None:
        def verb() -> None:
            with acting_as(viewer) as work:
                setup.set_tab(work, listing.key, value)

        if not await attempt(
            verb, f'{listing.title} is now {"shown to" if value else "hidden from"} customers.'
        ):
            toggle.set_value(not value)

    toggle = ui.switch(value=on).props(f'aria-label="Show {listing.title}"')
    toggle.on('update:model-value', lambda event: change(switched(event)))
    return toggle


def _field_box(viewer: viewers.StaffViewer, listing: Listing, name: str, visible: bool) -> ui.checkbox:
    label = listing.by_name[name].label

    async def change(value: bool) -> None:
        def verb() -> None:
            with acting_as(viewer) as work:
                setup.set_field(work, listing.key, name, value)

        if not await attempt(verb, f'{label} is now {"shown" if value else "hidden"} in {listing.title}.'):
            box.set_value(not value)

    box = ui.checkbox(label, value=visible).props('dense')
    box.on('update:model-value', lambda event: change(switched(event)))
    return box
