"""The product as it is started in earnest: `python run.py serve` in a process and a folder of its own."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent.parent
SERVE = (str(ROOT / 'run.py'), 'serve')
FOREIGN = ('PORTAL_', 'NICEGUI_', 'PYTEST_')  # NiceGUI serves differently where it sees that pytest runs
PATIENCE = 60  # seconds for a start on a busy machine


@dataclass(frozen=True)
class Server:
    """A running server: where it answers, and its folder with portal.db and server.log."""

    address: str
    folder: Path

    @property
    def database(self) -> str:
        """The address of its database."""
        return f'sqlite:///{self.folder / "portal.db"}'

    @property
    def log(self) -> str:
        """What it has said so far."""
        return (self.folder / 'server.log').read_text()


@contextmanager
def serving(folder: Path, command: Sequence[str] = SERVE, **given: str) -> Iterator[Server]:
    """Serve portal.db of this folder until the block ends, with these settings; {port} is the server's."""
    port = str(free_port())
    server = Server(f'http://127.0.0.1:{port}', folder)
    own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    settings = {
        'DATABASE_URL': server.database,
        'PORTAL_PORT': port,
        'PYTHONPATH': str(ROOT),
        'PYTHONUNBUFFERED': '1',
        **{name: value.replace('{port}', port) for name, value in given.items()},
    }
    with (folder / 'server.log').open('w') as log:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=folder, env={**own, **settings}, stdout=log, stderr=log
        )
        try:
            _wait_until_ready(process, server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def replace_data(server: Server, template: Path) -> None:
    """Give the running server another database's data. News is counted on: the server remembers."""
    with (
        closing(sqlite3.connect(template)) as source,
        closing(sqlite3.connect(server.folder / 'portal.db')) as live,
    ):
        newest = live.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'news'").fetchone()[0]
        source.backup(live)
        live.execute("DELETE FROM sqlite_sequence WHERE name = 'news'")
        live.execute("INSERT INTO sqlite_sequence VALUES ('news', ?)", (newest or 0,))
        live.commit()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        port: int = taken.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], server: Server) -> None:
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f'{server.address}/readyz', timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            sleep(0.05)
    raise RuntimeError(f'the server did not start:\n{server.log}')
