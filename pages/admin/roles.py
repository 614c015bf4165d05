"""Setup › Organization Structure › Roles & Permissions: the roles, and how many people have each (SET-10)."""

import asyncio
from functools import partial

from nicegui import ui

from components.design import heading, icon_button, main_button
from components.entries import Entry, actions_menu, fill_menu
from components.grant_grid import in_short
from components.live import on_change
from pages.admin.frame import admin_frame, surroundings
from pages.admin.role_dialogs import LIST, ask_to_delete, duplicate_role, new_role
from portal_app.api.session import StaffViewer
from portal_app.auth import viewer as viewers
from portal_app.live import ANYTHING, Change, Topic
from portal_app.services import role_pages, roles
from portal_app.services.role_pages import RoleLine
from portal_app.work import reading_as


def register() -> None:
    """Add the page."""
    ui.page(LIST, dark=None)(list_of_roles)


async def list_of_roles(viewer: StaffViewer) -> None:
    """One row a role."""
    around = await asyncio.to_thread(surroundings, viewer, roles.LIST)
    page = Roles(viewer)
    await page.look()
    with admin_frame(viewer, around, 'Roles & Permissions', LIST):
        page.body = ui.element('div')
        page.draw()
    on_change(Topic.ACCESS, page.follow, concerns=lambda change: change.subject in ('', ANYTHING), pause=0.2)


class Roles:
    """One open page of the list."""

    body: ui.element

    def __init__(self, viewer: viewers.StaffViewer) -> None:
        self.viewer = viewer
        self.lines: list[RoleLine] = []
        self.may_add = self.may_view = False

    async def look(self) -> None:
        """Read the roles as they are now."""

        def read() -> tuple[list[RoleLine], bool, bool]:
            with reading_as(self.viewer) as work:
                return role_pages.list_roles(work), role_pages.may_add(work), work.may(roles.VIEW)

        self.lines, self.may_add, self.may_view = await asyncio.to_thread(read)

    async def follow(self, _change: Change) -> None:
        """A role, or who has it, changed somewhere: show that."""
        before = self.lines
        await self.look()
        if self.lines != before:
            self.draw()

    def draw(self) -> None:
        """Draw everything anew."""
        self.body.clear()
        with self.body:
            with ui.element('div').classes('title-row'):
                heading(1, 'Roles & Permissions')
                ui.space()
                if self.may_add:
                    main_button('New role', lambda: new_role(self.viewer, self.lines))
            ui.label(
                'A role says what its people may do on these pages. A change is in force at once, also in '
                'pages that are open.'
            ).classes('lead')
            with ui.element('ul').classes('panel role-list'):
                for line in self.lines:
                    with ui.element('li'):
                        self._row(line)

    def _row(self, line: RoleLine) -> None:
        with ui.element('div').classes('role-what'):
            with ui.element('div').classes('role-name'):
                if self.may_view:
                    ui.link(line.text.name, f'{LIST}/{line.id}').classes('strong')
                else:
                    ui.label(line.text.name).classes('strong')
                ui.label('Built-in' if line.built_in else 'Custom').classes(
                    f'badge {"badge-off" if line.built_in else "badge-info"}'
                )
            ui.label(in_short(line.text.grants)).classes('soft small')
        ui.label(people(line)).classes('role-people')
        entries = self._entries(line)
        if entries:
            with icon_button('more_vert', f'Actions for {line.text.name}'):
                fill_menu(actions_menu(), entries, '')

    def _entries(self, line: RoleLine) -> list[Entry]:
        entries = []
        if self.may_view:
            entries.append(Entry('Open', lambda: ui.navigate.to(f'{LIST}/{line.id}'), 'admin_panel_settings'))
        if self.may_add:
            entries.append(Entry('Duplicate', partial(duplicate_role, self.viewer, line), 'content_copy'))
        if line.may_delete:
            entries.append(Entry('Delete', partial(ask_to_delete, self.viewer, line), 'delete'))
        return entries


def people(line: RoleLine) -> str:
    """How many have a role, in words."""
    if not line.people:
        return 'Nobody'
    text = '1 person' if line.people == 1 else f'{line.people} people'
    return text if line.active == line.people else f'{text}, {line.active} active'
