"""Roles & Permissions › one role: its grid, ticked and saved, and who has it (SET-10)."""

import asyncio

from nicegui import ui

from components.attempt import attempt, say
from components.confirm import text_field, typed
from components.design import banner, button, heading, main_button, quiet_button
from components.grant_grid import GrantGrid, explain_grants, show_grants
from components.leaving import GUARD
from components.live import on_change
from pages.admin.frame import admin_frame, surroundings
from pages.admin.role_dialogs import LIST, duplicate_role
from portal_app.api.session import StaffViewer
from portal_app.auth import viewer as viewers
from portal_app.errors import NotFound
from portal_app.live import ANYTHING, Change, Topic
from portal_app.services import role_pages, roles
from portal_app.services.role_pages import RolePage
from portal_app.services.roles import LONGEST_NAME, RoleText, change_role
from portal_app.work import acting_as, reading_as

OWN = 'This is your own role: what you take away here ends for you at once.'


def register() -> None:
    """Add the page."""
    ui.page(LIST + '/{role_id}', dark=None)(role)


async def role(viewer: StaffViewer, role_id: str) -> None:
    """One role."""
    around = await asyncio.to_thread(surroundings, viewer, roles.VIEW)
    if not role_id.isdecimal() or len(role_id) > 10:
        raise NotFound
    page = RoleEditor(viewer, int(role_id))
    await page.look()
    with admin_frame(viewer, around, page.found.line.text.name, LIST):
        page.body = ui.element('div')
        page.draw()
    on_change(Topic.ACCESS, page.follow, concerns=lambda change: change.subject in ('', ANYTHING), pause=0.2)


class RoleEditor:
    """One open page: what was ticked, and the role that it began from."""

    body: ui.element
    found: RolePage
    may_add: bool

    def __init__(self, viewer: viewers.StaffViewer, role_id: int) -> None:
        self.viewer, self.role_id = viewer, role_id
        self.saving = asyncio.Lock()
        self.guarded = False

    async def look(self) -> None:
        """Read the role as it is now. Raises NotFound."""

        def read() -> tuple[RolePage, bool]:
            with reading_as(self.viewer) as work:
                return role_pages.role_page(work, self.role_id), role_pages.may_add(work)

        self.found, self.may_add = await asyncio.to_thread(read)

    def draw(self) -> None:
        """Draw everything anew, as it is stored."""
        self.client = ui.context.client
        self.saved = self.found.line.text
        self.editing = not self.found.why_not_change
        self.body.clear()
        with self.body:
            self._head()
            if self.editing:
                self._form()
            else:
                show_grants(self.saved.grants)
            explain_grants()
            with ui.element('section').classes('panel role-people-panel'):
                heading(2, 'Who has this role')
                self.people = ui.element('div')
        self._show_people()

    async def follow(self, _change: Change) -> None:
        """Something changed elsewhere: show it, and touch nothing that was ticked."""
        async with self.saving:
            before = self.found
            try:
                await self.look()
            except NotFound:
                self._show_deleted()
                return
            if self.found == before:
                return
            if not self.editing or self.found.why_not_change:
                self.draw()
                return
            self._show_people()
            newest = self.found.line.text
            if newest == self.saved:
                return
            if self._is_dirty():
                self._announce(newest)
            else:
                self._take(newest)
                say('Somebody else changed this role.')

    def _head(self) -> None:
        line = self.found.line
        ui.link('Roles & Permissions', LIST).classes('back')
        with ui.element('div').classes('title-row'):
            with ui.element('h1'):
                self.title = ui.label(line.text.name)
            ui.label('Built-in' if line.built_in else 'Custom').classes(
                f'badge {"badge-off" if line.built_in else "badge-info"}'
            )
            ui.space()
            if self.may_add:
                button('Duplicate', lambda: duplicate_role(self.viewer, self.found.line), icon='content_copy')
        if self.found.why_not_change:
            banner(self.found.why_not_change, 'lock')
        elif self.found.is_own:
            banner(OWN, 'info')
        self.news = ui.element('div').props('role=status')

    def _form(self) -> None:
        with ui.element('form').on('submit.prevent', self._save):
            self.name = text_field('Name', self.saved.name, longest=LONGEST_NAME).classes('role-field')
            self.name.on_value_change(self._changed)
            self.grid = GrantGrid(self.saved.grants, self.found.within, self._changed)
            with ui.element('div').classes('save-bar'):
                main_button('Save', lambda: None).props('type=submit')
                quiet_button('Cancel', lambda: self._take(self.saved))
                self.state = ui.label().classes('soft').props('role=status')

    def _changed(self) -> None:
        dirty = self._is_dirty()
        self.state.set_text('Not saved yet' if dirty else '')
        if dirty != self.guarded:
            self.guarded = dirty
            self.client.run_javascript(GUARD.format('true' if dirty else 'false'))

    async def _save(self) -> None:
        draft, saved = self._draft(), self.saved

        def verb() -> None:
            nonlocal saved
            with acting_as(self.viewer) as work:
                saved = RoleText.of(
                    change_role(
                        work, self.role_id, name=draft.name, grants=draft.grants, began_from=self.saved
                    )
                )

        async with self.saving:  # news of it is looked at afterwards
            if await attempt(verb, 'Saved. It is in force at once.'):
                with self.client:
                    self._take(saved)

    def _take(self, text: RoleText) -> None:
        """Show this as what is stored."""
        self.saved = text
        self.name.set_value(text.name)
        self.grid.put(text.grants)
        self.title.set_text(text.name)
        self.news.clear()
        self._changed()

    def _announce(self, newest: RoleText) -> None:
        self.news.clear()
        with self.news, ui.element('div').classes('banner news-banner'):
            ui.icon('edit_note').props('aria-hidden=true')
            ui.label('Changed meanwhile by somebody else. What you ticked is still here.')
            quiet_button('Take theirs, drop mine', lambda: self._take(newest))
            quiet_button('Keep mine', lambda: self._keep_mine(newest))

    def _keep_mine(self, newest: RoleText) -> None:
        """Save over what they made of it, having been told."""
        self.saved = newest
        self.news.clear()
        self._changed()

    def _draft(self) -> RoleText:
        return RoleText(typed(self.name), self.grid.held)

    def _is_dirty(self) -> bool:
        draft = self._draft()
        return (draft.name.strip(), draft.grants) != (self.saved.name, self.saved.grants)

    def _show_people(self) -> None:
        found = self.found
        self.people.clear()
        with self.people:
            if not found.line.people:
                ui.label('Nobody.').classes('soft')
            elif found.names is None:
                ui.label(f'{found.line.people} people.' if found.line.people > 1 else '1 person.')
            else:
                with ui.element('ul').classes('role-names'):
                    for name in found.names:
                        with ui.element('li'):
                            ui.label(name)

    def _show_deleted(self) -> None:
        self.client.run_javascript(GUARD.format('false'))
        self.body.clear()
        with self.body:
            ui.link('Roles & Permissions', LIST).classes('back')
            heading(1, self.saved.name)
            banner('This role has been deleted.', 'delete')
