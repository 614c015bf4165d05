"""Signing in to either realm, and what opens what."""

from datetime import timedelta
from time import process_time

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from portal_app.auth.rate_limits import SIGN_IN_PER_ACCOUNT, count_try
from portal_app.auth.realms import PORTAL, STAFF
from portal_app.auth.viewer import Operator
from portal_app.errors import Invalid, NotFound, SignedOut, TooManyTries
from portal_app.models import PortalSession, PortalUser, StaffSession, StaffUser
from portal_app.models.base import now
from portal_app.services.sign_in import (
    Browser,
    companies_of_token,
    portal_viewer,
    sign_in,
    sign_out_token,
    staff_viewer,
)
from portal_app.work import acting_as, reading_as
from tests.world import HERE, PASSWORD, World


def test_anna_signs_in_and_sees_her_company(world: World) -> None:
    """POR-01: typed capitals and spaces do not matter in the address."""
    token = sign_in(PORTAL, ' Anna@Example.com ', PASSWORD, HERE).token
    assert [company.name for company in companies_of_token(token)] == ['Acme']


def test_ben_can_switch_between_his_two_companies_but_not_to_acme(world: World) -> None:
    """ACC-12."""
    token = sign_in(PORTAL, 'ben@example.com', PASSWORD, HERE).token
    assert [company.number for company in companies_of_token(token)] == ['C1004', 'C1005']
    assert portal_viewer(token, 'C1005', HERE).company.name == 'Initech'
    with pytest.raises(NotFound):
        portal_viewer(token, 'C1001', HERE)


@pytest.mark.parametrize(
    ('email', 'password'),
    [
        ('anna@example.com', 'wrong'),
        ('nobody@example.com', PASSWORD),
        ('olivia@staff.example', PASSWORD),
        ('', ''),
        ('a\0', PASSWORD),
        ('anna@example.com', ''),
    ],
)
def test_every_wrong_sign_in_gets_the_same_words(sqlite_world: World, email: str, password: str) -> None:
    """POR-01: wrong password, unknown address, a staff user at the customers' door."""
    with pytest.raises(Invalid) as failure:
        sign_in(PORTAL, email, password, HERE)
    assert failure.value.message == 'The email address or the password is not right.'


def test_a_disabled_user_gets_the_same_words(sqlite_world: World) -> None:
    """POR-01."""
    with acting_as(Operator('test')) as work:
        work.session.exec(
            select(PortalUser).where(PortalUser.email == 'anna@example.com')
        ).one().disabled_at = now()
    with pytest.raises(Invalid, match='The email address or the password is not right'):
        sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE)


def test_a_weaker_hash_is_replaced_when_its_owner_signs_in(
    sqlite_world: World, earnest_passwords: None
) -> None:
    """POR-01: by argon2id at the cost that RFC 9106 recommends where memory is scarce."""
    olivia = extract_parameters(_hash_of('olivia@staff.example'))
    assert olivia.memory_cost < RFC_9106_LOW_MEMORY.memory_cost
    assert sign_in(STAFF, 'olivia@staff.example', PASSWORD, HERE).token
    assert extract_parameters(_hash_of('olivia@staff.example')) == RFC_9106_LOW_MEMORY
    assert sign_in(STAFF, 'olivia@staff.example', PASSWORD, HERE).token


def _hash_of(email: str) -> str:
    with reading_as(Operator('test')) as work:
        return work.session.exec(select(StaffUser).where(StaffUser.email == email)).one().password_hash


def test_an_unknown_address_takes_as_long_as_a_wrong_password(
    sqlite_world: World, earnest_passwords: None
) -> None:
    """POR-01: the same work, whatever else the machine is doing."""
    sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE)  # from now on her hash costs what the product's do

    def seconds(email: str, turn: int) -> float:
        started = process_time()
        with pytest.raises(Invalid):
            sign_in(PORTAL, email, 'wrong', Browser(f'192.0.2.{turn}'))
        return process_time() - started

    seconds('nobody@example.com', 0)  # the first one hashes the password of nobody
    known = sorted(seconds('anna@example.com', turn) for turn in range(1, 8))[3]
    unknown = sorted(seconds('nobody@example.com', turn) for turn in range(1, 8))[3]
    assert 0.5 < unknown / known < 2


def test_the_eleventh_try_must_wait_even_with_the_right_password(world: World) -> None:
    """POR-01: per account, over every address; others are not held up."""
    for turn in range(10):
        with pytest.raises(Invalid):
            sign_in(PORTAL, 'anna@example.com', 'wrong', Browser(f'198.51.100.{turn}'))
    with pytest.raises(TooManyTries, match=r'Please wait 1\d minutes') as failure:
        sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE)
    assert 0 < failure.value.wait <= 15 * 60
    assert sign_in(PORTAL, 'ben@example.com', PASSWORD, HERE).token


def test_a_success_starts_the_count_anew(sqlite_world: World) -> None:
    """POR-01."""
    for _ in range(3):
        for _ in range(5):
            with pytest.raises(Invalid):
                sign_in(PORTAL, 'anna@example.com', 'wrong', HERE)
        assert sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE).token


