"""The arithmetic of subscriptions, held against plain fractions and plain calendars (POR-07)."""

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from portal_app.models import Cycle, Subscription, SubscriptionStatus
from portal_app.services.subscription_terms import (
    Happened,
    after_months,
    bring_up_to,
    days_left,
    ends_on,
    next_billing,
    prorated,
)

DAYS = st.dates(date(2019, 1, 1), date(2031, 12, 31))
PRICES = st.integers(0, 10**12)
CYCLES = st.sampled_from(list(Cycle))


def running(began: date, cycle: Cycle, **changes: object) -> Subscription:
    """One that began on this day and runs in its first cycle."""
    values = {
        'number': 'SUB-1',
        'customer_id': 1,
        'plan_id': 1,
        'status': SubscriptionStatus.ACTIVE,
        'quantity': 1,
        'price': 100,
        'currency': 'USD',
        'started_on': began,
        'period_start': began,
        'period_end': after_months(began, cycle.months, began),
    }
    return Subscription(**values | changes)


@given(PRICES, st.integers(0, 366), st.integers(1, 366))
def test_a_part_is_the_exact_one_rounded_half_up(difference: int, left: int, days: int) -> None:
    """POR-07: never more than half a minor unit off, and never more than the whole."""
    left = min(left, days)
    exact = Fraction(difference * left, days)
    found = prorated(difference, left, days)
    assert Fraction(-1, 2) < found - exact <= Fraction(1, 2)
    assert found == (exact + Fraction(1, 2)).__floor__()
    assert 0 <= found <= difference
    assert prorated(-difference, left, days) == 0


@given(DAYS, CYCLES, st.lists(st.tuples(st.integers(0, 366), st.integers(0, 10**6)), max_size=8))
def test_several_increases_in_one_cycle_never_cost_more_than_the_full_price(
    began: date, cycle: Cycle, steps: list[tuple[int, int]]
) -> None:
    """POR-07: also where each is rounded up; on the first day all of it is due."""
    subscription = running(began, cycle)
    days = (subscription.period_end - began).days
    charged = whole = 0
    for place, increase in sorted(steps):
        left, all_of_it = days_left(subscription, began + timedelta(days=place % days))
        assert (all_of_it, left) == (days, days - place % days)
        part = prorated(increase, left, days)
        assert part == increase or left < days
        charged, whole = charged + part, whole + increase
    assert charged <= whole


def test_the_documented_example() -> None:
    """POR-07: docs/subscriptions.md."""
    subscription = running(date(2026, 11, 1), Cycle.MONTH)
    assert days_left(subscription, date(2026, 11, 10)) == (21, 30)
    assert prorated(3_000, 21, 30) == 2_100


@given(DAYS, CYCLES, st.integers(1, 40))
def test_cycles_follow_each_other_on_the_day_on_which_it_began(began: date, cycle: Cycle, many: int) -> None:
    """POR-07: 31 January, 28 or 29 February, 31 March; no day is in two cycles or in none."""
    subscription = running(began, cycle)
    for number in range(many):
        months = began.month - 1 + cycle.months * (number + 1)
        year, month = began.year + months // 12, months % 12 + 1
        end = subscription.period_end
        assert end == date(year, month, min(began.day, monthrange(year, month)[1]))
        bring_up_to(subscription, cycle, end - timedelta(days=1))
        assert subscription.period_end == end
        bring_up_to(subscription, cycle, end)
        assert subscription.period_start == end
        assert subscription.next_billing_on == subscription.period_end


def test_an_end_of_february_comes_back_to_the_31st() -> None:
    """POR-07: in a leap year and in others; a yearly one of 29 February."""
    for year, last in ((2027, 28), (2028, 29)):
        assert after_months(date(year, 1, 31), 1, date(year, 1, 31)) == date(year, 2, last)
        assert after_months(date(year, 2, last), 1, date(year, 1, 31)) == date(year, 3, 31)
    leap = date(2028, 2, 29)
    assert after_months(after_months(leap, 12, leap), 36, leap) == date(2032, 2, 29)
    assert after_months(date(2026, 3, 1), 1, date(2025, 1, 15)) == date(2026, 4, 1)  # an import's own day


