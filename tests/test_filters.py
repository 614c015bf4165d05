"""Filters, and what may stand in an address."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.filters import Contains, Dates, Numbers, OneOf, Pairs, preset_days
from portal_app.listings import Listing
from portal_app.queries import Query, make_cursor, parse, read_cursor, to_parameters
from portal_app.services import listings
from portal_app.services.usage import USAGE_EVENTS
from portal_app.work import reading_as
from tests.world import NOON, World, add_events, event, organization

BERLIN = ZoneInfo('Europe/Berlin')


def found(world: World, *parameters: tuple[str, str]) -> list[str]:
    query, problems = parse(USAGE_EVENTS, parameters)
    assert problems == []
    with reading_as(world.as_customer('ben', 'C1005')) as work:
        return sorted(row['event_id'] for row in listings.page(work, USAGE_EVENTS, query).rows)


def test_initech_filters_by_each_field(world: World) -> None:
    """USE-02: type, status, source, quantity, property and text, alone and together."""
    id = world.customers['initech']
    assert found(world, ('event_type', 'only.initech')) == [f'evt-{id}-9']
    assert found(
        world, ('event_type', 'only.initech'), ('event_type', 'api.request'), ('status', 'Void')
    ) == [f'evt-{id}-10']
    assert found(world, ('status', 'Void'), ('status', 'Pending')) == [f'evt-{id}-10', f'evt-{id}-9']
    assert found(world, ('source', 'source-initech')) == [f'evt-{id}-9']
    assert found(world, ('quantity', '2..3')) == [f'evt-{id}-2', f'evt-{id}-3']
    assert found(world, ('quantity', '..0.000000145300001')) == [f'evt-{id}-9']
    assert found(world, ('properties', 'region=region-initech')) == [f'evt-{id}-9']
    assert found(world, ('properties', 'region=eu-west-1'), ('quantity', '8')) == [f'evt-{id}-8']
    assert found(world, ('q', 'ONLY.INI')) == [f'evt-{id}-9']
    assert found(world, ('event_id', f'evt-{id}-10')) == [f'evt-{id}-10']
    assert found(world, ('unit', 'gb')) == [f'evt-{id}-9']


@pytest.mark.parametrize('text', ['%', '_', "'", '"', '\\', "' OR 1=1 --", '%%%', '$', '{}', '[', 'ü', '🎉'])
def test_signs_that_mean_something_to_a_database_are_just_text(world: World, text: str) -> None:
    """USE-02: the search finds exactly what was typed."""
    add_events(event(world.customers['initech'], 50, external_id=f'a{text}b', properties={'k': text}))
    assert found(world, ('q', f'a{text}')) == [f'a{text}b']
    assert found(world, ('event_id', f'a{text}')) == [f'a{text}b']
    assert found(world, ('unit', text)) == []
    assert found(world, ('properties', f'k={text}')) == [f'a{text}b']


def test_a_property_that_is_a_number_is_found_by_its_text(world: World) -> None:
    """USE-02."""
    add_events(
        event(world.customers['initech'], 50, properties={'retries': 3, 'a.b': True, 'note': 'say "hi"'})
    )
    for pair in ('retries=3', 'a.b=true', 'note=say "hi"'):
        assert found(world, ('properties', pair)) == [f'evt-{world.customers["initech"]}-50'], pair


def test_a_day_is_a_day_of_the_viewers_zone(world: World) -> None:
    """USE-02, field notes: filter in the zone that is displayed; the clocks go back on 25 October 2026."""
    organization(time_zone='Europe/Berlin')
    id = world.customers['initech']
    add_events(
        event(id, 60, occurred_at=datetime(2026, 10, 24, 21, 59, tzinfo=UTC)),
        event(id, 61, occurred_at=datetime(2026, 10, 24, 22, 0, tzinfo=UTC)),
        event(id, 62, occurred_at=datetime(2026, 10, 25, 22, 59, 59, 999999, tzinfo=UTC)),
        event(id, 63, occurred_at=datetime(2026, 10, 25, 23, 0, tzinfo=UTC)),
    )
    assert found(world, ('date', '2026-10-25')) == [f'evt-{id}-61', f'evt-{id}-62']
    assert found(world, ('date', '2026-10-24..2026-10-24')) == [f'evt-{id}-60']
    assert f'evt-{id}-63' not in found(world, ('date', '..2026-10-25'))


def test_presets_move_with_the_calendar() -> None:
    """POR-03."""
    today = date(2026, 3, 1)
    assert preset_days('yesterday', today) == (date(2026, 2, 28), date(2026, 2, 28))
    assert preset_days('last_7_days', today) == (date(2026, 2, 23), today)
    assert preset_days('last_month', today) == (date(2026, 2, 1), date(2026, 2, 28))
    assert preset_days('last_year', today) == (date(2025, 1, 1), date(2025, 12, 31))
    assert Dates(preset='today').bounds(BERLIN, NOON) == (
        datetime(2026, 11, 9, 23, tzinfo=UTC),
        datetime(2026, 11, 10, 23, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ('parameters', 'words'),
    [
        ([('nonsense', '1')], "There is no filter 'nonsense'."),
        ([('sort', 'nonsense')], "It cannot be sorted by 'nonsense'."),
        ([('sort', 'properties')], "It cannot be sorted by 'properties'."),
        ([('size', '7')], 'size must be one of 25, 50, 100, 200.'),
        ([('after', 'not-a-cursor')], 'after is not the mark of a page'),
        ([('columns', 'date,nonsense')], "There is no column 'nonsense'."),
        ([('date', '2026-02-30')], 'Date: a date looks like 2026-01-31'),
        ([('date', '0001-01-01')], 'Date: the year must lie between 1971 and 2999.'),
        ([('date', '2026-02-02..2026-02-01')], 'Date: the first day must not be after the last.'),
        ([('quantity', 'many')], 'Quantity: a number looks like 12.5'),
        ([('quantity', '9..1')], 'Quantity: the smallest number must not be above the largest.'),
        ([('quantity', 'NaN')], 'Quantity: this number is too large or too small.'),
        ([('quantity', '1e999')], 'Quantity: this number is too large or too small.'),
        ([('properties', 'region')], 'Properties: write key = value'),
        ([('properties', 'a b=1')], 'Properties: write key = value'),
        ([('unit', 'x' * 201)], 'Unit: at most 200 characters.'),
        ([('unit', 'a\0b')], 'Unit: at most 200 characters.'),
    ],
)
def test_what_cannot_be_used_is_said(parameters: list[tuple[str, str]], words: str) -> None:
    """POR-03: ignored with a notice that names the field and the rule."""
    query, problems = parse(USAGE_EVENTS, parameters)
    assert len(problems) == 1
    assert problems[0].startswith(words)
    assert query.filters == {}


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*USAGE_EVENTS.by_name, 'q', 'sort', 'size', 'after', 'before', 'columns', 'x']),
            st.text(max_size=40),
        ),
        max_size=6,
    )
)
def test_no_address_breaks_the_reading(parameters: list[tuple[str, str]]) -> None:
    """Bad input: never a failure, and reading again what was understood gives the same."""
    query, _ = parse(USAGE_EVENTS, parameters)
    assert set(query.filters) <= set(USAGE_EVENTS.by_name)
    again, problems = parse(USAGE_EVENTS, to_parameters(query, USAGE_EVENTS))
    assert problems == []
    assert again == query


@given(st.text(max_size=60))
def test_no_text_breaks_a_cursor(text: str) -> None:
    """Bad input: a cursor that somebody made up."""
    assert read_cursor(text) is None or isinstance(read_cursor(text), list)


@pytest.mark.parametrize(
    'mark',
    [
        ['x'],
        ['x', 1],
        [1, 2, 3, 4],
        ['2026', 5],
        [2**62, 2**62],
        [-(2**70), 1],
        ['1e100000000', 0, 1],
        ['\ud800', 0, 1],
        ['a\0', 0, 1],
        ['NaN', 1, 1],
    ],
)
def test_a_mark_of_another_sort_shows_the_first_page(world: World, mark: list[str | int]) -> None:
    """Bad input: well-formed cursors that do not belong here; never a failure, never a leak."""
    with reading_as(world.as_customer('ben', 'C1005')) as work:
        for sort in ('date', 'event_type', 'quantity'):
            query = Query(sort=sort, size=25, after=make_cursor(mark))
            for row in listings.page(work, USAGE_EVENTS, query).rows:
                assert row['customer_name'] == 'Initech'


def test_filters_read_from_an_address_are_what_they_seem() -> None:
    """POR-03."""
    query, _ = parse(
        USAGE_EVENTS,
        [
            ('date', 'last_month'),
            ('quantity', '1.50..'),
            ('status', 'Void'),
            ('status', 'Void'),
            ('properties', 'a=1=2'),
            ('unit', ' GB '),
            ('sort', '-quantity'),
        ],
    )
    assert query.filters == {
        'date': Dates(preset='last_month'),
        'quantity': Numbers(Decimal('1.50')),
        'status': OneOf(('Void',)),
        'properties': Pairs((('a', '1=2'),)),
        'unit': Contains('GB'),
    }
    assert (query.sort, query.descending) == ('quantity', True)


def test_more_than_is_counted_is_said_to_be_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """POR-03: "10,000+"."""
    monkeypatch.setattr(listings, 'COUNTED_TO', 4)
    with reading_as(world.as_customer('ben', 'C1005')) as work:
        page = listings.page(work, USAGE_EVENTS, Query(sort='date', size=5))
        assert (page.count, page.capped) == (4, True)


def test_news_counts_only_what_matches_and_is_mine(world: World) -> None:
    """USE-03."""
    listing: Listing = USAGE_EVENTS
    query, _ = parse(listing, [('status', 'Void')])
    with reading_as(world.as_customer('ben', 'C1005')) as work:
        seen = listings.newest(work, listing)
    add_events(
        event(world.customers['initech'], 70, status='Void'),
        event(world.customers['initech'], 71),
        event(world.customers['globex'], 72, status='Void'),
    )
    with reading_as(world.as_customer('ben', 'C1005')) as work:
        assert listings.newer(work, listing, query, seen) == 1
        assert listings.newer(work, listing, Query(), seen) == 2
