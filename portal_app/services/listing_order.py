"""The order of a listing's rows, and the marks by which one page follows another (keyset paging)."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Date, func, literal
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from portal_app.columns import EPOCH, ExactDecimal, UtcDateTime, canonical, in_order, microseconds
from portal_app.listings import Field, Kind, Listing
from portal_app.money import size_of
from portal_app.money_columns import Size, in_size
from portal_app.queries import Query, make_cursor, read_cursor

NO_DAY = date.min  # stands for a day that is missing


def row_id(listing: Listing) -> Any:
    """The id of the listing's model."""
    return col(listing.model.id)  # type: ignore[attr-defined]  # every model has one


def comparable(field: Field, column: Any = None, currency: Any = None) -> ColumnElement[Any]:
    """A field's column, or others that hold its values, as the database can order it by size."""
    column = field.column if column is None else column
    match field.kind:
        case Kind.TIME if field.optional:
            return func.coalesce(column, literal(EPOCH, UtcDateTime()))
        case Kind.DATE if field.optional:
            return func.coalesce(column, literal(NO_DAY, Date()))
        case Kind.QUANTITY:
            return in_order(column)
        case Kind.MONEY:
            return in_size(column, field.currency if currency is None else currency)
        case _:
            return column  # type: ignore[no-any-return]


def order_names(listing: Listing, query: Query) -> list[str]:
    """What rows are ordered by: the sort and the default sort behind it, as far as they are visible.

    The id comes last, so that no two rows are alike.
    """
    names = dict.fromkeys((query.sort, listing.default_sort.removeprefix('-')))
    return [name for name in names if name in listing.by_name]


def order(listing: Listing, query: Query) -> list[ColumnElement[Any]]:
    """The columns of that order."""
    return [*(comparable(listing.by_name[name]) for name in order_names(listing, query)), row_id(listing)]


def directed(order: Sequence[ColumnElement[Any]], descending: bool) -> list[ColumnElement[Any]]:
    """Each column with the direction."""
    return [column.desc() if descending else column.asc() for column in order]


def mark(listing: Listing, query: Query) -> list[ColumnElement[Any]] | None:
    """The sort values at which the page begins; None for the first page, or for a mark of another sort."""
    given = read_cursor(query.after or query.before or '')
    kinds = [*(listing.by_name[name].kind for name in order_names(listing, query)), Kind.COUNT]
    if given is None or len(given) != len(kinds):
        return None
    try:
        return [_mark_value(kind, value) for kind, value in zip(kinds, given, strict=True)]
    except (InvalidOperation, OverflowError, ValueError):
        return None


def cursor(listing: Listing, query: Query, row: dict[str, Any]) -> str:
    """The mark of a row: what the next page begins after."""
    names = order_names(listing, query)
    return make_cursor([*(_cursor_value(listing.by_name[name].kind, row[name]) for name in names), row['id']])


def _mark_value(kind: Kind, value: str | int) -> ColumnElement[Any]:
    match kind:
        case Kind.TIME:
            return literal(EPOCH + timedelta(microseconds=int(value)), UtcDateTime())
        case Kind.DATE:
            return literal(date.fromisoformat(str(value)), Date())
        case Kind.QUANTITY:
            return in_order(literal(_size(value), ExactDecimal()))
        case Kind.MONEY:
            return literal(int(_size(value)), Size())
        case Kind.COUNT:
            return literal(int(value))
        case _:
            return literal(str(value))


def _size(value: str | int) -> Decimal:
    size = Decimal(value)
    if not size.is_finite() or abs(size.adjusted()) > 100:
        raise ValueError('nobody has used so much')  # and its digits would fill the memory
    return size


def _cursor_value(kind: Kind, value: Any) -> str | int:
    match kind:
        case Kind.TIME:
            return 0 if value is None else microseconds(value)
        case Kind.DATE:
            return str(NO_DAY if value is None else value)
        case Kind.QUANTITY:
            return canonical(value)
        case Kind.MONEY:
            return str(size_of(value))  # it may not fit into a whole number of a cursor
        case _:
            return value if isinstance(value, int) else str(value)
