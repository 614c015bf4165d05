"""Listings with money and days: filters, order, paging, totals and what is never shown, on both databases."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal_app import db
from portal_app.errors import NotFound
from portal_app.filters import Numbers
from portal_app.listings import Listing
from portal_app.money import MOST_MINOR, Money, plain, size_of
from portal_app.queries import Query, make_cursor, parse
from portal_app.services import listing_totals, listings
from portal_app.work import Work, reading_as
from tests.bills import BILLS, NOVEMBER, add_bills, bill
from tests.world import World, organization

CODES = ('USD', 'JPY', 'BHD', 'CLF')
ACME, GLOBEX = ('anna', 'C1001'), ('ben', 'C1004')
DATABASES = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def paged(work: Work, query: Query, listing: Listing = BILLS) -> list[dict[str, Any]]:
    """All rows, page by page."""
    page = listings.page(work, listing, query)
    found = list(page.rows)
    while page.next:
        page = listings.page(work, listing, query.first_page(after=page.next))
        found += page.rows
    return found


def asked(*given: tuple[str, str], listing: Listing = BILLS) -> Query:
    query, problems = parse(listing, given)
    assert problems == []
    return query


def major(amount: Money) -> Decimal:
    return Decimal(plain(*amount))


def random_bills(world: World, chance: Random) -> list[Money]:
    """Amounts of either sign, many of them alike in their major units, at Acme and at its child Nordics."""
    amounts = [
        Money(chance.choice((1, -1)) * chance.randrange(10 ** chance.randrange(1, 16)), chance.choice(CODES))
        for _ in range(120)
    ]
    amounts += [Money(sign * MOST_MINOR, code) for code in CODES for sign in (1, -1)]
    amounts += [Money(MOST_MINOR - 1, 'JPY'), Money(0, 'USD'), Money(0, 'CLF')]
    amounts += [Money(124_000, 'USD'), Money(1_240, 'JPY'), Money(1_240_000, 'BHD'), Money(12_400_000, 'CLF')]
    customers = (world.customers['acme'], world.customers['nordics'])
    add_bills(
        *(
            bill(chance.choice(customers), amount, date=NOVEMBER - timedelta(days=chance.randrange(4)))
            for amount in amounts
        )
    )
    return amounts


def test_bounds_order_and_paging_agree_with_exact_arithmetic(world: World) -> None:
    """POR-03: money of four currencies with 2, 0, 3 and 4 decimals, compared by its major units."""
    amounts = random_bills(world, Random(20_261_110))
    edges = st.sampled_from(amounts).map(major)
    near = st.builds(lambda edge, step: edge + step, edges, st.decimals(-1, 1, places=6))
    bounds = st.none() | edges | near

    @DATABASES
    @given(low=bounds, high=bounds, descending=st.booleans(), size=st.sampled_from([7, 50, 200]))
    def agrees(low: Decimal | None, high: Decimal | None, descending: bool, size: int) -> None:
        filters: Any = {} if low is None and high is None else {'amount': Numbers(low, high)}
        query = Query(filters=filters, sort='amount', descending=descending, size=size)
        with reading_as(world.as_customer(*ACME)) as work:
            rows = paged(work, query)
            ids = listings.matching_ids(work, BILLS, query)
        expected = [
            amount
            for amount in amounts
            if (low is None or major(amount) >= low) and (high is None or major(amount) <= high)
        ]
        assert sorted(row['amount'] for row in rows) == sorted(expected)
        assert sorted(row['id'] for row in rows) == sorted(ids)
        keys = [(size_of(row['amount']), row['date'], row['id']) for row in rows]
        assert keys == sorted(keys, reverse=descending)

    agrees()


def test_a_page_back_is_the_page_before(world: World) -> None:
    """POR-03: by money and by days, some of which are missing, of two customers at once."""
    random_bills(world, Random(7))
    add_bills(
        *(
            bill(world.customers['acme'], Money(place, 'USD'), due_date=NOVEMBER + timedelta(days=place % 3))
            for place in range(9)
        )
    )
    with reading_as(world.as_customer(*ACME)) as work:
        for sort in ('amount', 'date', 'late_date'):
            query = Query(sort=sort, size=25)
            first = listings.page(work, BILLS, query)
            second = listings.page(work, BILLS, query.first_page(after=first.next))
            assert listings.page(work, BILLS, query.first_page(before=second.previous)).rows == first.rows
        days = [row['late_date'] for row in paged(work, Query(sort='late_date', descending=False, size=25))]
    there = [day for day in days if day is not None]
    assert len(there) == 6
    assert days == [None] * (len(days) - 6) + sorted(there)


def test_a_day_is_that_day_in_every_zone(world: World) -> None:
    """Field notes: a bill's date is a calendar day; only what "today" means follows the viewer's zone."""
    globex = world.customers['globex']
    add_bills(*(bill(globex, Money(1, 'USD'), date=date(2026, 3, day)) for day in (28, 29, 30)))
    for zone in ('Pacific/Kiritimati', 'Etc/GMT+12'):
        organization(time_zone=zone)
        with reading_as(world.as_customer(*GLOBEX)) as work:
            for text, days in (('2026-03-29', [29]), ('..2026-03-29', [29, 28]), ('2026-03-29..', [30, 29])):
                rows = listings.page(work, BILLS, asked(('date', text))).rows
                assert [row['date'] for row in rows] == [date(2026, 3, day) for day in days]
            assert listings.page(work, BILLS, asked(('date', 'today'))).rows == []


def test_totals_keep_currencies_apart_and_are_scoped_as_the_table(world: World) -> None:
    """POR-03, ACC-13: exact, only of what matches and is theirs."""
    acme, nordics, globex = (world.customers[name] for name in ('acme', 'nordics', 'globex'))
    add_bills(*(bill(acme, Money(MOST_MINOR, 'JPY'), tax=-1) for _ in range(20)))
    add_bills(
        bill(nordics, Money(-150, 'USD'), tax=7),
        bill(nordics, Money(125, 'USD'), note='find me'),
        bill(nordics, Money(10_000, 'USD'), status='Draft'),
        bill(world.customers['iberia'], Money(10_000, 'USD')),
        bill(globex, Money(10_000, 'USD')),
    )
    with reading_as(world.as_customer(*ACME)) as work:
        everything = listings.page(work, BILLS, Query(sort='date', size=5))
        found = listings.page(work, BILLS, Query(sort='date', search='FIND')).totals
        few = listings.page(work, BILLS, asked(('currency', 'USD'), ('columns', 'number,tax'))).totals
        shown = BILLS.showing(['number', 'amount'])  # neither the tax nor the currency
        hidden = listings.page(work, shown, Query(sort='number'))
    assert everything.totals == {
        'amount': [Money(20 * MOST_MINOR, 'JPY'), Money(-25, 'USD')],
        'tax': [Money(-20, 'JPY'), Money(7, 'USD')],
    }
    assert found == {'amount': [Money(125, 'USD')], 'tax': [Money(0, 'USD')]}
    assert few == {'tax': [Money(7, 'USD')]}
    assert hidden.totals == {'amount': [Money(20 * MOST_MINOR, 'JPY'), Money(-25, 'USD')]}
    assert {row['amount'].currency for row in hidden.rows} == {'JPY', 'USD'}


def test_a_total_beyond_a_database_s_numbers_is_exact_or_not_there(world: World) -> None:
    """POR-03: never rounded, and the rows are there all the same."""
    add_bills(*(bill(world.customers['globex'], Money(2**62, 'USD')) for _ in range(3)))
    with reading_as(world.as_customer(*GLOBEX)) as work:
        page = listings.page(work, BILLS, Query(sort='date'))
        exact = {'amount': [Money(3 * 2**62, 'USD')], 'tax': [Money(0, 'USD')]}
        assert page.totals == (None if db.is_sqlite() else exact)
        assert len(page.rows) == 3


def test_totals_that_take_too_long_are_left_out(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """POR-03: the rows are there all the same."""
    random_bills(sqlite_world, Random(3))
    monkeypatch.setattr(listing_totals, 'SECONDS', 0.0)
    monkeypatch.setattr('portal_app.db.PROGRESS_STEP', 1)
    with reading_as(sqlite_world.as_customer(*ACME)) as work:
        page = listings.page(work, BILLS, Query(sort='date', size=25))
    assert len(page.rows) == 25
    assert page.totals is None


def test_a_draft_is_nowhere(world: World) -> None:
    """POR-05: not in pages, counts, branches of several values, records, facets, news, ids, exports."""
    globex = world.customers['globex']
    add_bills(bill(globex, Money(100, 'USD'), note='posted'), bill(globex, Money(200, 'USD'), status='Void'))
    with reading_as(world.as_customer(*GLOBEX)) as work:
        newest = listings.newest(work, BILLS)
        status = BILLS.by_name['status']
        before = [(facet.value, facet.count) for facet in listings.facets(work, BILLS, Query(), status)]
    drafts = [bill(globex, Money(400, 'EUR'), status='Draft', note='drafted') for _ in range(3)]
    add_bills(*drafts)
    with reading_as(world.as_customer(*GLOBEX)) as work:
        for query in (
            Query(sort='date'),
            Query(sort='amount', size=1),
            asked(('status', 'Draft'), ('status', 'Void'), ('status', 'Overdue'), ('status', 'Posted')),
        ):
            assert len(paged(work, query)) == 2
            page = listings.page(work, BILLS, query)
            assert page.count == 2
            assert page.totals == {'amount': [Money(300, 'USD')], 'tax': [Money(0, 'USD')]}
            assert len(listings.matching_ids(work, BILLS, query)) == 2
        for query in (asked(('status', 'Draft')), Query(search='drafted'), asked(('currency', 'EUR'))):
            assert listings.page(work, BILLS, query).rows == []
        assert [(each.value, each.count) for each in listings.facets(work, BILLS, Query(), status)] == before
        currencies = listings.facets(work, BILLS, Query(), BILLS.by_name['currency'])
        assert [(each.value, each.count) for each in currencies] == [('USD', 2)]
        assert listings.newer(work, BILLS, Query(), newest) == 0
        for draft in drafts:
            with pytest.raises(NotFound):
                listings.record(work, BILLS, draft.id or 0)
        statement = listings.export_statement(work, BILLS, Query(sort='date'), BILLS)
        assert len(work.session.execute(statement).all()) == 2


def test_a_made_up_mark_shows_the_first_page(world: World) -> None:
    """Bad input: never a failure, never a leak."""
    add_bills(
        bill(world.customers['globex'], Money(1, 'USD')), bill(world.customers['acme'], Money(2, 'USD'))
    )
    marks: list[list[str | int]] = [
        ['soon', 1, 1],
        ['2026-13-01', 1],
        [1, 2],
        ['9' * 200, '2026-01-01', 1],
        ['9' * 90, '2026-01-01', 1],
        ['', '', 1],
        ['NaN', '', 1],
    ]
    with reading_as(world.as_customer(*GLOBEX)) as work:
        for mark in marks:
            for sort in ('date', 'late_date', 'amount'):
                page = listings.page(work, BILLS, Query(sort=sort, after=make_cursor(mark)))
                assert [row['amount'] for row in page.rows] in ([], [Money(1, 'USD')])


@pytest.mark.parametrize(
    ('parameter', 'words'),
    [
        (('date', '2026-02-30'), 'Date: a date looks like 2026-01-31'),
        (('amount', 'many'), 'Amount: a number looks like 12.5'),
        (('amount', '1e99..'), 'Amount: this number is too large or too small.'),
    ],
)
def test_what_cannot_be_used_is_said(parameter: tuple[str, str], words: str) -> None:
    """POR-03: as for times and quantities."""
    query, problems = parse(BILLS, [parameter])
    assert query.filters == {}
    assert [problem[: len(words)] for problem in problems] == [words]
