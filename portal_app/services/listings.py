"""Rows of any Listing, scoped to the viewer: a page, a record, facets, all that match, for an export too."""

from typing import Any

from sqlalchemy import Select, func, literal_column, select
from sqlmodel import col

from portal_app import db
from portal_app.errors import Invalid, NotFound, TooSlow
from portal_app.listings import Facet, Field, Listing, Page
from portal_app.queries import Query
from portal_app.services.listing_branches import Path
from portal_app.services.listing_conditions import conditions
from portal_app.services.listing_order import cursor, directed, order, row_id
from portal_app.services.listing_scope import always, customers_of, in_scope
from portal_app.services.listing_statements import (
    count_statement,
    labelled,
    page_statement,
    paths,
    row_columns,
    select_from,
    values_of,
)
from portal_app.services.listing_totals import totals
from portal_app.work import Work

COUNTED_TO = 10_000  # more than this many rows are "10,000+": an exact count costs 60 times the page
COUNT_SECONDS = 0.03
STAFF_COUNT_SECONDS = 0.3  # few look at such a list, and they select all that match
FACET_SECONDS = 2.0
MOST_FACETS = 200
MOST_SELECTED = 100_000


def page(work: Work, listing: Listing, query: Query) -> Page:
    """One page of rows with the listing's fields only. Raises TooSlow, NotPermitted for a list of staff's."""
    if listing.summarise:
        rows, parts = listing.summarise(work, listing, query)
        return Page(rows, None, None, len(rows), False, parts)
    ways = paths(work, listing, query)
    found = _rows(work, listing, page_statement(listing, query, ways)) if ways else []
    more, found = len(found) > query.size, found[: query.size]
    if query.before:
        found.reverse()
    count, capped = (
        (len(found), False) if query.is_first_page and not more else _count(work, listing, query, ways)
    )
    return Page(
        rows=found,
        next=cursor(listing, query, found[-1]) if found and (more or query.before) else None,
        previous=cursor(listing, query, found[0])
        if found and (query.after or (query.before and more))
        else None,
        count=count,
        capped=capped,
        totals=totals(work, listing, query) if found else None,
    )


def rows(work: Work, listing: Listing, query: Query) -> list[dict[str, Any]]:
    """The rows of a first page alone: nothing is counted or added up. Raises as `page`."""
    ways = paths(work, listing, query)
    return _rows(work, listing, page_statement(listing, query, ways))[: query.size] if ways else []


def record(work: Work, listing: Listing, record_id: int) -> dict[str, Any]:
    """One record by its id. Raises NotFound, also where it is another customer's."""
    if not 0 < record_id < 2**63:
        raise NotFound
    statement = select_from(listing, row_columns(listing)).where(
        *in_scope(work, listing), row_id(listing) == record_id
    )
    found = _rows(work, listing, statement)
    if not found:
        raise NotFound
    return found[0]


def facets(work: Work, listing: Listing, query: Query, field: Field) -> list[Facet]:
    """The values that a choice can be filtered by, with how many rows each leaves under the other filters."""
    others = query.with_filter(field.name, None)
    counts: dict[str, int | None]
    try:
        with db.time_limit(work.session, FACET_SECONDS):
            counts = dict(_group(work, listing, others, field))
    except TooSlow:
        counts = dict.fromkeys(value for value, _ in _group(work, listing, Query(), field))
    values = field.values or sorted(counts)
    return [Facet(value, counts.get(value, 0)) for value in values]


def newer(work: Work, listing: Listing, query: Query, than: int) -> int:
    """How many rows with an id above this one match, counted to 1,000 (USE-03)."""
    customers, whose = customers_of(work, listing), []
    if customers is not None:  # + 0: read by id, not by customer
        whose = [(col(listing.model.customer_id) + 0).in_(customers)]  # type: ignore[attr-defined]
    found = (
        select_from(listing, [literal_column('1').label('one')])
        .where(row_id(listing) > than, *whose, *always(listing))
        .where(*conditions(work, listing, query))
        .limit(1_000)
        .subquery()
    )
    return int(work.session.execute(select(func.count()).select_from(found)).scalar_one())


def newest(work: Work, listing: Listing) -> int:
    """The highest id there is, whoever's it is; 0 without any. For `newer`, never for a person's eyes."""
    customers_of(work, listing)
    return int(work.session.execute(select(func.max(row_id(listing)))).scalar() or 0)


def matching_ids(work: Work, listing: Listing, query: Query) -> list[int]:
    """The ids of all rows that match, on every page: for "select all". Raises Invalid for too many."""
    asked = (
        select_from(listing, [row_id(listing)])
        .where(*in_scope(work, listing), *conditions(work, listing, query))
        .limit(MOST_SELECTED + 1)
    )
    found = list(work.session.connection().execute(asked).scalars())
    if len(found) > MOST_SELECTED:
        raise Invalid(f'More than {MOST_SELECTED:,} records match. Filter them first.')
    return found


def export_statement(work: Work, shown: Listing, query: Query, listing: Listing) -> Select[Any]:
    """The statement for all rows that match, in the order of the table, with the shown fields only.

    Behind each amount of money stands its currency. `listing` is all that the viewer may see: filters may
    name fields that are not among the shown columns.
    """
    columns = [each for field in shown.columns for each in labelled(field)]
    return (
        select_from(listing, columns)
        .where(*in_scope(work, listing), *conditions(work, listing, query))
        .order_by(*directed(order(listing, query), query.descending))
    )


def _rows(work: Work, listing: Listing, statement: Any) -> list[dict[str, Any]]:
    return values_of(listing, work.session.connection().execute(statement).mappings())


def _count(work: Work, listing: Listing, query: Query, ways: list[Path]) -> tuple[int | None, bool]:
    """How many match, and whether there are more; nothing where counting takes too long."""
    statement = count_statement(listing, query, ways, COUNTED_TO + 1)
    seconds = STAFF_COUNT_SECONDS if listing.permission else COUNT_SECONDS
    try:
        with db.time_limit(work.session, seconds):
            count = int(work.session.connection().execute(statement).scalar_one()) if ways else 0
    except TooSlow:
        return None, True
    return min(count, COUNTED_TO), count > COUNTED_TO


def _group(work: Work, listing: Listing, query: Query, field: Field) -> list[tuple[str, int]]:
    used = {field.name, *query.filters, *(each.name for each in listing.searched if query.search)}
    rows = (
        select_from(listing, [field.column.label('value')], used)
        .where(*in_scope(work, listing), *conditions(work, listing, query))
        .subquery()
    )
    statement = (
        select(rows.c.value, func.count())
        .group_by(rows.c.value)
        .order_by(func.count().desc())
        .limit(MOST_FACETS)
    )
    return [(str(value), count) for value, count in work.session.execute(statement)]
