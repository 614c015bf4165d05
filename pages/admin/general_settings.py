"""Setup › General Settings: the toggle "Customer Billing Portal", and the sample data (SET-01, SET-12)."""

import asyncio
from dataclasses import dataclass

from nicegui import ui

from components.confirm import confirm
from components.design import banner, button, heading, switched
from components.live import on_change
from components.section import Section, Verb
from pages.admin.frame import admin_frame, surroundings
from portal_app.api.session import StaffViewer
from portal_app.auth import viewer as viewers
from portal_app.live import Change, Topic
from portal_app.services import general_settings, sample_data
from portal_app.work import acting_as, reading_as

PATH = '/admin/setup/general'
ON = 'Customers can sign in, and Portal Setup is in the menu.'
NOT_SERVED = 'Portal Setup is in the menu.'
OFF = 'Customers read that the portal is not available. Portal Setup is not in the menu.'
CLOSES = (
    'Every open portal page closes at once, and customers cannot sign in. Nobody’s access is changed: '
    'switched on again, the portal is as it was.'
)
GOES = (
    'Customers, contacts, usage events, invitations and mails of the sample data are deleted, with all that '
    'was added to them. This cannot be undone. Your own customers stay.'
)


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(general)


async def general(viewer: StaffViewer) -> None:
    """The settings that are not about how the portal looks."""
    around = await asyncio.to_thread(surroundings, viewer, *general_settings.VIEW)
    found = await asyncio.to_thread(_look, viewer)
    with admin_frame(viewer, around, 'General Settings', PATH):
        heading(1, 'General Settings')
        ui.label('What this installation does for your customers.').classes('lead')
        if not found.changeable:
            banner('Your role lets you look at the settings, not change them.', 'lock')
        parts = (PortalToggle(viewer, found), SampleData(viewer, found))

    async def follow(_change: Change) -> None:
        newest = await asyncio.to_thread(_look, viewer)
        for part in parts:
            part.show(newest)

    on_change(Topic.SETUP, follow)


@dataclass(frozen=True)
class Found:
    """How it is."""

    portal_on: bool
    sample_data: bool  # whether it is there
    changeable: bool  # by the viewer


def _look(viewer: viewers.StaffViewer) -> Found:
    with reading_as(viewer) as work:
        on = general_settings.portal_is_on(work)
        return Found(on, sample_data.is_there(work), work.may(*general_settings.CHANGE))


class PortalToggle:
    """The toggle. Off ends every open portal page, so that is asked first."""

    def __init__(self, viewer: viewers.StaffViewer, found: Found) -> None:
        self.viewer = viewer
        with Section('Portal Settings') as self.section:
            self.toggle = ui.switch('Customer Billing Portal', value=found.portal_on).classes('strong')
            self.toggle.on('update:model-value', lambda event: self._change(switched(event)))
            self.words = ui.label().classes('soft')
            self.problem = general_settings.not_served()
            if self.problem:
                banner(self.problem, 'science')
        self.show(found)

    def show(self, found: Found) -> None:
        """Show how it is."""
        self.toggle.set_value(found.portal_on)
        self.toggle.set_enabled(found.changeable)
        on = NOT_SERVED if self.problem else ON
        self.words.set_text(on if found.portal_on else OFF)

    async def _change(self, on: bool) -> None:
        if not on:
            self.toggle.set_value(True)  # until it is so
            confirm(
                'Switch the Customer Billing Portal off',
                CLOSES,
                'SWITCH OFF',
                self._verb(False),
                'The Customer Billing Portal is switched off.',
            )
        elif not await self.section.save(self._verb(True), 'The Customer Billing Portal is switched on.'):
            self.toggle.set_value(False)

    def _verb(self, on: bool) -> Verb:
        def verb() -> None:
            with acting_as(self.viewer) as work:
                general_settings.set_portal(work, on)

        return verb


class SampleData:
    """The way to be rid of what the first run filled in; nothing where there is none."""

    def __init__(self, viewer: viewers.StaffViewer, found: Found) -> None:
        self.viewer = viewer
        with Section(
            'Sample data', 'Invented customers to try the portal with, from the first run.'
        ) as self.section:
            self.button = button('Remove sample data', self._remove, icon='delete')
        self.show(found)

    def show(self, found: Found) -> None:
        """Show how it is."""
        self.section.place.set_visibility(found.sample_data)
        self.button.set_enabled(found.changeable)

    def _remove(self) -> None:
        def verb() -> None:
            with acting_as(self.viewer) as work:
                sample_data.remove(work)

        async def after() -> None:
            self.show(await asyncio.to_thread(_look, self.viewer))

        confirm('Remove sample data', GOES, 'REMOVE', verb, 'The sample data was removed.', after=after)
