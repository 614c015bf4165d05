"""What every admin page has: the bar, and a menu of what the viewer's role lets them see."""

import asyncio
from dataclasses import dataclass

from nicegui import ui

from components import frame
from components.live import on_change
from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.auth.realms import STAFF
from portal_app.auth.viewer import StaffViewer
from portal_app.errors import NotPermitted
from portal_app.live import ANYTHING, Change, Topic
from portal_app.services import setup
from portal_app.services.sign_in import session_subject
from portal_app.work import reading_as

MENU = (('Portal Setup', '/admin/setup/portal', 'tune', Permission(Activity.PORTAL_SETUP, Action.VIEW)),)


@dataclass(frozen=True)
class Surroundings:
    """What the frame of a page shows."""

    organization: str
    colour: str
    grants: frozenset[str]


def surroundings(viewer: StaffViewer, needed: Permission | None = None) -> Surroundings:
    """Look up what the frame shows. Raises NotPermitted without the grant that the page needs."""
    with reading_as(viewer) as work:
        if needed:
            work.require(needed)
        organization = setup.organization(work)
        return Surroundings(organization.name, organization.brand_colour, work.grants)


def admin_frame(
    viewer: StaffViewer, around: Surroundings, title: str, current: str = '', needed: Permission | None = None
) -> ui.element:
    """Draw the frame. Returns where the page's content goes."""
    frame.page_head(around.colour, f'{title} · {around.organization}')
    entries = [
        frame.Link(label, target, icon, target == current)
        for label, target, icon, permission in MENU
        if permission.grant in around.grants
    ]

    async def access_changed(_change: Change) -> None:
        try:
            await asyncio.to_thread(surroundings, viewer, needed)  # raises SignedOut, which closes the page
        except NotPermitted:
            ui.navigate.reload()

    mine = session_subject(STAFF, viewer.session_id)
    on_change(Topic.ACCESS, access_changed, concerns=lambda change: change.subject in (mine, ANYTHING))
    return frame.admin_frame(around.organization, viewer.name, viewer.email, entries, '/admin/logout')
