"""The page of any list of staff's: records, selection, menus, export, followed live."""

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

from fastapi import Request

from components.entries import Entry
from components.live import on_change
from components.record_table import Extras
from components.records import Records
from components.row_menu import RowMenu
from components.selection import Selection
from pages.admin.frame import Surroundings, admin_frame, surroundings
from pages.export_panel import Exporting, export_button
from portal_app.auth.permissions import Permission
from portal_app.auth.viewer import StaffViewer
from portal_app.listings import Facet, Field, Listing, Page
from portal_app.live import ANYTHING, Change, Topic
from portal_app.queries import Query
from portal_app.services import listings
from portal_app.services.staff_lists import may_export
from portal_app.work import reading_as

PAUSE = 0.5  # seconds between two redraws after changes


class StaffRecords(Records):
    """One open page of a list. A list with more than rows is a subclass, which says what it offers."""

    topics: ClassVar[tuple[Topic, ...]] = ()  # changes that the page follows
    links: ClassVar[bool] = False  # rows lead to a page, by `href`, and not to the drawer
    link_needs: ClassVar[tuple[Permission, ...]] = ()  # for that page; without it the drawer opens
    has_row_menu: ClassVar[bool] = False  # with the entries of `row_entries`
    has_selection: ClassVar[bool] = False  # with the entries of `selection_entries`
    viewer: StaffViewer

    def __init__(
        self, viewer: StaffViewer, around: Surroundings, listing: Listing, path: str, request: Request
    ) -> None:
        super().__init__(viewer, listing, path, request.query_params.multi_items())
        self.around = around
        self.selection = Selection(viewer.locale, matching=self.matching, entries=self.selection_entries)
        self.row_menu = RowMenu(self.row_entries)

    def href(self, row: dict[str, Any]) -> str:
        """The address of a record's page."""
        raise NotImplementedError

    async def row_entries(self, _record_id: int) -> Sequence[Entry]:
        """What can be done with one record now."""
        return ()

    async def selection_entries(self, _ids: frozenset[int]) -> Sequence[Entry]:
        """What can be done with the selected records now."""
        return ()

    async def build(self) -> None:
        """Draw everything, and follow what changes."""
        await super().build()
        for topic in self.topics:
            on_change(topic, self._changed, concerns=_is_about_records, pause=PAUSE)

    async def show(self, query: Query, page: Page) -> None:
        """Show rows, and how many are selected that they do not include."""
        await super().show(query, page)
        if self.has_selection:
            await self.selection.show(query, page)

    async def matching(self, query: Query) -> list[int]:
        """The ids of all records that match."""

        def look() -> list[int]:
            with reading_as(self.viewer) as work:
                return listings.matching_ids(work, self.listing, query)

        return await asyncio.to_thread(look)

    def look(self, query: Query) -> Page:
        """A page of rows."""
        with reading_as(self.viewer) as work:
            return listings.page(work, self.listing, query)

    def look_at(self, record_id: int) -> dict[str, Any]:
        """One record."""
        with reading_as(self.viewer) as work:
            return listings.record(work, self.listing, record_id)

    def look_up(self, query: Query, field: Field) -> list[Facet]:
        """The values to pick from."""
        with reading_as(self.viewer) as work:
            return listings.facets(work, self.listing, query, field)

    @property
    def may_open(self) -> bool:
        """Whether records have a page that the viewer may open."""
        return self.links and all(needed.grant in self.around.grants for needed in self.link_needs)

    def extras(self) -> Extras:
        """Links, selection and menus, as far as the list has them."""
        return Extras(
            href=self.href if self.may_open else None,
            selection=self.selection if self.has_selection else None,
            menu=self.row_menu if self.has_row_menu else None,
        )

    def draw_tools(self) -> None:
        """The export, for a role that includes it."""
        if may_export(self.around.grants):
            where = Exporting(self.viewer, f'/admin/{self.listing.key}', '/admin')
            export_button(where, self.parameters, lambda: self.expected)

    def draw_below(self) -> None:
        """The menu of a row, and the bar of the selection."""
        if self.has_row_menu:
            self.row_menu.draw()
        if self.has_selection:
            self.selection.draw()

    async def _changed(self, _change: Change) -> None:
        await self.load()


async def staff_page(
    viewer: StaffViewer,
    request: Request,
    listing: Listing,
    path: str,
    records: type[StaffRecords] = StaffRecords,
) -> None:
    """Build the page of a list at this path. Raises NotPermitted without the list's grant."""
    assert listing.permission is not None
    around = await asyncio.to_thread(surroundings, viewer, listing.permission)
    content = admin_frame(viewer, around, listing.title, path)
    with content.classes('wide'):
        await records(viewer, around, listing, path, request).build()


def _is_about_records(change: Change) -> bool:
    """Not that somebody signed out, which is told under the same topic."""
    return change.customer_id is not None or change.subject in ('', ANYTHING)
