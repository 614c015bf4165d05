"""What every portal page has: header, tabs, and how an open page follows what changes elsewhere."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from nicegui import ui

from components import frame
from components.design import banner
from components.leaving import leave
from components.live import on_change
from components.viewing import viewing_bar, viewing_words
from portal_app.auth.realms import PORTAL, STAFF
from portal_app.auth.viewer import Company, ContactView, PortalViewer
from portal_app.branding import Brand
from portal_app.errors import ViewEnded
from portal_app.hosts import is_portal_host, public_url
from portal_app.listings import Listing
from portal_app.live import ANYTHING, Change, Topic
from portal_app.models.base import now
from portal_app.services import access, contact_tabs, payment_methods, setup
from portal_app.services.organization import brand
from portal_app.services.sign_in import session_subject
from portal_app.services.view_as import view_subject
from portal_app.work import reading_as

STOP_VIEWING = '/portal/stop-viewing'


@dataclass(frozen=True)
class Surroundings:
    """What the frame of a page shows."""

    brand: Brand
    companies: Sequence[Company]
    tabs: Sequence[Listing]
    hidden: frozenset[str]  # tabs that are not for this viewer, whether they are on or not
    family: frozenset[int]
    keeps_methods: bool = False  # whether the viewer has a page of payment methods (POR-08)


class Follower(Protocol):
    """What a page does when something changed elsewhere."""

    async def setup_changed(self, tabs: Sequence[Listing]) -> None:
        """Staff changed tabs or fields; these are shown now."""

    async def access_changed(self) -> None:
        """Whose records it may show has changed. Raises SignedOut, or leaves, where that is none."""


def surroundings(viewer: PortalViewer) -> Surroundings:
    """Look up what the frame shows. Raises SignedOut."""
    with reading_as(viewer) as work:
        return Surroundings(
            brand(work),
            access.companies(work),
            setup.portal_tabs(work),
            contact_tabs.hidden_tabs(work),
            access.family_of(work),
            payment_methods.are_kept(work),
        )


def home_address(viewer: PortalViewer) -> str:
    """Where the viewer's company begins."""
    return f'/portal/{viewer.company.number}'


def address(viewer: PortalViewer, key: str = '') -> str:
    """The address of a tab."""
    return f'{home_address(viewer)}/{key}' if key else home_address(viewer)


def record_address(viewer: PortalViewer, key: str, record_id: int) -> str:
    """Where the drawer of a record opens."""
    return f'{address(viewer, key)}?record={record_id}'


def document_address(viewer: PortalViewer, key: str, record_id: int) -> str:
    """Where the document of a record is."""
    return f'{address(viewer, "documents")}/{key}/{record_id}.pdf'


@contextmanager
def portal_frame(
    viewer: PortalViewer, around: Surroundings, current: str, title: str, follower: Follower | None = None
) -> Iterator[None]:
    """Draw the frame; the content goes inside. `follower` is the page, which hears of changes."""
    frame.page_head(around.brand, title)
    way_out = frame.Link('Log out', '/portal/logout')
    if isinstance(viewer, ContactView):
        way_out = frame.Link('Stop viewing', STOP_VIEWING)
        _viewing(viewer)
    masthead = frame.portal_header(
        around.brand,
        viewer.name,
        viewer.email,
        home_address(viewer),
        [
            frame.Link(company.name, f'/portal/{company.number}', current=company.id == viewer.company.id)
            for company in around.companies
        ],
        way_out,
        [frame.Link('Payment Methods', address(viewer, 'payment-methods'))] if around.keeps_methods else [],
    )
    strip = ui.element('nav').classes('tabs').props('aria-label="Account"')
    with strip:
        frame.tab_strip(_links(viewer, around.tabs, current))
    Following(viewer, current, masthead, strip, follower, around).listen(around.family)
    with ui.element('div').classes('content'):
        yield


def _links(viewer: PortalViewer, tabs: Sequence[Listing], current: str) -> list[frame.Link]:
    return [
        frame.Link('Home', home_address(viewer), current=current == ''),
        *(frame.Link(tab.title, address(viewer, tab.key), current=tab.key == current) for tab in tabs),
    ]


class Following:
    """How one open page follows what changes elsewhere."""

    def __init__(
        self,
        viewer: PortalViewer,
        current: str,
        masthead: frame.Masthead,
        strip: ui.element,
        follower: Follower | None,
        around: Surroundings,
    ) -> None:
        self.viewer, self.current, self.follower = viewer, current, follower
        self.masthead, self.strip, self.brand = masthead, strip, around.brand
        self.tabs, self.hidden = list(around.tabs), around.hidden

    def listen(self, family: frozenset[int]) -> None:
        """Begin; `family` are the customers whose access matters to the page."""
        mine = _subjects(self.viewer)
        on_change(Topic.SETUP, self._setup_changed)
        on_change(
            Topic.ACCESS,
            self._access_changed,
            concerns=lambda change: change.customer_id in family or change.subject in mine,
        )

    async def _setup_changed(self, _change: Change) -> None:
        shown = await setup.shown()
        if not await asyncio.to_thread(is_portal_host, ui.context.client.request.headers.get('host', '')):
            ui.navigate.to(await asyncio.to_thread(public_url) + PORTAL.path)  # the portal has moved (SET-02)
            return
        if shown.brand != self.brand:
            self.brand = shown.brand
            self.masthead.wear(shown.brand)
        if self._show_tabs(shown.tabs) and self.follower:
            await self.follower.setup_changed(self.tabs)

    async def _access_changed(self, _change: Change) -> None:
        hidden = await asyncio.to_thread(_hidden, self.viewer)
        if hidden != self.hidden:
            self.hidden = hidden
            if not self._show_tabs((await setup.shown()).tabs):
                return
        if self.follower:
            await self.follower.access_changed()

    def _show_tabs(self, on: Sequence[Listing]) -> bool:
        """Draw the strip anew where it differs. Whether the page may stay: its own tab is there (SET-06)."""
        tabs = setup.left(on, self.hidden)
        before, self.tabs = self.tabs, tabs
        if [tab.key for tab in tabs] != [tab.key for tab in before]:
            self.strip.clear()
            with self.strip:
                frame.tab_strip(_links(self.viewer, tabs, self.current))
        stays = not self.current or any(tab.key == self.current for tab in tabs)
        if not stays:
            ui.navigate.to(address(self.viewer, tabs[0].key if tabs else '') + f'?gone={self.current}')
        return stays


def _hidden(viewer: PortalViewer) -> frozenset[str]:
    """Raises SignedOut where the viewer may not stay."""
    with reading_as(viewer) as work:
        return contact_tabs.hidden_tabs(work)


def _subjects(viewer: PortalViewer) -> tuple[str, ...]:
    """What news calls whoever looks at the page."""
    if isinstance(viewer, ContactView):
        return ANYTHING, view_subject(viewer.session_id), session_subject(STAFF, viewer.staff_session_id)
    return ANYTHING, session_subject(PORTAL, viewer.session_id)


def _viewing(viewer: ContactView) -> None:
    """Say on the page whose it is, and close it when the time is over."""
    viewing_bar(viewing_words(viewer.name, viewer.company.name, registered=viewer.registered), STOP_VIEWING)
    left = (viewer.expires_at - now()).total_seconds()
    ui.timer(max(left, 0) + 0.5, lambda: leave(ViewEnded()), once=True)


def gone_notice(key: str) -> None:
    """Say that the tab a person stood on has been switched off (SET-06)."""
    title = setup.title_of(key)
    if title:
        banner(f'“{title}” is not available any more.')
