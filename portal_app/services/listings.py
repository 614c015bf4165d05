"""Rows of any Listing, scoped to the viewer: a page, a record, facets, the statement that an export reads."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import reduce
from itertools import product
from typing import Any

from sqlalchemy import Select, func, literal, literal_column, or_, select, tuple_, union_all
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from portal_app import db
from portal_app.columns import EPOCH, ExactDecimal, UtcDateTime, canonical, in_order, json_text, microseconds
from portal_app.errors import NotFound, TooSlow
from portal_app.filters import Contains, Dates, Filter, Numbers, OneOf, Pairs
from portal_app.listings import Facet, Field, Kind, Listing, Page
from portal_app.models.base import now
from portal_app.queries import Query, make_cursor, read_cursor
from portal_app.work import Work

COUNTED_TO = 10_000  # more than this many rows are "10,000+": an exact count costs 60 times the page
COUNT_SECONDS = 0.03
FACET_SECONDS = 2.0
MOST_FACETS = 200
MOST_BRANCHES = 24

Condition = ColumnElement[bool]


def page(work: Work, listing: Listing, query: Query) -> Page:
    """One page of rows with the listing's fields only. Raises TooSlow."""
    if listing.summarise:
        rows, parts = listing.summarise(work, listing, query)
        return Page(rows, None, None, len(rows), False, parts)
    statement = _union(
        work, listing, query, lambda branch: _ordered(listing, query, branch).limit(query.size + 1)
    )
    found = [dict(row) for row in work.session.execute(statement).mappings()]
    more, found = len(found) > query.size, found[: query.size]
    if query.before:
        found.reverse()
    count, capped = _count(work, listing, query, len(found), more)
    return Page(
        rows=[_values(listing, row) for row in found],
        next=_cursor(found[-1]) if found and (more or query.before) else None,
        previous=_cursor(found[0]) if found and (query.after or (query.before and more)) else None,
        count=count,
        capped=capped,
    )


def record(work: Work, listing: Listing, record_id: int) -> dict[str, Any]:
    """One record by its id. Raises NotFound, also where it is another customer's."""
    if not 0 < record_id < 2**63:
        raise NotFound
    statement = _from(listing, _columns(listing)).where(_of(work, listing), _id(listing) == record_id)
    found = work.session.execute(statement).mappings().first()
    if found is None:
        raise NotFound
    return _values(listing, dict(found))


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
    customer = col(listing.model.customer_id) + 0  # type: ignore[attr-defined]  # + 0: read by id, not by customer
    found = (
        _from(listing, [literal_column('1').label('one')])
        .where(_id(listing) > than, customer.in_(work.customer_ids))
        .where(*conditions(work, listing, query))
        .limit(1_000)
        .subquery()
    )
    return int(work.session.execute(select(func.count()).select_from(found)).scalar_one())


def newest(work: Work, listing: Listing) -> int:
    """The highest id there is, whoever's it is; 0 without any. For `newer`, never for a person's eyes."""
    return int(work.session.execute(select(func.max(_id(listing)))).scalar() or 0)


def export_statement(work: Work, shown: Listing, query: Query, listing: Listing) -> Select[Any]:
    """The statement for all rows that match, in the order of the table, with the shown fields only.

    `listing` is all that the viewer may see: filters may name fields that are not among the shown columns.
    """
    columns = [field.column.label(field.name) for field in shown.columns]
    return (
        _from(listing, columns)
        .where(_of(work, listing))
        .where(*conditions(work, listing, query))
        .order_by(*_directed(_order(listing, query), query.descending))
    )


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


def _filter_conditions(work: Work, field: Field, filter: Filter) -> list[Condition]:
    column = field.column
    match filter:
        case Dates():
            low, high = filter.bounds(work.viewer.zone, now())
            return _within(column >= low if low else None, column < high if high else None)
        case Numbers(low, high):
            size = _comparable(field)
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


def _id(listing: Listing) -> Any:
    return col(listing.model.id)  # type: ignore[attr-defined]  # every model has one


def _of(work: Work, listing: Listing) -> Condition:
    where = work.visible(listing.model).whereclause
    assert where is not None
    return where


