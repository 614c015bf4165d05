"""The usage events behind a line of an invoice, and the proof that they are what was billed (field notes)."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from portal_app.auth.viewer import Operator
from portal_app.columns import EXACT
from portal_app.errors import NotFound
from portal_app.models import Contact, UsageEvent
from portal_app.queries import Query
from portal_app.services import access
from portal_app.services.invoice_detail import invoice_detail
from portal_app.services.line_events import Behind, events_behind
from portal_app.work import acting_as, reading_as
from tests.billing import last_month_end, metered_invoice
from tests.test_contact_tabs import contact_of
from tests.world import World, change, event, organization, tab

BEN = ('ben', 'C1004')
MONTH_END = last_month_end()
LAST_MONTH = datetime.combine(MONTH_END, time(12), UTC)


def metered(customer_id: int, number: int, **changes: Any) -> UsageEvent:
    """An event of last month that came at once."""
    at = LAST_MONTH - timedelta(hours=number)
    return event(customer_id, 1_000 + number, **{'occurred_at': at, 'ingested_at': at, **changes})


def _hours_ago(hours: int) -> datetime:
    return LAST_MONTH - timedelta(hours=hours)


def behind(world: World, invoice_id: int | None, who: tuple[str, str] = BEN, **query: Any) -> Behind:
    with reading_as(world.as_customer(*who)) as work:
        return events_behind(work, invoice_id or 0, 1, Query(**query))


def remarks(found: Behind) -> dict[str, list[str]]:
    return {row['event_id']: row['marks'] for row in found.page.rows}


def test_the_events_come_to_what_was_billed_to_the_last_digit(world: World) -> None:
    """Field notes: void ones do not count; other lines' and other customers' events are not here."""
    globex = world.customers['globex']
    quantities = ('0.1', '0.2', '0.000000000000000000000000000001', '1e20')
    with acting_as(Operator('test')) as work:
        events = [metered(globex, place, quantity=Decimal(each)) for place, each in enumerate(quantities)]
        void = metered(globex, 50, status='Void', quantity=Decimal(7))
        invoice = metered_invoice(work, globex, [*events, void], billed=sum_of(quantities))
        metered_invoice(work, globex, [metered(globex, 60)])
    found = behind(world, invoice.id)
    assert found.agrees
    assert found.counted == sum_of(quantities)
    assert (found.events, found.unseen) == (4, 0)
    assert {row['event_id'] for row in found.page.rows} == {each.external_id for each in (*events, void)}
    assert remarks(found)[void.external_id] == ['Void: not counted']
    with reading_as(world.as_customer(*BEN)) as work:
        lines = invoice_detail(work, invoice.id or 0).lines
        assert lines is not None
        assert [line.has_events for line in lines] == [True]


def sum_of(quantities: tuple[str, ...]) -> Decimal:
    total = Decimal(0)
    for each in quantities:
        total = EXACT.add(total, Decimal(each))
    return total


def test_a_difference_is_said(world: World) -> None:
    """Field notes: shown, and not hidden."""
    globex = world.customers['globex']
    with acting_as(Operator('test')) as work:
        invoice = metered_invoice(
            work, globex, [metered(globex, 2, quantity=Decimal(2))], billed=Decimal('2.0000001')
        )
    found = behind(world, invoice.id)
    assert (found.agrees, found.billed - found.counted) == (False, Decimal('0.0000001'))


def test_what_came_late_was_corrected_or_looks_doubled_is_remarked(world: World) -> None:
    """Field notes: late is after the period's end where the organization is."""
    globex = world.customers['globex']
    organization(time_zone='America/New_York')
    late = datetime.combine(MONTH_END + timedelta(days=1), time(6), UTC)  # it is past midnight there
    with acting_as(Operator('test')) as work:
        twins = [metered(globex, 1, external_id=f'twin-{name}', quantity=Decimal(3)) for name in 'ab']
        other = metered(globex, 1, external_id='other', quantity=Decimal(3), properties={'region': 'us'})
        came_late = metered(globex, 2, ingested_at=late)
        in_time = metered(globex, 3, ingested_at=late - timedelta(hours=3))
        wrong = metered(globex, 4, status='Void')
        work.session.add(wrong)
        work.session.flush()
        right = metered(globex, 4, external_id='right', replaces_id=wrong.id)
        events = [*twins, other, came_late, in_time, wrong, right]
        invoice = metered_invoice(work, globex, events)
        names = [each.external_id for each in (came_late, in_time, wrong)]
    assert remarks(behind(world, invoice.id)) == {
        'twin-a': ['Duplicate?'],
        'twin-b': ['Duplicate?'],
        'other': [],
        names[0]: ['Late'],
        names[1]: [],
        names[2]: ['Corrected by right', 'Void: not counted'],
        'right': [f'Corrects {names[2]}'],
    }
    tab('usage-events', fields={'event_id': False, 'source': False})
    found = behind(world, invoice.id)
    assert not {'event_id', 'source'} & {name for row in found.page.rows for name in row}
    assert ['Correction'] in [row['marks'] for row in found.page.rows]


