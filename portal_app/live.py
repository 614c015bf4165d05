"""News of what has changed, for pages that are open. It leaves only after the commit that made it true."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import count, takewhile
from math import inf
from threading import Lock
from time import time

ANYTHING = '*'  # the subject of a change that may have been anything: news was missed
KEPT = 1000  # changes, for pages that are being drawn meanwhile


class Topic(StrEnum):
    """What a change is about."""

    SETUP = 'setup'  # tabs and fields
    ACCESS = 'access'  # somebody lost or gained access, or signed out
    USAGE = 'usage'  # a customer's usage events were added or changed
    EXPORT = 'export'  # how far an export has come
    MAIL = 'mail'  # a mail was queued, or its state changed
    TEMPLATES = 'templates'  # an email template was changed; the subject is its key
    AUDIT = 'audit'  # something was written in the audit log
    BILLING = 'billing'  # something of a customer's account was changed: its money, documents or methods


@dataclass(frozen=True)
class Change:
    """One thing that changed: its topic, and whose it is where that matters."""

    topic: Topic
    customer_id: int | None = None
    subject: str = ''


Listener = Callable[[Change], None]

_listeners: dict[Topic, dict[int, Listener]] = {topic: {} for topic in Topic}
_recent: deque[tuple[float, Change]] = deque(maxlen=KEPT)
_tickets = count()
_lock = Lock()


def listen(topic: Topic, listener: Listener, since: float = inf) -> Callable[[], None]:
    """Call this on each change of the topic, in the thread that made it. Returns how to stop listening.

    Changes since this moment (seconds since the epoch), when whoever listens began to look, are told at once.
    """
    ticket = next(_tickets)
    with _lock:
        _listeners[topic][ticket] = listener
        recent = [change for _, change in takewhile(lambda kept: kept[0] >= since, reversed(_recent))]
    for change in (each for each in reversed(recent) if each.topic is topic):
        listener(change)

    def stop() -> None:
        with _lock:
            _listeners[topic].pop(ticket, None)

    return stop


def publish(change: Change) -> None:
    """Tell every listener of this process. `work` calls it after the commit, `news` for other processes."""
    with _lock:
        _recent.append((time(), change))
        listeners = tuple(_listeners[change.topic].values())
    for listener in listeners:
        listener(change)
