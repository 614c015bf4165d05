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
from portal_app.services import access_requests, setup
from portal_app.services.sign_in import session_subject
from portal_app.work import reading_as

REQUESTS = (
    'Access Requests',
    '/admin/access-requests',
    'how_to_reg',
    Permission(Activity.PORTAL_USERS, Action.LIST),
)
MENU = (
    ('Customer Accounts', '/admin/customers', 'apartment', Permission(Activity.CUSTOMERS, Action.LIST)),
    REQUESTS,
    ('Access Review', '/admin/access-review', 'fact_check', Permission(Activity.PORTAL_USERS, Action.VIEW)),
    ('Email Log', '/admin/email-log', 'mail', Permission(Activity.EMAIL_LOG, Action.VIEW)),
    ('Portal Setup', '/admin/setup/portal', 'tune', Permission(Activity.PORTAL_SETUP, Action.VIEW)),
    ('Manage Templates', '/admin/setup/templates', 'drafts', Permission(Activity.PORTAL_SETUP, Action.VIEW)),
)


@dataclass(frozen=True)
class Surroundings:
    """What the frame of a page shows."""

    organization: str
    colour: str
    grants: frozenset[str]
    requests: int = 0  # for access, that wait for a decision


def surroundings(viewer: StaffViewer, needed: Permission | None = None) -> Surroundings:
    """Look up what the frame shows. Raises NotPermitted without the grant that the page needs."""
    with reading_as(viewer) as work:
        if needed:
            work.require(needed)
        organization = setup.organization(work)
        requests = access_requests.open_requests(work) if REQUESTS[3].grant in work.grants else 0
        return Surroundings(organization.name, organization.brand_colour, work.grants, requests)


def admin_frame(
    viewer: StaffViewer, around: Surroundings, title: str, current: str = '', needed: Permission | None = None
) -> ui.element:
    """Draw the frame. Returns where the page's content goes."""
    frame.page_head(around.colour, f'{title} · {around.organization}')
    entries = [
        frame.Link(label, target, icon, target == current, around.requests if target == REQUESTS[1] else 0)
        for label, target, icon, permission in MENU
        if permission.grant in around.grants
    ]

    async def access_changed(_change: Change) -> None:
        try:
            found = await asyncio.to_thread(surroundings, viewer, needed)  # SignedOut closes the page
        except NotPermitted:
            ui.navigate.reload()
            return
        if REQUESTS[1] in waiting:
            frame.show_waiting(waiting[REQUESTS[1]], found.requests)

    mine = session_subject(STAFF, viewer.session_id)
    content, waiting = frame.admin_frame(
        around.organization, viewer.name, viewer.email, entries, '/admin/logout'
    )
    on_change(
        Topic.ACCESS,
        access_changed,
        concerns=lambda change: change.customer_id is not None or change.subject in (mine, ANYTHING),
        pause=0.2,
    )
    return content
