"""From a query to SQL."""

from collections.abc import Collection, Sequence
from functools import reduce
from typing import Any

from sqlalchemy import Select, func, select, tuple_, union, union_all
from sqlalchemy.sql.elements import ColumnElement

from portal_app.listings import Listing
from portal_app.queries import Query
from portal_app.services.listing_branches import Path, branches, path
from portal_app.services.listing_order import comparable, directed, mark, order_names, row_id
from portal_app.work import Work


def paths(work: Work, listing: Listing, query: Query) -> list[Path]:
    """The ways to the rows of a query; together they have all of them."""
    return [path(work, listing, query, branch) for branch in branches(work, listing, query)]


def page_statement(listing: Listing, query: Query, ways: list[Path]) -> Any:
    """The rows of one page and one more."""
    pages = [_ordered(listing, query, way).limit(query.size + 1) for way in ways]
    if len(pages) == 1:
        return pages[0]
    together = _together(query, pages).subquery()
    names = order_names(listing, query)
    columns = [*(comparable(listing.by_name[name], together.c[name]) for name in names), together.c.id]
    return select(together).order_by(*directed(columns, _is_forward(query))).limit(query.size + 1)


def count_statement(listing: Listing, query: Query, ways: list[Path], most: int) -> Select[Any]:
    """How many rows match, counted to this many."""
    ids = [select_from(listing, [row_id(listing).label('id')]).where(*way.where).limit(most) for way in ways]
    every = ids[0] if len(ids) == 1 else _together(query, ids).limit(most)
    return select(func.count()).select_from(every.subquery())


def select_from(
    listing: Listing, columns: Sequence[ColumnElement[Any]], used: Collection[str] | None = None
) -> Select[Any]:
    """A statement on the listing's model and the tables that its fields need; `used` names those in use."""
    joins = dict.fromkeys(
        join
        for field in listing.fields
        for join in field.joins
        if used is None or field.name in used or not join.optional
    )
    return reduce(
        lambda statement, join: statement.join(join.table, join.on, isouter=join.optional),
        joins,
        select(*columns).select_from(listing.model),
    )


def row_columns(listing: Listing) -> list[ColumnElement[Any]]:
    """The id and the columns of the table."""
    return [row_id(listing).label('id'), *(field.column.label(field.name) for field in listing.columns)]


def _ordered(listing: Listing, query: Query, way: Path) -> Select[Any]:
    begin, forward = mark(listing, query), _is_forward(query)
    statement = select_from(listing, row_columns(listing)).where(*way.where)
    if begin:
        here, there = tuple_(*way.order), tuple_(*begin)
        statement = statement.where(here < there if forward else here > there)
    return statement.order_by(*directed(way.order, forward))


def _together(query: Query, statements: list[Select[Any]]) -> Any:
    """All of them; a row that a search finds in two ways is one row."""
    parts = [select(each.subquery()) for each in statements]
    return union(*parts) if query.search else union_all(*parts)


def _is_forward(query: Query) -> bool:
    """Whether larger values come first: so on a page after a mark, the other way round before one."""
    return query.descending != bool(query.before)
