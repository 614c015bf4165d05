"""The worker with a real mail server: what becomes of mail, whatever the server does (MAIL-01)."""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from portal_app.live import Change, Topic
from portal_app.mail import turns
from portal_app.models import EmailTemplateVersion, Mail, OneTimeLink
from portal_app.models.base import now
from portal_app.services import links
from portal_app.work import acting_as, reading_as
from tests.mailing import TEST, connect, invite, mail, time_passes, trouble, until, worker
from tests.smtp_server import MailServer, mail_server
from tests.world import World, add_contact, change, contact, make_world


async def test_a_mail_is_sent_once_with_the_link_that_no_table_holds(
    world: World, mails: MailServer, dora: int
) -> None:
    """MAIL-01, ACC-04."""
    async with worker():
        id = invite(world, dora)
        await until(lambda: mail(id).state == 'Sent')
    sent, (taken,) = mail(id), mails.taken
    assert (sent.attempts, sent.problem, sent.subject) == (1, '', taken.message['Subject'])
    assert sent.sent_at
    assert (taken.sender, taken.recipient) == ('billing@northwind.example', 'dora@example.com')
    assert taken.message_id == sent.message_id
    with reading_as(TEST) as work:
        address = links.address(work.session.get_one(OneTimeLink, sent.link_id))
    text = taken.message.get_body(('plain',))
    assert text
    assert address in text.get_content()
    assert address.rpartition('/')[2] not in repr(sent)


async def test_a_refusal_for_good_shows_on_the_contact_until_a_mail_arrives(
    world: World, mails: MailServer, dora: int, heard: list[Change]
) -> None:
    """MAIL-01: 5xx fail at once."""
    words = '550 5.1.1 No such user here'
    mails.rule(to_recipients={'dora@example.com': words})
    async with worker():
        id = invite(world, dora)
        await until(lambda: mail(id).state == 'Failed')
        assert (mail(id).problem, mail(id).attempts, contact(dora).mail_problem) == (words, 1, words)
        assert heard[-2:] == [Change(topic, world.customers['acme']) for topic in (Topic.ACCESS, Topic.MAIL)]
        second = invite(world, dora, 'dora@acme.example')
        await until(lambda: mail(second).state == 'Sent')
    assert contact(dora).mail_problem == ''
    assert [taken.recipient for taken in mails.taken] == ['dora@acme.example']


async def test_a_greylisted_mail_is_tried_again_with_the_same_message_id(
    world: World, mails: MailServer, dora: int
) -> None:
    """MAIL-01: 4xx."""
    mails.rule(to_first_try='451 4.7.1 Greylisted')
    async with worker():
        id = invite(world, dora)
        await until(lambda: mail(id).problem == '451 4.7.1 Greylisted')
        waiting = mail(id)
        assert (waiting.state, waiting.attempts, contact(dora).mail_problem) == ('Queued', 1, '')
        assert timedelta(seconds=40) < waiting.next_try_at - now() < timedelta(seconds=75)
        time_passes(id)
        await until(lambda: mail(id).state == 'Sent')
    assert [taken.message_id for taken in mails.taken] == [waiting.message_id]
    assert (mail(id).attempts, mail(id).problem) == (2, '')


async def test_a_mail_whose_acknowledgement_was_cut_off_comes_again_with_the_same_message_id(
    world: World, mails: MailServer, dora: int
) -> None:
    """MAIL-01: nobody can know; the reader's mail server can."""
    mails.rule(cut_before_answer=1)
    async with worker():
        id = invite(world, dora)
        await until(lambda: mail(id).problem == 'The connection to the mail server broke.')
        time_passes(id)
        await until(lambda: mail(id).state == 'Sent')
    assert [taken.message_id for taken in mails.taken] == [mail(id).message_id] * 2
    first, second = (taken.message['Date'] for taken in mails.taken)
    assert first == second


