"""The Email Log: what staff read of mail, and sending it again (MAIL-01, MAIL-02)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from portal_app import config
from portal_app.errors import Conflict, NotFound, NotPermitted
from portal_app.filters import OneOf
from portal_app.mail import outbox
from portal_app.mail.outbox import Recipient
from portal_app.models import AuditEntry, Mail, MailState, OneTimeLink, Purpose
from portal_app.models import MailServer as ServerRow
from portal_app.models.base import now
from portal_app.queries import Query
from portal_app.services import email_log, links, listings
from portal_app.services.email_log import EMAIL_LOG, MailPage
from portal_app.work import acting_as, reading_as
from tests.mailing import NAMES, TEST, connect
from tests.smtp_server import MailServer
from tests.world import World, add_contact, change


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings of a mail server; nobody sends anything."""
    connect(monkeypatch, MailServer(Path(), 25))
    yield
    config.settings.cache_clear()


def invite(world: World, state: MailState | None = None) -> int:
    dora = add_contact(world, 'acme', 'dora')
    with acting_as(TEST) as work:
        link = links.issue(work, Purpose.INVITATION, contact_id=dora).id
        to = Recipient('Dora Person', 'dora@example.com', world.customers['acme'], dora)
        mail = outbox.queue(work, 'portal-invitation', to, NAMES, link)
        assert mail
        mail.state = state or mail.state
        return mail.id or 0


def read(world: World, who: str, mail_id: int) -> MailPage:
    with reading_as(world.as_staff(who)) as work:
        return email_log.read_mail(work, mail_id)


def link_of(mail_id: int) -> OneTimeLink:
    with reading_as(TEST) as work:
        return work.session.exec(select(OneTimeLink).join(Mail).where(Mail.id == mail_id)).one()


def token_of(mail_id: int) -> str:
    return links.address(link_of(mail_id)).rpartition('/')[2]


@pytest.mark.parametrize(('who', 'sees'), [('olivia', True), ('manu', True), ('rita', False)])
def test_the_link_of_a_kept_mail_is_for_those_who_may_give_access(world: World, who: str, sees: bool) -> None:
    """MAIL-02: others read the mail without its token."""
    id = invite(world)
    found = read(world, who, id)
    assert found.rendered
    assert (found.mail.state, found.template, found.customer) == (
        'Kept',
        'Portal Invitation',
        ('C1001', 'Acme'),
    )
    assert found.link == (links.address(link_of(id)) if sees else '')
    for text in (found.rendered.html, found.rendered.text, found.link):
        assert (token_of(id) in text) == sees
    assert ('/portal/link/…' in found.rendered.text) != sees


@pytest.mark.parametrize('state', [state for state in MailState if state is not MailState.KEPT])
def test_the_link_of_a_mail_that_had_a_server_is_shown_to_nobody(world: World, state: MailState) -> None:
    """MAIL-02: it is between the mail and its reader."""
    id = invite(world, state)
    found = read(world, 'olivia', id)
    assert found.rendered
    assert found.link == ''
    assert token_of(id) not in found.rendered.html + found.rendered.text


def test_a_link_for_a_new_staff_password_is_not_for_who_manages_portal_users(world: World) -> None:
    """SET-10: nobody becomes an Owner by reading mail."""
    with acting_as(TEST) as work:
        link = links.issue(work, Purpose.STAFF_RESET_PASSWORD, staff_user_id=1).id
        names = {'contact_name': 'Olivia', 'expires': 'soon'}
        mail = outbox.queue(work, 'reset-password', Recipient('Olivia', 'olivia@staff.example'), names, link)
        assert mail
        id = mail.id or 0
    assert read(world, 'manu', id).link == ''
    assert read(world, 'olivia', id).link.endswith(f'/admin/link/{token_of(id)}')


def test_a_dead_link_is_not_handed_out(world: World) -> None:
    """ACC-04, ACC-08."""
    id = invite(world)
    change(OneTimeLink, link_of(id).id or 0, revoked_at=now())
    found = read(world, 'olivia', id)
    assert (found.link, found.link_lives_until) == ('', None)
    assert found.why_not_again == email_log.DEAD_INVITATION


def test_who_may_not_see_the_log_sees_nothing_of_it(world: World) -> None:
    """SET-10: Standard, and customers."""
    id = invite(world)
    for viewer in (world.as_staff('stan'), world.as_customer('anna', 'C1001')):
        with reading_as(viewer) as work:
            for look in (
                lambda: email_log.read_mail(work, id),
                lambda: email_log.delivery(work),
                lambda: listings.page(work, EMAIL_LOG, Query(sort='created')),
            ):
                with pytest.raises(NotPermitted):
                    look()


@pytest.mark.parametrize('id', [0, -1, 999, 2**70])
def test_a_mail_that_is_not_there_is_not_found(world: World, id: int) -> None:
    """MAIL-02: whatever a browser asks for."""
    with reading_as(world.as_staff('olivia')) as work, pytest.raises(NotFound):
        email_log.read_mail(work, id)
    with acting_as(world.as_staff('olivia')) as work, pytest.raises(NotFound):
        email_log.send_again(work, id)


