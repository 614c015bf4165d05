"""Portal access of many customers at once."""

import pytest
from sqlmodel import select

from portal_app import live
from portal_app.auth.viewer import Operator
from portal_app.errors import Invalid, NotPermitted
from portal_app.live import ANYTHING, Change, Topic
from portal_app.models import Contact, Customer
from portal_app.services.access_rules import ENABLE_DELIVERY, Result
from portal_app.services.bulk_access import BulkAction, Outcome, preflight, run
from portal_app.work import acting_as, reading_as
from tests.world import World, add_contact, change, mails


def outcomes(found: list[Outcome]) -> list[tuple[str, Result, tuple[str, ...]]]:
    return [(each.number, each.result, each.reasons) for each in found]


def test_each_customer_has_its_own_outcome(world: World) -> None:
    """ACC-11: one that cannot be invited does not stop the others; every reason is told."""
    add_contact(world, 'acme', 'carla', is_billing=True)
    add_contact(world, 'nordics', 'dora', is_billing=True)
    change(Customer, world.customers['nordics'], email_delivery=False, bill_to_parent=True)
    add_contact(world, 'initech', 'anna', is_billing=True)
    wanted = [world.customers[name] for name in ('acme', 'nordics', 'globex', 'initech')]
    expected = [
        ('C1001', Result.INVITED, ()),
        (
            'C1002',
            Result.FAILED,
            (ENABLE_DELIVERY, 'Acme Nordics is billed to its parent. Invite Acme (C1001) instead.'),
        ),
        ('C1004', Result.FAILED, ('Globex has no billing contact.',)),
        ('C1005', Result.GRANTED, ()),
    ]
    with reading_as(Operator('test')) as work:
        assert work.session.exec(select(Contact.id).where(Contact.portal_status == 'Pending')).all() == []
    with acting_as(world.as_staff('manu')) as work:
        assert outcomes(preflight(work, BulkAction.INVITE, wanted)) == expected
    assert mails() == []
    with acting_as(world.as_staff('manu')) as work:
        assert outcomes(run(work, BulkAction.INVITE, wanted)) == expected
    assert [(mail.template, mail.to_email) for mail in mails()] == [
        ('portal-invitation', 'carla@example.com'),
        ('access-granted', 'anna@example.com'),
    ]


def test_doing_it_again_does_nothing_twice(world: World) -> None:
    """Two staff at once: who was invited a moment ago, or has access, is left alone."""
    add_contact(world, 'acme', 'carla', is_billing=True)
    add_contact(world, 'initech', 'anna', is_billing=True)
    wanted = [world.customers['acme'], world.customers['initech']]
    for who in ('manu', 'olivia'):
        with acting_as(world.as_staff(who)) as work:
            found = run(work, BulkAction.INVITE, wanted)
    assert outcomes(found) == [
        ('C1001', Result.FAILED, ('An invitation was sent a moment ago.',)),
        ('C1005', Result.ALREADY_ENABLED, ()),
    ]
    assert len(mails()) == 2


@pytest.mark.parametrize(
    ('action', 'expected'),
    [
        (BulkAction.DISABLE, [Result.DISABLED, Result.ALREADY_DISABLED]),
        (BulkAction.ENABLE, [Result.ALREADY_ENABLED, Result.ENABLED]),
    ],
)
def test_whole_customers_are_switched(world: World, action: BulkAction, expected: list[Result]) -> None:
    """ACC-08, ACC-10: Acme is on, Iberia is off."""
    wanted = [world.customers['acme'], world.customers['iberia']]
    with acting_as(world.as_staff('manu')) as work:
        assert [each.result for each in run(work, action, wanted)] == expected
    with reading_as(Operator('test')) as work:
        found = [work.session.get_one(Customer, id).portal_access for id in wanted]
    assert found == [action is BulkAction.ENABLE] * 2


def test_more_than_one_transaction_holds_are_refused(sqlite_world: World) -> None:
    """So that nobody else waits long for the database."""
    with pytest.raises(Invalid, match='At most 250'), acting_as(sqlite_world.as_staff('manu')) as work:
        run(work, BulkAction.INVITE, list(range(1, 252)))


@pytest.mark.parametrize('who', ['rita', 'stan'])
@pytest.mark.parametrize('action', list(BulkAction))
def test_only_the_grant_does_it(sqlite_world: World, who: str, action: BulkAction) -> None:
    """SET-10."""
    viewer, wanted = sqlite_world.as_staff(who), [sqlite_world.customers['acme']]
    for verb in (preflight, run):
        with pytest.raises(NotPermitted), acting_as(viewer) as work:
            verb(work, action, wanted)


def test_news_of_many_customers_is_told_as_one(sqlite_world: World) -> None:
    """A hundred open pages do not hear a hundred times that somebody was invited."""
    with acting_as(Operator('test')) as work:
        customers = [Customer(number=f'M{number}', name=f'Many {number}') for number in range(60)]
        work.session.add_all(customers)
        work.session.flush()
    heard: list[Change] = []
    stop = live.listen(Topic.ACCESS, heard.append)
    with acting_as(sqlite_world.as_staff('manu')) as work:
        run(work, BulkAction.DISABLE, [customer.id or 0 for customer in customers])
    stop()
    assert heard == [Change(Topic.ACCESS, subject=ANYTHING)]
