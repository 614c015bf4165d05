"""Setup › Manage Templates › one template: editor at the left, what becomes of it at the right (SET-08)."""

import asyncio
from collections.abc import Sequence

from nicegui import ui

from components.attempt import attempt, guarded, say
from components.data_choice import DataChoice
from components.design import banner, button, heading, main_button, quiet_button
from components.leaving import GUARD
from components.live import on_change
from components.mail_preview import MailPreview
from components.template_fields import TemplateFields
from pages.admin.frame import admin_frame, surroundings
from pages.admin.template_versions import Looked, TemplateVersions
from portal_app.api.session import StaffViewer
from portal_app.auth import viewer as viewers
from portal_app.live import ANYTHING, Change, Topic
from portal_app.mail.checks import TemplateRefused, problems
from portal_app.mail.templates import Draft
from portal_app.models import EmailTemplateVersion, MailState
from portal_app.sandbox import why_mail_is_kept
from portal_app.services import email_previews, email_templates
from portal_app.work import acting_as, reading_as

LIST = '/admin/setup/templates'
PAUSE = 0.3  # seconds without a key before the preview follows
STALE = 'The preview follows once the problem is mended.'


def register() -> None:
    """Add the page."""
    ui.page(LIST + '/{key}', dark=None)(email_template)


async def email_template(viewer: StaffViewer, key: str) -> None:
    """One template."""
    around = await asyncio.to_thread(surroundings, viewer, email_templates.VIEW)
    kind = email_templates.kind_of(key)
    editor = Editor(viewer, key)
    await editor.look()
    with admin_frame(viewer, around, kind.title, LIST).classes('wide'):
        await editor.build()