async def test_while_the_server_cannot_be_used_mail_waits_and_the_reason_can_be_read(
    world: World, tmp_path: Path, dora: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-01: connection, TLS and AUTH are no fault of the mail; all processes wait alike."""
    with mail_server(tmp_path) as gone:
        connect(monkeypatch, gone)
    async with worker():
        id = invite(world, dora)
        await until(lambda: trouble().problem != '')
        assert trouble().problem.startswith(f'localhost:{gone.port} cannot be used: ')
        assert (mail(id).state, mail(id).attempts, mail(id).trying_since) == ('Queued', 0, None)
        with acting_as(TEST) as work:
            due, claimed = turns.next_turn(work), turns.claim(work)
        assert due == trouble().next_try_at
        assert claimed is None
        with mail_server(tmp_path, port=gone.port) as back:
            time_passes(id)
            await until(lambda: mail(id).state == 'Sent')
            assert len(back.taken) == 1
    assert (trouble().problem, trouble().failing_since, trouble().next_try_at) == ('', None, None)


@pytest.mark.parametrize(
    ('end', 'words'),
    [
        ({'used_at': now()}, 'Its link was used before it was sent.'),
        ({'revoked_at': now()}, 'Its link was withdrawn before it was sent.'),
        ({'expires_at': now() - timedelta(seconds=1)}, 'Its link expired before it was sent.'),
    ],
)
async def test_a_mail_whose_link_has_died_is_not_sent(
    world: World, mails: MailServer, dora: int, end: dict[str, Any], words: str
) -> None:
    """ACC-08: pending invitations die; the next mail in the queue is sent."""
    dead, alive = invite(world, dora), invite(world, dora)
    change(OneTimeLink, mail(dead).link_id or 0, **end)
    async with worker():
        await until(lambda: mail(alive).state == 'Sent')
    assert (mail(dead).state, mail(dead).problem) == ('Cancelled', words)
    assert [taken.message_id for taken in mails.taken] == [mail(alive).message_id]


@pytest.mark.parametrize('spoil', ['version', 'address'])
async def test_a_mail_that_cannot_be_made_fails_and_holds_up_nobody(
    world: World, mails: MailServer, dora: int, spoil: str, caplog: pytest.LogCaptureFixture
) -> None:
    """MAIL-01: the worker never dies."""
    id = invite(world, dora)
    if spoil == 'version':
        change(EmailTemplateVersion, mail(id).version_id, body='{{ nobody_knows_this }}')
    else:
        change(Mail, id, to_email='dora person@example.com\r\nRCPT TO:<eve@example.com>')
    async with worker():
        await until(lambda: mail(id).state == 'Failed')
        if spoil == 'address':
            next_one = invite(world, dora)
            await until(lambda: mail(next_one).state == 'Sent')
    assert mail(id).problem.startswith('This mail could not be made: ')
    assert 'eve@example.com' not in {taken.recipient for taken in mails.taken}
    assert 'the mail worker met' in caplog.text


async def test_logs_name_no_person(
    world: World, mails: MailServer, dora: int, caplog: pytest.LogCaptureFixture
) -> None:
    """OPS-03: no address, subject or token, whatever happens to a mail."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger('sqlalchemy').setLevel(logging.WARNING)
    mails.rule(to_recipients={'dora@example.com': '550 dora@example.com is unknown'})
    ids = [
        invite(world, dora),
        invite(world, dora, 'dora@acme.example'),
        invite(world, dora, 'dora @acme.example'),
    ]
    async with worker():
        await until(lambda: [mail(id).state for id in ids] == ['Failed', 'Sent', 'Failed'])
    assert f'mail {ids[0]}: refused' in caplog.text
    for secret in ('dora', 'Dora', 'invited', '/portal/link/'):
        assert secret not in caplog.text


async def test_what_was_under_way_at_a_crash_is_sent_by_the_next_start_on_sqlite(
    sqlite_world: World, mails: MailServer
) -> None:
    """MAIL-01: at once, since one process serves it."""
    id = invite(sqlite_world, add_contact(sqlite_world, 'acme', 'dora'))
    with acting_as(TEST) as work:
        assert turns.claim(work)
    async with worker():
        await until(lambda: mail(id).state == 'Sent')
    assert mail(id).attempts == 2


async def test_two_workers_on_postgresql_never_send_a_mail_twice(
    postgresql_database: str, mails: MailServer
) -> None:
    """MAIL-01, OPS-01: and both do their part."""
    dora = add_contact(world := make_world(), 'acme', 'dora')
    ids = [invite(world, dora) for _ in range(60)]
    mails.rule(delay=0.01)
    async with worker(), worker():
        await until(lambda: all(mail(id).state == 'Sent' for id in ids[-5:]) and len(mails.taken) >= 60)
    assert sorted(taken.message_id for taken in mails.taken) == sorted(mail(id).message_id for id in ids)
    assert {mail(id).attempts for id in ids} == {1}
    assert len({taken.connection for taken in mails.taken}) > 1


async def test_when_the_database_goes_away_what_was_sent_is_written_down_afterwards(
    postgresql_database: str, mails: MailServer
) -> None:
    """MAIL-01: a mail that was taken is not sent again."""
    id = invite(world := make_world(), add_contact(world, 'acme', 'dora'))
    mails.rule(delay_answer=0.5)
    address = make_url(postgresql_database).set(drivername='postgresql').render_as_string(hide_password=False)
    async with worker():
        await until(lambda: len(mails.taken) == 1)
        with psycopg.connect(address, autocommit=True) as away:
            away.execute(
                'SELECT pg_terminate_backend(pid) FROM pg_stat_activity'
                ' WHERE datname = current_database() AND pid != pg_backend_pid()'
            )
        await asyncio.sleep(1)
        await until(lambda: mail(id).state == 'Sent', 15)
    assert len(mails.taken) == 1


async def test_a_stop_waits_for_the_mail_under_way(world: World, mails: MailServer, dora: int) -> None:
    """MAIL-01: it is not sent again by the next start; those that wait are left to it."""
    first, second = invite(world, dora), invite(world, dora)
    mails.rule(delay_answer=0.5)
    async with worker():
        await until(lambda: len(mails.taken) == 1)
    assert [mail(id).state for id in (first, second)] == ['Sent', 'Queued']
