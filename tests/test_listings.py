"""What every portal object must do, for each of them on both databases."""

import csv
import io
from typing import Any

import pytest

from portal_app.errors import NotFound
from portal_app.listings import Kind, Listing
from portal_app.queries import Query, parse, parse_address, to_parameters
from portal_app.services import exports, listings, setup
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.work import acting_as, reading_as
from tests.billing import furnish_accounts
from tests.export_child import run
from tests.listing_values import WRITTEN, assert_exported, in_order
from tests.world import World, tab

OBJECTS = pytest.mark.parametrize('listing', PORTAL_OBJECTS.values(), ids=PORTAL_OBJECTS.keys())
GLOBEX, ACME = ('ben', 'C1004'), ('anna', 'C1001')


@pytest.fixture
def world(world: World) -> World:
    """Everybody has records of every object."""
    furnish_accounts(world)
    return world


def rows(
    world: World, who: tuple[str, str], listing: Listing, query: Query | None = None
) -> list[dict[str, Any]]:
    with reading_as(world.as_customer(*who)) as work:
        return listings.page(work, listing, query or parse(listing, [])[0]).rows


@OBJECTS
def test_globex_never_sees_a_row_of_acme(world: World, listing: Listing) -> None:
    """ACC-13: every read starts from what the viewer may see."""
    seen = str(rows(world, GLOBEX, listing)).lower()
    assert 'only.globex' in seen
    assert 'acme' not in seen
    assert 'initech' not in seen


@OBJECTS
def test_acme_sees_its_enabled_child_and_not_the_disabled_one(world: World, listing: Listing) -> None:
    """ACC-13: Nordics' portal access is on, Iberia's is off."""
    seen = str(rows(world, ACME, listing)).lower()
    assert 'only.acme' in seen
    assert 'only.nordics' in seen
    assert 'only.iberia' not in seen


@OBJECTS
def test_a_child_sees_neither_its_parent_nor_its_sibling(world: World, listing: Listing) -> None:
    """ACC-13: Nora works at Acme Nordics."""
    seen = str(rows(world, ('nora', 'C1002'), listing)).lower()
    assert 'only.nordics' in seen
    assert 'only.acme' not in seen
    assert 'only.iberia' not in seen


@OBJECTS
def test_a_hidden_field_is_nowhere(world: World, listing: Listing) -> None:
    """SET-07: not in rows, filters, search, sort, facets or exports."""
    for field in listing.columns:
        if len(listing.columns) < 2:
            continue
        tab(listing.key, enabled=True, fields={field.name: False})
        with reading_as(world.as_customer(*ACME)) as work:
            shown = setup.portal_tab(work, listing.key)
            assert field.name not in shown.by_name
            page = listings.page(work, shown, parse(shown, [])[0])
            assert all(field.name not in row for row in page.rows)
        assert shown.key == listing.key
        assert field.name not in [each.name for each in (*shown.filterable, *shown.sortable, *shown.searched)]
        for parameters in ([(field.name, 'x')], [('sort', field.name)], [('columns', field.name)]):
            query, problems = parse(shown, parameters)
            assert len(problems) == 1, parameters
            assert query.filters == {}
            assert query.sort != field.name
            assert query.columns is None


@OBJECTS
def test_a_hidden_field_and_one_that_never_was_get_the_same_words(world: World, listing: Listing) -> None:
    """SET-07: nobody can find out which fields are hidden."""
    first = listing.columns[0]
    shown = listing.showing([field.name for field in listing.columns[1:]])
    for name in ('sort', 'columns', None):
        hidden = parse(shown, [(name or first.name, first.name)])[1]
        never = parse(shown, [(name or 'nonsense', 'nonsense')])[1]
        assert [text.replace(first.name, '') for text in hidden] == [
            text.replace('nonsense', '') for text in never
        ]


@OBJECTS
def test_a_tab_that_is_off_is_not_found(world: World, listing: Listing) -> None:
    """SET-06: page, export and API start from `setup.portal_tab`."""
    tab(listing.key, enabled=False)
    with reading_as(world.as_customer(*ACME)) as work, pytest.raises(NotFound):
        setup.portal_tab(work, listing.key)


