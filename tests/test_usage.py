"""Totals of usage: exact to the last digit, by the days of the viewer's zone."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from portal_app.columns import ExactSum, canonical
from portal_app.queries import parse
from portal_app.services import listings
from portal_app.services.usage import USAGE, usage_by_day
from portal_app.work import reading_as
from tests.world import World, add_events, event, organization


def totals(world: World, *parameters: tuple[str, str]) -> dict[tuple[str, str], tuple[Decimal, int]]:
    query, problems = parse(USAGE, parameters)
    assert problems == []
    with reading_as(world.as_customer('ben', 'C1005')) as work:
        rows = listings.page(work, USAGE, query).rows
    return {(row['event_type'], row['unit']): (row['quantity'], row['events']) for row in rows}


def test_initech_s_totals_leave_out_what_is_void(world: World) -> None:
    """POR-06: totals per event type and unit."""
    assert totals(world) == {
        ('api.request', 'requests'): (Decimal(36), 8),
        ('only.initech', 'GB'): (Decimal('0.000000145300001'), 1),
    }


def test_nothing_is_rounded(world: World) -> None:
    """House style: quantities are exact; floating point would lose the one."""
    id = world.customers['initech']
    add_events(
        event(id, 20, event_type='big', quantity=Decimal('1e25')),
        event(id, 21, event_type='big', quantity=Decimal('1e-15')),
    )
    assert totals(world, ('event_type', 'big')) == {
        ('big', 'requests'): (Decimal('10000000000000000000000000.000000000000001'), 2)
    }


def test_different_units_are_never_added(world: World) -> None:
    """POR-06."""
    id = world.customers['initech']
    add_events(event(id, 20, event_type='disk', unit='GB'), event(id, 21, event_type='disk', unit='TB'))
    assert set(totals(world, ('event_type', 'disk'))) == {('disk', 'GB'), ('disk', 'TB')}
    shown = USAGE.showing(['quantity'])
    with reading_as(world.as_customer('ben', 'C1005')) as work:
        rows = listings.page(work, shown, parse(shown, [])[0]).rows
    assert len(rows) == 3
    assert all(set(row) == {'id', 'quantity'} for row in rows)


def test_days_are_those_of_the_viewers_zone(world: World) -> None:
    """POR-06: on the day when the clocks go back, a day has 25 hours."""
    organization(time_zone='Europe/Berlin')
    id = world.customers['initech']
    moments = [
        datetime(2026, 10, 24, 21, 59, 59, tzinfo=UTC),
        datetime(2026, 10, 24, 22, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 59, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 22, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 10, 25, 23, tzinfo=UTC),
    ]
    add_events(
        *(
            event(id, 30 + place, event_type='clock', occurred_at=moment, quantity=Decimal(1))
            for place, moment in enumerate(moments)
        )
    )
    query, _ = parse(USAGE, [('event_type', 'clock')])
    with reading_as(world.as_customer('ben', 'C1005')) as work:
        days: Counter[date] = Counter()
        for day in usage_by_day(work, USAGE, query):
            days[day.day] += day.events
    assert days == {date(2026, 10, 24): 1, date(2026, 10, 25): 4, date(2026, 10, 26): 1}


def test_a_period_without_usage_is_empty(world: World) -> None:
    """POR-06."""
    assert totals(world, ('date', '2001-01-01..2001-01-31')) == {}


NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=12)


@given(st.lists(NUMBERS, max_size=30))
def test_the_exact_sum_equals_the_sum_of_fractions(numbers: list[Decimal]) -> None:
    """House style: exact."""
    from fractions import Fraction

    total = ExactSum()
    for number in numbers:
        total.step(canonical(number))
    assert Fraction(total.finalize()) == sum(map(Fraction, numbers), Fraction(0))


@given(NUMBERS)
def test_the_canonical_text_is_the_same_number(number: Decimal) -> None:
    """Columns: equal numbers have equal texts."""
    text = canonical(number)
    assert Decimal(text) == number
    assert 'E' not in text
    assert text != '-0'
    assert not ('.' in text and text.endswith('0'))
