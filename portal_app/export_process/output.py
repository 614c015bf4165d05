"""Where the file goes (stdout) and where word of it goes (stderr)."""

import hashlib
import json
import os
import select
import sys
import time
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # ships no types

REPORT_EVERY = 0.1  # seconds


class Output:
    """The file's bytes, counted and hashed on their way to stdout."""

    def __init__(self) -> None:
        self.bytes = 0
        self.sha256 = hashlib.sha256()
        self.stdout = sys.stdout.buffer
        self.closed = select.poll()
        self.closed.register(self.stdout.fileno(), 0)  # asks for errors only

    def write(self, *pieces: bytes | pa.Buffer) -> None:
        """Writes and flushes."""
        for piece in pieces:
            self.sha256.update(piece)
            self.bytes += len(piece)
            self.stdout.write(piece)
        self.stdout.flush()

    def stop_if_closed(self) -> None:
        """Ends as a write would if nobody reads stdout any more."""
        if any(event & select.POLLERR for _descriptor, event in self.closed.poll(0)):
            raise BrokenPipeError


class Progress:
    """Rows read so far, told on stderr in lines of JSON."""

    def __init__(self) -> None:
        self.rows = 0
        self.told = time.monotonic()

    def add(self, rows: int) -> None:
        """Counts rows in; tells at most every REPORT_EVERY."""
        self.rows += rows
        now = time.monotonic()
        if now - self.told >= REPORT_EVERY:
            self.told = now
            tell({'rows': self.rows})


def tell(message: dict[str, Any]) -> None:
    """One line to stderr, in one write."""
    os.write(2, (json.dumps(message) + '\n').encode())
