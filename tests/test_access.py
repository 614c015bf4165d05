"""Ending access, and giving it back."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from portal_app import live
from portal_app.auth.viewer import Operator
from portal_app.errors import Conflict, NotPermitted, SignedOut
from portal_app.live import Change, Topic
from portal_app.models import Contact
from portal_app.services import access, invitations
from portal_app.work import Work, acting_as, reading_as
from tests.world import World


def contact_of(world: World, customer: str) -> int:
    with reading_as(Operator('test')) as work:
        return (
            work.session.exec(
                select(Contact.id).where(Contact.customer_id == world.customers[customer])
            ).one()
            or 0
        )


def test_disabling_globex_leaves_ben_with_initech(world: World) -> None:
    """ACC-08: all users lose access to that customer, not to others."""
    globex, initech = world.as_customer('ben', 'C1004'), world.as_customer('ben', 'C1005')
    heard: list[Change] = []
    stop = live.listen(Topic.ACCESS, heard.append)
    with acting_as(world.as_staff('manu')) as work:
        access.disable_customers(work, [world.customers['globex']])
    stop()
    assert heard == [Change(Topic.ACCESS, world.customers['globex'])]
    with pytest.raises(SignedOut), reading_as(globex):
        pass
    with reading_as(initech) as work:
        assert [company.name for company in access.companies(work)] == ['Initech']


def test_disabling_a_contact_shuts_out_that_person(world: World) -> None:
    """ACC-09: disabled contacts read nothing; a second disabling is refused."""
    anna, manu = world.as_customer('anna', 'C1001'), world.as_staff('manu')
    contact = contact_of(world, 'acme')
    with acting_as(manu) as work:
        invitations.disable_contact(work, contact)
    with pytest.raises(SignedOut), reading_as(anna):
        pass
    with pytest.raises(Conflict), acting_as(manu) as work:
        invitations.disable_contact(work, contact)


def test_enabling_again_lets_anna_in(world: World) -> None:
    """ACC-10."""
    anna, manu, acme = world.as_customer('anna', 'C1001'), world.as_staff('manu'), [world.customers['acme']]
    with acting_as(manu) as work:
        access.disable_customers(work, acme)
    with acting_as(manu) as work:
        access.enable_customers(work, acme)
    with reading_as(anna):
        pass


def test_disabling_a_child_takes_its_records_from_the_parent(world: World) -> None:
    """ACC-13: portal access is enabled at the child."""
    anna = world.as_customer('anna', 'C1001')
    with reading_as(anna) as work:
        assert world.customers['nordics'] in work.customer_ids
    with acting_as(world.as_staff('manu')) as work:
        access.disable_customers(work, [world.customers['nordics']])
    with reading_as(anna) as work:
        assert work.customer_ids == (world.customers['acme'],)


@pytest.mark.parametrize(
    'verb',
    [
        lambda work, world: invitations.disable_contact(work, contact_of(world, 'acme')),
        lambda work, world: access.disable_customers(work, [world.customers['acme']]),
        lambda work, world: access.enable_customers(work, [world.customers['acme']]),
    ],
)
@pytest.mark.parametrize('who', ['rita', 'stan'])
def test_only_the_grant_changes_access(
    sqlite_world: World, who: str, verb: Callable[[Work, World], None]
) -> None:
    """SET-10: Manage Portal Users."""
    with pytest.raises(NotPermitted), acting_as(sqlite_world.as_staff(who)) as work:
        verb(work, sqlite_world)


def test_staff_and_operators_see_no_customer_rows_by_the_customers_way(world: World) -> None:
    """Field notes: a user with no customer saw everything."""
    with reading_as(world.as_staff('olivia')) as work:
        assert work.customer_ids == ()
        assert work.session.exec(work.visible(Contact)).all() == []