def _from(listing: Listing, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    joined = {field.joins for field in listing.fields if field.joins}
    return reduce(
        lambda statement, model: statement.join(model), joined, select(*columns).select_from(listing.model)
    )


def _columns(listing: Listing) -> list[ColumnElement[Any]]:
    return [_id(listing).label('id'), *(field.column.label(field.name) for field in listing.columns)]


def _values(listing: Listing, row: dict[str, Any]) -> dict[str, Any]:
    return {'id': row['id'], **{field.name: row[field.name] for field in listing.columns}}


def _comparable(field: Field) -> ColumnElement[Any]:
    return in_order(field.column) if field.kind is Kind.QUANTITY else field.column


def _order_names(listing: Listing, query: Query) -> list[str]:
    """The sort and the default sort behind it, as far as they are visible."""
    names = dict.fromkeys((query.sort, listing.default_sort.removeprefix('-')))
    return [name for name in names if name in listing.by_name]


def _order(listing: Listing, query: Query) -> list[ColumnElement[Any]]:
    """What rows are ordered by; the id comes last, so that no two are alike."""
    return [*(_comparable(listing.by_name[name]) for name in _order_names(listing, query)), _id(listing)]


def _directed(order: Sequence[ColumnElement[Any]], descending: bool) -> list[ColumnElement[Any]]:
    return [column.desc() if descending else column.asc() for column in order]


def _ordered(listing: Listing, query: Query, where: list[Condition]) -> Select[Any]:
    order = _order(listing, query)
    marked = [column.label(f'order_{place}') for place, column in enumerate(order)]
    statement = _from(listing, [*_columns(listing), *marked]).where(*where)
    mark = _mark(listing, query)
    forward = query.descending != bool(query.before)
    if mark:
        here, there = tuple_(*order), tuple_(*mark)
        statement = statement.where(here < there if forward else here > there)
    return statement.order_by(*_directed(order, forward))


def _mark(listing: Listing, query: Query) -> list[ColumnElement[Any]] | None:
    """The sort values at which the page begins; None for the first page, or for a mark of another sort."""
    given = read_cursor(query.after or query.before or '')
    kinds = [*(listing.by_name[name].kind for name in _order_names(listing, query)), Kind.COUNT]
    if given is None or len(given) != len(kinds):
        return None
    try:
        return [_mark_value(kind, value) for kind, value in zip(kinds, given, strict=True)]
    except (InvalidOperation, OverflowError, ValueError):
        return None


def _mark_value(kind: Kind, value: str | int) -> ColumnElement[Any]:
    match kind:
        case Kind.TIME:
            return literal(EPOCH + timedelta(microseconds=int(value)), UtcDateTime())
        case Kind.QUANTITY:
            return in_order(literal(Decimal(value), ExactDecimal()))
        case Kind.COUNT:
            return literal(int(value))
        case _:
            return literal(str(value))


def _cursor(row: dict[str, Any]) -> str:
    values = [value for name, value in row.items() if name.startswith('order_')]
    return make_cursor([_cursor_value(value) for value in values])


def _cursor_value(value: Any) -> str | int:
    if isinstance(value, datetime):
        return microseconds(value)
    if isinstance(value, Decimal):
        return canonical(value)
    return value if isinstance(value, int) else str(value)


def _branches(work: Work, listing: Listing, query: Query) -> list[list[Condition]]:
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
        customers = [_of(work, listing)]
    return [[each for each in (*pair, *shared) if each is not None] for pair in product(customers, values)]


def _union(work: Work, listing: Listing, query: Query, limited: Any) -> Any:
    statements = [limited(branch) for branch in _branches(work, listing, query)]
    if len(statements) == 1:
        return statements[0]
    together = union_all(*(select(each.subquery()) for each in statements)).subquery()
    order = [together.c[f'order_{place}'] for place in range(len(_order(listing, query)))]
    forward = query.descending != bool(query.before)
    return select(together).order_by(*_directed(order, forward)).limit(query.size + 1)


def _count(work: Work, listing: Listing, query: Query, found: int, more: bool) -> tuple[int | None, bool]:
    if query.is_first_page and not more:
        return found, False
    limited = [
        _from(listing, [literal_column('1').label('one')]).where(*branch).limit(COUNTED_TO + 1).subquery()
        for branch in _branches(work, listing, query)
    ]
    every = union_all(*(select(each) for each in limited)).limit(COUNTED_TO + 1).subquery()
    try:
        with db.time_limit(work.session, COUNT_SECONDS):
            count = work.session.execute(select(func.count()).select_from(every)).scalar_one()
    except TooSlow:
        return None, True
    return min(count, COUNTED_TO), count > COUNTED_TO


def _group(work: Work, listing: Listing, query: Query, field: Field) -> list[tuple[str, int]]:
    statement = (
        _from(listing, [field.column, func.count()])
        .where(_of(work, listing))
        .where(*conditions(work, listing, query))
        .group_by(field.column)
        .order_by(func.count().desc())
        .limit(MOST_FACETS)
    )
    return [(str(value), count) for value, count in work.session.execute(statement)]
