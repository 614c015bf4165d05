"""The toggle "Customer Billing Portal"."""

import pytest

from portal_app import live
from portal_app.errors import NotPermitted, PortalOff
from portal_app.live import ANYTHING, Change, Topic
from portal_app.services import general_settings
from portal_app.work import acting_as, reading_as
from tests.world import World, audit, role


def test_a_portal_that_is_off_lets_anna_do_nothing_and_on_again_all_is_as_it_was(world: World) -> None:
    """SET-01."""
    anna, olivia = world.as_customer('anna', 'C1001'), world.as_staff('olivia')
    with acting_as(olivia) as work:
        general_settings.set_portal(work, False)
    with pytest.raises(PortalOff), reading_as(anna):
        pass
    with acting_as(olivia) as work:
        general_settings.set_portal(work, True)
    with reading_as(anna) as work:
        assert work.customer_ids


def test_the_change_is_told_to_every_page_and_recorded_once(world: World) -> None:
    """SET-01, OPS-03: switching it off twice changes nothing the second time."""
    heard: list[Change] = []
    stops = [live.listen(topic, heard.append) for topic in (Topic.SETUP, Topic.ACCESS)]
    for _ in range(2):
        with acting_as(world.as_staff('olivia')) as work:
            general_settings.set_portal(work, False)
    for stop in stops:
        stop()
    assert set(heard) == {Change(Topic.SETUP), Change(Topic.ACCESS, subject=ANYTHING)}
    entries = audit('general_settings.portal')
    assert [(entry.before, entry.after) for entry in entries] == [({'enabled': True}, {'enabled': False})]


@pytest.mark.parametrize('who', ['rita', 'stan', 'manu'])
def test_nobody_switches_it_without_the_grants(world: World, who: str) -> None:
    """SET-01, SET-10."""
    with acting_as(world.as_staff(who)) as work, pytest.raises(NotPermitted):
        general_settings.set_portal(work, False)


@pytest.mark.parametrize('grants', [['channel_settings:edit'], ['portal_setup:edit']])
def test_one_of_the_two_grants_is_not_enough(world: World, grants: list[str]) -> None:
    """SET-01: it needs Channel Settings AND Portal Setup, to look and to change."""
    role('stan', *grants)
    for verb in (general_settings.portal_is_on, lambda work: general_settings.set_portal(work, False)):
        with acting_as(world.as_staff('stan')) as work, pytest.raises(NotPermitted):
            verb(work)
    role('stan', 'channel_settings:edit', 'portal_setup:edit')
    with acting_as(world.as_staff('stan')) as work:
        general_settings.set_portal(work, False)
        assert not general_settings.portal_is_on(work)
