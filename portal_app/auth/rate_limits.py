"""Rate limits that hold over restarts and over all processes: the library `limits` on a table of ours."""

import hashlib
from datetime import timedelta
from time import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import delete
from sqlmodel import col

from portal_app import db
from portal_app.columns import EPOCH
from portal_app.errors import TooManyTries
from portal_app.models import RateCount
from portal_app.models.base import now

SIGN_IN_PER_ACCOUNT = RateLimitItemPerMinute(10, 15, namespace='sign-in-account')
SIGN_IN_PER_ADDRESS = RateLimitItemPerMinute(100, 15, namespace='sign-in-address')
RESET_PER_ACCOUNT = RateLimitItemPerMinute(5, 30, namespace='reset-account')  # mails that a visitor causes
RESET_PER_ADDRESS = RateLimitItemPerMinute(30, 30, namespace='reset-address')
PAY_PER_ADDRESS = RateLimitItemPerMinute(
    30, 15, namespace='pay-address'
)  # by links, whether they exist or not
SETUP_PER_ADDRESS = RateLimitItemPerMinute(60, 15, namespace='setup-address')


def count_try(limit: RateLimitItem, *who: str) -> None:
    """Count one try. Raises TooManyTries, with the wait, once the limit is reached."""
    limiter = FixedWindowRateLimiter(TableStorage())
    if not limiter.hit(limit, _hidden(*who)):
        until = limiter.get_window_stats(limit, _hidden(*who)).reset_time
        raise TooManyTries(max(1, int(until - time())))


def forget_tries(limit: RateLimitItem, *who: str) -> None:
    """Start the count anew, after a success."""
    FixedWindowRateLimiter(TableStorage()).clear(limit, _hidden(*who))


def _hidden(*who: str) -> str:
    return hashlib.sha256('\0'.join(who).encode()).hexdigest()  # no address of a person in the table


class TableStorage(Storage):
    """The counts of `limits` in the table rate_count."""

    STORAGE_SCHEME = ['portal-table']  # noqa: RUF012 - as the library declares it

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the library may wrap: nothing of ours."""
        return OSError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a count, which starts anew when its window is over."""
        with db.writing() as session:
            db.hold(session, key)
            session.execute(delete(RateCount).where(col(RateCount.expires_at) <= now()))
            found = session.get(RateCount, key) or RateCount(
                key=key, count=0, expires_at=now() + timedelta(seconds=expiry)
            )
            found.count += amount
            session.add(found)
            session.commit()
            return found.count

    def get(self, key: str) -> int:
        """The count of the window that is open."""
        with db.reading(1) as session:
            found = session.get(RateCount, key)
            return found.count if found and found.expires_at > now() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970."""
        with db.reading(1) as session:
            found = session.get(RateCount, key)
            return ((found.expires_at if found else now()) - EPOCH).total_seconds()

    def check(self) -> bool:
        """The table is as healthy as the database."""
        return True

    def reset(self) -> int | None:
        """Forget every count."""
        with db.writing() as session:
            session.execute(delete(RateCount))
            session.commit()
        return None

    def clear(self, key: str) -> None:
        """Forget one count."""
        with db.writing() as session:
            session.execute(delete(RateCount).where(col(RateCount.key) == key))
            session.commit()
