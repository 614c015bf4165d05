"""Versions of an email template: looking at one, and putting it or the default in force again (SET-08)."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from components.confirm import confirm
from components.design import heading, quiet_button
from components.formats import moment
from components.history import Past, draw_history
from components.mail_preview import MailPreview
from portal_app.auth.viewer import StaffViewer
from portal_app.mail.checks import Problem
from portal_app.mail.template_kinds import TemplateKind
from portal_app.mail.templates import Draft
from portal_app.models import EmailTemplateVersion
from portal_app.services import email_templates
from portal_app.services.email_previews import Preview
from portal_app.work import acting_as

Looked = tuple[Preview | None, tuple[Problem, ...]]  # the preview of a draft where nothing is wrong with it


class TemplateVersions:
    """The list. `on_restored` follows a restore; without it, versions can only be looked at."""

    def __init__(
        self,
        viewer: StaffViewer,
        kind: TemplateKind,
        preview_of: Callable[[Draft], Awaitable[Looked | None]],
        on_restored: Callable[[], Awaitable[None]] | None,
    ) -> None:
        self.viewer, self.kind, self.preview_of, self.on_restored = viewer, kind, preview_of, on_restored
        self.shown = 0  # how many versions
        self.restored = 0  # the version that this page put in force again
        heading(2, 'Versions')
        self.list = ui.element('div')

    def show(self, versions: Sequence[EmailTemplateVersion]) -> None:
        """Show these, the newest first. The list stays as it is where there is nothing new to show."""
        if len(versions) == self.shown:
            return
        self.shown = len(versions)
        by_number = {version.number: version for version in versions}
        zone, locale = self.viewer.zone, self.viewer.locale
        self.list.clear()
        with self.list:
            draw_history(
                [
                    Past(v.number, v.author or 'As shipped', moment(v.created_at, zone, locale), v.shipped)
                    for v in versions
                ],
                lambda number: self.view(by_number[number]),
                self._restore if self.on_restored else None,
            )

    async def view(self, version: EmailTemplateVersion) -> None:
        """Open a dialog with the mail as this version makes it."""
        client = ui.context.client
        found = await self.preview_of(Draft.of(version))
        if found is None:
            return
        preview, wrong = found
        title = f'Version {version.number}'
        with (
            client,
            ui.dialog(value=True).props(f'aria-label="{title}"') as dialog,
            ui.card().classes('past'),
        ):
            with ui.element('div').classes('title-row'):
                heading(2, title)
                ui.space()
                quiet_button('Close', dialog.close)
            shown = MailPreview()
            if preview:
                shown.show(preview.to, preview.rendered)
            else:
                shown.stale('\n'.join(map(str, wrong)))
        dialog.on('hide', dialog.delete)

    def restore_default(self) -> None:
        """Ask, and put the product's own text in force."""

        def verb() -> None:
            with acting_as(self.viewer) as work:
                self.restored = email_templates.restore_default(work, self.kind.key).number

        confirm(
            'Restore default',
            f'“{self.kind.title}” goes back to the text that the product brings. '
            'Saved versions stay in the list; what was typed here and not saved is dropped.',
            'Restore default',
            verb,
            'The default is in force again.',
            after=self.on_restored,
        )

    def _restore(self, number: int) -> None:
        def verb() -> None:
            with acting_as(self.viewer) as work:
                self.restored = email_templates.restore_version(work, self.kind.key, number).number

        confirm(
            f'Restore version {number}',
            f'The text of version {number} comes into force again, as a new version.',
            'Restore',
            verb,
            f'Version {number} is in force again.',
            after=self.on_restored,
        )
