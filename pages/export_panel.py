"""Exporting what the table shows: formats, progress, cancel, and the manifest of what came out (POR-04)."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from nicegui import ui

from components.attempt import attempt
from components.design import button, heading, icon_button
from components.formats import number
from components.live import on_change
from portal_app.auth.viewer import PortalViewer, StaffViewer
from portal_app.live import Change, Topic
from portal_app.models import ExportState
from portal_app.services import exports
from portal_app.work import acting_as, reading_as

ENDS = {
    ExportState.FINISHED: 'The export is complete',
    ExportState.CANCELLED: 'The export was cancelled',
    ExportState.STOPPED: 'The export was stopped: your access or what it shows has changed',
    ExportState.FAILED: 'The export failed. Please try again; if it stays, contact support',
}


@dataclass(frozen=True)
class Exporting:
    """Whose exports they are, and where: `path` is the table's page, `home` that of the manifests."""

    viewer: PortalViewer | StaffViewer
    path: str
    home: str


def export_button(
    where: Exporting, parameters: Callable[[], list[tuple[str, str]]], expected: Callable[[], int | None]
) -> None:
    """The button with a menu of formats. `expected` is how many rows there will be, where that is known."""
    with button('Export', icon='download'), ui.menu():
        for format, (label, _) in exports.FORMATS.items():
            ui.menu_item(label, lambda ending=format: _start(where, ending, parameters(), expected())).props(
                'role=menuitem'
            )


def _start(where: Exporting, format: str, parameters: list[tuple[str, str]], expected: int | None) -> None:
    ticket = secrets.token_urlsafe(24)
    ExportPanel(where, ticket, expected)
    ui.download.from_url(f'{where.path}/export.{format}?{urlencode([*parameters, ("ticket", ticket)])}')


class ExportPanel:
    """Follows one export from its first row to its manifest."""

    def __init__(self, where: Exporting, ticket: str, expected: int | None) -> None:
        self.viewer, self.home = where.viewer, where.home
        self.ticket, self.expected = ticket, expected
        self.ended = False
        with (
            ui.dialog(value=True).props('persistent position=bottom seamless') as self.dialog,
            ui.card().classes('export-panel').props('role=status'),
        ):
            with ui.element('div').classes('panel-head'):
                heading(2, 'Export')
                self.close = icon_button('close', 'Close', self.dialog.close)
            self.text = ui.label('Starting …')
            self.bar = ui.linear_progress(show_value=False).props('indeterminate rounded aria-label=Progress')
            self.manifest = ui.element('dl').classes('manifest')
            self.more = ui.element('div')
            self.cancel = button('Cancel export', self._cancel)
        self.dialog.on('hide', self.dialog.delete)
        on_change(Topic.EXPORT, self._heard, concerns=lambda change: change.subject.startswith(ticket + ' '))

    async def _heard(self, change: Change) -> None:
        said = change.subject.removeprefix(self.ticket + ' ')
        if said.isdecimal():
            if not self.ended:  # progress may be told late
                self._show_progress(int(said))
            return
        self.ended = True
        self.bar.set_visibility(False)
        self.cancel.set_visibility(False)
        self.text.set_text(ENDS[ExportState(said)] + '.')
        self.dialog.props(remove='persistent')
        if said == ExportState.FINISHED:
            await self._show_manifest()

    def _show_progress(self, rows: int) -> None:
        locale = self.viewer.locale
        if self.expected:
            self.text.set_text(f'{number(rows, locale)} of {number(self.expected, locale)} rows …')
            self.bar.props(remove='indeterminate').set_value(min(1, rows / self.expected))
        else:
            self.text.set_text(f'{number(rows, locale)} rows so far …')

    async def _cancel(self) -> None:
        def cancel() -> None:
            with acting_as(self.viewer) as work:
                exports.cancel(work, self.ticket)

        if not await attempt(cancel):
            self.dialog.close()

    async def _show_manifest(self) -> None:
        def look() -> dict[str, object]:
            with reading_as(self.viewer) as work:
                return exports.manifest(work, self.ticket)

        found = await asyncio.to_thread(look)
        if not found['rows']:
            self.text.set_text('No row matched the filters; the file holds the header only.')
        with self.manifest:
            for label, key in (
                ('File', 'file_name'),
                ('Rows', 'rows'),
                ('Time zone', 'time_zone'),
                ('SHA-256', 'sha256'),
            ):
                value = found[key]
                with ui.element('dt'):
                    ui.label(label)
                with ui.element('dd'):
                    ui.label(number(value, self.viewer.locale) if isinstance(value, int) else str(value))
        with self.more:
            ui.link('Manifest', f'{self.home}/exports/{self.ticket}', new_tab=True)
