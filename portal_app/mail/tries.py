"""What came of one try of a mail, and what follows from it (MAIL-01)."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import col, select

from portal_app.live import Change, Topic
from portal_app.mail.letters import Letter
from portal_app.models import Contact, Mail, MailServer, MailState
from portal_app.models.base import now
from portal_app.work import Work

PATIENCE = timedelta(hours=24)
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)  # of one mail
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=5)  # of all, for the server


class Answer(StrEnum):
    """What came of one try."""

    SENT = 'sent'  # the server has taken it
    LATER = 'later'  # the server put it off, or the connection broke
    REFUSED = 'refused'  # for good
    SPOILED = 'spoiled'  # it cannot be made, and the server has not heard of it
    UNREACHABLE = 'unreachable'  # no fault of the mail: no connection, no TLS, a wrong password or key


@dataclass(frozen=True)
class Tried:
    """One try of a mail that was claimed, with the words for what came of it."""

    letter: Letter
    answer: Answer
    words: str = ''


def settle(work: Work, tried: Tried) -> None:
    """Write down what came of a try. What took too long and was claimed by another process stays theirs."""
    moment, mail = now(), tried.letter.mail
    outcome = _outcome(tried, moment)
    mine = {'mail_id': mail.id, 'tries': mail.attempts}
    if work.session.connection().execute(_SETTLE, {**mine, **outcome}).rowcount:
        _note_on_contact(work, tried.letter, outcome)
        work.tell(Change(Topic.MAIL, mail.customer_id))
    _note_on_server(work, tried, moment)


def _outcome(tried: Tried, moment: datetime) -> dict[str, Any]:
    mail = tried.letter.mail
    since = mail.trying_since or moment
    match tried.answer:
        case Answer.SENT:
            return {'state': MailState.SENT, 'sent_at': moment, 'problem': ''}
        case Answer.REFUSED | Answer.SPOILED:
            return {'state': MailState.FAILED, 'problem': tried.words}
        case Answer.UNREACHABLE:
            untried = {'attempts': mail.attempts - 1, 'trying_since': since if mail.attempts > 1 else None}
            return {'state': MailState.QUEUED, 'next_try_at': moment, **untried}
    left = since + PATIENCE - moment
    if left <= timedelta(0):
        return {'state': MailState.FAILED, 'problem': f'Gave up after 24 hours: {tried.words}'}
    pause = min(_pause(since, moment, SHORTEST_PAUSE, LONGEST_PAUSE), left)
    return {'state': MailState.QUEUED, 'next_try_at': moment + pause, 'problem': tried.words}


def _pause(since: datetime, moment: datetime, least: timedelta, most: timedelta) -> timedelta:
    """As long again as it has been tried already, so that pauses double; a fifth more or less."""
    return min(max(moment - since, least), most) * random.uniform(0.8, 1.2)  # noqa: S311 - no secret


def _note_on_contact(work: Work, letter: Letter, outcome: dict[str, Any]) -> None:
    """A mail that failed stands on its contact until one arrives."""
    mail, failed = letter.mail, outcome['state'] is MailState.FAILED
    if mail.contact_id and (failed or (outcome['state'] is MailState.SENT and letter.contact_problem)):
        noted = update(Contact).where(col(Contact.id) == mail.contact_id)
        work.session.execute(noted.values(mail_problem=outcome['problem']))
        work.tell(Change(Topic.ACCESS, mail.customer_id))


def _note_on_server(work: Work, tried: Tried, moment: datetime) -> None:
    if tried.answer is Answer.UNREACHABLE:
        server = work.session.exec(select(MailServer).with_for_update()).one()
        server.problem, server.failing_since = tried.words, server.failing_since or moment
        server.next_try_at = moment + _pause(server.failing_since, moment, SHORTEST_WAIT, LONGEST_WAIT)
        work.session.add(server)
        work.session.flush()  # the next mail is claimed in this work, past the ORM
        work.tell(Change(Topic.MAIL))
    elif tried.letter.server_failing_since and tried.answer is not Answer.SPOILED:
        mended = update(MailServer).values(problem='', failing_since=None, next_try_at=None)
        work.session.execute(mended)
        work.tell(Change(Topic.MAIL))


_SETTLE = update(Mail).where(
    col(Mail.id) == bindparam('mail_id'),
    col(Mail.state) == MailState.SENDING,
    col(Mail.attempts) == bindparam('tries'),
)