class Editor:
    """One open page: what was typed, and the version that it began from."""

    def __init__(self, viewer: viewers.StaffViewer, key: str) -> None:
        self.viewer, self.key, self.kind = viewer, key, email_templates.kind_of(key)
        self.versions: Sequence[EmailTemplateVersion] = ()  # the newest first
        self.changeable = False
        self.saving = asyncio.Lock()
        self.turn = 0
        self.guarded = False

    async def look(self) -> None:
        """Read the versions, and whether the viewer may change them."""
        self.versions, self.changeable = await asyncio.to_thread(self._read)

    async def build(self) -> None:
        """Draw everything, with the newest version in the fields."""
        self.client = ui.context.client
        self.began_from, self.saved = self.versions[0].number, Draft.of(self.versions[0])
        self._head()
        with ui.element('div').classes('template-editor'):
            with ui.element('section').classes('panel').props('aria-label="Template"'):
                self.fields = TemplateFields(self.kind, self.saved, self.changeable, self._typed)
                if self.changeable:
                    self._buttons()
            with ui.element('section').classes('panel').props('aria-label="Preview"'):
                self.preview = MailPreview(self._data_choice)
        with ui.element('section').classes('panel'):
            self.earlier = TemplateVersions(
                self.viewer, self.kind, self._preview_of, self._take_newest if self.changeable else None
            )
        self._show_versions()
        first = await self._customers('')
        if first:
            self.data.show(*next(iter(first.items())))
        await self._refresh()
        mine = (self.key, ANYTHING)
        on_change(Topic.TEMPLATES, self._follow, concerns=lambda change: change.subject in mine)

    def _head(self) -> None:
        ui.link('Manage Templates', LIST).classes('back')
        with ui.element('div').classes('title-row'):
            heading(1, self.kind.title)
            self.state = ui.label()
            self.off = ui.label('Disabled').classes('badge badge-wait')
        ui.label(self.kind.sent).classes('lead')
        if not self.changeable:
            banner('Your role lets you look at the templates, not change them.', 'lock')
        self.news = ui.element('div').props('role=status')

    def _buttons(self) -> None:
        with ui.element('div').classes('template-buttons'):
            main_button('Save', self._save)
            button('Send test email to me', self._send_test)
            ui.space()
            quiet_button('Restore default', lambda: self.earlier.restore_default())

    def _data_choice(self) -> None:
        self.data = DataChoice('Data', 'Examples', self._customers, self._refresh)

    async def _customers(self, search: str) -> dict[int, str]:
        def find() -> dict[int, str]:
            with reading_as(self.viewer) as work:
                return email_previews.customers(work, search)

        return await guarded(asyncio.to_thread(find)) or {}

    async def _typed(self) -> None:
        self.turn += 1
        turn = self.turn
        self._guard()
        await asyncio.sleep(PAUSE)
        if turn == self.turn:
            await self._refresh()

    async def _refresh(self) -> None:
        """Let the preview and the problems follow what is in the fields."""
        self.turn += 1
        turn = self.turn
        if self.client.is_deleted:  # closed while it waited
            return
        with self.client:  # what was clicked may be gone by now
            found = await self._preview_of(self.fields.draft())
        if found is None or turn != self.turn:  # there is a newer text by now
            return
        preview, wrong = found
        self.fields.show(wrong)
        if preview:
            self.preview.show(preview.to, preview.rendered)
        else:
            self.preview.stale(STALE)

    async def _save(self) -> None:
        draft, number = self.fields.draft(), 0

        def verb() -> None:
            nonlocal number
            with acting_as(self.viewer) as work:
                number = email_templates.save(work, self.key, draft, self.began_from).number

        async with self.saving:  # news of it is looked at afterwards
            if await attempt(verb, 'Saved. Every mail from now on is written this way.'):
                self.began_from, self.saved = number, email_templates.tidy(draft)
                self.news.clear()
                self._guard()
        await self._refresh()

    async def _send_test(self) -> None:
        draft, state = self.fields.draft(), MailState.QUEUED

        def verb() -> None:
            nonlocal state
            with acting_as(self.viewer) as work:
                state = email_previews.send_test(work, self.key, draft, self.data.chosen).state

        if not await attempt(verb):
            await self._refresh()
            return
        with self.client:
            say(
                f'{why_mail_is_kept()}: the test is in the Email Log.'
                if state == MailState.KEPT
                else f'A test is on its way to {self.viewer.email}.'
            )

    async def _follow(self, _change: Change) -> None:
        """There is a new version: take it over where nothing was typed, else say so and touch nothing."""
        async with self.saving:
            await self.look()
            newest = self.versions[0]
            self._show_versions()
            if newest.number <= self.began_from:
                return
            if newest.number == self.earlier.restored:
                await self._take_newest()
            elif not self._is_dirty():
                await self._take_newest()
                say(f'{newest.author or "Somebody"} changed this template: version {newest.number}.')
            else:
                self._announce(newest)

    def _announce(self, newest: EmailTemplateVersion) -> None:
        self.news.clear()
        with self.news, ui.element('div').classes('banner news-banner'):
            ui.icon('edit_note').props('aria-hidden=true')
            ui.label(
                f'{newest.author or "Somebody"} saved version {newest.number} while you were typing. '
                'What you typed is still here.'
            )
            quiet_button('Look at it', lambda: self.earlier.view(newest))
            quiet_button('Take it, drop mine', self._take_newest)
            quiet_button('Keep mine', lambda: self._keep_mine(newest.number))

    async def _take_newest(self) -> None:
        await self.look()
        self.began_from, self.saved = self.versions[0].number, Draft.of(self.versions[0])
        self.fields.put(self.saved)
        self.news.clear()
        self._show_versions()
        await self._refresh()

    def _keep_mine(self, number: int) -> None:
        self.began_from = number
        self.news.clear()

    def _show_versions(self) -> None:
        newest = self.versions[0]
        self.state.set_text('Default' if newest.shipped else 'Changed')
        self.state.classes(replace=f'badge {"badge-off" if newest.shipped else "badge-info"}')
        self.off.set_visibility(not newest.enabled)
        self.earlier.show(self.versions)

    def _is_dirty(self) -> bool:
        return email_templates.tidy(self.fields.draft()) != self.saved

    def _guard(self) -> None:
        """Let the browser ask before it drops what was typed."""
        dirty = self.changeable and self._is_dirty()
        if dirty != self.guarded:
            self.guarded = dirty
            self.client.run_javascript(GUARD.format('true' if dirty else 'false'))

    def _read(self) -> tuple[Sequence[EmailTemplateVersion], bool]:
        with reading_as(self.viewer) as work:
            return email_templates.versions(work, self.key), email_templates.may_change(work)

    async def _preview_of(self, draft: Draft) -> Looked | None:
        def look() -> Looked:
            wrong = problems(self.kind, email_templates.tidy(draft))
            try:
                with reading_as(self.viewer) as work:
                    return email_previews.preview(work, self.key, draft, customer), wrong
            except TemplateRefused:
                return None, wrong

        customer = self.data.chosen
        return await guarded(asyncio.to_thread(look))
