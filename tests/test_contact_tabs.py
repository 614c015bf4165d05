"""Which tabs one contact may see, beside what Portal Setup shows to all."""

import asyncio

import pytest
from sqlmodel import col, select

from portal_app import live
from portal_app.auth.viewer import Operator, PortalViewer
from portal_app.errors import Invalid, NotFound, NotPermitted
from portal_app.live import Change, Topic
from portal_app.models import AuditEntry, Contact, PortalStatus, PortalUser
from portal_app.queries import Query
from portal_app.services import exports, setup
from portal_app.services.contact_tabs import set_contact_tabs
from portal_app.services.export_stream import ExportStream, Stopped
from portal_app.work import acting_as, reading_as
from tests.world import World, add_contact, change, contact, tab

ON = ['invoices', 'payments', 'credits', 'usage', 'usage-events']  # in the order of the tabs


def contact_of(world: World, customer: str, who: str) -> int:
    with reading_as(Operator('test')) as work:
        found = select(Contact.id).where(
            Contact.customer_id == world.customers[customer], Contact.email == f'{who}@example.com'
        )
        return work.session.exec(found).one() or 0


def hide(world: World, contact_id: int, *hidden: str, who: str = 'manu') -> None:
    with acting_as(world.as_staff(who)) as work:
        set_contact_tabs(work, contact_id, hidden)


def without(*hidden: str) -> list[str]:
    return [key for key in ON if key not in hidden]


def tabs(viewer: PortalViewer) -> list[str]:
    with reading_as(viewer) as work:
        return [shown.key for shown in setup.portal_tabs(work)]


def test_anna_loses_one_tab_and_nobody_else_does(world: World) -> None:
    """Field notes: per-contact permissions inside one customer; Nora works at Acme's child."""
    anna, nora = world.as_customer('anna', 'C1001'), world.as_customer('nora', 'C1002')
    hide(world, contact_of(world, 'acme', 'anna'), 'usage-events')
    assert tabs(anna) == without('usage-events')
    assert tabs(nora) == ON
    with reading_as(anna) as work:
        assert setup.portal_tab(work, 'usage')
        with pytest.raises(NotFound):
            setup.portal_tab(work, 'usage-events')
        with pytest.raises(NotFound):
            exports.exportable(work, 'usage-events')


def test_ben_keeps_the_tab_at_his_other_company(world: World) -> None:
    """ACC-12: the choice belongs to the contact, not to the login."""
    hide(world, contact_of(world, 'globex', 'ben'), *ON)
    assert tabs(world.as_customer('ben', 'C1004')) == []
    assert tabs(world.as_customer('ben', 'C1005')) == ON


def test_another_contact_of_the_same_customer_keeps_it(world: World) -> None:
    """Field notes: sees invoices but not usage, while a colleague sees both."""
    with acting_as(Operator('test')) as work:
        nora = work.session.exec(select(PortalUser.id).where(PortalUser.email == 'nora@example.com')).one()
    add_contact(world, 'acme', 'nora', portal_user_id=nora, portal_status=PortalStatus.ENABLED)
    hide(world, contact_of(world, 'acme', 'anna'), 'usage')
    assert tabs(world.as_customer('anna', 'C1001')) == without('usage')
    assert tabs(world.as_customer('nora', 'C1001')) == ON


def test_who_has_two_contacts_at_a_company_sees_what_one_of_them_may(world: World) -> None:
    """Only contacts that let her in count: a disabled one lends her nothing."""
    first = contact_of(world, 'acme', 'anna')
    second = add_contact(
        world,
        'acme',
        'anna.keller',
        portal_user_id=contact(first).portal_user_id,
        portal_status=PortalStatus.ENABLED,
        hidden_tabs=['usage', 'usage-events'],
    )
    hide(world, first, 'usage-events')
    anna = world.as_customer('anna', 'C1001')
    assert tabs(anna) == without('usage-events')
    change(Contact, second, hidden_tabs=[])
    assert tabs(anna) == ON
    for shut_out in ({'portal_status': PortalStatus.DISABLED}, {'permitted': False}):
        change(Contact, second, **{'portal_status': PortalStatus.ENABLED, 'permitted': True, **shut_out})
        assert tabs(anna) == without('usage-events')


def test_a_tab_that_is_off_for_all_stays_off(world: World) -> None:
    """SET-06: a contact's choice can only take away."""
    tab('usage-events', enabled=False)
    assert tabs(world.as_customer('anna', 'C1001')) == without('usage-events')


def test_the_choice_is_told_and_written_down_once(world: World) -> None:
    """OPS-03: before and after; the keys in the order of the tabs, each once."""
    anna = contact_of(world, 'acme', 'anna')
    heard: list[Change] = []
    stop = live.listen(Topic.ACCESS, heard.append)
    hide(world, anna, 'usage-events', 'usage', 'usage')
    hide(world, anna, 'usage', 'usage-events')
    hide(world, anna)
    stop()
    assert heard == [Change(Topic.ACCESS, world.customers['acme'])] * 2
    with reading_as(Operator('test')) as work:
        entries = work.session.exec(
            select(AuditEntry).where(AuditEntry.action == 'portal_access.tabs').order_by(col(AuditEntry.id))
        ).all()
    both = ['usage', 'usage-events']
    assert [(entry.before, entry.after) for entry in entries] == [
        ({'hidden_tabs': []}, {'hidden_tabs': both}),
        ({'hidden_tabs': both}, {'hidden_tabs': []}),
    ]
    assert {(entry.subject, entry.contact_id, entry.customer_id) for entry in entries} == {
        ('Anna Person <anna@example.com>', anna, world.customers['acme'])
    }


@pytest.mark.parametrize('hidden', [['nonsense'], ['usage', ''], ['Usage'], ['usage', 'setup']])
def test_an_unknown_tab_is_refused_and_nothing_changes(sqlite_world: World, hidden: list[str]) -> None:
    """Bad input."""
    anna = contact_of(sqlite_world, 'acme', 'anna')
    with pytest.raises(Invalid, match=f'hidden must name portal objects: {", ".join(ON)}'):
        hide(sqlite_world, anna, *hidden)
    assert contact(anna).hidden_tabs == []
    with pytest.raises(NotFound):
        hide(sqlite_world, 999_999, 'usage')


@pytest.mark.parametrize('who', ['rita', 'stan'])
def test_only_the_grant_chooses(sqlite_world: World, who: str) -> None:
    """SET-10: Manage Portal Users: Edit."""
    with pytest.raises(NotPermitted):
        hide(sqlite_world, contact_of(sqlite_world, 'acme', 'anna'), 'usage', who=who)


def test_a_running_export_of_the_tab_stops(world: World) -> None:
    """POR-04: what a contact may not see any more is not sent on."""
    anna = world.as_customer('anna', 'C1001')
    with acting_as(anna) as work:
        listing = setup.portal_tab(work, 'usage-events')
        job = exports.prepare(work, listing, Query(sort='date'), 'csv')
        export = exports.begin(work, listing, Query(sort='date'), 'csv')
    stream = ExportStream(anna, export, job, frozenset())
    hide(world, contact_of(world, 'acme', 'anna'), 'usage-events')

    async def run() -> None:
        with pytest.raises(Stopped):
            async for _ in stream.pieces():
                pass

    asyncio.run(run())
