"""Whatever index a page is read by, it shows the same rows."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from portal_app.filters import Begins, Contains, Dates, Filter, Numbers, OneOf, Pairs
from portal_app.models import UsageEvent
from portal_app.queries import Query
from portal_app.services import listing_branches, listings
from portal_app.services.listing_conditions import conditions
from portal_app.services.listing_scope import in_scope
from portal_app.services.listing_statements import row_columns, select_from
from portal_app.services.usage import USAGE_EVENTS
from portal_app.work import Work, reading_as
from tests.world import NOON, World, add_events, event

TYPES, SOURCES = ('api.request', 'API.batch', 'disk', 'seat'), ('gateway', 'batch', '')
STATUSES = ('Pending', 'Processed', 'Invoiced', 'Void')
SORTS = [field.name for field in USAGE_EVENTS.sortable]


def some_events(world: World, chance: Random) -> list[UsageEvent]:
    made = []
    for customer in ('acme', 'nordics', 'globex'):
        for number in range(100, 140):
            moment = NOON - timedelta(hours=chance.randrange(200))  # several at the same moment
            made.append(
                event(
                    world.customers[customer],
                    number,
                    event_type=chance.choice(TYPES),
                    status=chance.choice(STATUSES),
                    source=chance.choice(SOURCES),
                    occurred_at=moment,
                    ingested_at=moment + timedelta(hours=chance.randrange(3)),
                    quantity=chance.choice(
                        (Decimal(1), Decimal('2.5'), Decimal(chance.randrange(50)), Decimal('-3'))
                    ),
                    properties={'region': chance.choice(('eu', 'us'))},
                )
            )
    return made


def some_query(chance: Random) -> Query:
    day = (NOON - timedelta(days=chance.randrange(8))).date()
    possible: dict[str, Filter] = {
        'date': Dates(day, day + timedelta(days=chance.randrange(5))),
        'ingested_on': Dates(day, None),
        'event_type': OneOf(tuple(chance.sample(TYPES, chance.randrange(1, 4)))),
        'status': OneOf(tuple(chance.sample(STATUSES, chance.randrange(1, 3)))),
        'source': OneOf((chance.choice(SOURCES),)),
        'quantity': Numbers(Decimal(chance.randrange(-5, 20)), chance.choice((None, Decimal(25)))),
        'properties': Pairs((('region', 'eu'),)),
        'event_id': Begins('evt-'),
        'unit': Contains('request'),
    }
    names = chance.sample(list(possible), chance.randrange(4))
    search = chance.choice(('', '', 'api', 'BATCH', 'gate', 'evt-1-1', 'nothing like it'))
    return Query(
        {name: possible[name] for name in names}, search, chance.choice(SORTS), chance.random() < 0.5, size=7
    )


def paged(work: Work, query: Query) -> list[int]:
    """The ids of all pages; the way back shows them too."""
    page = listings.page(work, USAGE_EVENTS, query)
    found, count = [row['id'] for row in page.rows], page.count
    while page.next:
        mark = page.next
        page = listings.page(work, USAGE_EVENTS, query.first_page(after=mark))
        back = listings.page(work, USAGE_EVENTS, query.first_page(before=page.previous))
        assert [row['id'] for row in back.rows] == found[-7:]
        found += [row['id'] for row in page.rows]
    assert count == len(found)
    return found


def asked_plainly(work: Work, query: Query) -> list[dict[str, Any]]:
    statement = select_from(USAGE_EVENTS, row_columns(USAGE_EVENTS)).where(
        *in_scope(work, USAGE_EVENTS), *conditions(work, USAGE_EVENTS, query)
    )
    return [dict(row) for row in work.session.execute(statement).mappings()]


@pytest.mark.parametrize('few', [-1, 3, 10_000])
def test_every_path_shows_the_rows_that_the_conditions_mean(
    world: World, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """POR-03: 120 queries by the sort's index, by a filter's, and by whichever is rarer."""
    monkeypatch.setattr(listing_branches, 'FEW', few)
    chance = Random(few)
    add_events(*some_events(world, chance))
    with reading_as(world.as_customer('anna', 'C1001')) as work:
        for _ in range(40):
            query = some_query(chance)
            rows = asked_plainly(work, query)
            rows.sort(key=lambda row: (row[query.sort], row['date'], row['id']), reverse=query.descending)
            assert paged(work, query) == [row['id'] for row in rows], query


def test_so_many_picked_values_that_there_are_no_branches_show_the_same(world: World) -> None:
    """POR-03."""
    values = ('api.request', *(f'type-{number}' for number in range(40)))
    with reading_as(world.as_customer('anna', 'C1001')) as work:
        query = Query({'event_type': OneOf(values)}, 'gateway', 'date', size=7)
        rows = asked_plainly(work, query)
        assert len(rows) > 10
        assert sorted(paged(work, query)) == sorted(row['id'] for row in rows)


def test_every_field_that_is_said_to_have_an_index_has_one() -> None:
    """The choice of index relies on it."""
    leading = set()
    for index in UsageEvent.__table__.indexes:  # type: ignore[attr-defined]
        columns = [str(expression) for expression in index.expressions]
        if not columns[0].endswith('customer_id'):
            continue  # by which a row is found from another one, and no field
        leading.add(columns[1].rpartition('.')[2].strip('")'))
    for field in USAGE_EVENTS.fields:
        assert (str(field.column).rpartition('.')[2] in leading) == field.indexed, field.name
