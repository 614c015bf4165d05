"""Portal Setup: which tabs and which fields customers see (SET-06, SET-07)."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import select

from portal_app import db
from portal_app.auth.permissions import Action, Activity, Permission
from portal_app.auth.viewer import Operator
from portal_app.branding import Brand
from portal_app.errors import Invalid, NotFound
from portal_app.listings import Listing
from portal_app.live import Change, Topic, listen
from portal_app.models import PortalTab
from portal_app.services.contact_tabs import hidden_tabs
from portal_app.services.organization import brand
from portal_app.services.portal_objects import PORTAL_OBJECTS, fields_of
from portal_app.work import Work, reading_as

VIEW = Permission(Activity.PORTAL_SETUP, Action.VIEW)
CHANGE = Permission(Activity.PORTAL_SETUP, Action.EDIT)


def portal_tabs(work: Work) -> list[Listing]:
    """What the portal shows the viewer now: the tabs that are on, each with its visible fields only."""
    decided = _decided(work)
    on = [
        _shown(listing, decided.get(key))
        for key, listing in PORTAL_OBJECTS.items()
        if _is_on(listing, decided.get(key))
    ]
    return left(on, hidden_tabs(work))


def left(tabs: Sequence[Listing], hidden: Collection[str]) -> list[Listing]:
    """These tabs without those that are hidden, and without fields that tell of what is not shown."""
    here = [tab for tab in tabs if tab.key not in hidden]
    there = fields_of(here)
    return [tab.telling_of(there) for tab in here]


def portal_tab(work: Work, key: str) -> Listing:
    """One portal object with its visible fields only. Raises NotFound where the viewer has no such tab."""
    listing = next((tab for tab in portal_tabs(work) if tab.key == key), None)
    if listing is None:
        raise NotFound
    return listing


@dataclass(frozen=True)
class Shown:
    """What every customer's page shows: the brand, and the tabs that are on."""

    brand: Brand
    tabs: list[Listing]


async def shown() -> Shown:
    """That, looked up once for all the open pages that redraw after one change.

    Each page leaves out the tabs that its viewer may not see: `left`.
    """
    return await _snapshot.get()


def title_of(key: str) -> str:
    """The title of a portal object, or nothing where there is none."""
    return PORTAL_OBJECTS[key].title if key in PORTAL_OBJECTS else ''


def tab_settings(work: Work) -> list[tuple[Listing, bool, dict[str, bool]]]:
    """Every portal object with whether its tab is on and which fields are visible. Needs Setup: View."""
    work.require(VIEW)
    decided = _decided(work)
    return [
        (listing, _is_on(listing, decided.get(key)), _fields(listing, decided.get(key)))
        for key, listing in PORTAL_OBJECTS.items()
    ]


def may_change(work: Work) -> bool:
    """Whether the viewer may change the setup, or only look at it."""
    return CHANGE.grant in work.grants


def set_tab(work: Work, key: str, on: bool) -> None:
    """Switch a tab on or off, live on every open page (SET-06). Needs Setup: Edit."""
    tab, listing = _changeable(work, key)
    if tab.enabled == on:
        return
    work.record('portal_setup.tab', listing.title, before={'enabled': tab.enabled}, after={'enabled': on})
    tab.enabled = on
    _keep(work, tab)


def set_field(work: Work, key: str, name: str, visible: bool) -> None:
    """Show or hide a field everywhere in the portal, live (SET-07). Needs Setup: Edit.

    Raises Invalid where no field would be left.
    """
    tab, listing = _changeable(work, key)
    fields = _fields(listing, tab)
    if name not in fields:
        raise NotFound(f'{listing.title} has no field {name!r}.')
    if fields[name] == visible:
        return
    after = {**fields, name: visible}
    if not any(after.values()):
        raise Invalid(
            f'{listing.title} needs at least one visible field. Switch the tab off to hide all of it.'
        )
    label = listing.by_name[name].label
    work.record(
        'portal_setup.field',
        f'{listing.title}: {label}',
        before={'visible': fields[name]},
        after={'visible': visible},
    )
    tab.fields = after
    _keep(work, tab)


def _decided(work: Work) -> dict[str, PortalTab]:
    return {tab.key: tab for tab in work.session.exec(select(PortalTab))}


def _is_on(listing: Listing, decided: PortalTab | None) -> bool:
    return decided.enabled if decided else listing.tab_default


def _fields(listing: Listing, decided: PortalTab | None) -> dict[str, bool]:
    chosen = decided.fields if decided else {}
    return {field.name: chosen.get(field.name, field.default) for field in listing.columns}


def _shown(listing: Listing, decided: PortalTab | None) -> Listing:
    return listing.showing([name for name, visible in _fields(listing, decided).items() if visible])


def _changeable(work: Work, key: str) -> tuple[PortalTab, Listing]:
    work.require(CHANGE)
    listing = PORTAL_OBJECTS.get(key)
    if listing is None:
        raise NotFound
    db.hold(work.session, f'portal_tab {key}')  # two people change two fields: neither change is lost
    return work.session.get(PortalTab, key) or PortalTab(key=key, enabled=listing.tab_default), listing


def _keep(work: Work, tab: PortalTab) -> None:
    work.session.add(tab)
    work.tell(Change(Topic.SETUP, subject=tab.key))


class _Snapshot:
    """What is shown as of the newest change that this process heard of."""

    def __init__(self) -> None:
        self.reading: asyncio.Task[Shown] | None = None

    def forget(self, _change: Change) -> None:
        """Something changed: the next one who asks looks again."""
        self.reading = None

    async def get(self) -> Shown:
        """What is shown; all who ask at the same time share one look. One that failed is taken again."""
        reading = self.reading  # another thread may forget it meanwhile
        if reading is None or (reading.done() and (reading.cancelled() or reading.exception())):
            reading = self.reading = asyncio.create_task(asyncio.to_thread(self._read))
        return await asyncio.shield(reading)

    @staticmethod
    def _read() -> Shown:
        with reading_as(Operator('portal')) as work:
            return Shown(brand(work), portal_tabs(work))


_snapshot = _Snapshot()
listen(Topic.SETUP, _snapshot.forget)
