"""The Company Profile, and the legal links that follow from it."""

from dataclasses import asdict, replace

import pytest

from portal_app import live
from portal_app.errors import Conflict, NotPermitted
from portal_app.live import Change, Topic
from portal_app.services import company_profile
from portal_app.services.company_profile import LABELS, Profile, ProfileRefused
from portal_app.services.organization import brand, legal_links, organization
from portal_app.work import acting_as, reading_as
from tests.world import World, audit

WHOLE = Profile(
    name='Northwind Cloud',
    address='Northwind Cloud GmbH\nHafenstraße 7\n20457 Hamburg\nGermany',
    support_email='support@northwind.example.com',
    support_phone='+49 (40) 123-4567 ext. 12',
    currency='EUR',
    time_zone='Europe/Berlin',
    locale='de_DE',
    legal_links=True,
    terms_url='https://northwind.example/terms?lang=en#all',
    privacy_url='https://northwind.example/privacy',
)
BAD = [
    ('name', ' ', 'must not be empty'),
    ('name', 'x' * 201, 'at most 200 characters (got 201)'),
    ('name', 'North\nwind', 'line breaks'),
    ('address', '\n'.join('abcdefghi'), 'at most 8 lines (got 9)'),
    ('address', 'x' * 501, 'at most 500 characters (got 501)'),
    ('address', 'Street\x00', 'control characters'),
    ('support_email', 'support', 'valid address'),
    ('support_email', 'a@example.com, b@example.com', 'exactly one address'),
    ('support_phone', 'call us', 'a telephone number such as'),
    ('support_phone', '12', 'a telephone number such as'),
    ('support_phone', '1' * 41, 'at most 40 characters (got 41)'),
    ('currency', 'Euro', "a currency such as EUR (got 'Euro')"),
    ('time_zone', 'Berlin', 'a zone such as Europe/Berlin'),
    ('locale', 'german', 'a locale such as en_US'),
    ('terms_url', '', 'must not be empty while the box is checked'),
    ('terms_url', 'http://northwind.example/terms', 'must begin with https://'),
    ('terms_url', 'javascript:alert(1)', 'must begin with https://'),
    ('privacy_url', 'https://', 'a web address such as'),
    ('privacy_url', 'https://user:word@northwind.example/', 'a web address such as'),
    ('privacy_url', 'https://north wind.example/', 'a web address such as'),
    ('privacy_url', 'https://northwind.example/"><script>', 'a web address such as'),
    ('privacy_url', 'https://[northwind/', 'a web address such as'),
    ('privacy_url', 'https://northwind.example:99999/', 'a web address such as'),
    ('privacy_url', 'https://northwind.example/' + 'x' * 500, 'at most 500 characters'),
]


def test_olivia_saves_the_whole_profile_and_reads_it_back(world: World) -> None:
    """SET-09: blanks around values go; who changed what is recorded, and told to open pages."""
    heard: list[Change] = []
    stop = live.listen(Topic.SETUP, heard.append)
    with acting_as(world.as_staff('olivia')) as work:
        saved = company_profile.save(
            work, replace(WHOLE, name=' Northwind Cloud ', support_phone=f' {WHOLE.support_phone} ')
        )
    stop()
    with reading_as(world.as_staff('rita')) as work:
        assert company_profile.profile(work) == saved == WHOLE
    assert heard == [Change(Topic.SETUP)]
    entry = audit('company_profile.change')[-1]
    assert entry.before['name'] == 'Northwind'
    assert entry.after == {name: value for name, value in asdict(WHOLE).items() if name in entry.before}


@pytest.mark.parametrize(('field', 'value', 'rule'), BAD)
def test_a_field_that_breaks_a_rule_is_named_with_it(field: str, value: str, rule: str) -> None:
    """SET-09."""
    with pytest.raises(ProfileRefused) as refused:
        company_profile.check(replace(WHOLE, **{field: value}))  # type: ignore[arg-type]
    assert list(refused.value.problems) == [field]
    assert rule in refused.value.problems[field]
    assert refused.value.message.startswith(f'{LABELS[field]} ')


def test_every_broken_rule_is_told_and_nothing_is_saved(world: World) -> None:
    """SET-09: not only the first."""
    wrong = replace(WHOLE, name='', currency='?', terms_url='', privacy_url='ftp://x')
    with acting_as(world.as_staff('olivia')) as work, pytest.raises(ProfileRefused) as refused:
        company_profile.save(work, wrong)
    assert list(refused.value.problems) == ['name', 'currency', 'terms_url', 'privacy_url']
    with reading_as(world.as_staff('olivia')) as work:
        assert company_profile.profile(work).name == 'Northwind'


def test_the_links_are_there_exactly_while_the_box_is_checked(world: World) -> None:
    """SET-09: without the check they may stay empty, and stand nowhere when they are not."""
    for checked in (True, False):
        with acting_as(world.as_staff('olivia')) as work:
            company_profile.save(work, replace(WHOLE, legal_links=checked))
            shown = legal_links(organization(work))
            assert brand(work).legal == shown
        assert [title for title, _ in shown] == (
            ['Terms and Conditions', 'Privacy Policy'] if checked else []
        )
    with acting_as(world.as_staff('olivia')) as work:
        company_profile.save(work, replace(WHOLE, legal_links=False, terms_url='', privacy_url=''))


def test_of_two_who_save_the_second_is_told(world: World) -> None:
    """Nothing of anybody's is lost in silence."""
    with acting_as(world.as_staff('olivia')) as work:
        before = company_profile.profile(work)
        company_profile.save(work, WHOLE, before)
    with acting_as(world.as_staff('olivia')) as work, pytest.raises(Conflict, match='meanwhile'):
        company_profile.save(work, replace(before, name='Southwind'), before)


def test_a_profile_that_changes_nothing_is_no_change(world: World) -> None:
    """OPS-03."""
    with acting_as(world.as_staff('olivia')) as work:
        company_profile.save(work, company_profile.profile(work))
    assert audit('company_profile.change') == []


@pytest.mark.parametrize(('who', 'may_look'), [('rita', True), ('stan', False), ('manu', False)])
def test_nobody_changes_it_without_the_grant(world: World, who: str, may_look: bool) -> None:
    """SET-10."""
    with acting_as(world.as_staff(who)) as work:
        with pytest.raises(NotPermitted):
            company_profile.save(work, WHOLE)
        if not may_look:
            with pytest.raises(NotPermitted):
                company_profile.profile(work)
