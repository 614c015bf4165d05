"""What an open page of records looks up, each time with only the fields that are still visible."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from portal_app.auth.viewer import PortalViewer
from portal_app.errors import NotFound
from portal_app.listings import Facet, Field, Listing, Page
from portal_app.queries import Query
from portal_app.services import listings, setup
from portal_app.work import Work, reading_as


def rows(viewer: PortalViewer, drawn: Listing, query: Query) -> Page:
    """A page of rows, the newest id there is, and the customers whose rows they may be, all of one moment."""
    with _looking(viewer, drawn) as work:
        return replace(
            listings.page(work, drawn, query),
            newest=listings.newest(work, drawn),
            customers=frozenset(work.customer_ids),
        )


def newer(viewer: PortalViewer, drawn: Listing, query: Query, than: int) -> int:
    """How many rows have come in that match."""
    with _looking(viewer, drawn) as work:
        return listings.newer(work, drawn, query, than)


def record(viewer: PortalViewer, drawn: Listing, record_id: int) -> dict[str, Any]:
    """One record."""
    with _looking(viewer, drawn) as work:
        return listings.record(work, drawn, record_id)


def record_with(
    viewer: PortalViewer, drawn: Listing, record_id: int, details: Callable[[Work, int], Any]
) -> tuple[dict[str, Any], Any]:
    """One record, and what its drawer shows beside the fields, of one moment."""
    with _looking(viewer, drawn) as work:
        return listings.record(work, drawn, record_id), details(work, record_id)


def facets(viewer: PortalViewer, drawn: Listing, query: Query, field: Field) -> list[Facet]:
    """The values to pick from."""
    with _looking(viewer, drawn) as work:
        return listings.facets(work, drawn, query, field)


@contextmanager
def _looking(viewer: PortalViewer, drawn: Listing) -> Iterator[Work]:
    """Raises NotFound when a field that the page was drawn with is hidden now, or its tab is off."""
    with reading_as(viewer) as work:
        if not drawn.by_name.keys() <= setup.portal_tab(work, drawn.key).by_name.keys():
            raise NotFound('What this page shows has just changed.')
        yield work
