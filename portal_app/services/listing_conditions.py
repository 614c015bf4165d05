"""What a row must meet to match a query."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import islice
from typing import Any

from sqlalchemy import BigInteger, and_, case, literal, or_, select
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from portal_app import db
from portal_app.columns import in_order, json_pair, no_index
from portal_app.filters import Begins, Contains, Dates, Filter, Numbers, OneOf, Pairs
from portal_app.listings import Field, Kind, Listing
from portal_app.models.base import now
from portal_app.money import OTHER_EXPONENTS, bounds
from portal_app.queries import Query
from portal_app.services.listing_order import comparable
from portal_app.services.listing_scope import Condition
from portal_app.work import Work

LAST = '\U0010ffff'  # the highest character: no text that begins alike lies behind it
MOST_VALUES = 200  # of a choice that the search looks through one by one
MOST_PARTNERS = 50  # ids that are looked up before, since a database knows how rare each is
MOST_COUNTED = 2**63 - 1  # in a database's whole number

Wanted = tuple[Field, Filter]


def conditions(work: Work, listing: Listing, query: Query) -> list[Condition]:
    """All that a row must meet: every filter, and the search in one of the fields that it looks into."""
    found = [each for wanted in filters_of(listing, query) for each in condition(work, wanted)]
    if query.search and listing.searched:
        found.append(either(work, search_of(work, listing, query)))
    return found


def filters_of(listing: Listing, query: Query) -> list[Wanted]:
    """The query's filters with their fields."""
    return [(listing.by_name[name], filter) for name, filter in query.filters.items()]


def search_of(work: Work, listing: Listing, query: Query) -> list[Wanted]:
    """What the quick search means: any of these. Choices are looked up, so that indexes find the rest."""
    found: list[Wanted] = []
    for field in listing.searched:
        if field.kind is Kind.REFERENCE:
            found.append((field, Begins(query.search)))
            continue
        values = _values(work, listing, field) if field.indexed and not listing.permission else None
        if values is None:
            found.append((field, Contains(query.search)))
        else:
            text = query.search.casefold()
            found += [(field, OneOf((value,))) for value in values if text in value.casefold()]
    return found


def either(work: Work, wanted: list[Wanted]) -> Condition:
    """Any one of these; without any, nothing."""
    return or_(literal(1) == literal(0), *(and_(*condition(work, one)) for one in wanted))


def condition(work: Work, wanted: Wanted, *, by_index: bool = True) -> list[Condition]:
    """What one filter asks of a row. `by_index` says whether SQLite may find it by the field's index."""
    field, steer = wanted[0], _same if by_index else no_index
    if field.via is None:
        return _condition(work, wanted, steer)
    ids = select(field.joins[-1].table.id).where(*_condition(work, wanted, _same)).correlate(None)
    few = work.session.execute(ids.limit(MOST_PARTNERS + 1)).scalars().all()
    return [steer(field.via).in_(few if len(few) <= MOST_PARTNERS else ids)]


def _condition(work: Work, wanted: Wanted, steer: Callable[[Any], Any]) -> list[Condition]:
    field, filter = wanted
    column = steer(field.column)
    match filter:
        case Dates() if field.kind is Kind.DATE:
            first, last = filter.days(work.viewer.zone, now())
            return _within(column >= first if first else None, column <= last if last else None)
        case Dates():
            low, high = filter.bounds(work.viewer.zone, now())
            return _within(column >= low if low else None, column < high if high else None)
        case Numbers(low, high) if field.kind is Kind.COUNT:
            return _within(
                None if low is None else column >= _whole(low, ROUND_CEILING),
                None if high is None else column <= _whole(high, ROUND_FLOOR),
            )
        case Numbers(low, high) if field.kind is Kind.MONEY:
            return _within(
                None if low is None else column >= _minor(field, low, ROUND_CEILING),
                None if high is None else column <= _minor(field, high, ROUND_FLOOR),
            )
        case Numbers(low, high):
            size, type = steer(comparable(field)), field.column.type
            return _within(
                None if low is None else size >= in_order(literal(low, type)),
                None if high is None else size <= in_order(literal(high, type)),
            )
        case OneOf(values):
            return [column == values[0] if len(values) == 1 else column.in_(values)]
        case Pairs(pairs):
            return [json_pair(field.column, key, value) for key, value in pairs]
        case Contains() | Begins():
            return _text(column, filter)


def _text(column: Any, filter: Contains | Begins) -> list[Condition]:
    if isinstance(filter, Contains):
        return [column.icontains(filter.text, autoescape=True)]
    if db.is_sqlite():  # whose LIKE uses no index
        return [column >= filter.text, column < filter.text + LAST]
    return [column.startswith(filter.text, autoescape=True)]


def _whole(bound: Decimal, rounding: str) -> ColumnElement[int]:
    """The whole number at or within a bound, as far as the database has numbers."""
    return _number(int(bound.to_integral_value(rounding)))


def _minor(field: Field, bound: Decimal, rounding: str) -> ColumnElement[int]:
    """The minor units at or within a bound in major units, by the decimals of the row's currency."""
    found = bounds(bound, rounding)
    cases = [
        (field.currency.in_(codes), _number(found[decimals])) for decimals, codes in OTHER_EXPONENTS.items()
    ]
    return case(*cases, else_=_number(found[2]))


def _number(number: int) -> ColumnElement[int]:
    return literal(max(-MOST_COUNTED, min(MOST_COUNTED, number)), BigInteger())


def _same(column: Any) -> Any:
    return column


def _within(*bounds: Condition | None) -> list[Condition]:
    return [bound for bound in bounds if bound is not None]


def _values(work: Work, listing: Listing, field: Field) -> list[str] | None:
    """The values of a choice, each found by one step in its index; None where there are too many."""
    customer = col(listing.model.customer_id)  # type: ignore[attr-defined]
    column = field.column
    found: set[str] = set()
    for id in work.customer_ids:
        first = select(column.label('value')).where(customer == id).order_by(column).limit(1).subquery()
        steps = select(first.c.value).cte('steps', recursive=True)
        after = select(column).where(customer == id, column > steps.c.value).order_by(column).limit(1)
        steps = steps.union_all(select(after.scalar_subquery()).where(steps.c.value.is_not(None)))
        rows = work.session.execute(select(steps.c.value).limit(MOST_VALUES + 1)).scalars()
        found.update(islice((value for value in rows if value is not None), MOST_VALUES + 1))
    return sorted(found) if len(found) <= MOST_VALUES else None
