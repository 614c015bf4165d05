"""What a person asked of a table, to and from the page's address, which nothing here trusts (POR-03)."""

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from portal_app.filters import (
    ALL,
    LONGEST,
    Begins,
    Contains,
    Dates,
    Filter,
    Numbers,
    OneOf,
    Pairs,
    is_storable,
    read_filter,
)
from portal_app.listings import Kind, Listing

SIZES = (25, 50, 100, 200)
DEFAULT_SIZE = 50
LONGEST_IN_CURSOR = 1_000  # characters of one sort value


@dataclass(frozen=True)
class Query:
    """Filters, search, sort, page. Only names that the listing shows can stand in it."""

    filters: dict[str, Filter] = field(default_factory=dict)
    search: str = ''
    sort: str = ''
    descending: bool = True
    size: int = DEFAULT_SIZE
    after: str | None = None
    before: str | None = None
    columns: tuple[str, ...] | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.filters or self.search)

    @property
    def is_first_page(self) -> bool:
        """Whether it shows the first page."""
        return self.after is None and self.before is None

    def first_page(self, **changes: Any) -> 'Query':
        """The same with these changes, from the first page on."""
        return replace(self, **{'after': None, 'before': None, **changes})

    def with_filter(self, name: str, filter: Filter | None) -> 'Query':
        """The same with this filter set, or taken away, from the first page on."""
        others = {key: value for key, value in self.filters.items() if key != name}
        return self.first_page(filters=others if filter is None else {**others, name: filter})


def parse_address(
    listing: Listing, given: Sequence[tuple[str, str]], ignore: frozenset[str] = frozenset()
) -> tuple[Query, list[str]]:
    """As `parse`, with the filters that the page starts with where the address says nothing of them."""
    named = {name for name, _ in given}
    starting = [pair for pair in listing.starting_filters if pair[0] not in named]
    return parse(listing, [*given, *starting], ignore)


def parse(
    listing: Listing, given: Iterable[tuple[str, str]], ignore: frozenset[str] = frozenset()
) -> tuple[Query, list[str]]:
    """Read an address's parameters. Returns what can be used and a sentence for each part that cannot.

    A hidden field reads the same as one that does not exist.
    """
    collected: dict[str, list[str]] = {}
    for name, value in given:
        if name not in ignore and (value != '' or _may_be_empty(listing, name)):
            collected.setdefault(name, []).append(value)
    reading = _Reading(listing, collected)
    return reading.query(), reading.problems


def _may_be_empty(listing: Listing, name: str) -> bool:
    """Whether nothing is one of the values to pick: of a choice, such as the source of an event."""
    field = listing.by_name.get(name)
    return field is not None and field.kind is Kind.CHOICE


def to_parameters(query: Query, listing: Listing) -> list[tuple[str, str]]:
    """The address's parameters; what is as by default is left out."""
    found = [pair for name, filter in query.filters.items() for pair in _filter_parameters(name, filter)]
    found += [(name, ALL) for name, _ in listing.starting_filters if name not in query.filters]
    if query.search:
        found.append(('q', query.search))
    sort = ('-' if query.descending else '') + query.sort
    if query.sort and sort != listing.default_sort:
        found.append(('sort', sort))
    if query.size != DEFAULT_SIZE:
        found.append(('size', str(query.size)))
    if query.columns is not None:
        found.append(('columns', ','.join(query.columns)))
    found += [(name, value) for name, value in (('after', query.after), ('before', query.before)) if value]
    return found


def searchable(text: str) -> str:
    """What the quick search looks for, of what was typed."""
    return text[:LONGEST].strip() if is_storable(text) else ''


def make_cursor(values: list[str | int]) -> str:
    """Where a page ends: the sort values of its last row, whose id is the last of them."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip('=')


def read_cursor(text: str) -> list[str | int] | None:
    """What `make_cursor` wrote, or None where somebody else wrote it."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text + '=' * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(values, list) or not 1 <= len(values) <= 4 or not all(map(_fits_cursor, values)):
        return None
    return values if isinstance(values[-1], int) else None


def _fits_cursor(value: object) -> bool:
    if type(value) is int:
        return abs(value) < 2**63
    return isinstance(value, str) and len(value) <= LONGEST_IN_CURSOR and is_storable(value)


def _filter_parameters(name: str, filter: Filter) -> list[tuple[str, str]]:
    match filter:
        case OneOf(values):
            return [(name, value) for value in values]
        case Pairs(pairs):
            return [(name, f'{key}={value}') for key, value in pairs]
        case Dates() | Numbers() | Contains() | Begins():
            return [(name, filter.text)]


class _Reading:
    """One reading of an address: what it found, and what it could not use."""

    def __init__(self, listing: Listing, given: dict[str, list[str]]) -> None:
        self.listing = listing
        self.given = given
        self.problems: list[str] = []

    def query(self) -> Query:
        sort, descending = self._sort()
        size = self._one_of('size', [str(size) for size in SIZES], str(DEFAULT_SIZE))
        after = self._cursor('after')
        query = Query(
            search=searchable(self._last('q')),
            sort=sort,
            descending=descending,
            size=int(size),
            after=after,
            before=None if after else self._cursor('before'),
            columns=self._columns(),
        )
        known = {'q', 'sort', 'size', 'after', 'before', 'columns'}
        known |= {name for name, _ in self.listing.starting_filters if self._last(name) == ALL}
        filters = {
            name: self._filter(name, values) for name, values in self.given.items() if name not in known
        }
        return replace(
            query, filters={name: filter for name, filter in filters.items() if filter is not None}
        )

    def _last(self, name: str) -> str:
        return self.given.get(name, [''])[-1]

    def _problem(self, text: str) -> None:
        self.problems.append(text)

    def _sort(self) -> tuple[str, bool]:
        asked = self._last('sort')
        names = [field.name for field in self.listing.sortable]
        if asked and asked.removeprefix('-') not in names:
            self._problem(f'It cannot be sorted by {asked.removeprefix("-")[:64]!r}.')
            asked = ''
        sort = asked or self.listing.default_sort
        if sort.removeprefix('-') not in names:
            sort = f'-{names[0]}' if names else ''
        return sort.removeprefix('-'), sort.startswith('-')

    def _one_of(self, name: str, allowed: list[str], default: str) -> str:
        asked = self._last(name) or default
        if asked not in allowed:
            self._problem(f'{name} must be one of {", ".join(allowed)}.')
            return default
        return asked

    def _cursor(self, name: str) -> str | None:
        asked = self._last(name)
        if not asked:
            return None
        if read_cursor(asked) is None:
            self._problem(f'{name} is not the mark of a page; the first page is shown.')
            return None
        return asked

    def _columns(self) -> tuple[str, ...] | None:
        asked = self._last('columns')
        if not asked:
            return None
        shown = {field.name for field in self.listing.columns}
        known = tuple(name for name in dict.fromkeys(asked.split(',')) if name in shown)
        for name in set(asked.split(',')) - set(known):
            self._problem(f'There is no column {name[:64]!r}.')
        return known or None

    def _filter(self, name: str, values: list[str]) -> Filter | None:
        field = self.listing.by_name.get(name)
        if field is None or not field.filters:
            self._problem(f'There is no filter {name[:64]!r}.')
            return None
        try:
            return read_filter(field, values)
        except ValueError as error:
            self._problem(f'{field.label}: {error}')
            return None
