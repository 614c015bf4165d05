"""A sandbox keeps its mail, serves no portal, and says what it is (SET-13)."""

from pathlib import Path

import pytest

from portal_app import config, hosts, sandbox
from portal_app.auth.realms import PORTAL
from portal_app.auth.viewer import Operator
from portal_app.config import BadSettings, load_settings
from portal_app.errors import Conflict, Invalid, PortalOff
from portal_app.mail.letters import letter
from portal_app.mail.message import envelope
from portal_app.models import Contact, Mail, MailState
from portal_app.services import (
    access_requests,
    email_log,
    email_previews,
    email_templates,
    general_settings,
    invitations,
    visibility,
)
from portal_app.services.organization import brand
from portal_app.services.registration import look_at
from portal_app.services.sign_in import sign_in
from portal_app.services.tidying import tidy
from portal_app.work import acting_as, reading_as
from tests.mailing import connect
from tests.smtp_server import MailServer
from tests.test_contact_tabs import contact_of
from tests.world import HERE, PASSWORD, World, change, mails, token_of


def become(monkeypatch: pytest.MonkeyPatch, **given: str) -> None:
    """Start the installation again as a sandbox with these settings."""
    monkeypatch.setenv('PORTAL_ENVIRONMENT', 'sandbox')
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    config.settings.cache_clear()