def test_pages_of_events_follow_each_other_both_ways(world: World) -> None:
    """POR-03: each event once, the newest first; several at the same moment."""
    globex = world.customers['globex']
    with acting_as(Operator('test')) as work:
        events = [metered(globex, place, occurred_at=_hours_ago(place // 3)) for place in range(60)]
        invoice = metered_invoice(work, globex, events)
        newest = sorted(events, key=lambda each: (each.occurred_at, each.id or 0), reverse=True)
        expected = [each.id for each in newest]
    pages = [behind(world, invoice.id, size=25).page]
    while pages[-1].next:
        pages.append(behind(world, invoice.id, size=25, after=pages[-1].next).page)
    assert [row['id'] for page in pages for row in page.rows] == expected
    assert [page.previous is None for page in pages] == [True, False, False]
    back = behind(world, invoice.id, size=25, before=pages[2].previous).page
    assert back.rows == pages[1].rows
    for mark in ('nonsense', 'WzFd', 'WzEsMiwzXQ', 'Wzk5OTk5OTk5OTk5OTk5OTk5OSwxXQ'):
        assert behind(world, invoice.id, size=25, after=mark).page.rows == pages[0].rows


def test_events_of_a_child_without_access_are_in_the_total_only(world: World) -> None:
    """ACC-13: Iberia is billed to Acme; its usage is not Anna's to see, and the proof holds all the same."""
    acme, nordics, iberia = (world.customers[name] for name in ('acme', 'nordics', 'iberia'))
    with acting_as(Operator('test')) as work:
        events = [metered(acme, 1), metered(nordics, 2), metered(iberia, 3), metered(iberia, 4)]
        invoice = metered_invoice(work, acme, events)
        ids = [each.external_id for each in events]
    found = behind(world, invoice.id, ('anna', 'C1001'))
    assert [row['event_id'] for row in found.page.rows] == ids[:2]
    assert (found.agrees, found.events, found.unseen) == (True, 4, 2)
    with acting_as(Operator('test')) as work:
        access.set_access(work, [iberia], on=True)
    assert behind(world, invoice.id, ('anna', 'C1001')).unseen == 0


def test_nobody_else_sees_them_nor_who_has_no_usage_events(world: World) -> None:
    """ACC-13, SET-06: the line leads nowhere then."""
    globex = world.customers['globex']
    with acting_as(Operator('test')) as work:
        invoice = metered_invoice(work, globex, [metered(globex, 2)])
    for who in (('anna', 'C1001'), ('ben', 'C1005')):
        with pytest.raises(NotFound):
            behind(world, invoice.id, who)
    with reading_as(world.as_customer(*BEN)) as work:
        for line in (0, 2, -1):
            with pytest.raises(NotFound):
                events_behind(work, invoice.id or 0, line, Query())
    change(Contact, contact_of(world, 'globex', 'ben'), hidden_tabs=['usage-events'])
    with pytest.raises(NotFound):
        behind(world, invoice.id)
    with reading_as(world.as_customer(*BEN)) as work:
        lines = invoice_detail(work, invoice.id or 0).lines
        assert lines is not None
        assert not lines[0].has_events
