"""The first run: from an empty database to somebody's portal (SET-12)."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import text
from sqlmodel import select
from starlette.requests import Request

from portal_app import commands, db
from portal_app.api.first_run_gate import FirstRunGate
from portal_app.api.this_machine import is_from_this_machine
from portal_app.auth.permissions import OWNER
from portal_app.auth.viewer import Operator
from portal_app.config import settings
from portal_app.errors import Conflict, NotFound, NotPermitted, TooManyTries
from portal_app.models import AuditEntry, Contact, Customer, Organization, Role, StaffUser
from portal_app.services import first_guess, first_run, next_steps, sample_data
from portal_app.services.first_run import Given, SetupRefused, begin, check, suggested_subdomain
from portal_app.services.foundation import create_owner, lay_foundation
from portal_app.services.sign_in import staff_viewer
from portal_app.services.staff_door import hold_staff
from portal_app.work import acting_as, reading_as
from tests.test_access_races import at_once
from tests.world import HERE, PASSWORD, World, add_contact, change, organization

OLIVIA = Given(
    name=' Olivia Krause ',
    email='Olivia@Krause.Example',
    password=PASSWORD,
    company='Krause Bäckerei',
    colour='#0F5C4D',
    time_zone='Europe/Berlin',
    locale='de_DE',
    currency='EUR',
    subdomain='krause',
)


@pytest.fixture
def empty(database: str) -> str:
    """What a new installation begins with: an organization without a name, roles, nobody."""
    with acting_as(Operator('test')) as work:
        lay_foundation(work)
    return database


@pytest.fixture
def empty_sqlite(sqlite_database: str) -> str:
    with acting_as(Operator('test')) as work:
        lay_foundation(work)
    return sqlite_database


def staff() -> list[StaffUser]:
    with reading_as(Operator('test')) as work:
        return list(work.session.exec(select(StaffUser)))


def changed(given: Given = OLIVIA, **changes: Any) -> Given:
    return replace(given, **changes)


def test_olivia_becomes_the_owner_of_her_companys_portal(empty: str) -> None:
    """SET-12: signed in, with name, colour, zone, locale, currency and address as she gave them."""
    viewer = staff_viewer(begin(OLIVIA, HERE).token, HERE)
    assert (viewer.name, viewer.email, viewer.zone.key) == (
        'Olivia Krause',
        'olivia@krause.example',
        'Europe/Berlin',
    )
    with reading_as(viewer) as work:
        role = work.session.exec(select(Role).join(StaffUser)).one()
        ours = work.session.exec(select(Organization)).one()
        assert not first_run.is_open(work)
        assert not sample_data.is_there(work)
    assert role.name == OWNER.name
    assert (ours.name, ours.brand_colour, ours.subdomain) == ('Krause Bäckerei', '#0f5c4d', 'krause')
    assert (ours.time_zone, ours.locale, ours.currency) == ('Europe/Berlin', 'de_DE', 'EUR')


def test_every_change_of_the_wizard_is_in_the_audit_log_as_olivias(empty_sqlite: str) -> None:
    """OPS-03."""
    begin(changed(sample=True), HERE)
    with reading_as(Operator('test')) as work:
        entries = work.session.exec(select(AuditEntry)).all()
    assert [entry.action for entry in entries] == [
        'staff_user.create',
        'organization.change',
        'portal_setup.address',
        'sample_data.add',
    ]
    assert {(entry.actor, entry.address) for entry in entries} == {
        ('Olivia Krause <olivia@krause.example>', HERE.address)
    }


def test_every_broken_rule_is_named_by_its_field(empty_sqlite: str) -> None:
    """SET-12: all at once, and nothing is stored."""
    wrong = Given(
        email='olivia',
        password='short',
        company='x' * 201,
        colour='green',
        time_zone='Mars',
        locale='xx',
        currency='Euro',
        subdomain='www',
    )
    with pytest.raises(SetupRefused) as failure:
        begin(wrong, HERE)
    assert failure.value.problems == {
        'name': 'name must not be empty.',
        'email': "email must be a valid address (got 'olivia'). An email address must have an @-sign.",
        'password': 'password must have at least 12 characters (got 5).',
        'company': 'company name must have at most 200 characters (got 201).',
        'colour': "brand colour must be a HEX colour such as #0f5c4d (got 'green').",
        'subdomain': 'Subdomain must not be “www”, which is reserved.',
        'time_zone': "time zone must be a zone such as Europe/Berlin (got 'Mars').",
        'locale': "language must be a locale such as en_US or de_DE (got 'xx').",
        'currency': "currency must be a currency such as EUR (got 'Euro').",
    }
    assert staff() == []


@pytest.mark.parametrize(
    ('company', 'subdomain'),
    [
        ('Krause Bäckerei GmbH & Co. KG', 'krausebackereigmbhcokg'),
        ('Northwind', 'northwind'),
        ('7 & Seven', '7seven'),
        ('Portal', ''),
        ('株式会社', ''),
        ('x' * 200, 'x' * 31),
    ],
)
def test_the_address_follows_the_company(sqlite_database: str, company: str, subdomain: str) -> None:
    """SET-12: where nothing is typed; a name without a letter for it asks for one."""
    assert suggested_subdomain(company) == subdomain
    given = changed(company=company, subdomain='')
    if subdomain:
        assert check(given).subdomain == subdomain
    else:
        with pytest.raises(SetupRefused, match=r'Subdomain must not be empty\.'):
            check(given)


@pytest.mark.parametrize(
    ('header', 'found'),
    [
        ('de-DE,de;q=0.9,en;q=0.8', ('de_DE', 'EUR')),
        ('en;q=0.1,fr-CA', ('fr_CA', 'CAD')),
        ('ja', ('ja_JP', 'JPY')),
        ('zh-TW', ('zh_Hant_TW', 'TWD')),
        ('xx-YY, de-AT;q=0.2', ('de_AT', 'EUR')),
        ('de;q=nan,en-GB;q=x,*,it', ('it_IT', 'EUR')),
        ('\x00;;;,=', ('en_US', 'USD')),
        ('', ('en_US', 'USD')),
    ],
)
def test_locale_and_currency_are_guessed_from_the_browser(header: str, found: tuple[str, str]) -> None:
    """SET-12."""
    assert first_guess.guess(header) == found
    assert found[0] in first_guess.locales()
    assert found[1] in first_guess.currencies()


def test_of_several_who_send_the_form_at_once_one_is_the_owner(postgresql_database: str) -> None:
    """SET-12: the others are told, and nothing of theirs is stored."""
    with acting_as(Operator('test')) as work:
        lay_foundation(work)

    def sends(number: int) -> Callable[[], object]:
        given = changed(email=f'person{number}@krause.example', subdomain=f'krause{number}')
        return lambda: begin(given, HERE)

    told = at_once(*(sends(number) for number in range(6)))
    assert [type(error) for error in told].count(Conflict) == 5
    [owner] = staff()
    with reading_as(Operator('test')) as work:
        subdomain = work.session.exec(select(Organization.subdomain)).one()
    assert owner.email == f'person{subdomain.removeprefix("krause")}@krause.example'


def test_an_owner_from_the_command_line_ends_the_wizard(empty: str) -> None:
    """OPS-02: whoever has the form open is told."""
    with acting_as(Operator('create-owner')) as work:
        create_owner(work, 'Carl', 'carl@krause.example', PASSWORD)
    with pytest.raises(Conflict, match='set up meanwhile'):
        begin(OLIVIA, HERE)
    assert [user.name for user in staff()] == ['Carl']


def test_the_token_is_the_same_in_every_process_and_needs_the_secret(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SET-12: it is stored nowhere."""
    token = first_run.token()
    assert re.fullmatch(r'[\w-]{43}', token)
    assert first_run.token() == token
    assert first_run.is_token(token)
    for wrong in ('', token[:-1], token + 'x', 'é\ud800'):
        assert not first_run.is_token(wrong)
    monkeypatch.setenv('PORTAL_SECRET_KEY', 'another secret with 32 characters')
    settings.cache_clear()
    assert not first_run.is_token(token)


