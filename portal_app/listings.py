"""What a table is. A Listing says what an object shows; table, filters, export, setup follow from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlmodel import SQLModel


class Kind(StrEnum):
    """What a field holds, and with it how it is filtered, shown and written."""

    TEXT = 'text'
    REFERENCE = 'reference'  # an id of somebody's: found by how it begins
    CHOICE = 'choice'  # few different texts: filtered by picking some of them
    TIME = 'time'  # aware UTC in the database, in the viewer's zone on the screen
    QUANTITY = 'quantity'  # exact decimal
    COUNT = 'count'  # whole number
    PROPERTIES = 'properties'  # a flat JSON object: filtered by key = value

    @property
    def exported_as(self) -> str:
        """What `portal_app.export_process` calls it."""
        return {'count': 'integer', 'properties': 'json', 'reference': 'text'}.get(self.value, self.value)


@dataclass(frozen=True)
class Field:
    """One field of a portal object (SET-07)."""

    name: str
    label: str
    kind: Kind
    column: Any  # a mapped attribute, or an SQL expression
    default: bool = True  # whether customers see it until staff decide
    filters: bool = True
    up_front: bool = True  # whether its filter has a button from the start
    sorts: bool = False
    searched: bool = False  # by the quick search: choices by any part, references by their beginning
    indexed: bool = False  # there is an index on customer_id, this column, and for a choice the default sort
    per: str | None = None  # a quantity adds up only within one value of this field
    values: tuple[str, ...] = ()  # of a choice with a fixed set
    joins: type[SQLModel] | None = None  # the table beside the model's own that holds the column
    in_table: bool = True  # False: a filter only, and no choice of staff


@dataclass(frozen=True)
class Listing:
    """One portal object: its tab, model and fields. Immutable; `showing` makes the one that a viewer gets."""

    key: str
    title: str
    model: type[SQLModel]
    fields: tuple[Field, ...]
    default_sort: (
        str  # a field, with - before it when the largest comes first; also the second key of other sorts
    )
    tab_default: bool
    icon: str
    singular: str
    empty: str  # what a customer without a single record reads
    summarise: Callable[[Any, 'Listing', Any], tuple[list[dict[str, Any]], Any]] | None = (
        None  # rows of sums, and their parts
    )
    starting_filters: tuple[tuple[str, str], ...] = ()  # of an address that names no filter of these fields

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields by their name."""
        return {field.name: field for field in self.fields}

    @property
    def columns(self) -> list[Field]:
        """The fields that are columns of the table and of its exports."""
        return [field for field in self.fields if field.in_table]

    @property
    def sortable(self) -> list[Field]:
        """The fields that the table can be sorted by."""
        return [field for field in self.fields if field.sorts]

    @property
    def filterable(self) -> list[Field]:
        """The fields that have a filter."""
        return [field for field in self.fields if field.filters]

    @property
    def searched(self) -> list[Field]:
        """The fields that the quick search looks into."""
        return [field for field in self.fields if field.searched]

    def showing(self, visible: Sequence[str]) -> 'Listing':
        """The same object with these fields only: what is hidden is not there at all (SET-07)."""
        fields = tuple(field for field in self.fields if field.name in visible or not field.in_table)
        return replace(self, fields=fields)


@dataclass(frozen=True)
class Page:
    """Some rows of a listing, as values, and where the next and previous ones begin."""

    rows: list[dict[str, Any]]
    next: str | None
    previous: str | None
    count: int | None  # how many match; None when it took too long to count
    capped: bool  # there are more than `count`
    parts: Any = None  # what the rows of a summary were added up from


@dataclass(frozen=True)
class Facet:
    """One value that a choice can be filtered by, and how many rows have it (None: not counted)."""

    value: str
    count: int | None
