"""The worker: sends what waits in the outbox, for as long as the server runs (MAIL-01)."""

import asyncio
import logging
import traceback
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Thread, current_thread

from portal_app.auth.viewer import Operator
from portal_app.config import BadSettings, Settings
from portal_app.errors import Busy, TooSlow
from portal_app.live import Change, Topic, listen
from portal_app.mail import turns
from portal_app.mail.addresses import one_line
from portal_app.mail.attachments import attached
from portal_app.mail.letters import Letter
from portal_app.mail.message import envelope
from portal_app.mail.smtp import Envelope, Line, Patience
from portal_app.mail.tries import Answer, Tried, settle
from portal_app.models.base import now
from portal_app.services.links import WrongKey
from portal_app.work import acting_as

log = logging.getLogger(__name__)
WORKER = Operator('serve')
SHORTEST_REST, LONGEST_REST = 0.05, 60.0  # seconds between two looks at the outbox while no news comes
AFTER_A_FAULT = 5.0  # seconds
FAREWELL = 8.0  # seconds that the mail under way is given at the end


@dataclass(frozen=True)
class Claimed:
    """A mail that this worker sends now, as the mail server is given it."""

    letter: Letter
    envelope: Envelope


class MailWorker:
    """Sends mail in a thread and on an event loop of its own: pages never wait for it.

    Several processes on one database share the work.
    """

    def __init__(self, settings: Settings, patience: Patience | None = None) -> None:
        self._line = Line(settings, patience or Patience())
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._serve, name='mail', daemon=True)
        self._news = asyncio.Event()
        self._stopping = False

    def start(self) -> None:
        """Begin."""
        self._deaf = listen(Topic.MAIL, self._hear)
        self._thread.start()

    async def stop(self) -> None:
        """Finish the mail under way if that is quick; else whoever comes next sends it again."""
        self._deaf()
        self._stopping = True
        self._loop.call_soon_threadsafe(self._news.set)
        await asyncio.to_thread(self._thread.join, FAREWELL)

    def _hear(self, _change: Change) -> None:
        if current_thread() is not self._thread:
            self._loop.call_soon_threadsafe(self._news.set)

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._run())

    async def _run(self) -> None:
        begun = False
        tried: Tried | None = None
        while tried or not self._stopping:
            self._news.clear()
            try:
                if not begun:
                    _begin()
                    begun = True
                found = _turn(tried, not self._stopping)
                tried = await self._send(found) if isinstance(found, Claimed) else found
                if found is None and not self._stopping:
                    await self._rest()
            except Exception as error:  # what was tried is written down as soon as the database answers
                _log_fault(error)
                await asyncio.sleep(AFTER_A_FAULT)
        await self._line.close()

    async def _send(self, claimed: Claimed) -> Tried:
        try:
            answer, words = await self._line.send(claimed.envelope)
        except Exception as error:
            await self._line.close()
            return _spoiled(claimed.letter, error)
        if answer is Answer.UNREACHABLE:
            log.warning('the mail server cannot be used; the Email Log says why')
        else:
            log.info('mail %s: %s', claimed.letter.mail.id, answer)
        return Tried(claimed.letter, answer, words)

    async def _rest(self) -> None:
        """Wait until a mail is due, or something is heard of one."""
        await self._line.close()
        due = _look()
        seconds = (due - now()).total_seconds() if due else LONGEST_REST
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), min(max(seconds, SHORTEST_REST), LONGEST_REST))


def _begin() -> None:
    with acting_as(WORKER) as work:
        turns.begin(work)


def _turn(tried: Tried | None, more: bool) -> Claimed | Tried | None:
    """Write down the last try and claim the next mail in one transaction; then make it ready to send."""
    with acting_as(WORKER) as work:
        if tried:
            settle(work, tried)
        found = turns.claim(work) if more else None
    if found is None:
        return None
    try:
        return Claimed(found, envelope(found, attached(found)))
    except (WrongKey, BadSettings) as error:
        log.warning('the key for links cannot be used; the Email Log says why')
        return Tried(found, Answer.UNREACHABLE, f'{error}.')
    except (Busy, TooSlow) as error:  # no fault of the mail: its document could not be looked up just now
        return Tried(found, Answer.LATER, error.message)
    except Exception as error:
        return _spoiled(found, error)


def _look() -> datetime | None:
    with acting_as(WORKER) as work:
        turns.free(work)
        return turns.next_turn(work)


def _spoiled(letter: Letter, error: Exception) -> Tried:
    """A mail that cannot be made or sent as it is: trying again would not help."""
    _log_fault(error)
    return Tried(letter, Answer.SPOILED, one_line(f'This mail could not be made: {error}'))


def _log_fault(error: Exception) -> None:
    """Where it happened, but not its text: that may hold addresses, subjects or links (OPS-03)."""
    places = ''.join(traceback.format_tb(error.__traceback__))
    log.error('the mail worker met %s and goes on\n%s', type(error).__name__, places)