@pytest.mark.parametrize(
    ('given', 'origin'),
    [
        ({}, 'http://localhost:8080'),
        ({'PORTAL_HOST': '0.0.0.0', 'PORTAL_PORT': '8099'}, 'http://localhost:8099'),
        ({'PORTAL_HOST': '192.0.2.1'}, 'http://192.0.2.1:8080'),
        ({'PORTAL_PUBLIC_URL': 'https://portal.example.com/'}, 'https://portal.example.com'),
        ({'PORTAL_BASE_DOMAIN': 'example.com'}, 'https://example.com'),
        ({'PORTAL_BASE_DOMAIN': 'example.com', 'PORTAL_ENVIRONMENT': 'sandbox'}, 'https://example.com'),
    ],
)
def test_the_start_prints_the_wizards_address_until_there_is_an_owner(
    empty_sqlite: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: dict[str, str],
    origin: str,
) -> None:
    """SET-12: where a browser reaches it, with the token."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    assert commands.main(lambda _settings: None, ['serve']) == 0
    printed = capsys.readouterr().out
    assert printed.strip() == f'Set up your portal at {origin}/setup?token={first_run.token()}'
    begin(OLIVIA, HERE)
    assert commands.main(lambda _settings: None, ['serve']) == 0
    assert capsys.readouterr().out == ''


@pytest.fixture
def site(empty_sqlite: str) -> TestClient:
    """The wizard as somebody at this machine reaches it."""
    return client('127.0.0.1', 'localhost:8080')


def client(address: str, host: str) -> TestClient:
    from pages.public import setup as page

    app = FastAPI()
    app.include_router(page.router())
    for path in ('/', '/portal', '/portal/login', '/admin', '/admin/login', '/healthz', '/administration'):
        app.add_api_route(path, lambda: 'here')
    app.add_middleware(FirstRunGate)
    return TestClient(app, base_url=f'http://{host}', client=(address, 50_000), follow_redirects=False)


def post(site: TestClient, given: Given = OLIVIA, **more: str) -> Response:
    form = {name: str(value) for name, value in asdict(given).items() if name != 'sample'} | more
    return site.post('/setup', data=form, headers={'Origin': str(site.base_url)})


def test_until_somebody_works_here_the_pages_for_people_lead_to_the_wizard(site: TestClient) -> None:
    """SET-12: not the probes, nor what customers were sent; afterwards the wizard is gone."""
    for path in ('/', '/portal', '/admin', '/admin/login', '/admin/x'):
        answer = site.get(path)
        assert (answer.status_code, answer.headers['location']) == (303, '/setup')
    for path in ('/healthz', '/portal/login', '/administration'):
        assert site.get(path).status_code == 200
    assert site.get('/setup').status_code == 200
    answer = post(site)
    assert (answer.status_code, answer.headers['location']) == (303, '/admin')
    for part in ('staff_session=', 'HttpOnly', 'Path=/admin', 'SameSite=lax'):
        assert part in answer.headers['set-cookie']
    for path in ('/', '/portal', '/admin'):
        assert site.get(path).status_code == 200
    for ask in (lambda: site.get('/setup'), lambda: post(site)):
        with pytest.raises(NotFound):
            ask()


def test_what_was_typed_stays_but_for_the_password(site: TestClient) -> None:
    """SET-12: 422, each problem beside its field, and the page in the colour that was chosen."""
    wrong = changed(name='<b>Olivia</b>', email='nobody', colour='#ffcc33', company='Krause & Co')
    answer = post(site, wrong, sample='no')
    assert answer.status_code == 422
    assert 'value="&lt;b&gt;Olivia&lt;/b&gt;"' in answer.text
    assert 'value="nobody" aria-invalid="true" aria-describedby="email-problem "' in answer.text
    assert 'id="email-problem"' in answer.text
    assert '--brand:#ffcc33;--on-brand:#000000' in answer.text
    assert 'Krause &amp; Co' in answer.text
    assert '<option value="Europe/Berlin" selected>' in answer.text
    assert 'value="no" checked' in answer.text
    assert PASSWORD not in answer.text
    assert 'Please type it once more' in answer.text


def test_without_sample_data_there_are_no_customers(site: TestClient) -> None:
    """SET-12: only a yes adds it."""
    assert post(site, sample='no').status_code == 303
    with reading_as(Operator('test')) as work:
        assert work.session.exec(select(Customer)).all() == []


@pytest.mark.parametrize(
    ('address', 'host', 'header', 'status'),
    [
        ('127.0.0.1', 'localhost:8080', None, 200),
        ('::1', '[::1]:8080', None, 200),
        ('::ffff:127.0.0.1', '127.0.0.1:8080', None, 200),
        ('127.0.0.1', 'krause.localhost:8080', None, 200),
        ('192.0.2.7', 'localhost:8080', None, 403),
        ('::ffff:192.0.2.7', 'localhost:8080', None, 403),
        ('127.0.0.1', 'portal.example.com', None, 403),
        ('127.0.0.1', 'localhost.example.com', None, 403),
        ('127.0.0.1', 'localhost:8080', 'X-Forwarded-For', 403),
        ('127.0.0.1', 'localhost:8080', 'X-Forwarded-Proto', 403),
        ('127.0.0.1', 'localhost:8080', 'Forwarded', 403),
        ('127.0.0.1', 'localhost:8080', 'Via', 403),
        ('127.0.0.1', 'localhost:8080', 'X-Real-IP', 403),
    ],
)
def test_only_this_machine_may_set_it_up_without_the_token(
    empty_sqlite: str, address: str, host: str, header: str | None, status: int
) -> None:
    """SET-12: neither from elsewhere, nor through a server that stands before it, nor by another name."""
    site = client(address, host)
    headers = {header: '192.0.2.7'} if header else {}
    asked = site.get('/setup', headers=headers)
    assert asked.status_code == status
    if status == 200:
        return
    assert 'Set up your portal at' in asked.text
    assert '<form' not in asked.text
    assert site.get('/setup?token=wrong', headers=headers).status_code == 403
    opened = site.get(f'/setup?token={first_run.token()}', headers=headers)
    assert opened.status_code == 200
    assert f'name="token" value="{first_run.token()}"' in opened.text
    site.headers.update(headers)
    assert post(site).status_code == 403
    assert post(site, token='wrong').status_code == 403
    assert staff() == []
    assert post(site, token=first_run.token()).status_code == 303


def test_what_speaks_http_1_0_is_a_server_before_it(empty_sqlite: str) -> None:
    """SET-12: nginx, which by default asks for localhost and says of nobody that it asks for them."""

    def asks(version: str) -> bool:
        scope = {
            'type': 'http',
            'http_version': version,
            'client': ('127.0.0.1', 50_000),
            'headers': [(b'host', b'127.0.0.1:8080')],
        }
        return is_from_this_machine(Request(scope))

    assert (asks('1.1'), asks('2'), asks('1.0')) == (True, True, False)


def test_a_form_on_another_site_makes_nobody_an_owner(site: TestClient) -> None:
    """Origin check: a browser at this machine may show any page."""
    with pytest.raises(NotPermitted):
        site.post('/setup', data={'name': 'Eve'}, headers={'Origin': 'https://evil.example'})


def test_whoever_was_slower_is_told_so(postgresql_database: str) -> None:
    """SET-12: with the way to log in, since it may have been a second click of their own."""
    with acting_as(Operator('test')) as work:
        lay_foundation(work)
    site = client('127.0.0.1', 'localhost:8080')
    with ThreadPoolExecutor(1) as pool:
        with acting_as(Operator('create-owner')) as work:
            hold_staff(work)
            slower = pool.submit(post, site)
            while not _somebody_waits():
                assert not slower.done()
            create_owner(work, 'Carl', 'carl@krause.example', PASSWORD)
        answer = slower.result()
    assert answer.status_code == 409
    assert 'href="/admin/login"' in answer.text


def _somebody_waits() -> bool:
    with db.engine().connect() as connection:
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return bool(connection.execute(text(waiting)).scalar())


def test_too_many_tries_must_wait(site: TestClient) -> None:
    """Rate limit: what was typed stays then too."""
    wrong = changed(email='nobody')
    for _ in range(60):
        with pytest.raises(SetupRefused):
            begin(wrong, HERE)
    with pytest.raises(TooManyTries):
        begin(OLIVIA, HERE)
    answer = [post(site, wrong) for _ in range(61)][-1]
    assert answer.status_code == 429
    assert 'Too many tries. Please wait' in answer.text
    assert 'value="nobody"' in answer.text


def steps(world: World, who: str) -> dict[str, bool]:
    with reading_as(world.as_staff(who)) as work:
        return {step.label: step.done for step in next_steps.next_steps(work)}


def test_the_next_steps_follow_what_is_there(world: World) -> None:
    """SET-12: nothing once all is done, and only what one's role can do."""
    assert steps(world, 'olivia') == {
        'Complete your company profile': False,
        'Upload your logo': False,
        'Connect your mail server': False,
        'Add your first customer': True,
        'Invite one of their people to the portal': True,
    }
    organization(address='Hafenstr. 1', support_email='help@staff.example')
    assert steps(world, 'olivia')['Complete your company profile']
    assert steps(world, 'manu') == {
        'Connect your mail server': False,
        'Invite one of their people to the portal': True,
    }
    assert steps(world, 'stan') == {}


def test_sample_customers_are_nobodys_first_customers(empty: str) -> None:
    """SET-12: neither added nor invited."""
    viewer = staff_viewer(begin(changed(sample=True), HERE).token, HERE)

    def done() -> list[str]:
        with reading_as(viewer) as work:
            return [step.label for step in next_steps.next_steps(work) if step.done]

    with reading_as(viewer) as work:
        contact = work.session.exec(select(Contact.id)).first() or 0
    change(Contact, contact, portal_status='Pending')
    assert done() == []
    with acting_as(Operator('test')) as work:
        work.session.add(Customer(number='C1', name='Acme'))
    assert done() == ['Add your first customer']
    with reading_as(viewer) as work:
        acme = work.session.exec(select(Customer.id).where(Customer.number == 'C1')).one() or 0
    add_contact(World({'acme': acme}), 'acme', 'dora', portal_status='Pending')
    assert done() == ['Add your first customer', 'Invite one of their people to the portal']
