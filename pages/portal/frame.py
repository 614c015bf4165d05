"""What every portal page has: header, tabs, and how an open page follows what changes elsewhere."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from nicegui import ui

from components import frame
from components.design import banner
from components.live import on_change
from portal_app.auth.realms import PORTAL
from portal_app.auth.viewer import Company, PortalViewer
from portal_app.listings import Listing
from portal_app.live import ANYTHING, Change, Topic
from portal_app.services import access, setup
from portal_app.services.sign_in import session_subject
from portal_app.work import reading_as


@dataclass(frozen=True)
class Surroundings:
    """What the frame of a page shows."""

    organization: str
    colour: str
    companies: Sequence[Company]
    tabs: Sequence[Listing]
    family: frozenset[int]


class Follower(Protocol):
    """What a page does when something changed elsewhere."""

    async def setup_changed(self, tabs: Sequence[Listing]) -> None:
        """Staff changed tabs or fields; these are shown now."""

    async def access_changed(self) -> None:
        """Whose records it may show has changed. Raises SignedOut, or leaves, where that is none."""


def surroundings(viewer: PortalViewer) -> Surroundings:
    """Look up what the frame shows. Raises SignedOut."""
    with reading_as(viewer) as work:
        organization = setup.organization(work)
        return Surroundings(
            organization.name,
            organization.brand_colour,
            access.companies(work),
            setup.portal_tabs(work),
            access.family_of(work),
        )


def home_address(viewer: PortalViewer) -> str:
    """Where the viewer's company begins."""
    return f'/portal/{viewer.company.number}'


def address(viewer: PortalViewer, key: str = '') -> str:
    """The address of a tab."""
    return f'{home_address(viewer)}/{key}' if key else home_address(viewer)


@contextmanager
def portal_frame(
    viewer: PortalViewer, around: Surroundings, current: str, title: str, follower: Follower | None = None
) -> Iterator[None]:
    """Draw the frame; the content goes inside. `follower` is the page, which hears of changes."""
    frame.page_head(around.colour, f'{title} · {around.organization}')
    frame.portal_header(
        around.organization,
        viewer.name,
        viewer.email,
        home_address(viewer),
        [
            frame.Link(company.name, f'/portal/{company.number}', current=company.id == viewer.company.id)
            for company in around.companies
        ],
        '/portal/logout',
    )
    strip = ui.element('nav').classes('tabs').props('aria-label="Account"')
    with strip:
        frame.tab_strip(_links(viewer, around.tabs, current))
    _follow(viewer, around, current, strip, follower)
    with ui.element('div').classes('content'):
        yield


def _links(viewer: PortalViewer, tabs: Sequence[Listing], current: str) -> list[frame.Link]:
    return [
        frame.Link('Home', home_address(viewer), current=current == ''),
        *(frame.Link(tab.title, address(viewer, tab.key), current=tab.key == current) for tab in tabs),
    ]


def _follow(
    viewer: PortalViewer, around: Surroundings, current: str, strip: ui.element, follower: Follower | None
) -> None:
    shown = {'tabs': list(around.tabs)}

    async def setup_changed(_change: Change) -> None:
        tabs = await setup.shown_tabs()
        before, shown['tabs'] = shown['tabs'], list(tabs)
        if [tab.key for tab in tabs] != [tab.key for tab in before]:
            strip.clear()
            with strip:
                frame.tab_strip(_links(viewer, tabs, current))
        here = next((tab for tab in tabs if tab.key == current), None)
        if current and here is None:
            ui.navigate.to(address(viewer, tabs[0].key if tabs else '') + f'?gone={current}')
        elif follower:
            await follower.setup_changed(tabs)

    async def access_changed(_change: Change) -> None:
        await (follower.access_changed() if follower else asyncio.to_thread(_check, viewer))

    mine = session_subject(PORTAL, viewer.session_id)
    on_change(Topic.SETUP, setup_changed)
    on_change(
        Topic.ACCESS,
        access_changed,
        concerns=lambda change: change.customer_id in around.family or change.subject in (mine, ANYTHING),
    )


def _check(viewer: PortalViewer) -> None:
    with reading_as(viewer):
        pass


def gone_notice(key: str) -> None:
    """Say that the tab a person stood on has been switched off (SET-06)."""
    title = setup.title_of(key)
    if title:
        banner(f'“{title}” is not available any more.')
