"""Mail outlives the process that sends it: `kill -9` of the server at random moments (MAIL-01)."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import update
from sqlmodel import col, select

from portal_app.mail import outbox
from portal_app.mail.outbox import Recipient
from portal_app.models import Contact, Mail, MailState, Purpose
from portal_app.models.base import now
from portal_app.services import links
from portal_app.work import acting_as, reading_as
from tests.browser.server import FOREIGN, SERVE, free_port
from tests.mailing import NAMES, TEST
from tests.smtp_server import MailServer
from tests.world import World, make_world

MAILS, CRASHES = 1000, 4


def invite_a_thousand(world: World) -> None:
    acme = world.customers['acme']
    with acting_as(TEST) as work:
        people = [
            Contact(customer_id=acme, name=f'Person {n}', email=f'p{n}@example.com') for n in range(MAILS)
        ]
        work.session.add_all(people)
        work.session.flush()
        ids = links.issue_all(work, Purpose.INVITATION, [{'contact_id': person.id} for person in people])
        outbox.queue_all(
            work,
            'portal-invitation',
            [
                (Recipient(person.name, person.email, acme, person.id), NAMES, link)
                for person, link in zip(people, ids, strict=True)
            ],
        )


@contextmanager
def serving(folder: Path) -> Iterator['subprocess.Popen[bytes]']:
    """`python run.py serve` with the settings of this test, killed at the end."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN[1:])}
    with (folder / 'server.log').open('a') as log:
        process = subprocess.Popen(
            [sys.executable, *SERVE],
            cwd=folder,
            env={**own, 'PORTAL_PORT': str(free_port())},
            stdout=log,
            stderr=log,
        )
        yield process
        process.kill()
        process.wait()


def wait_for(mails: MailServer, count: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while len(mails.taken_ids) < count:
        assert time.monotonic() < deadline, f'{len(mails.taken_ids)} of {count} mails came'
        time.sleep(0.02)


def in_state(state: MailState) -> list[str]:
    with reading_as(TEST) as work:
        return list(work.session.exec(select(Mail.message_id).where(Mail.state == state)))


def assert_each_came_once(mails: MailServer, in_flight: list[str]) -> None:
    """But for those that were handed over at the moment of a crash: they may have come once more."""
    with reading_as(TEST) as work:
        queued = set(work.session.exec(select(Mail.message_id)))
    came = Counter(mails.taken_ids)
    assert set(came) == queued
    again = {id: count - 1 for id, count in came.items() if count > 1}
    allowed = Counter(in_flight)
    assert all(count <= allowed[id] for id, count in again.items()), (again, allowed)


def test_after_each_kill_every_invitation_arrives_and_only_the_one_under_way_may_come_twice(
    sqlite_world: World, mails: MailServer, tmp_path: Path
) -> None:
    """MAIL-01."""
    invite_a_thousand(sqlite_world)
    in_flight: list[str] = []
    for crash in range(1, CRASHES + 1):
        with serving(tmp_path):
            wait_for(mails, len(mails.taken_ids) + 1)
            time.sleep(random.uniform(0, 0.5))
        under_way = in_state(MailState.SENDING)
        assert len(under_way) <= 1, f'after crash {crash}'
        in_flight += under_way
    with serving(tmp_path):
        wait_for(mails, MAILS)
        while in_state(MailState.QUEUED) or in_state(MailState.SENDING):
            time.sleep(0.05)
    assert_each_came_once(mails, in_flight)
    assert len(in_state(MailState.SENT)) == MAILS


def test_of_two_processes_on_postgresql_one_goes_on_when_the_other_is_killed(
    postgresql_database: str, mails: MailServer, tmp_path: Path
) -> None:
    """MAIL-01, OPS-01: what the dead one was sending comes free once its claim has run out."""
    invite_a_thousand(make_world())
    in_flight: list[str] = []
    with serving(tmp_path):
        for _ in range(2):
            with serving(tmp_path):
                wait_for(mails, len(mails.taken_ids) + 100)
                time.sleep(random.uniform(0, 0.3))
        while in_state(MailState.QUEUED):
            time.sleep(0.05)
        time.sleep(0.5)
        in_flight += in_state(MailState.SENDING)
        assert len(in_flight) <= 2
    with acting_as(TEST) as work:
        work.session.execute(
            update(Mail).where(col(Mail.state) == MailState.SENDING).values(next_try_at=now())
        )
    with serving(tmp_path):
        wait_for(mails, MAILS)
        while in_state(MailState.QUEUED) or in_state(MailState.SENDING):
            time.sleep(0.05)
    assert_each_came_once(mails, in_flight)
