"""Running what a person asked for, and telling them how it went."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from nicegui import ui

from components.formats import sentence
from components.leaving import leave
from portal_app.errors import PortalError, SignedOut

Found = TypeVar('Found')
READING = 60  # milliseconds that a letter of a message takes to be read
CLOSE_FAILURES = "document.querySelectorAll('.notice-bad .q-btn').forEach((close) => close.click())"


async def attempt(verb: Callable[[], object], done: str = '') -> bool:
    """Run a verb off the event loop and say `done`, or the failure's own words. Returns whether it worked."""
    client = ui.context.client  # what was clicked may be drawn anew before the verb is done
    try:
        await asyncio.to_thread(verb)
    except SignedOut as error:
        with client:
            leave(error)
        return False
    except PortalError as error:
        with client:
            say(sentence(error.message), bad=True)
        return False
    if done:
        with client:
            say(done)
    return True


async def guarded(looking: Awaitable[Found]) -> Found | None:
    """What is being looked up; None where it failed, which is said, or the viewer had to leave."""
    client = ui.context.client
    try:
        return await looking
    except SignedOut as error:
        with client:
            leave(error)
    except PortalError as error:
        with client:
            say(sentence(error.message), bad=True)
    return None


def say(text: str, *, bad: bool = False) -> None:
    """A short message that does not get in the way; a failure stays until it is closed or there is news."""
    ui.run_javascript(CLOSE_FAILURES)
    ui.notify(
        text,
        position='bottom',
        classes='notice-bad' if bad else 'notice-good',
        timeout=0 if bad else max(3500, READING * len(text)),
        close_button='Close' if bad else False,
        multi_line=True,
    )
