"""Signatures of notices, by the Standard Webhooks scheme: id, time and body under one HMAC."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

TOLERANCE = 300  # seconds between the clocks of the two sides
_DIGITS = 12  # of a timestamp, at most


def sign(secret: bytes, id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that go with a body."""
    timestamp = str(int(at.timestamp()))
    return {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': f'v1,{_signature(secret, id, timestamp, body)}',
    }


def is_signed(secret: bytes, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
    """Whether the owner of the secret sent this body, within the last minutes."""
    given = {name.lower(): value for name, value in headers.items()}
    id, timestamp = given.get('webhook-id', ''), given.get('webhook-timestamp', '')
    if not id or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _DIGITS):
        return False
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE:
        return False
    right = f'v1,{_signature(secret, id, timestamp, body)}'.encode()
    return any(
        hmac.compare_digest(right, each.encode()) for each in given.get('webhook-signature', '').split()
    )


def _signature(secret: bytes, id: str, timestamp: str, body: bytes) -> str:
    signed = b'.'.join((id.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
