"""Email Log: every mail with what became of it, and whether mail can be sent at all (MAIL-01, MAIL-02)."""

import asyncio
from typing import Any

from fastapi import Request
from nicegui import ui

from components.design import banner
from components.formats import moment
from components.live import on_change
from pages.admin.records import PAUSE, StaffRecords, staff_page
from portal_app.api.session import StaffViewer
from portal_app.live import Change, Topic
from portal_app.sandbox import MAIL_KEPT
from portal_app.services import email_log as log
from portal_app.services.email_log import Delivery
from portal_app.work import reading_as

PATH = '/admin/email-log'
NOT_CONNECTED = (
    'No mail server is connected, so mail is kept here and not sent. To connect one, set PORTAL_SMTP_HOST, '
    'PORTAL_MAIL_FROM and PORTAL_PUBLIC_URL, and as your server needs them PORTAL_SMTP_PORT, '
    'PORTAL_SMTP_SECURITY, PORTAL_SMTP_USERNAME and PORTAL_SMTP_PASSWORD, in the environment or in the file '
    '.env. Then restart the portal.'
)


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(email_log)


async def email_log(viewer: StaffViewer, request: Request) -> None:
    """The list."""
    await staff_page(viewer, request, log.EMAIL_LOG, PATH, EmailLog)


class EmailLog(StaffRecords):
    """One open page of it."""

    topics = (Topic.MAIL,)
    links = True

    def href(self, row: dict[str, Any]) -> str:
        """The mail's page."""
        return f'{PATH}/{row["id"]}'

    async def build(self) -> None:
        """Draw the state of the mail server above everything else."""
        self.state, self.said = ui.element('div'), ''
        await self._follow_server()
        await super().build()
        on_change(Topic.MAIL, self._follow_server, pause=PAUSE)

    async def _follow_server(self, _change: Change | None = None) -> None:
        words = self._words(await asyncio.to_thread(self._delivery))
        if words != self.said:
            self.said = words
            self.state.clear()
            with self.state:
                if words:
                    banner(words, 'mark_email_unread')

    def _delivery(self) -> Delivery:
        with reading_as(self.viewer) as work:
            return log.delivery(work)

    def _words(self, found: Delivery) -> str:
        if not found.connected:
            return MAIL_KEPT if found.sandbox else NOT_CONNECTED
        if not found.since:
            return ''
        since = moment(found.since, self.viewer.zone, self.viewer.locale)
        return f'Mail waits, since {since}. {found.problem}'
