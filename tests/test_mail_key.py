"""The worker with a key for links that cannot be right: the fault of the installation, not of a mail."""

from pathlib import Path

import pytest

from portal_app import config, db
from portal_app.services import links
from tests.mailing import invite, mail, time_passes, trouble, until, worker
from tests.smtp_server import MailServer
from tests.world import World, add_contact, contact


def use_key(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv('PORTAL_SECRET_KEY', key)
    config.settings.cache_clear()


async def test_a_key_that_does_not_fit_is_no_fault_of_the_mail(
    world: World,
    mails: MailServer,
    dora: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """MAIL-01, ACC-04: it waits until a process with the right key has its turn."""
    id, right = invite(world, dora), mails.settings['PORTAL_SECRET_KEY']
    use_key(monkeypatch, 'the key of quite another machine')
    async with worker():
        await until(lambda: trouble().problem != '')
        assert trouble().problem == f'{links.OTHER_KEY}.'
        assert (mail(id).state, mail(id).attempts, contact(dora).mail_problem) == ('Queued', 0, '')
        assert mails.taken == []
        use_key(monkeypatch, right)
        time_passes(id)
        await until(lambda: mail(id).state == 'Sent')
    assert (trouble().problem, trouble().next_try_at) == ('', None)


async def test_a_link_of_an_older_key_holds_up_no_other_mail(
    world: World, mails: MailServer, dora: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-01: the key was changed while mail waited; what has been invited since is sent."""
    older, right = invite(world, dora), mails.settings['PORTAL_SECRET_KEY']
    use_key(monkeypatch, right[::-1])
    newer = invite(world, dora)
    async with worker():
        await until(lambda: trouble().problem != '')
        time_passes(older)
        await until(lambda: mail(newer).state == 'Sent')
    assert mail(older).state == 'Queued'
    assert [taken.message_id for taken in mails.taken] == [mail(newer).message_id]


async def test_a_key_file_that_was_cut_off_is_no_fault_of_the_mail(
    sqlite_world: World, mails: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-01: the banner names the file."""
    id = invite(sqlite_world, add_contact(sqlite_world, 'acme', 'dora'))
    file = Path(db.engine().url.database or '').with_suffix('.key')
    file.write_bytes(b'short')
    use_key(monkeypatch, '')
    async with worker():
        await until(lambda: trouble().problem != '')
    assert trouble().problem == f'{file}: the key in this file must have at least 32 bytes.'
    assert mail(id).state == 'Queued'
