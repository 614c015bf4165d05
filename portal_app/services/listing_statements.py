"""From a query to SQL."""

from collections.abc import Collection, Iterable, Sequence
from functools import reduce
from typing import Any

from sqlalchemy import RowMapping, Select, func, select, tuple_, union, union_all
from sqlalchemy.sql.elements import ColumnElement

from portal_app.listings import Field, Kind, Listing
from portal_app.money import Money
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
    columns = [*(_comparable(listing.by_name[name], together.c) for name in names), together.c.id]
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
    return [row_id(listing).label('id'), *(each for field in listing.columns for each in labelled(field))]


def labelled(field: Field) -> list[ColumnElement[Any]]:
    """A field's column under its name; behind an amount of money its currency."""
    if field.kind is Kind.MONEY:
        return [field.column.label(field.name), field.currency.label(currency_label(field))]
    return [field.column.label(field.name)]


def currency_label(field: Field) -> str:
    """What the currency of an amount is called in a statement: no field has such a name."""
    return f'{field.name} currency'


def values_of(listing: Listing, rows: Iterable[RowMapping]) -> list[dict[str, Any]]:
    """Rows of `row_columns` as the fields' values: an amount of money has its currency."""
    found = [dict(row) for row in rows]
    for field in listing.columns:
        if field.kind is Kind.MONEY:
            name, label = field.name, currency_label(field)
            for row in found:
                minor, currency = row[name], row.pop(label)
                row[name] = None if minor is None else Money(minor, currency)
    return found


def _ordered(listing: Listing, query: Query, way: Path) -> Select[Any]:
    begin, forward = mark(listing, query), _is_forward(query)
    statement = select_from(listing, row_columns(listing)).where(*way.where)
    if begin:
        here, there = tuple_(*way.order), tuple_(*begin)
        statement = statement.where(here < there if forward else here > there)
    return statement.order_by(*directed(way.order, forward))


def _comparable(field: Field, columns: Any) -> ColumnElement[Any]:
    currency = columns[currency_label(field)] if field.kind is Kind.MONEY else None
    return comparable(field, columns[field.name], currency)


def _together(query: Query, statements: list[Select[Any]]) -> Any:
    """All of them; a row that a search finds in two ways is one row."""
    parts = [select(each.subquery()) for each in statements]
    return union(*parts) if query.search else union_all(*parts)


def _is_forward(query: Query) -> bool:
    """Whether larger values come first: so on a page after a mark, the other way round before one."""
    return query.descending != bool(query.before)