@pytest.fixture
def with_server(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A mail server is connected; nobody listens there."""
    connect(monkeypatch, MailServer(Path(), 25))
    return world


def invite(world: World, dora: int) -> Mail:
    with acting_as(world.as_staff('olivia')) as work:
        invitations.invite_contact(work, dora)
    return mails(contact_id=dora)[-1]


@pytest.mark.parametrize('name', ['PORTAL_SANDBOX_PORTAL', 'PORTAL_SANDBOX_MAIL'])
def test_what_only_a_sandbox_has_stops_the_start_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """SET-13: somebody believes that this is a sandbox, and it would mail to everybody."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, 'true')
    with pytest.raises(BadSettings, match=f'{name}: must not be true without PORTAL_ENVIRONMENT=sandbox'):
        load_settings()
    monkeypatch.setenv(name, 'false')
    load_settings()


def test_mail_is_not_allowed_without_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SET-13: it could not be sent anyhow."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('PORTAL_ENVIRONMENT', 'sandbox')
    load_settings()
    monkeypatch.setenv('PORTAL_SANDBOX_MAIL', 'true')
    with pytest.raises(BadSettings, match='PORTAL_SMTP_HOST: must be given when PORTAL_SANDBOX_MAIL is true'):
        load_settings()
    monkeypatch.setenv('PORTAL_ENVIRONMENT', 'staging')
    with pytest.raises(BadSettings, match='PORTAL_ENVIRONMENT: '):
        load_settings()


def test_its_address_says_sandbox(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """SET-02, SET-13: and the address without it is nobody's."""
    become(monkeypatch, PORTAL_BASE_DOMAIN='example.com')
    assert hosts.origin_of('northwind') == 'https://northwind-sandbox.example.com'
    with reading_as(Operator('test')) as work:
        assert brand(work).sandbox


def test_mail_is_kept_though_a_server_is_connected(
    with_server: World, monkeypatch: pytest.MonkeyPatch, dora: int
) -> None:
    """SET-13: the Email Log says why, and cannot send it."""
    become(monkeypatch, PORTAL_SANDBOX_PORTAL='true')
    mail = invite(with_server, dora)
    assert (mail.state, mail.subject[:10]) == (MailState.KEPT, '[Sandbox] ')
    olivia = with_server.as_staff('olivia')
    with reading_as(olivia) as work:
        found = email_log.delivery(work)
        page = email_log.read_mail(work, mail.id or 0)
    with pytest.raises(Conflict, match='This is a sandbox: mail is kept here'), acting_as(olivia) as work:
        email_log.send_again(work, mail.id or 0)
    assert (found.connected, found.sandbox) == (False, True)
    assert page.why_not_again == sandbox.MAIL_KEPT
    assert page.link_lives_until


def test_a_test_of_a_template_is_kept_too(with_server: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """SET-08, SET-13."""
    assert sandbox.why_mail_is_kept() == 'There is no mail server yet'
    become(monkeypatch)
    with acting_as(with_server.as_staff('olivia')) as work:
        draft = email_previews.Draft.of(email_templates.current(work, 'portal-invitation'))
        mail = email_previews.send_test(work, 'portal-invitation', draft)
    assert mail.state == MailState.KEPT
    assert mail.subject.startswith('[Sandbox] [Test] ')
    assert sandbox.why_mail_is_kept() == 'This is a sandbox'


def test_mail_that_is_allowed_says_where_it_comes_from(
    with_server: World, monkeypatch: pytest.MonkeyPatch, dora: int
) -> None:
    """SET-13: once, also where it was written before this was a sandbox."""
    before = invite(with_server, dora)
    become(monkeypatch, PORTAL_SANDBOX_MAIL='true', PORTAL_SANDBOX_PORTAL='true')
    with acting_as(with_server.as_staff('olivia')) as work:
        invitations.grant_contact(work, dora)
    after = mails(contact_id=dora)[-1]
    assert after.state == MailState.QUEUED
    assert not before.subject.startswith('[Sandbox]')
    for mail in (before, after):
        with reading_as(Operator('test')) as work:
            found = letter(work, mail.id or 0)
            assert found
            message = envelope(found).message.decode()
        assert message.count('[Sandbox]') == 1
        assert '\r\nSubject: [Sandbox] ' in message


def test_mail_that_waits_in_a_copied_database_is_kept(
    with_server: World, monkeypatch: pytest.MonkeyPatch, dora: int
) -> None:
    """SET-13: nobody is mailed from a copy, neither now nor once mail is allowed."""
    queued = invite(with_server, dora)
    assert queued.state == MailState.QUEUED

    def state() -> str:
        with acting_as(Operator('start')) as work:
            tidy(work)
        return mails(id=queued.id)[0].state

    assert state() == MailState.QUEUED
    become(monkeypatch)
    assert state() == MailState.KEPT


def test_it_serves_no_portal_until_that_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch, dora: int
) -> None:
    """SET-13: whatever the toggle says; then it is as ever."""
    token = token_of(invite(world, dora))
    anna = world.as_customer('anna', 'C1001')
    become(monkeypatch)
    for deed in (
        lambda: sign_in(PORTAL, 'anna@example.com', PASSWORD, HERE),
        lambda: look_at(PORTAL, token, HERE),
        lambda: access_requests.ask_for_new_link(token, HERE),
        lambda: reading_as(anna).__enter__(),
        lambda: acting_as(anna).__enter__(),
    ):
        with pytest.raises(PortalOff):
            deed()
    assert general_settings.not_served()
    become(monkeypatch, PORTAL_SANDBOX_PORTAL='true')
    with reading_as(anna):
        pass
    assert look_at(PORTAL, token, HERE).email == 'dora@example.com'
    assert not general_settings.not_served()


def test_nobody_is_invited_to_a_portal_that_is_not_served(
    world: World, monkeypatch: pytest.MonkeyPatch, dora: int
) -> None:
    """ACC-03, SET-13: among the other reasons."""
    become(monkeypatch)
    change(Contact, dora, permitted=False)
    for verb in (invitations.invite_contact, invitations.grant_contact):
        with acting_as(world.as_staff('olivia')) as work, pytest.raises(Invalid) as failure:
            verb(work, dora)
        assert failure.value.message.splitlines() == [
            'This sandbox serves no portal until PORTAL_SANDBOX_PORTAL=true is set.',
            "'Dora Person' is not permitted to use the portal.",
        ]
    assert mails() == []


def test_why_somebody_sees_nothing_names_the_setting(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SET-13: where staff ask "Why can't they see it?"."""
    become(monkeypatch)
    with reading_as(sqlite_world.as_staff('olivia')) as work:
        found = visibility.explain(work, contact_of(sqlite_world, 'acme', 'anna'), 'usage-events')
    assert not found.visible
    assert 'PORTAL_SANDBOX_PORTAL=true' in found.summary
