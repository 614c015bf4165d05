"""The server's secret. Tokens in links are derived from it, so that the database alone opens nothing."""

import os
import secrets
from functools import cache
from pathlib import Path

from sqlalchemy import URL

from portal_app import db
from portal_app.config import BadSettings, settings

SHORTEST = 32  # bytes


def secret() -> bytes:
    """PORTAL_SECRET_KEY, else what lies in a file beside the database; the file is made when it is missing.

    Several machines on one PostgreSQL need the same key: there it has to be set. Raises BadSettings where the
    file holds too little to be a secret.
    """
    given = settings().secret_key
    return given.encode() if given else _beside(db.engine().url)


@cache
def _beside(url: URL) -> bytes:
    on_disk = url.database if url.get_backend_name() == 'sqlite' else None
    path = Path(on_disk).with_suffix('.key') if on_disk else Path('data/portal.key')
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) < SHORTEST:
        raise BadSettings(f'{path}: the key in this file must have at least {SHORTEST} bytes')
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f'.{secrets.token_hex(4)}')
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), 'wb') as file:
        file.write(secrets.token_urlsafe(48).encode())
    try:
        os.link(draft, path)  # whole or not at all; another process may have been first
    except FileExistsError:
        pass
    finally:
        draft.unlink()