def test_a_window_that_is_over_does_not_count(sqlite_world: World) -> None:
    """The counts are rows, so they hold over a restart, and end by the clock."""
    from portal_app.models import RateCount

    for _ in range(10):
        count_try(SIGN_IN_PER_ACCOUNT, 'portal', 'x')
    with acting_as(Operator('test')) as work:
        for row in work.session.exec(select(RateCount)):
            row.expires_at = now() - timedelta(seconds=1)
    count_try(SIGN_IN_PER_ACCOUNT, 'portal', 'x')


def test_only_a_hash_of_the_token_is_stored(sqlite_world: World) -> None:
    """POR-01."""
    token = sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE).token
    with reading_as(Operator('test')) as work:
        found = work.session.exec(select(PortalSession)).one()
    assert token.encode() not in found.token_hash
    assert len(found.token_hash) == 32


def test_remembering_the_device_lasts_longer(sqlite_world: World) -> None:
    """POR-01."""
    assert sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE).seconds is None
    assert sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE, remember=True).seconds == 30 * 24 * 3600


def test_no_token_of_one_realm_opens_the_other(world: World) -> None:
    """Words: two separate realms."""
    customers, staffs = (
        sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE).token,
        sign_in(STAFF, 'olivia@staff.example', PASSWORD, HERE).token,
    )
    with pytest.raises(SignedOut):
        staff_viewer(customers, HERE)
    with pytest.raises(SignedOut):
        companies_of_token(staffs)
    with pytest.raises(SignedOut):
        portal_viewer(staffs, 'C1001', HERE)


def test_a_session_that_ended_does_nothing_more(world: World) -> None:
    """POR-01: an open page outlives its session, so every verb looks again."""
    token = sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE).token
    viewer = portal_viewer(token, 'C1001', HERE)
    sign_out_token(PORTAL, token)
    with pytest.raises(SignedOut), reading_as(viewer):
        pass
    with pytest.raises(SignedOut), acting_as(viewer):
        pass
    with pytest.raises(SignedOut):
        companies_of_token(token)


@pytest.mark.parametrize('realm', ['portal', 'staff'])
def test_an_expired_session_does_nothing_more(sqlite_world: World, realm: str) -> None:
    """POR-01."""
    viewer = (
        sqlite_world.as_customer('anna', 'C1001') if realm == 'portal' else sqlite_world.as_staff('olivia')
    )
    with acting_as(Operator('test')) as work:
        for session in work.session.exec(select(PortalSession if realm == 'portal' else StaffSession)):
            session.expires_at = now() - timedelta(seconds=1)
    with pytest.raises(SignedOut), reading_as(viewer):
        pass


@pytest.fixture
def site(sqlite_world: World) -> TestClient:
    from pages.public import sign_in as page

    app = FastAPI()
    app.include_router(page.router())
    return TestClient(app, base_url='https://portal.example', follow_redirects=False)


def post(
    site: TestClient, path: str = '/portal/login', origin: str = 'https://portal.example', **fields: str
):  # type: ignore[no-untyped-def]
    form = {'email': 'anna@example.com', 'password': PASSWORD, **fields}
    return site.post(path, data=form, headers={'Origin': origin})


def test_the_cookie_is_for_the_server_only(site: TestClient) -> None:
    """POR-01: HttpOnly, Secure on https, SameSite, for the realm's own pages."""
    cookie = post(site).headers['set-cookie']
    for part in ('HttpOnly', 'Secure', 'SameSite=lax', 'Path=/portal'):
        assert part in cookie
    assert 'Max-Age' not in cookie
    assert 'Max-Age=2592000' in post(site, remember='yes').headers['set-cookie']


def test_a_new_cookie_at_each_sign_in(site: TestClient) -> None:
    """No session fixation."""
    assert post(site).cookies['portal_session'] != post(site).cookies['portal_session']


def test_a_wrong_password_keeps_the_typed_address(site: TestClient) -> None:
    """Nothing that was typed is lost, but the password is not sent back."""
    answer = post(site, email='anna@example.com"><b>', password='secret-typo', next='/portal/C1001/usage?q=1')
    assert answer.status_code == 422
    assert 'The email address or the password is not right.' in answer.text
    assert 'anna@example.com&#34;&gt;&lt;b&gt;' in answer.text
    assert '/portal/C1001/usage?q=1' in answer.text
    assert 'secret-typo' not in answer.text


@pytest.mark.parametrize(
    'target',
    [
        'https://evil.example',
        '//evil.example',
        '/\\evil.example',
        '/portal//evil.example',
        '/portal/../admin',
        '/admin',
        'javascript:alert(1)',
        '/portal/\nSet-Cookie: x',
        '',
    ],
)
def test_after_signing_in_nobody_is_sent_elsewhere(site: TestClient, target: str) -> None:
    """Field notes: an unchecked `next` redirected away."""
    assert post(site, next=target).headers['location'] == '/portal'


def test_after_signing_in_ben_returns_to_where_he_was(site: TestClient) -> None:
    """POR-03: a shared address works after signing in."""
    assert (
        post(site, next='/portal/C1004/usage?date=today').headers['location']
        == '/portal/C1004/usage?date=today'
    )


@pytest.mark.parametrize('origin', ['https://evil.example', 'null', '', 'http://['])
def test_a_form_on_another_site_signs_nobody_in(site: TestClient, origin: str) -> None:
    """Origin check."""
    from portal_app.errors import NotPermitted

    with pytest.raises(NotPermitted):
        post(site, origin=origin)
    with pytest.raises(NotPermitted):
        post(site, path='/portal/logout', origin=origin)
