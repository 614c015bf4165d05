"""What the tests of mail share: a contact to write to, a worker that runs, and time that passes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from sqlmodel import select

from portal_app import config
from portal_app.auth.viewer import Operator
from portal_app.live import Change, Topic
from portal_app.mail import outbox, tries, turns
from portal_app.mail.outbox import Recipient
from portal_app.mail.smtp import Patience
from portal_app.mail.tries import Answer, Tried
from portal_app.mail.worker import MailWorker
from portal_app.models import Mail, Purpose
from portal_app.models import MailServer as ServerRow
from portal_app.models.base import now
from portal_app.services import links
from portal_app.work import acting_as, reading_as
from tests.smtp_server import MailServer
from tests.world import World, change

HURRY = Patience(connection=2, answer=2, acknowledgement=2)
NAMES = {'customer': 'Acme', 'contact_name': 'Dora Person', 'expires': '27 November 2026, 10:15 UTC'}
TEST = Operator('test')


def connect(monkeypatch: pytest.MonkeyPatch, server: MailServer) -> None:
    """Make the settings those that lead to this server."""
    for name, value in server.settings.items():
        monkeypatch.setenv(name, value)
    config.settings.cache_clear()


@asynccontextmanager
async def worker() -> AsyncIterator[MailWorker]:
    """The worker of a server process, until the block ends."""
    made = MailWorker(config.settings(), HURRY)
    made.start()
    try:
        yield made
    finally:
        await made.stop()


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(true):
            await asyncio.sleep(0.02)


def invite(world: World, contact_id: int, email: str = 'dora@example.com') -> int:
    """Queue an invitation without the rest of it. Returns the mail's id."""
    to = Recipient('Dora Person', email, world.customers['acme'], contact_id)
    with acting_as(TEST) as work:
        link = links.issue(work, Purpose.INVITATION, contact_id=contact_id).id
        mail = outbox.queue(work, 'portal-invitation', to, NAMES, link)
        assert mail
        return mail.id or 0


def mail(id: int) -> Mail:
    """A mail as it is now."""
    with reading_as(TEST) as work:
        return work.session.get_one(Mail, id)


def trouble() -> ServerRow:
    """What is known of the mail server."""
    with reading_as(TEST) as work:
        return work.session.exec(select(ServerRow)).one()


def time_passes(id: int) -> None:
    """The pause of a mail, and of the server, is over."""
    change(Mail, id, next_try_at=now())
    change(ServerRow, 1, next_try_at=None)
    with acting_as(TEST) as work:
        work.tell(Change(Topic.MAIL))


def settle(answer: Answer, words: str = '') -> None:
    """Claim the next mail and say that the server answered this."""
    with acting_as(TEST) as work:
        claimed = turns.claim(work)
    assert claimed
    with acting_as(TEST) as work:
        tries.settle(work, Tried(claimed, answer, words))
