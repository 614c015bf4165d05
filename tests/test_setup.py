"""Portal Setup: who may change which tabs and fields customers see."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from portal_app import db, live
from portal_app.auth.permissions import BUILT_IN_ROLES, EVERYTHING, OWNER
from portal_app.auth.viewer import Operator
from portal_app.errors import Invalid, NotFound, NotPermitted
from portal_app.live import Change, Topic
from portal_app.models import AuditEntry, PortalTab
from portal_app.services import setup
from portal_app.services.portal_objects import PORTAL_OBJECTS
from portal_app.work import acting_as, reading_as
from tests.world import World


def test_the_defaults_hold_until_staff_decide(world: World) -> None:
    """SET-06: on by default are Invoices, Payments, Credits, Usage, in the order of the tabs."""
    with acting_as(Operator('test')) as work:
        for tab in work.session.exec(select(PortalTab)):
            work.session.delete(tab)
    with reading_as(world.as_customer('anna', 'C1001')) as work:
        assert [tab.title for tab in setup.portal_tabs(work)] == ['Invoices', 'Payments', 'Credits', 'Usage']
        assert list(PORTAL_OBJECTS)[4:] == ['usage-events', 'subscriptions', 'statements']


def test_the_spec_s_fields_of_usage_events_are_all_there() -> None:
    """SET-07."""
    assert [field.label for field in PORTAL_OBJECTS['usage-events'].columns] == [
        'Customer Name',
        'Date',
        'Event Type',
        'Status',
        'Source',
        'Ingested on',
        'Quantity',
        'Unit',
        'Event ID',
        'Properties',
    ]


def test_olivia_switches_a_tab_off_and_on(world: World) -> None:
    """SET-06: news goes out once, after the commit; the audit log says who."""
    olivia, heard = world.as_staff('olivia'), []
    stop = live.listen(Topic.SETUP, heard.append)
    for on in (False, False, True):
        with acting_as(olivia) as work:
            setup.set_tab(work, 'usage-events', on)
            assert len(heard) == (0 if on is False and not heard else 1)
        with reading_as(world.as_customer('anna', 'C1001')) as work:
            assert ('usage-events' in [tab.key for tab in setup.portal_tabs(work)]) is on
    stop()
    assert heard == [Change(Topic.SETUP, subject='usage-events')] * 2
    with reading_as(Operator('test')) as work:
        entries = work.session.exec(select(AuditEntry).order_by(AuditEntry.id)).all()  # type: ignore[arg-type]
    assert [(entry.actor, entry.action, entry.before, entry.after) for entry in entries] == [
        ('Olivia <olivia@staff.example>', 'portal_setup.tab', {'enabled': True}, {'enabled': False}),
        ('Olivia <olivia@staff.example>', 'portal_setup.tab', {'enabled': False}, {'enabled': True}),
    ]


def test_a_failed_change_tells_nobody(world: World) -> None:
    """SET-06: what was rolled back never happened."""
    heard: list[Change] = []
    stop = live.listen(Topic.SETUP, heard.append)
    with pytest.raises(ZeroDivisionError), acting_as(world.as_staff('olivia')) as work:
        setup.set_tab(work, 'usage-events', False)
        _ = 1 / 0
    stop()
    assert heard == []
    with reading_as(world.as_customer('anna', 'C1001')) as work:
        assert setup.portal_tab(work, 'usage-events')


def test_the_last_visible_field_stays(world: World) -> None:
    """SET-07: a tab without fields would be an empty page; the message says what to do instead."""
    olivia = world.as_staff('olivia')
    names = [field.name for field in PORTAL_OBJECTS['usage'].columns]
    for name in names[:-1]:
        with acting_as(olivia) as work:
            setup.set_field(work, 'usage', name, False)
    with pytest.raises(Invalid, match='Switch the tab off to hide all of it'), acting_as(olivia) as work:
        setup.set_field(work, 'usage', names[-1], False)


def test_unknown_tabs_and_fields_are_refused(world: World) -> None:
    """SET-07."""
    olivia = world.as_staff('olivia')
    with pytest.raises(NotFound), acting_as(olivia) as work:
        setup.set_tab(work, 'nonsense', True)
    with pytest.raises(NotFound), acting_as(olivia) as work:
        setup.set_field(work, 'usage', 'nonsense', True)


@pytest.mark.parametrize('who', ['rita', 'stan', 'manu'])
def test_only_the_grant_changes_the_setup(world: World, who: str) -> None:
    """SET-10: Read Only may look; Standard and Portal User Manager may not even look."""
    staff = world.as_staff(who)
    with pytest.raises(NotPermitted), acting_as(staff) as work:
        setup.set_tab(work, 'usage', False)
    with pytest.raises(NotPermitted), acting_as(staff) as work:
        setup.set_field(work, 'usage', 'unit', False)
    with reading_as(staff) as work:
        if who == 'rita':
            assert setup.tab_settings(work)
            assert not setup.may_change(work)
        else:
            with pytest.raises(NotPermitted):
                setup.tab_settings(work)


def test_a_customer_changes_nothing(world: World) -> None:
    """SET-10: grants belong to staff."""
    with pytest.raises(NotPermitted), acting_as(world.as_customer('anna', 'C1001')) as work:
        setup.set_tab(work, 'usage', False)


def test_the_owner_may_do_everything_and_nobody_else() -> None:
    """SET-10."""
    assert [role.name for role in BUILT_IN_ROLES if role.permissions == EVERYTHING] == [OWNER.name]


def test_a_look_that_failed_is_taken_again(sqlite_world: World, sqlite_database: str, tmp_path: Path) -> None:
    """SET-06: open pages follow again once the database answers, not only after a further change."""

    async def look_twice() -> list[str]:
        db.connect(f'sqlite:///{tmp_path / "empty.db"}')
        live.publish(Change(Topic.SETUP))
        with pytest.raises(OperationalError):
            await setup.shown()
        db.connect(sqlite_database)
        return [tab.title for tab in (await setup.shown()).tabs]

    assert asyncio.run(look_twice())[-2:] == ['Usage', 'Usage Events']