@given(DAYS, CYCLES, st.integers(0, 900), st.lists(st.integers(0, 900), max_size=6))
def test_missed_days_are_caught_up_as_if_each_had_been_worked(
    began: date, cycle: Cycle, far: int, stops: list[int]
) -> None:
    """POR-07: whatever the days of work are, and twice on one day is once."""
    change = {'next_quantity': 3, 'next_change_on': after_months(began, cycle.months, began)}
    term = {'term_ends_on': began + timedelta(days=400), 'term_months': 12}
    now, late = running(began, cycle, **change, **term), running(began, cycle, **change, **term)
    for day in sorted({*(stop for stop in stops if stop < far), far}):
        bring_up_to(now, cycle, began + timedelta(days=day))
        assert bring_up_to(now, cycle, began + timedelta(days=day)) == []
    bring_up_to(late, cycle, began + timedelta(days=far))
    assert now.model_dump(exclude={'created_at'}) == late.model_dump(exclude={'created_at'})


def test_on_one_day_a_cancellation_comes_first_then_the_term_then_the_change() -> None:
    """POR-07: what is over does not change any more, and is not billed."""
    began = date(2026, 1, 31)
    end = date(2026, 2, 28)
    change = {'next_quantity': 3, 'next_price': 90, 'next_plan_id': 2, 'next_change_on': end}
    cancelled = running(began, Cycle.MONTH, cancel_on=end, term_ends_on=end, **change)
    assert next_billing(cancelled, began) is None
    assert bring_up_to(cancelled, Cycle.MONTH, end) == [Happened.CANCELLED]
    assert (cancelled.status, cancelled.cancelled_on, cancelled.next_change_on) == ('Cancelled', end, None)
    expired = running(began, Cycle.MONTH, term_ends_on=end, **change)
    assert ends_on(expired) == end
    assert bring_up_to(expired, Cycle.MONTH, end) == [Happened.EXPIRED]
    assert (expired.status, expired.cancelled_on, expired.quantity) == ('Expired', None, 1)
    renewed = running(began, Cycle.MONTH, term_ends_on=end, term_months=1, **change)
    assert bring_up_to(renewed, Cycle.MONTH, end) == [Happened.RENEWED, Happened.CHANGED]
    assert (renewed.quantity, renewed.price, renewed.plan_id) == (3, 90, 2)
    assert (renewed.term_ends_on, renewed.period_end) == (date(2026, 3, 31), date(2026, 3, 31))


def test_one_that_has_not_begun_is_billed_when_it_does_and_a_paused_one_is_not() -> None:
    """POR-07: the days of a paused one pass; what is over or a draft does not move."""
    began = date(2026, 5, 1)
    early = running(began, Cycle.MONTH)
    bring_up_to(early, Cycle.MONTH, date(2026, 4, 1))
    assert early.next_billing_on == began
    assert days_left(early, date(2026, 4, 1)) == (31, 31)
    paused = running(began, Cycle.MONTH, status=SubscriptionStatus.PAUSED)
    bring_up_to(paused, Cycle.MONTH, date(2026, 7, 15))
    assert (paused.period_start, paused.next_billing_on) == (date(2026, 7, 1), None)
    draft = running(began, Cycle.MONTH, status=SubscriptionStatus.DRAFT)
    assert bring_up_to(draft, Cycle.MONTH, date(2027, 1, 1)) == []
    assert draft.period_start == began


def test_a_term_that_ends_within_the_cycle_leaves_fewer_days_to_pay() -> None:
    """POR-07."""
    subscription = running(date(2026, 11, 1), Cycle.MONTH, term_ends_on=date(2026, 11, 15))
    assert days_left(subscription, date(2026, 11, 10)) == (5, 30)
