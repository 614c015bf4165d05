"""A query as branches that an index answers, and by which index each is read.

With `customer_id IN (...)` or `status IN (...)` a database reads and sorts every match before it has the
first row: so there is a branch for each customer and each picked value. A list of staff's is one branch.
SQLite does not know how rare a value is: where there is a choice of index, a look at up to FEW entries of
each tells.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import func, literal_column, select
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from portal_app import db
from portal_app.columns import no_index
from portal_app.filters import OneOf
from portal_app.listings import Kind, Listing
from portal_app.queries import Query
from portal_app.services.listing_conditions import Wanted, condition, either, filters_of, search_of
from portal_app.services.listing_order import order
from portal_app.services.listing_scope import Condition, always, customers_of, in_scope
from portal_app.work import Work

MOST = 24  # branches
FEW = 10_000  # rows that are read and sorted rather than looked for in the order of the sort


@dataclass(frozen=True)
class Branch:
    """Rows of one customer (None: all that may be seen) that meet all of these, and any of `search`."""

    customer: int | None
    wanted: tuple[Wanted, ...]
    search: tuple[Wanted, ...] = ()


@dataclass(frozen=True)
class Path:
    """How a branch is read: its conditions, and its order, each by the index that was chosen or by none."""

    where: list[Condition]
    order: list[ColumnElement[Any]]


def branches(work: Work, listing: Listing, query: Query) -> list[Branch]:
    """The alternatives that together are the query. They overlap only where it searches.

    Raises NotPermitted where the list is not for the viewer.
    """
    customers = customers_of(work, listing)
    if customers is None:
        return [_undivided(work, listing, query)]
    wanted = filters_of(listing, query)
    alternatives: list[list[Wanted]] = (
        [search_of(work, listing, query)] if query.search and listing.searched else []
    )
    if picked := next(
        (each for each in wanted if isinstance(each[1], OneOf) and len(each[1].values) > 1), None
    ):
        assert isinstance(picked[1], OneOf)
        alternatives.append([(picked[0], OneOf((value,))) for value in picked[1].values])
        wanted.remove(picked)
    found = [
        Branch(customer, (*wanted, *chosen)) for customer in customers for chosen in product(*alternatives)
    ]
    return found if len(found) <= MOST else [_undivided(work, listing, query)]


def path(work: Work, listing: Listing, query: Query, branch: Branch) -> Path:
    """By which index to read a branch."""
    columns = order(listing, query)
    whose = _whose(work, listing, branch)
    if branch.search:
        whose.append(either(work, list(branch.search)))
    chooses = db.is_sqlite() and (branch.customer is not None or listing.permission is not None)
    if not chooses:
        return Path([*whose, *_all(work, branch.wanted)], columns)
    driver = _driver(work, listing, query, branch)
    if driver and not _is_in_order(listing, query, driver):  # few rows: read them all, then sort
        return Path(
            [*whose, *_all(work, branch.wanted, {driver[0].name})], [no_index(column) for column in columns]
        )
    return Path([*whose, *_all(work, branch.wanted, {query.sort, driver[0].name if driver else ''})], columns)


def _whose(work: Work, listing: Listing, branch: Branch) -> list[Condition]:
    if branch.customer is None:
        return in_scope(work, listing)
    customer = col(listing.model.customer_id) == branch.customer  # type: ignore[attr-defined]
    return [customer, *always(listing)]


def _undivided(work: Work, listing: Listing, query: Query) -> Branch:
    search = search_of(work, listing, query) if query.search and listing.searched else []
    return Branch(None, tuple(filters_of(listing, query)), tuple(search))


def _driver(work: Work, listing: Listing, query: Query, branch: Branch) -> Wanted | None:
    """The filter whose index is read; None for the sort's own index."""
    indexed = [each for each in branch.wanted if each[0].indexed]
    others = [each for each in indexed if each[0].name != query.sort]
    in_order = [each for each in others if _is_in_order(listing, query, each)]
    if not others or (len(others) == 1 and in_order):
        return others[0] if others else None
    few = {place: _entries(work, listing, branch, each) for place, each in enumerate(indexed)}
    best = min(few, key=lambda place: few[place])
    if few[best] <= FEW:
        return None if indexed[best][0].name == query.sort else indexed[best]
    return in_order[0] if in_order else None


def _is_in_order(listing: Listing, query: Query, wanted: Wanted) -> bool:
    """Whether the filter's index has its rows in the order asked for: one value of a choice, default sort."""
    field, filter = wanted
    one = field.kind is Kind.CHOICE and isinstance(filter, OneOf) and len(filter.values) == 1
    return one and query.sort == listing.default_sort.removeprefix('-')


def _entries(work: Work, listing: Listing, branch: Branch, wanted: Wanted) -> int:
    """How many entries of the filter's index match, counted to one more than FEW."""
    found = (
        select(literal_column('1').label('one'))
        .select_from(listing.model)
        .where(*_whose(work, listing, branch), *condition(work, wanted))
        .limit(FEW + 1)
        .subquery()
    )
    asked = select(func.count()).select_from(found)
    return int(work.session.execute(asked, execution_options={'look': True}).scalar_one())


def _all(work: Work, wanted: tuple[Wanted, ...], by_index: set[str] | None = None) -> list[Condition]:
    return [
        each
        for one in wanted
        for each in condition(work, one, by_index=by_index is None or one[0].name in by_index)
    ]
