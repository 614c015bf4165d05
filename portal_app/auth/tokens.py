"""Tokens of sessions, views and links: what is stored of one."""

import hashlib


def hash_token(token: str) -> bytes:
    """What the database holds: a token has 256 random bits, so a plain hash does (ACC-04)."""
    return hashlib.sha256(token.encode()).digest()
