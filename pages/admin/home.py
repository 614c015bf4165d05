"""The first admin page: where to go."""

import asyncio

from nicegui import ui

from components.design import heading
from pages.admin.frame import admin_frame, surroundings
from pages.admin.menu import MENU
from portal_app.api.session import StaffViewer


def register() -> None:
    """Add the page."""
    ui.page('/admin', dark=None)(home)


async def home(viewer: StaffViewer) -> None:
    """What the viewer's role lets them do."""
    around = await asyncio.to_thread(surroundings, viewer)
    permitted = [entry for entry in MENU if entry.is_for(around.grants, around.portal_on)]
    with admin_frame(viewer, around, 'Admin'):
        heading(1, f'Welcome, {viewer.name.split()[0]}')
        ui.label(
            'Choose what to work on.'
            if permitted
            else 'Your role does not include any admin page. Ask an Owner if you need one.'
        ).classes('lead')
        for entry in permitted:
            with ui.link(target=entry.target).classes('panel shortcut'):
                ui.icon(entry.icon).props('aria-hidden=true')
                ui.label(entry.label).classes('strong')
