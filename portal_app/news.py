"""News between processes: NOTIFY on PostgreSQL; on SQLite a small table that the server looks at."""

import json
import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from uuid import uuid4

import psycopg
from sqlalchemy import delete, func, text
from sqlmodel import Session, col, select

from portal_app import db
from portal_app.live import ANYTHING, Change, Topic, publish
from portal_app.models.base import now
from portal_app.models.news import News

log = logging.getLogger(__name__)
CHANNEL = 'portal_news'
LOOK_EVERY = 0.25  # seconds between two looks at the table on SQLite
KEPT_FOR = timedelta(minutes=5)
PROCESS = uuid4().hex


def add(session: Session, changes: Iterable[Change]) -> None:
    """Put news for the other processes into this transaction."""
    if db.is_sqlite():
        rows = [
            {
                'at': now(),
                'process': PROCESS,
                'topic': change.topic,
                'customer_id': change.customer_id,
                'subject': change.subject,
            }
            for change in changes
        ]
        if rows:
            db.insert_all(session, News, rows)
        return
    for change in changes:
        message = json.dumps([PROCESS, change.topic, change.customer_id, change.subject])
        session.execute(
            text('SELECT pg_notify(:channel, :message)'), {'channel': CHANNEL, 'message': message}
        )


def send(change: Change) -> None:
    """Tell every process of something that no row holds, such as progress."""
    with db.writing() as session:
        add(session, [change])
        session.commit()
    publish(change)


def forget_old(session: Session) -> None:
    """Drop the news that every process has looked at long since."""
    session.execute(delete(News).where(col(News.at) < now() - KEPT_FOR))


def follow() -> Callable[[], None]:
    """Publish the other processes' news here, in a thread of its own, from now on. Returns how to stop.

    What this process has looked up already is looked up again: it may have changed before this listens.
    """
    stopped = Event()
    hear = partial(_look, stopped, _newest()) if db.is_sqlite() else partial(_hear, stopped)
    thread = Thread(target=hear, name='news', daemon=True)
    thread.start()

    def stop() -> None:
        stopped.set()
        thread.join(timeout=5)

    return stop


def _newest() -> int:
    with Session(db.engine()) as session:
        return session.exec(select(func.max(News.id))).one() or 0


def _look(stopped: Event, last: int) -> None:
    _catch_up()
    looks = 0
    while not stopped.wait(LOOK_EVERY):
        looks += 1
        try:
            last = _publish_since(last)
            if looks % 1200 == 0:
                with db.writing() as session:
                    forget_old(session)
                    session.commit()
        except Exception:
            log.exception('cannot look for news; trying again')
            stopped.wait(1)


def _publish_since(last: int) -> int:
    with Session(db.engine()) as session:
        found = session.exec(select(News).where(col(News.id) > last).order_by(col(News.id))).all()
    for item in found:
        if item.process != PROCESS:
            publish(Change(Topic(item.topic), item.customer_id, item.subject))
    return max((item.id or 0 for item in found), default=last)


def _hear(stopped: Event) -> None:
    address = db.engine().url.set(drivername='postgresql').render_as_string(hide_password=False)
    while not stopped.is_set():
        try:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(f'LISTEN {CHANNEL}')
                _catch_up()
                while not stopped.is_set():
                    for message in connection.notifies(timeout=1):
                        _pass_on(message.payload)
        except psycopg.OperationalError:
            log.warning('the database cannot be reached for news; trying again')
            stopped.wait(1)


def _catch_up() -> None:
    """Let open pages and what is remembered look again, since what happened meanwhile was not heard."""
    for topic in (Topic.SETUP, Topic.ACCESS, Topic.MAIL, Topic.TEMPLATES, Topic.AUDIT):
        publish(Change(topic, subject=ANYTHING))


def _pass_on(payload: str) -> None:
    try:
        process, topic, customer_id, subject = json.loads(payload)
        if process != PROCESS:
            publish(Change(Topic(topic), customer_id, subject))
    except Exception:
        log.exception('news that cannot be passed on')
