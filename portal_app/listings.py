"""What a table is. A Listing says what an object shows; table, filters, export, setup follow from it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from sqlmodel import SQLModel

from portal_app.auth.permissions import Permission
from portal_app.money import Money


class Kind(StrEnum):
    """What a field holds, and with it how it is filtered, shown and written."""

    TEXT = 'text'
    REFERENCE = 'reference'  # an id of somebody's: found by how it begins
    CHOICE = 'choice'  # few different texts: filtered by picking some of them
    TIME = 'time'  # aware UTC in the database, in the viewer's zone on the screen
    DATE = 'date'  # a calendar day, the same in every zone
    QUANTITY = 'quantity'  # exact decimal
    COUNT = 'count'  # whole number
    MONEY = 'money'  # whole minor units in the database, of `Field.currency`; in a row a Money
    PROPERTIES = 'properties'  # a flat JSON object: filtered by key = value

    @property
    def exported_as(self) -> str:
        """What `portal_app.export_process` calls it."""
        return {'count': 'integer', 'properties': 'json', 'reference': 'text'}.get(self.value, self.value)


@dataclass(frozen=True, eq=False)
class Join:
    """A table beside the listing's own that holds the columns of some fields."""

    table: Any  # a model, or an alias of one
    on: Any = None  # None: by the foreign key between them
    optional: bool = False  # rows without a partner are rows too; their fields are then NULL: coalesce them


@dataclass(frozen=True)
class Field:
    """One field of a listing (SET-07).

    What rows are sorted or picked by must not be NULL, or they would be lost between two pages: coalesce it
    in `column`. Only a time or a date may be missing: say `optional`, and it is sorted before all others.
    """

    name: str
    label: str
    kind: Kind
    column: Any  # a mapped attribute, or an SQL expression, also a correlated subquery
    default: bool = True  # of a portal object: whether customers see it until staff decide
    at_first: bool = True  # whether the table shows it to who has chosen no columns
    optional: bool = False  # a time or a date that may be missing
    filters: bool = True
    up_front: bool = True  # whether its filter has a button from the start
    sorts: bool = False
    searched: bool = False  # by the quick search: choices by any part, references by their beginning
    indexed: bool = (
        False  # there is an index on it, of a portal object on customer_id, it, and for a choice the sort
    )
    per: str | None = None  # a quantity adds up only within one value of this field
    currency: Any = None  # of money: its row's currency, as an SQL expression on the same tables as `column`
    adds_up: bool = False  # money, or a quantity with `per`: the sums of all rows that match stand below them
    values: tuple[str, ...] = ()  # of a choice with a fixed set
    joins: tuple[Join, ...] = ()  # the tables beside the model's own that `column` names, in order
    in_table: bool = True  # False: a filter only, and no choice of staff
    via: Any = None  # the model's key of the table that was joined last: rows are found by its ids
    tells_of: str = (
        ''  # a field of another portal object (invoices.number): this one is there only where that is
    )


@dataclass(frozen=True)
class Listing:
    """One portal object, or one list of staff's: model and fields. Immutable.

    A portal object has no permission: a viewer sees the rows of their customers, and only the fields that
    `showing` leaves. A list of staff's has one: whose role grants it sees all rows, and nobody else any.
    """

    key: str
    title: str
    model: type[SQLModel]
    fields: tuple[Field, ...]
    default_sort: (
        str  # a field, with - before it when the largest comes first; also the second key of other sorts
    )
    icon: str
    singular: str
    empty: str  # what is read where there is not a single record
    tab_default: bool = False  # of a portal object: whether customers see it until staff decide
    permission: Permission | None = None  # of a list of staff's
    named_by: str = ''  # the field that a record is called by
    summarise: Callable[[Any, 'Listing', Any], tuple[list[dict[str, Any]], Any]] | None = (
        None  # rows of sums, and their parts
    )
    starting_filters: tuple[tuple[str, str], ...] = ()  # of an address that names no filter of these fields
    always: Any = None  # an SQL condition on the model: what does not meet it is not there for anybody
    never_shown: str = ''  # what that leaves out, as a sentence for staff who ask why a record is not seen
    document_says: tuple[str, ...] = ()  # fields of the document that each record has as a PDF

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

    @property
    def has_document(self) -> bool:
        """Whether records are given out as a PDF: not where a field is hidden that it would tell (SET-07)."""
        return bool(self.document_says) and all(name in self.by_name for name in self.document_says)

    def chosen(self, columns: Sequence[str] | None) -> list[Field]:
        """The fields that the table and its exports show to who chose these columns; None: chose none."""
        return [
            field for field in self.columns if (field.at_first if columns is None else field.name in columns)
        ]

    def showing(self, visible: Sequence[str]) -> 'Listing':
        """The same object with these fields only: what is hidden is not there at all (SET-07)."""
        fields = tuple(field for field in self.fields if field.name in visible or not field.in_table)
        return replace(self, fields=fields)

    def telling_of(self, names: Collection[str]) -> 'Listing':
        """The same object without the fields that tell of other fields than these (invoices.number)."""
        if all(not field.tells_of or field.tells_of in names for field in self.fields):
            return self
        fields = tuple(field for field in self.fields if not field.tells_of or field.tells_of in names)
        return replace(self, fields=fields)


class Measure(NamedTuple):
    """A quantity of one unit, or of one value of whatever the field adds up by."""

    quantity: Decimal
    unit: str


Totals = Mapping[str, Sequence[Money | Measure]]  # by field, each currency or unit apart


@dataclass(frozen=True)
class Page:
    """Some rows of a listing, as values, and where the next and previous ones begin."""

    rows: list[dict[str, Any]]
    next: str | None
    previous: str | None
    count: int | None  # how many match; None when it took too long to count
    capped: bool  # there are more than `count`
    parts: Any = None  # what the rows of a summary were added up from
    newest: int = 0  # the highest id there was, matching or not, where somebody asked
    customers: frozenset[int] = frozenset()  # whose rows they may be, where that was asked
    totals: Totals | None = None  # of all rows that match; None where nothing adds up or it took too long


@dataclass(frozen=True)
class Facet:
    """One value that a choice can be filtered by, and how many rows have it (None: not counted)."""

    value: str
    count: int | None
