"""How fast mail is queued and delivered, beside what nothing can be faster than (ACC-11, MAIL-01).

Run `python -m tests.benchmarks.mail_delivery`. Delivery: the worker sends 1,000 invitations from the outbox,
each claimed, rendered, sent and settled, one at a time; the reference hands the same messages, ready-made, to
the same server over one connection of aiosmtplib in a bare loop. Queueing: `outbox.queue_all` in its
transaction against the bare INSERTs of the same rows through Python's sqlite3. The mail server is aiosmtpd in
a process of its own. Runs in turn. Prints the ratios and never fails by time.
"""

import argparse
import asyncio
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from aiosmtplib import SMTP
from sqlmodel import col, func, select

from portal_app import config, db
from portal_app.auth.viewer import Operator
from portal_app.mail import outbox
from portal_app.mail.letters import letter
from portal_app.mail.message import envelope
from portal_app.mail.outbox import Recipient
from portal_app.mail.smtp import Envelope
from portal_app.mail.worker import MailWorker
from portal_app.migrate import migrate
from portal_app.models import Contact, Customer, Mail, MailState, Purpose
from portal_app.services import links
from portal_app.services.foundation import lay_foundation
from portal_app.work import acting_as, reading_as
from tests.benchmarks.serving import table
from tests.smtp_server import MailServer, mail_server

BENCHMARK = Operator('benchmark')


def fill(url: str, count: int) -> list[outbox.Wanted]:
    """A database with a contact and a link for each invitation. Returns what to queue."""
    db.connect(url)
    migrate()
    with acting_as(BENCHMARK) as work:
        lay_foundation(work, 'Northwind')
        customer = Customer(number='C1001', name='Acme')
        work.session.add(customer)
        work.session.flush()
        people = [
            Contact(customer_id=customer.id or 0, name=f'Person {n}', email=f'p{n}@example.com')
            for n in range(count)
        ]
        work.session.add_all(people)
        work.session.flush()
        ids = links.issue_all(work, Purpose.INVITATION, [{'contact_id': person.id} for person in people])
        return [
            (
                Recipient(person.name, person.email, customer.id, person.id),
                {'customer': 'Acme', 'contact_name': person.name, 'expires': '27 November 2026, 10:15 CET'},
                link,
            )
            for person, link in zip(people, ids, strict=True)
        ]


def queue(wanted: Sequence[outbox.Wanted]) -> float:
    """Seconds that it takes to queue them, with the commit."""
    started = time.perf_counter()
    with acting_as(BENCHMARK) as work:
        outbox.queue_all(work, 'portal-invitation', wanted)
    return time.perf_counter() - started


def queue_bare(path: Path) -> float:
    """Seconds of bare INSERTs of the same rows, with the commit."""
    raw = sqlite3.connect(path, isolation_level=None)
    rows = raw.execute('SELECT * FROM mail').fetchall()
    names = [column[1] for column in raw.execute('PRAGMA table_info(mail)')]
    raw.execute('DELETE FROM mail')
    raw.execute('PRAGMA foreign_keys=ON')
    raw.execute('PRAGMA synchronous=NORMAL')
    started = time.perf_counter()
    raw.execute('BEGIN IMMEDIATE')
    raw.executemany(f'INSERT INTO mail ({", ".join(names)}) VALUES ({", ".join("?" * len(names))})', rows)
    raw.execute('COMMIT')
    took = time.perf_counter() - started
    raw.close()
    return took


def ready_made() -> list[Envelope]:
    """The messages that the worker will send."""
    with reading_as(BENCHMARK) as work:
        ids = work.session.exec(select(Mail.id).order_by(col(Mail.id))).all()
        letters = [letter(work, id or 0) for id in ids]
    return [envelope(each) for each in letters if each]


async def deliver_bare(server: MailServer, messages: Sequence[Envelope]) -> float:
    """Seconds of a bare loop."""
    started = time.perf_counter()
    async with SMTP(hostname='localhost', port=server.port, use_tls=False, start_tls=False) as client:
        for each in messages:
            await client.sendmail(each.sender, [each.recipient], each.message)
    return time.perf_counter() - started


async def deliver() -> float:
    """Seconds until the worker has sent all that is queued."""
    worker = MailWorker(config.settings())
    started = time.perf_counter()
    worker.start()
    while await asyncio.to_thread(_left):
        await asyncio.sleep(0.1)
    took = time.perf_counter() - started
    await worker.stop()
    return took


def _left() -> int:
    with reading_as(BENCHMARK) as work:
        return work.session.exec(select(func.count()).where(col(Mail.state) != MailState.SENT)).one()


def main() -> None:
    """Measure in turn and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--mails', type=int, default=1000)
    parser.add_argument('--rounds', type=int, default=5)
    given = parser.parse_args()
    figures: dict[str, list[float]] = {
        name: [] for name in ('queue', 'bare queue', 'deliver', 'bare deliver')
    }
    with tempfile.TemporaryDirectory() as folder, mail_server(Path(folder)) as server:
        os.environ |= server.settings
        config.settings.cache_clear()
        for number in range(given.rounds):
            path = Path(folder) / f'{number}.db'
            wanted = fill(f'sqlite:///{path}', given.mails)
            figures['queue'].append(queue(wanted))
            figures['bare queue'].append(queue_bare(path))
            messages = ready_made()
            figures['bare deliver'].append(asyncio.run(deliver_bare(server, messages)))
            figures['deliver'].append(asyncio.run(deliver()))
        assert len(server.taken_ids) == 2 * given.mails * given.rounds
    report(given.mails, figures)


def report(mails: int, figures: dict[str, list[float]]) -> None:
    """Medians, and the ratio of the pairs with its range."""
    rows = []
    for ours, bare, target, title in (
        ('queue', 'bare queue', '', 'Queued by `queue_all`'),
        ('deliver', 'bare deliver', '0.5', 'Delivered by the worker'),
    ):
        ratios = sorted(there / here for here, there in zip(figures[ours], figures[bare], strict=True))
        here, there = statistics.median(figures[ours]), statistics.median(figures[bare])
        rows.append(
            (
                title,
                f'{here * 1000:.0f}',
                f'{there * 1000:.0f}',
                f'{statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})',
                target,
            )
        )
    table((f'{mails:,} mails', 'the portal, ms', 'bare, ms', 'times its rate', 'target'), rows)


if __name__ == '__main__':
    main()
