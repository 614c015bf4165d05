"""What the fields of any listing hold, as its tests write, compare and read it."""

from typing import Any

from portal_app.listings import Field, Kind
from portal_app.money import Money, plain, size_of

WRITTEN = {
    Kind.TIME: '2026-01-01..2026-01-31',
    Kind.DATE: '2026-01-01..',
    Kind.QUANTITY: '1..2.5',
    Kind.MONEY: '..12.5',
    Kind.COUNT: '1..25',
    Kind.PROPERTIES: 'region=eu-west-1',
}


def assert_exported(field: Field, cells: list[str], values: list[Any]) -> None:
    """That a column of a CSV file holds what the table shows."""
    match field.kind:
        case Kind.TEXT | Kind.CHOICE | Kind.COUNT | Kind.REFERENCE | Kind.DATE:
            assert cells == ['' if value is None else str(value) for value in values]
        case Kind.MONEY:
            assert cells == ['' if value is None else plain(*value) for value in values]
        case _:
            assert [bool(cell) for cell in cells] == [value is not None for value in values]


def in_order(values: list[Any], descending: bool) -> list[Any]:
    """Values as they compare: money by its size; what is missing must come first, and is left out."""
    there = [value for value in values if value is not None]
    missing = values[len(there) :] if descending else values[: len(values) - len(there)]
    assert missing == [None] * (len(values) - len(there))
    return [size_of(value) if isinstance(value, Money) else value for value in there]