def test_the_list_has_every_mail_also_those_of_no_customer(world: World) -> None:
    """MAIL-02: found by state, template, and what people search for."""
    invite(world, MailState.FAILED)
    with acting_as(TEST) as work:
        names = {'contact_name': 'Olivia', 'expires': 'soon'}
        outbox.queue(work, 'reset-password', Recipient('Olivia', 'olivia@staff.example'), names)
    with reading_as(world.as_staff('rita')) as work:
        every = listings.page(work, EMAIL_LOG, Query(sort='created', descending=True)).rows
        assert [(row['template'], row['customer']) for row in every] == [
            ('Reset Password', ''),
            ('Portal Invitation', 'Acme'),
        ]
        for query in (
            Query(sort='created', filters={'state': OneOf(('Failed',))}),
            Query(sort='created', filters={'template': OneOf(('Portal Invitation',))}),
            Query(sort='created', search='DORA@'),
        ):
            assert [row['address'] for row in listings.page(work, EMAIL_LOG, query).rows] == [
                'dora@example.com'
            ]


def test_a_failed_mail_is_sent_again_once(world: World, connected: None) -> None:
    """MAIL-01: a second click, or a second person, is told that it waits already."""
    id = invite(world, MailState.FAILED)
    change(Mail, id, problem='550 unknown', attempts=3, trying_since=now())
    with acting_as(world.as_staff('olivia')) as work:
        email_log.send_again(work, id)
    with acting_as(world.as_staff('olivia')) as work, pytest.raises(Conflict, match='waits for its turn'):
        email_log.send_again(work, id)
    with reading_as(TEST) as work:
        mail = work.session.get_one(Mail, id)
        assert (mail.state, mail.problem, mail.attempts, mail.trying_since) == ('Queued', '', 3, None)
        entry = work.session.exec(select(AuditEntry).where(col(AuditEntry.action) == 'mail.send_again')).one()
        assert (entry.before['state'], entry.after['state']) == ('Failed', 'Queued')
        assert entry.customer_id == world.customers['acme']


def test_a_kept_mail_is_sent_once_there_is_a_server(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-02."""
    id = invite(world)
    with acting_as(world.as_staff('olivia')) as work, pytest.raises(Conflict, match='No mail server'):
        email_log.send_again(work, id)
    connect(monkeypatch, MailServer(Path(), 25))
    with acting_as(world.as_staff('olivia')) as work:
        email_log.send_again(work, id)
    assert read(world, 'olivia', id).mail.state == 'Queued'


@pytest.mark.parametrize('state', [MailState.QUEUED, MailState.SENDING, MailState.SENT, MailState.CANCELLED])
def test_no_other_mail_is_sent_again(world: World, connected: None, state: MailState) -> None:
    """MAIL-01: nobody doubles a mail by a click."""
    id = invite(world, state)
    with acting_as(world.as_staff('olivia')) as work, pytest.raises(Conflict):
        email_log.send_again(work, id)


def test_a_mail_whose_link_has_died_is_not_sent_again(world: World, connected: None) -> None:
    """ACC-08: the invitation is sent anew instead."""
    id = invite(world, MailState.FAILED)
    change(OneTimeLink, link_of(id).id or 0, used_at=now())
    with acting_as(world.as_staff('olivia')) as work, pytest.raises(Conflict, match='Re-send the invitation'):
        email_log.send_again(work, id)


@pytest.mark.parametrize('who', ['rita', 'manu', 'stan'])
def test_sending_again_needs_email_log_edit(world: World, connected: None, who: str) -> None:
    """SET-10."""
    id = invite(world, MailState.FAILED)
    with acting_as(world.as_staff(who)) as work, pytest.raises(NotPermitted):
        email_log.send_again(work, id)


def test_the_state_of_the_mail_server_can_be_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-01, MAIL-02: none, in use, out of use."""

    def delivery() -> tuple[bool, str]:
        with reading_as(world.as_staff('rita')) as work:
            found = email_log.delivery(work)
            return found.connected, found.problem

    assert delivery() == (False, '')
    connect(monkeypatch, MailServer(Path(), 25))
    assert delivery() == (True, '')
    change(ServerRow, 1, problem='localhost:25 cannot be used', failing_since=now())
    assert delivery() == (True, 'localhost:25 cannot be used')


def test_a_mail_of_another_secret_can_still_be_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-02: its link cannot be made any more, which the page says instead of breaking."""
    monkeypatch.setenv('PORTAL_SECRET_KEY', 'one' * 16)
    config.settings.cache_clear()
    id = invite(world)
    monkeypatch.setenv('PORTAL_SECRET_KEY', 'two' * 16)
    config.settings.cache_clear()
    found = read(world, 'olivia', id)
    assert (found.rendered, found.link) == (None, '')
    assert 'PORTAL_SECRET_KEY is not the one' in found.fault
    assert read(world, 'rita', id).rendered
