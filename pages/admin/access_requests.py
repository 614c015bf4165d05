"""Access Requests: who asks to be let in, approved or declined by staff (ACC-14)."""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from nicegui import ui

from components.confirm import confirm
from components.entries import Entry
from pages.admin.records import StaffRecords, staff_page
from portal_app.api.session import StaffViewer
from portal_app.auth.permissions import GIVE_ACCESS
from portal_app.live import Topic
from portal_app.models import RequestState
from portal_app.services import access_requests
from portal_app.services.access_queue import ACCESS_REQUESTS
from portal_app.work import acting_as

PATH = '/admin/access-requests'


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(requests)


async def requests(viewer: StaffViewer, request: Request) -> None:
    """The queue."""
    await staff_page(viewer, request, ACCESS_REQUESTS, PATH, AccessRequests)


class AccessRequests(StaffRecords):
    """One open page of it."""

    topics = (Topic.ACCESS,)
    has_row_menu = True

    async def row_entries(self, record_id: int) -> Sequence[Entry]:
        """Approve and Decline, while the request is open."""
        found = await asyncio.to_thread(self.look_at, record_id)
        if found['state'] != RequestState.OPEN or GIVE_ACCESS.grant not in self.around.grants:
            return ()
        return (
            Entry('Approve', lambda: self._approve(found), 'check'),
            Entry('Decline', lambda: self._decline(found), 'close'),
        )

    def _approve(self, found: dict[str, Any]) -> None:
        def verb() -> None:
            with acting_as(self.viewer) as work:
                access_requests.approve(work, found['id'])

        confirm(
            'Approve the request',
            f'{found["contact"]} ({found["email"]}) is let in, or invited, and gets a mail that says so.',
            'APPROVE',
            verb,
            f"The request of '{found['contact']}' has been approved.",
        )

    def _decline(self, found: dict[str, Any]) -> None:
        def verb() -> None:
            with acting_as(self.viewer) as work:
                access_requests.decline(work, found['id'])

        confirm(
            'Decline the request',
            f'{found["contact"]} ({found["email"]}) hears nothing, and may ask again.',
            'DECLINE',
            verb,
            f"The request of '{found['contact']}' has been declined.",
        )
