"""Several processes on one database behave as one: what one of them changes, the pages of the others hear."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app import live, news
from portal_app.auth.viewer import Operator
from portal_app.live import Change, Topic
from portal_app.work import acting_as
from tests.world import World

ROOT = Path(__file__).parent.parent
CHANGE_A_TAB = """
from portal_app import db
from portal_app.auth.viewer import Operator
from portal_app.live import Change, Topic
from portal_app.services import setup
from portal_app.work import acting_as
db.connect({url!r})
with acting_as(Operator('elsewhere')) as work:
    setup.set_tab(work, 'usage', False)
    work.tell(Change(Topic.USAGE, 7, 'from elsewhere'))
"""


@pytest.fixture
def heard() -> Iterator[list[Change]]:
    """Everything that this process hears, following the others."""
    found: list[Change] = []
    stops = [live.listen(topic, found.append) for topic in Topic]
    stop = news.follow()
    yield found
    stop()
    for each in stops:
        each()


def test_another_process_s_change_is_heard_here_once(
    world: World, database: str, heard: list[Change]
) -> None:
    """OPS-01, SET-06: NOTIFY on PostgreSQL, a table on SQLite."""
    time.sleep(0.5)
    subprocess.run([sys.executable, '-c', CHANGE_A_TAB.format(url=database)], cwd=ROOT, check=True)
    deadline = time.monotonic() + 5
    while len(heard) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.6)
    assert heard == [Change(Topic.SETUP, None, 'usage'), Change(Topic.USAGE, 7, 'from elsewhere')]


def test_one_s_own_change_is_heard_once(world: World, heard: list[Change]) -> None:
    """OPS-01: at once by the commit, and not again by the news."""
    with acting_as(Operator('here')) as work:
        work.tell(Change(Topic.USAGE, 1))
        assert heard == []
    assert heard == [Change(Topic.USAGE, 1)]
    time.sleep(0.8)
    assert len(heard) == 1


def test_what_was_rolled_back_is_not_heard_elsewhere(world: World, heard: list[Change]) -> None:
    """OPS-01."""
    with pytest.raises(ZeroDivisionError), acting_as(Operator('here')) as work:
        work.tell(Change(Topic.USAGE, 1))
        _ = 1 / 0
    time.sleep(0.8)
    assert heard == []
