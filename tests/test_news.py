"""Several processes on one database behave as one: what one of them changes, the pages of the others hear."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from portal_app import live, news
from portal_app.auth.viewer import Operator
from portal_app.live import ANYTHING, Change, Topic
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
def heard(world: World) -> Iterator[list[Change]]:
    """Everything that this process hears, following the others."""
    yield from _hear()


@pytest.fixture
def heard_on_postgresql(postgresql_database: str) -> Iterator[list[Change]]:
    """The same, on PostgreSQL only."""
    yield from _hear()


def _hear() -> Iterator[list[Change]]:
    found: list[Change] = []
    stops = [live.listen(topic, found.append) for topic in Topic]
    stop = news.follow()
    deadline = time.monotonic() + 5
    while Change(Topic.AUDIT, subject=ANYTHING) not in found and time.monotonic() < deadline:
        time.sleep(0.02)
    found.clear()  # it listens, and has let everybody look again
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
    while len(heard) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.6)
    told = [Change(Topic.SETUP, None, 'usage'), Change(Topic.USAGE, 7, 'from elsewhere'), Change(Topic.AUDIT)]
    assert heard == told


def test_one_s_own_change_is_heard_once(world: World, heard: list[Change]) -> None:
    """OPS-01: at once by the commit, and not again by the news."""
    with acting_as(Operator('here')) as work:
        work.tell(Change(Topic.USAGE, 1))
        assert heard == []
    assert heard == [Change(Topic.USAGE, 1)]
    time.sleep(0.8)
    assert len(heard) == 1


def test_what_changes_between_a_look_and_listening_is_heard_once() -> None:
    """SET-06: a page looks, is drawn, and then listens."""
    found: list[Change] = []
    live.publish(Change(Topic.USAGE, 1))
    began = time.time()
    live.publish(Change(Topic.USAGE, 2))
    live.publish(Change(Topic.MAIL, 3))
    stop = live.listen(Topic.USAGE, found.append, began)
    live.publish(Change(Topic.USAGE, 4))
    stop()
    live.publish(Change(Topic.USAGE, 5))
    assert [change.customer_id for change in found] == [2, 4]


def test_what_was_rolled_back_is_not_heard_elsewhere(world: World, heard: list[Change]) -> None:
    """OPS-01."""
    with pytest.raises(ZeroDivisionError), acting_as(Operator('here')) as work:
        work.tell(Change(Topic.USAGE, 1))
        _ = 1 / 0
    time.sleep(0.8)
    assert heard == []


def test_after_the_database_was_away_open_pages_look_again(
    postgresql_database: str, heard_on_postgresql: list[Change]
) -> None:
    """OPS-01: news that nobody heard must not leave a page open that may not be."""
    address = make_url(postgresql_database).set(drivername='postgresql').render_as_string(hide_password=False)
    time.sleep(0.5)
    with psycopg.connect(address, autocommit=True) as away:
        away.execute(
            'SELECT pg_terminate_backend(pid) FROM pg_stat_activity'
            " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
        )
    deadline = time.monotonic() + 5
    while not heard_on_postgresql and time.monotonic() < deadline:
        time.sleep(0.05)
    assert {change.topic for change in heard_on_postgresql} >= {Topic.SETUP}
