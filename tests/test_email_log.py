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
from portal_app.services.invitations import disable_contact, grant_contact
from portal_app.work import acting_as, reading_as
from tests.mailing import NAMES, TEST, connect
from tests.smtp_server import MailServer
from tests.world import World, add_contact, change, mails


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


def test_a_mail_can_be_read_as_it_is_sent(world: World) -> None:
    """MAIL-02: to whom, of which customer, from which template."""
    found = read(world, 'rita', invite(world))
    assert found.rendered
    assert (found.mail.state, found.template, found.customer) == (
        'Kept',
        'Portal Invitation',
        ('C1001', 'Acme'),
    )
    assert '/portal/link/…' in found.rendered.text


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


def test_a_mail_about_access_that_has_ended_is_not_sent_again(world: World, connected: None) -> None:
    """ACC-08: Ben, who has a password, was let in at Acme as well; his mail has no link that could die."""
    ben = add_contact(world, 'acme', 'ben')
    with acting_as(world.as_staff('olivia')) as work:
        grant_contact(work, ben)
    (mail,) = mails(contact_id=ben)
    id = mail.id or 0
    change(Mail, id, state=MailState.FAILED)
    assert (mail.link_id, read(world, 'olivia', id).why_not_again) == (None, None)
    with acting_as(world.as_staff('olivia')) as work:
        disable_contact(work, ben)
    assert read(world, 'olivia', id).why_not_again == 'Access ended before it was sent.'
    with acting_as(world.as_staff('olivia')) as work, pytest.raises(Conflict, match='Access ended'):
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
