"""Redrawing an open page when something changed elsewhere, always as that page's own viewer."""

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable
from math import inf

from nicegui import Client, ui
from nicegui.storage import request_contextvar

from components.leaving import leave, load_anew
from portal_app import live
from portal_app.errors import Busy, NotFound, NotPermitted, SignedOut, TooSlow
from portal_app.live import Change, Topic

log = logging.getLogger(__name__)
Redraw = Callable[[Change], Awaitable[None]]

_running: set[asyncio.Task[None]] = set()


def on_change(
    topic: Topic, redraw: Redraw, *, concerns: Callable[[Change], bool] = lambda _: True, pause: float = 0.0
) -> Callable[[], None]:
    """Run this on the current page for each change of the topic that concerns it, until the page is closed.

    A page that is still being drawn may have looked before a change and listens only now: what has changed
    since it was asked for counts, too. Returns how to stop earlier, for a dialog that goes before its page.

    Whoever caused the change must not lend the page an identity: NiceGUI runs subscribers in the emitter's
    context, and listeners that are made there would carry the emitter's request. So each redraw runs in a
    context of its own that holds nothing but this page's request. Changes that come during a redraw, or
    within `pause` seconds, are answered by one more redraw.
    """
    client, slot, loop = ui.context.client, ui.context.slot, asyncio.get_running_loop()
    waiting: list[Change] = []

    def hear(change: Change) -> None:  # in the thread of whoever published
        if concerns(change):
            loop.call_soon_threadsafe(start, change)

    def start(change: Change) -> None:
        waiting.append(change)
        if len(waiting) > 1 or client.is_deleted:
            return
        task = loop.create_task(follow_up(), name=f'redraw {topic}', context=_own_context(client))
        _running.add(task)
        task.add_done_callback(_running.discard)

    async def follow_up() -> None:
        while waiting and not client.is_deleted:
            await asyncio.sleep(pause)
            change = waiting[-1]
            del waiting[:-1]
            with slot:
                await _redraw(client, redraw, change)
            del waiting[0]

    since = inf if client.has_socket_connection else client.created
    client.on_delete(stop := live.listen(topic, hear, since))
    return stop


def _own_context(client: Client) -> contextvars.Context:
    context = contextvars.Context()
    context.run(request_contextvar.set, client.request)
    return context


async def _redraw(client: Client, redraw: Redraw, change: Change) -> None:
    try:
        await redraw(change)
    except SignedOut as error:
        if not client.is_deleted:  # the page may have been closed meanwhile
            leave(error)
    except (NotPermitted, NotFound):
        if not client.is_deleted:
            load_anew()  # its role has changed, or what it is about is gone: the page says so, or shows less
    except (Busy, TooSlow):
        log.warning('a redraw after %s took too long', change.topic)
    except Exception:
        if not client.is_deleted:
            log.exception('a redraw after %s failed', change.topic)
