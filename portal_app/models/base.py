"""What tables share: identifiers and sessions."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, Integer
from sqlmodel import Field, SQLModel

from portal_app.columns import UtcDateTime

# SQLite's fastest key is its own 64-bit rowid, which only the type name INTEGER gets.
BIG_ID = BigInteger().with_variant(Integer(), 'sqlite')


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


class SignIn(SQLModel):
    """One sign-in of one person in one browser. Only a hash of its token is stored."""

    id: int | None = Field(default=None, primary_key=True)
    token_hash: bytes = Field(unique=True)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    last_seen_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    address: str = ''
    browser: str = ''

    def is_open(self, at: datetime) -> bool:
        """Whether it still lets its person in at this time."""
        return self.ended_at is None and at < self.expires_at
