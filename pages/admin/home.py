"""The first admin page: where to go."""

import asyncio

from nicegui import ui

from components.design import heading
from pages.admin.frame import MENU, admin_frame, surroundings
from portal_app.api.session import StaffViewer


def register() -> None:
    """Add the page."""
    ui.page('/admin', dark=None)(home)


async def home(viewer: StaffViewer) -> None:
    """What the viewer's role lets them do."""
    around = await asyncio.to_thread(surroundings, viewer)
    permitted = [entry for entry in MENU if entry[3].grant in around.grants]
    with admin_frame(viewer, around, 'Admin'):
        heading(1, f'Welcome, {viewer.name.split()[0]}')
        ui.label(
            'Choose what to work on.'
            if permitted
            else 'Your role does not include any admin page. Ask an Owner if you need one.'
        ).classes('lead')
        for label, target, icon, _ in permitted:
            with ui.link(target=target).classes('panel shortcut'):
                ui.icon(icon)
                ui.label(label).classes('strong')
