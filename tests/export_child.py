"""Starts the real export process on a real SQLite file, for its tests."""

import csv
import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas  # type: ignore[import-untyped]  # ships no types

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, '-m', 'portal_app.export_process']

Row = tuple[Any, ...]

TEXTS = [
    *(
        'plain',
        '',
        None,
        'a,b',
        'say "hi"',
        '"',
        'two\nlines',
        'cr\rhere',
        'crlf\r\nend',
        'emoji 🎉 ü 漢字',
        '00123',
    ),
    *('5', '1e5', ' lead and trail ', 'NULL', "o'clock", '\u2028', 'tab\tinside', 'x=1'),
]
FORMULAS = [
    *(
        '=1+1',
        '+SUM(A1)',
        '-cmd',
        '@import',
        '\tx',
        '\rx',
        '\nx',
        '＝1',
        '＋1',
        '－1',
        '＠x',
        '=',
        '-',
        '+',
        '-1-1',
    ),
    *('--1', '+1e5', '=HYPERLINK("http://x","y")', '-12.5%', '-12.', '＝"a",b'),
]
SIGNED_NUMBERS = ['-12.5', '+3', '-0', '+0.001', '-123456789012345678901234567890.5']
CONTROLS = ''.join(map(chr, range(1, 32))) + '"\\/\x7f\u2028\u2029\ufeff\U0001f389é'


@dataclass
class Result:
    code: int
    out: bytes
    messages: list[dict[str, Any]]

    @property
    def last(self) -> dict[str, Any]:
        return self.messages[-1]


def start(temporary: Path | None = None) -> 'subprocess.Popen[bytes]':
    pipe = subprocess.PIPE
    environment = os.environ | ({'TMPDIR': str(temporary)} if temporary else {})
    return subprocess.Popen(COMMAND, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, env=environment)


def run(job: dict[str, Any]) -> Result:
    with start() as child:
        out, err = child.communicate(json.dumps(job).encode() + b'\n', timeout=60)
    return Result(child.returncode, out, [json.loads(line) for line in err.splitlines()])


def export(job: dict[str, Any]) -> bytes:
    result = run(job)
    assert result.code == 0, result.messages
    assert result.last['done'] is True
    assert result.last['bytes'] == len(result.out)
    assert result.last['sha256'] == hashlib.sha256(result.out).hexdigest()
    return result.out


def database(folder: Path, names: list[str], rows: list[Row]) -> Path:
    """A WAL file with a table t of untyped columns, `id` counting from 1."""
    path = folder / 'it has spaces%20#ü.db'
    with sqlite3.connect(path) as db:
        db.execute('PRAGMA journal_mode=WAL')
        db.execute(f'CREATE TABLE t (id INTEGER PRIMARY KEY, {", ".join(names)})')
        marks = ', '.join('?' * len(names))
        db.executemany(f'INSERT INTO t ({", ".join(names)}) VALUES ({marks})', rows)
    db.close()
    return path


def make_job(
    folder: Path, columns: Mapping[str, str | dict[str, Any]], rows: list[Row], **more: Any
) -> dict[str, Any]:
    """A job that exports all rows; a column is given by its kind or its whole specification."""
    specs = [
        {'name': name, 'label': name.title()} | ({'kind': spec} if isinstance(spec, str) else spec)
        for name, spec in columns.items()
    ]
    path = folder / 'none.db' if 'database' in more else database(folder, list(columns), rows)
    job = {
        'database': f'sqlite:///{path}',
        'sql': f'SELECT {", ".join(columns)} FROM t ORDER BY id DESC',
        'parameters': [],
        'columns': specs,
        'format': 'csv',
        'zone': 'Europe/Berlin',
        'title': 'Usage Events',
    }
    return job | more


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline='')))


def micros(text: str) -> int:
    stamp = pandas.Timestamp(text)
    return int(stamp.value // 1000)