@OBJECTS
def test_every_sort_orders_every_row_once(world: World, listing: Listing) -> None:
    """POR-03: paging through any sort, either way, shows each row once and in order."""
    with reading_as(world.as_customer(*ACME)) as work:
        for field in listing.sortable:
            for descending in (True, False):
                seen = _all_rows(work, listing, Query(sort=field.name, descending=descending, size=5))
                assert len({row['id'] for row in seen}) == len(seen)
                values = in_order([row[field.name] for row in seen], descending)
                assert values == sorted(values, reverse=descending)


@OBJECTS
def test_paging_back_shows_the_same_rows(world: World, listing: Listing) -> None:
    """POR-03: the previous page is the page that was there before."""
    if listing.summarise:
        return
    with reading_as(world.as_customer(*ACME)) as work:
        query = Query(sort=listing.sortable[-1].name, size=5)
        first = listings.page(work, listing, query)
        second = listings.page(work, listing, query.first_page(after=first.next))
        back = listings.page(work, listing, query.first_page(before=second.previous))
    assert first.previous is None
    assert back.rows == first.rows
    assert {row['id'] for row in second.rows}.isdisjoint(row['id'] for row in first.rows)


@OBJECTS
def test_every_facet_leaves_as_many_rows_as_it_says(world: World, listing: Listing) -> None:
    """POR-03: multi-select with counts."""
    if listing.summarise:
        return
    with reading_as(world.as_customer(*ACME)) as work:
        for field in (field for field in listing.filterable if field.kind is Kind.CHOICE):
            found = listings.facets(work, listing, Query(), field)
            assert found
            for facet in found:
                query, problems = parse(listing, [(field.name, facet.value)])
                assert problems == []
                assert listings.page(work, listing, query).count == facet.count


@OBJECTS
def test_another_customers_record_is_not_found(world: World, listing: Listing) -> None:
    """ACC-13: Globex asks for each of Acme's ids, and for ids that never were."""
    if listing.summarise:
        return
    theirs = [row['id'] for row in rows(world, ACME, listing)]
    with reading_as(world.as_customer(*GLOBEX)) as work:
        for record_id in (*theirs, 0, -1, 999_999_999, 2**70):
            with pytest.raises(NotFound):
                listings.record(work, listing, record_id)


@OBJECTS
def test_a_record_shows_what_its_row_shows(world: World, listing: Listing) -> None:
    """POR-03: detail view per record."""
    if listing.summarise:
        return
    first = rows(world, ACME, listing)[0]
    with reading_as(world.as_customer(*ACME)) as work:
        assert listings.record(work, listing, first['id']) == first


@OBJECTS
def test_an_export_holds_exactly_the_rows_of_the_table(world: World, listing: Listing) -> None:
    """POR-04: the same rows in the same order, the visible fields, and their labels."""
    viewer = world.as_customer(*ACME)
    query, _ = parse(listing, listing.starting_filters)
    expected = rows(world, ACME, listing, query)
    with acting_as(viewer) as work:
        job = exports.prepare(work, listing, query, 'csv')
    result = run(job)
    assert result.code == 0, result.messages
    header, *cells = csv.reader(io.StringIO(result.out.decode(), newline=''))
    shown = listing.chosen(None)
    assert header == [field.label for field in shown]
    assert len(cells) == len(expected) == result.last['rows'] > 0
    for place, field in enumerate(shown):
        assert_exported(field, [row[place] for row in cells], [row[field.name] for row in expected])


@OBJECTS
def test_an_address_says_again_what_it_was_read_from(listing: Listing) -> None:
    """POR-03: the state lives in the URL."""
    for field in listing.filterable:
        text = WRITTEN.get(field.kind, 'some text')
        query, problems = parse(listing, [(field.name, text), ('q', 'find me'), ('size', '100')])
        assert problems == []
        assert parse(listing, to_parameters(query, listing)) == (query, [])


def _all_rows(work: Any, listing: Listing, query: Query) -> list[dict[str, Any]]:
    page = listings.page(work, listing, query)
    found = list(page.rows)
    while page.next:
        page = listings.page(work, listing, query.first_page(after=page.next))
        found += page.rows
    return found


def test_taking_away_the_filter_that_a_page_starts_with_stays_in_its_address() -> None:
    """POR-03: a shared link, a reload and an export show what the page shows."""
    usage = PORTAL_OBJECTS['usage']
    query, _ = parse_address(usage, [])
    assert 'date' in query.filters
    cleared = query.with_filter('date', None)
    parameters = to_parameters(cleared, usage)
    assert ('date', 'all') in parameters
    assert parse_address(usage, parameters) == (cleared, [])
