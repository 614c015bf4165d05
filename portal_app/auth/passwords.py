"""Passwords: argon2id, and the same time whether or not there is such a user."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

MINIMUM_LENGTH = 12

_hasher = PasswordHasher()  # argon2id with RFC 9106's low-memory profile


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return _hasher.hash(password)


def password_matches(stored: str | None, given: str) -> bool:
    """Whether this is the password. Without a stored hash it takes as long, and is not."""
    try:
        return _hasher.verify(stored or _nobodys(), given) and bool(stored)
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


@cache
def _nobodys() -> str:
    return hash_password('the password of nobody')
