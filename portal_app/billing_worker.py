"""The worker of the billing side: a short list of jobs, done for as long as the server runs.

Each job may be done by several processes at once without doing anything twice; on PostgreSQL one process at a
time does them all the same, so that they do not stand in each other's way.
"""

import asyncio
import logging
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic

from sqlalchemy import text

from portal_app import db
from portal_app.errors import PortalError
from portal_app.services import (
    auto_pay,
    gateway_notices,
    method_expiry,
    reconciliation,
    statements_due,
    subscription_due,
)

log = logging.getLogger(__name__)
STEP = 2.0  # seconds between two looks at the list
FAREWELL = 8.0  # seconds that the job under way is given at the end
ONLY_ONE = "SELECT pg_{}(hashtext('billing worker'))"


@dataclass(frozen=True)
class Job:
    """Something to be done again and again; what `run` returns is shown to who runs it by hand."""

    title: str
    every: float  # seconds
    run: Callable[[], object]


JOBS: Sequence[Job] = (
    Job('Notices of the test gateway', STEP, gateway_notices.deliver_test_notices),
    Job('Payments looked up', 60, reconciliation.reconcile),
    Job('Payments begun by auto pay', 60, auto_pay.charge_due),
    Job('Customers told that a card expires', 3600, method_expiry.warn),
    Job('Subscriptions renewed, changed or ended', 300, subscription_due.apply_all_due),
    Job('Statements issued', 600, statements_due.issue_all_due),
)


class BillingWorker:
    """Does the jobs in a thread of its own: no page waits for a gateway."""

    def __init__(self, jobs: Sequence[Job] = JOBS) -> None:
        self._jobs = jobs
        self._ended = Event()
        self._thread = Thread(target=self._serve, name='billing', daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    async def stop(self) -> None:
        """Finish the job under way if that is quick; what was planned is settled by whoever comes next."""
        self._ended.set()
        await asyncio.to_thread(self._thread.join, FAREWELL)

    def _serve(self) -> None:
        due = dict.fromkeys(self._jobs, 0.0)
        while not self._ended.wait(STEP):
            jobs = [job for job, moment in due.items() if moment <= monotonic()]
            if jobs and self._do(jobs):
                due |= {job: monotonic() + job.every for job in jobs}

    def _do(self, jobs: Sequence[Job]) -> bool:
        """Whether it was this process's turn."""
        try:
            with only_here() as here:
                for job in jobs if here else ():
                    attempt(job)
                return here
        except Exception as error:
            _log_fault('finding its turn', error)
            return False


def run_once(jobs: Sequence[Job] = JOBS) -> list[tuple[str, object]]:
    """Do each job once, for a command. Returns what came of each."""
    return [(job.title, job.run()) for job in jobs]


def attempt(job: Job) -> None:
    """Do one job; what goes wrong with it is logged, and is no other's concern."""
    try:
        job.run()
    except PortalError as error:
        log.warning('the billing worker: %s: %s', job.title, error.message)
    except Exception as error:
        _log_fault(job.title, error)


@contextmanager
def only_here() -> Iterator[bool]:
    """Whether no other process is at it, for as long as the block lasts. SQLite is served by one process."""
    if db.is_sqlite():
        yield True
        return
    with db.engine().connect().execution_options(isolation_level='AUTOCOMMIT') as connection:
        here = bool(connection.execute(text(ONLY_ONE.format('try_advisory_lock'))).scalar())
        try:
            yield here
        finally:
            if here:
                connection.execute(text(ONLY_ONE.format('advisory_unlock')))


def _log_fault(what: str, error: Exception) -> None:
    """Where it happened, but not its text: that may hold names and amounts (OPS-03)."""
    places = ''.join(traceback.format_tb(error.__traceback__))
    log.error('the billing worker met %s at: %s\n%s', type(error).__name__, what, places)
