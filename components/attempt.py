"""Running what a person asked for, and telling them how it went."""

from collections.abc import Callable

from nicegui import run, ui

from portal_app.errors import PortalError, SignedOut


async def attempt(verb: Callable[[], object], done: str = '') -> bool:
    """Run a verb off the event loop. Shows `done` when it worked, else the failure's own words. Returns whether it did."""
    try:
        await run.io_bound(verb)
    except SignedOut:
        ui.navigate.reload()
        return False
    except PortalError as error:
        say(error.message, bad=True)
        return False
    if done:
        say(done)
    return True


def say(text: str, *, bad: bool = False) -> None:
    """A short message that does not get in the way; a failure stays until it is closed."""
    ui.notify(text, position='bottom', classes='notice-bad' if bad else 'notice-good', timeout=0 if bad else 3500,
              close_button='Close' if bad else False, multi_line=True)
