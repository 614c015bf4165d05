"""From a query to SQL: what a row must meet, whose it may be, and how an index finds it in order."""

from collections.abc import Sequence
from functools import reduce
from itertools import product
from typing import Any

from sqlalchemy import Select, literal, or_, select, tuple_, union_all
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from portal_app.columns import in_order, json_text
from portal_app.filters import Contains, Dates, Filter, Numbers, OneOf, Pairs
from portal_app.listings import Field, Listing
from portal_app.models.base import now
from portal_app.queries import Query
from portal_app.services.listing_order import comparable, directed, mark, order, row_id
from portal_app.work import Work

MOST_BRANCHES = 24

Condition = ColumnElement[bool]


def page_statement(work: Work, listing: Listing, query: Query) -> Any:
    """The rows of one page and one more, with what they are ordered by as order_0, order_1 ..."""
    pages = [
        _ordered(listing, query, branch).limit(query.size + 1) for branch in branches(work, listing, query)
    ]
    if len(pages) == 1:
        return pages[0]
    together = union_all(*(select(each.subquery()) for each in pages)).subquery()
    columns = [together.c[f'order_{place}'] for place in range(len(order(listing, query)))]
    forward = query.descending != bool(query.before)
    return select(together).order_by(*directed(columns, forward)).limit(query.size + 1)


def conditions(work: Work, listing: Listing, query: Query) -> list[Condition]:
    """What a row must meet to match the query's filters and search."""
    found = [
        each
        for name, filter in query.filters.items()
        for each in _filter_conditions(work, listing.by_name[name], filter)
    ]
    if query.search and listing.searched:
        found.append(
            or_(*(col(field.column).icontains(query.search, autoescape=True) for field in listing.searched))
        )
    return found


def in_scope(work: Work, listing: Listing) -> Condition:
    """Whose rows they may be."""
    where = work.visible(listing.model).whereclause
    assert where is not None
    return where


def select_from(listing: Listing, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """A statement on the listing's model and the tables that its fields need."""
    joined = {field.joins for field in listing.fields if field.joins}
    return reduce(
        lambda statement, model: statement.join(model), joined, select(*columns).select_from(listing.model)
    )


def row_columns(listing: Listing) -> list[ColumnElement[Any]]:
    """The id and the columns of the table."""
    return [row_id(listing).label('id'), *(field.column.label(field.name) for field in listing.columns)]


def branches(work: Work, listing: Listing, query: Query) -> list[list[Condition]]:
    """The query as alternatives that an index answers in order: one per customer and per picked value.

    With `customer_id IN (...)` or `status IN (...)` a database reads and sorts every match before the first.
    """
    customer = col(listing.model.customer_id)  # type: ignore[attr-defined]
    customers: list[Condition] = [customer == id for id in work.customer_ids]
    picked = next(
        (
            name
            for name, filter in query.filters.items()
            if isinstance(filter, OneOf) and len(filter.values) > 1
        ),
        None,
    )
    values: list[Condition | None] = [None]
    if picked:
        filter = query.filters[picked]
        assert isinstance(filter, OneOf)
        if len(customers) * len(filter.values) <= MOST_BRANCHES:
            values = [listing.by_name[picked].column == value for value in filter.values]
            query = query.with_filter(picked, None)
    shared = conditions(work, listing, query)
    if len(customers) > MOST_BRANCHES:
        customers = [in_scope(work, listing)]
    return [[each for each in (*pair, *shared) if each is not None] for pair in product(customers, values)]


def _ordered(listing: Listing, query: Query, where: list[Condition]) -> Select[Any]:
    columns, begin = order(listing, query), mark(listing, query)
    marked = [column.label(f'order_{place}') for place, column in enumerate(columns)]
    statement = select_from(listing, [*row_columns(listing), *marked]).where(*where)
    forward = query.descending != bool(query.before)
    if begin:
        here, there = tuple_(*columns), tuple_(*begin)
        statement = statement.where(here < there if forward else here > there)
    return statement.order_by(*directed(columns, forward))


def _filter_conditions(work: Work, field: Field, filter: Filter) -> list[Condition]:
    column = field.column
    match filter:
        case Dates():
            low, high = filter.bounds(work.viewer.zone, now())
            return _within(column >= low if low else None, column < high if high else None)
        case Numbers(low, high):
            size = comparable(field)
            return _within(
                None if low is None else size >= in_order(literal(low, column.type)),
                None if high is None else size <= in_order(literal(high, column.type)),
            )
        case OneOf(values):
            return [column == values[0] if len(values) == 1 else column.in_(values)]
        case Contains(text):
            return [column.icontains(text, autoescape=True)]
        case Pairs(pairs):
            return [json_text(column, key) == value for key, value in pairs]


def _within(*bounds: Condition | None) -> list[Condition]:
    return [bound for bound in bounds if bound is not None]
