"""What every list of staff's must do, for each of them on both databases."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from portal_app.auth.viewer import Operator, StaffViewer
from portal_app.errors import NotFound, NotPermitted
from portal_app.listings import Field, Kind, Listing
from portal_app.models import Role, StaffUser
from portal_app.queries import Query, parse, to_parameters
from portal_app.services import exports, listings
from portal_app.services.staff_lists import STAFF_LISTS, staff_list
from portal_app.work import Work, acting_as, reading_as
from tests.export_child import run
from tests.listing_values import WRITTEN, assert_exported, in_order
from tests.office import furnish
from tests.world import World

LISTS = pytest.mark.parametrize('listing', STAFF_LISTS.values(), ids=STAFF_LISTS.keys())
READS: dict[str, Callable[[Work, Listing], object]] = {
    'page': lambda work, listing: listings.page(work, listing, parse(listing, [])[0]),
    'search': lambda work, listing: listings.page(work, listing, Query(search='a')),
    'record': lambda work, listing: listings.record(work, listing, 1),
    'facets': lambda work, listing: listings.facets(work, listing, Query(), _choices(listing)[0]),
    'newer': lambda work, listing: listings.newer(work, listing, Query(), 0),
    'newest': lambda work, listing: listings.newest(work, listing),
    'matching_ids': lambda work, listing: listings.matching_ids(work, listing, Query()),
    'export_statement': lambda work, listing: listings.export_statement(work, listing, Query(), listing),
    'export': lambda work, listing: exports.prepare(work, listing, Query(), 'csv'),
    'exportable': lambda work, listing: staff_list(work, listing.key),
}


@pytest.fixture
def office(world: World) -> World:
    """A world in which each list has records."""
    return furnish(world)


@pytest.fixture
def stranger(world: World) -> StaffViewer:
    """A staff user whose role grants nothing."""
    olivia = world.as_staff('olivia')
    with acting_as(Operator('test')) as work:
        role = Role(name='Nothing', grants=[])
        work.session.add(role)
        work.session.flush()
        like = work.session.get_one(StaffUser, olivia.user_id)
        work.session.add(
            StaffUser(
                name='Sam', email='sam@staff.example', role_id=role.id or 0, password_hash=like.password_hash
            )
        )
    return world.as_staff('sam')


@LISTS
def test_nobody_reads_a_list_without_its_grant(world: World, stranger: StaffViewer, listing: Listing) -> None:
    """SET-10: neither a staff user whose role lacks it, in any of the ways in which rows are read."""
    for read in READS.values():
        with reading_as(stranger) as work, pytest.raises(NotPermitted):
            read(work, listing)


@LISTS
def test_a_customer_never_reads_a_list_of_staff_s(world: World, listing: Listing) -> None:
    """ACC-13: not even the rows of their own company."""
    for name, read in READS.items():
        with reading_as(world.as_customer('anna', 'C1001')) as work, pytest.raises(NotPermitted):
            read(work, listing)
        assert name


@LISTS
def test_every_sort_orders_every_row_once(office: World, listing: Listing) -> None:
    """ACC-01: paging through any sort, either way, shows each row once, in order; nothing is the least."""
    with reading_as(office.as_staff('olivia')) as work:
        every = set(listings.matching_ids(work, listing, Query()))
        assert len(every) >= 2
        for field in listing.sortable:
            for descending in (True, False):
                query = Query(sort=field.name, descending=descending, size=2)
                seen = _all_rows(work, listing, query)
                assert [row['id'] for row in seen] == list(dict.fromkeys(row['id'] for row in seen))
                assert {row['id'] for row in seen} == every
                values = in_order([row[field.name] for row in seen], descending)
                assert values == sorted(values, reverse=descending)


@LISTS
def test_paging_back_shows_the_same_rows(office: World, listing: Listing) -> None:
    """POR-03, as in the portal."""
    with reading_as(office.as_staff('olivia')) as work:
        for field in listing.sortable:
            query = Query(sort=field.name, size=1)
            first = listings.page(work, listing, query)
            second = listings.page(work, listing, query.first_page(after=first.next))
            back = listings.page(work, listing, query.first_page(before=second.previous))
            assert back.rows == first.rows != second.rows


@LISTS
def test_filters_facets_selection_and_export_agree(office: World, listing: Listing) -> None:
    """ACC-01, POR-04: what a filter shows is what "select all" selects and what an export holds."""
    with reading_as(office.as_staff('olivia')) as work:
        for field in _choices(listing):
            facets = listings.facets(work, listing, Query(), field)
            assert sum(facet.count or 0 for facet in facets) == len(
                listings.matching_ids(work, listing, Query())
            )
            for facet in facets:
                _expect_the_same(work, listing, [(field.name, facet.value)], facet.count or 0)
        for field in listing.filterable:
            if field.kind is not Kind.CHOICE:
                _expect_the_same(work, listing, [(field.name, _typed(work, listing, field))], None)
        _expect_the_same(work, listing, [('q', 'GLOBEX' if 'customer' in listing.by_name else 'carl')], None)


@LISTS
def test_a_record_shows_what_its_row_shows(office: World, listing: Listing) -> None:
    """POR-03: and there is none with another id."""
    with reading_as(office.as_staff('olivia')) as work:
        first = listings.page(work, listing, parse(listing, [])[0]).rows[0]
        assert listings.record(work, listing, first['id']) == first
        for record_id in (0, -1, 999_999_999, 2**70):
            with pytest.raises(NotFound):
                listings.record(work, listing, record_id)


@LISTS
def test_an_address_says_again_what_it_was_read_from(listing: Listing) -> None:
    """POR-03: the state lives in the URL."""
    for field in listing.filterable:
        text = WRITTEN.get(field.kind, 'some text')
        query, problems = parse(listing, [(field.name, text), ('q', 'find me')])
        assert problems == []
        assert parse(listing, to_parameters(query, listing)) == (query, [])


@LISTS
def test_a_record_is_called_by_a_field_that_there_is(listing: Listing) -> None:
    """ACC-01: "Actions for Acme"."""
    assert listing.named_by in [field.name for field in listing.columns]
    assert listing.permission is not None
    assert STAFF_LISTS[listing.key] is listing


def _expect_the_same(work: Work, listing: Listing, given: list[tuple[str, str]], count: int | None) -> None:
    query, problems = parse(listing, given)
    assert problems == []
    page = listings.page(work, listing, query)
    ids = [row['id'] for row in page.rows]
    assert sorted(ids) == sorted(listings.matching_ids(work, listing, query))
    assert page.count == len(ids) == (len(ids) if count is None else count)
    result = run(exports.prepare(work, listing, query, 'csv'))
    assert result.code == 0, result.messages
    header, *cells = csv.reader(io.StringIO(result.out.decode(), newline=''))
    shown = listing.chosen(None)
    assert header == [field.label for field in shown]
    assert len(cells) == len(ids)
    for place, field in enumerate(shown):
        assert_exported(field, [row[place] for row in cells], [row[field.name] for row in page.rows])


def _typed(work: Work, listing: Listing, field: Field) -> str:
    """Something that at least one row has."""
    if field.kind is Kind.TIME:
        return 'today'
    if field.kind in (Kind.COUNT, Kind.MONEY):
        return '0..1'
    if field.kind is Kind.DATE:
        return 'last_year'
    rows = listings.page(work, listing, Query(sort=listing.default_sort.removeprefix('-'))).rows
    there = [row[field.name] for row in rows if row.get(field.name)]
    if field.kind is Kind.PROPERTIES:
        return '{}={}'.format(*next(iter(there[0].items())))
    return str(next(iter(there), 'person'))[:12]


def _choices(listing: Listing) -> list[Field]:
    return [field for field in listing.filterable if field.kind is Kind.CHOICE]


def _all_rows(work: Work, listing: Listing, query: Query) -> list[dict[str, Any]]:
    page = listings.page(work, listing, query)
    found = list(page.rows)
    while page.next:
        page = listings.page(work, listing, query.first_page(after=page.next))
        found += page.rows
    return found
