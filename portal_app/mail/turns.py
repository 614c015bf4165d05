"""Whose turn it is: claiming the next mail that is due (MAIL-01).

A mail is marked as being sent in a committed transaction before the server hears of it. Who claimed it holds
it for longer than any conversation can last; the claim of a process that died comes free after that.
"""

from datetime import datetime, timedelta

from sqlalchemy import Update, bindparam, func, update
from sqlmodel import col, exists, select

from portal_app import db
from portal_app.columns import UtcDateTime
from portal_app.live import Change, Topic
from portal_app.mail.letters import Letter, letter
from portal_app.models import Mail, MailServer, MailState, OneTimeLink
from portal_app.models.base import now
from portal_app.work import Work

LEASE = timedelta(minutes=20)  # smtp.LONGEST, and as long again as writing down what came of it can take
MOST_CANCELLED = 100  # in one transaction
ACCESS_ENDED = 'Access ended before it was sent.'
INTERRUPTED = 'The portal stopped while this mail was being handed over. It is tried again.'


def claim(work: Work) -> Letter | None:
    """The mail whose turn it is, marked as being sent; None while there is none or the server has to wait.

    Those whose link has died meanwhile, or whose reader has lost the access, are cancelled (ACC-08).
    """
    moment = now()
    for _ in range(MOST_CANCELLED):
        claimed = work.session.connection().execute(_CLAIM, {'moment': moment, 'lease': moment + LEASE})
        found = letter(work, claimed.scalar() or 0)
        ended = _why_cancelled(found, moment) if found else ''
        if found is None or not ended:
            return found
        found.mail.state, found.mail.problem = MailState.CANCELLED, ended
        work.session.add(found.mail)
        work.session.flush()
        work.tell(Change(Topic.MAIL, found.mail.customer_id))
    return None


def begin(work: Work) -> None:
    """What a worker does first: a server that was left alone may be mended by now.

    SQLite is served by one process: whatever was being sent was left by one that died, and is queued again.
    """
    work.session.execute(update(MailServer).values(next_try_at=None))
    _queue_again(work, update(Mail) if db.is_sqlite() else _run_out())


def free(work: Work) -> None:
    """Queue again what a process was sending that has died: its claim has run out."""
    _queue_again(work, _run_out())


def next_turn(work: Work) -> datetime | None:
    """When the next mail is due; None where none waits."""
    first = work.session.exec(select(func.min(Mail.next_try_at)).where(Mail.state == MailState.QUEUED)).one()
    server = work.session.exec(select(MailServer.next_try_at)).one()
    return max(first, server or first) if first else None


def _why_cancelled(found: Letter, moment: datetime) -> str:
    if found.access_ended:
        return ACCESS_ENDED
    link = found.link
    if link is None or link.is_open(moment):
        return ''
    used = isinstance(link, OneTimeLink) and link.used_at
    end = 'was used' if used else 'was withdrawn' if link.revoked_at else 'expired'
    return f'Its link {end} before it was sent.'


def _run_out() -> Update:
    return update(Mail).where(col(Mail.next_try_at) <= now())


def _queue_again(work: Work, claims: Update) -> None:
    held = claims.where(col(Mail.state) == MailState.SENDING)
    freed = held.values(state=MailState.QUEUED, next_try_at=now(), problem=INTERRUPTED)
    if work.session.connection().execute(freed).rowcount:
        work.tell(Change(Topic.MAIL))


_MOMENT, _LEASE = bindparam('moment', type_=UtcDateTime()), bindparam('lease', type_=UtcDateTime())
_DUE = (
    select(Mail.id)
    .where(col(Mail.state) == MailState.QUEUED, col(Mail.next_try_at) <= _MOMENT)
    .where(~exists().where(col(MailServer.next_try_at) > _MOMENT))
    .order_by(col(Mail.next_try_at), col(Mail.id))
    .limit(1)
    .with_for_update(skip_locked=True, of=Mail)
)
_CLAIM = (
    update(Mail)
    .where(col(Mail.id) == _DUE.scalar_subquery())
    .values(
        state=MailState.SENDING,
        attempts=col(Mail.attempts) + 1,
        trying_since=func.coalesce(col(Mail.trying_since), _MOMENT),
        next_try_at=_LEASE,
    )
    .returning(col(Mail.id))
)
