"""Setup › Organization Structure › Staff Users: who works here, invited and given roles (SET-11)."""

import asyncio
from collections.abc import Sequence

from fastapi import Request
from nicegui import ui

from components.design import main_button
from components.entries import Entry
from pages.admin.records import StaffRecords, staff_page
from pages.admin.staff_actions import invite_dialog, staff_entries
from portal_app.api.session import StaffViewer
from portal_app.live import Topic
from portal_app.services import staff_people, staff_users
from portal_app.services.staff_people import StaffPerson
from portal_app.services.staff_user_list import STAFF_USERS
from portal_app.work import reading_as

PATH = '/admin/setup/staff-users'


def register() -> None:
    """Add the page."""
    ui.page(PATH, dark=None)(list_of_staff)


async def list_of_staff(viewer: StaffViewer, request: Request) -> None:
    """The list."""
    await staff_page(viewer, request, STAFF_USERS, PATH, StaffUsers)


class StaffUsers(StaffRecords):
    """One open page of it."""

    topics = (Topic.ACCESS,)
    has_row_menu = True

    def draw_tools(self) -> None:
        """The export, and somebody more."""
        super().draw_tools()
        if staff_users.ADD.grant in self.around.grants:
            main_button('Invite staff user', self._invite)

    async def row_entries(self, record_id: int) -> Sequence[Entry]:
        """What fits their state, and the role grants."""
        return staff_entries(self.viewer, *await asyncio.to_thread(self._find, record_id))

    async def _invite(self) -> None:
        client = ui.context.client
        roles = await asyncio.to_thread(self._roles)
        with client:
            invite_dialog(self.viewer, roles)

    def _find(self, user_id: int) -> tuple[StaffPerson, dict[int, str]]:
        with reading_as(self.viewer) as work:
            return staff_people.staff_person(work, user_id), staff_people.roles_to_give(work)

    def _roles(self) -> dict[int, str]:
        with reading_as(self.viewer) as work:
            return staff_people.roles_to_give(work)
