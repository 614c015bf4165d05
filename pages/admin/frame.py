"""What every admin page has: the bar, and a menu of what the viewer's role lets them see."""

import asyncio
from dataclasses import dataclass

from nicegui import ui

from components import frame
from components.leaving import load_anew
from components.live import on_change
from pages.admin.menu import MENU, REQUESTS
from portal_app.auth.permissions import Permission
from portal_app.auth.realms import STAFF
from portal_app.auth.viewer import StaffViewer
from portal_app.branding import Brand
from portal_app.hosts import is_staff_host, public_url
from portal_app.live import ANYTHING, Change, Topic
from portal_app.services import access_requests
from portal_app.services.access_queue import SEE_REQUESTS
from portal_app.services.organization import brand, organization
from portal_app.services.sign_in import session_subject
from portal_app.work import reading_as


@dataclass(frozen=True)
class Surroundings:
    """What the frame of a page shows."""

    brand: Brand
    grants: frozenset[str]
    portal_on: bool
    requests: int = 0  # for access, that wait for a decision


def surroundings(viewer: StaffViewer, *needed: Permission) -> Surroundings:
    """Look up what the frame shows. Raises NotPermitted without the grants that the page needs."""
    with reading_as(viewer) as work:
        work.require(*needed)
        on = organization(work).portal_enabled
        requests = access_requests.open_requests(work) if work.may(SEE_REQUESTS) else 0
        return Surroundings(brand(work), work.grants, on, requests)


def admin_frame(viewer: StaffViewer, around: Surroundings, title: str, current: str = '') -> ui.element:
    """Draw the frame. Returns where the page's content goes."""
    frame.page_head(around.brand, title)
    content, parts = frame.admin_frame(around.brand, viewer.name, viewer.email, '/admin/logout')
    parts.show_entries(_entries(around, current))
    following = Following(viewer, around, parts, current)
    mine = session_subject(STAFF, viewer.session_id)
    on_change(Topic.SETUP, following.changed)
    on_change(
        Topic.ACCESS,
        following.changed,
        concerns=lambda change: change.customer_id is not None or change.subject in (mine, ANYTHING),
        pause=0.2,
    )
    return content


def _entries(around: Surroundings, current: str) -> list[frame.Link]:
    return [
        frame.Link(
            entry.label,
            entry.target,
            entry.icon,
            entry.target == current,
            around.requests if entry.target == REQUESTS else 0,
            entry.section,
        )
        for entry in MENU
        if entry.is_for(around.grants, around.portal_on)
    ]


class Following:
    """How one open admin page follows what changes elsewhere."""

    def __init__(
        self, viewer: StaffViewer, around: Surroundings, parts: frame.AdminParts, current: str
    ) -> None:
        self.viewer, self.around, self.parts, self.current = viewer, around, parts, current

    async def changed(self, _change: Change) -> None:
        """Draw bar and menu anew. A page whose viewer has other grants now is loaded anew (SET-10)."""
        if not await asyncio.to_thread(is_staff_host, ui.context.client.request.headers.get('host', '')):
            ui.navigate.to(await asyncio.to_thread(public_url) + STAFF.path)  # they have moved (SET-02)
            return
        found = await asyncio.to_thread(surroundings, self.viewer)  # SignedOut closes the page
        before, self.around = self.around, found
        if found.grants != before.grants or self._is_gone(found):
            load_anew()
            return
        if found.brand != before.brand:
            self.parts.wear(found.brand)
        if (found.portal_on, found.requests) != (before.portal_on, before.requests):
            self.parts.show_entries(_entries(found, self.current))

    def _is_gone(self, found: Surroundings) -> bool:
        entry = next((entry for entry in MENU if entry.target == self.current), None)
        return entry is not None and not entry.is_for(found.grants, found.portal_on)
