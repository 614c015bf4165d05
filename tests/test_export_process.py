"""CSV and times: runs the real export process on a real SQLite file and reads back what it writes."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas  # type: ignore[import-untyped]  # ships no types
import pytest

from tests.export_child import FORMULAS, SIGNED_NUMBERS, TEXTS, Row, export, make_job, micros, read_csv


def guarded(text: str | None) -> str:
    text = text or ''
    return f"'{text}" if text in FORMULAS else text


def test_csv_texts_read_back(tmp_path: Path) -> None:
    texts = TEXTS + FORMULAS + SIGNED_NUMBERS
    rows = [(text, index) for index, text in enumerate(texts)]
    job = make_job(tmp_path, {'one': 'text', 'count': 'integer'}, rows)
    data = export(job)
    expected = [[guarded(text), str(index)] for index, text in enumerate(texts)][::-1]
    assert read_csv(data) == [['One', 'Count'], *expected]
    frame = pandas.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, lineterminator=None)
    assert frame['One'].str.replace('\r\n', '\n').tolist() == [
        row[0].replace('\r\n', '\n') for row in expected
    ]
    assert data.startswith(b'One,Count\r\n')
    assert data.endswith(b'plain,0\r\n')


def test_csv_quotes_only_where_needed(tmp_path: Path) -> None:
    rows = [('a b',), ("it's",), ('x;y',), ('a,b',), ('=a"b',)]
    data = export(make_job(tmp_path, {'one': 'text'}, rows))
    assert data.decode() == 'One\r\n"\'=a""b"\r\n"a,b"\r\nx;y\r\nit\'s\r\na b\r\n'


def test_csv_single_empty_cell_is_still_a_row(tmp_path: Path) -> None:
    data = export(make_job(tmp_path, {'one': 'text'}, [('x',), (None,), ('',)]))
    assert read_csv(data) == [['One'], [''], [''], ['x']]


def test_csv_numbers_are_never_guarded(tmp_path: Path) -> None:
    rows: list[Row] = [
        ('-1.50', -3, -1234, 'EUR'),
        ('0', 0, -5, 'JPY'),
        (None, None, None, 'USD'),
        ('7', 1, -5, 'KWD'),
    ]
    money = {'kind': 'money', 'currency_column': 'currency'}
    columns: dict[str, Any] = {
        'quantity': 'quantity',
        'number': 'integer',
        'amount': money,
        'currency': 'choice',
    }
    assert read_csv(export(make_job(tmp_path, columns, rows)))[1:] == [
        ['7', '1', '-0.005', 'KWD'],
        ['', '', '', 'USD'],
        ['0', '0', '-5', 'JPY'],
        ['-1.50', '-3', '-12.34', 'EUR'],
    ]


def test_money_by_exponent(tmp_path: Path) -> None:
    job = make_job(tmp_path, {'amount': {'kind': 'money', 'exponent': 3}}, [(7,), (-123456,)])
    assert read_csv(export(job))[1:] == [['-123.456'], ['0.007']]


BERLIN_TIMES = {
    '2026-03-29T00:59:59Z': '2026-03-29T01:59:59+01:00',
    '2026-03-29T01:00:00Z': '2026-03-29T03:00:00+02:00',
    '2026-10-25T00:30:00Z': '2026-10-25T02:30:00+02:00',
    '2026-10-25T01:30:00Z': '2026-10-25T02:30:00+01:00',
    '2026-01-01T00:00:00.000001Z': '2026-01-01T01:00:00.000001+01:00',
    '1969-12-31T23:59:59.500000Z': '1970-01-01T00:59:59.500000+01:00',
    '1969-07-20T20:17:40Z': '1969-07-20T21:17:40+01:00',
    '2060-07-01T00:00:00Z': '2060-07-01T02:00:00+02:00',
    '1890-01-01T00:00:00Z': '1890-01-01T00:53:28+00:53:28',
}


def test_times_in_the_zone(tmp_path: Path) -> None:
    rows = [(micros(text),) for text in BERLIN_TIMES]
    cells = read_csv(export(make_job(tmp_path, {'date': 'time'}, [*rows, (None,)])))[1:]
    assert cells == [[''], *[[text] for text in reversed(BERLIN_TIMES.values())]]


@pytest.mark.parametrize(
    'zone', ['UTC', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Africa/Casablanca']
)
def test_times_agree_with_zoneinfo(tmp_path: Path, zone: str) -> None:
    moments = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=i, seconds=i) for i in range(9_000)]
    rows = [(int(moment.timestamp()) * 1_000_000,) for moment in moments]
    cells = read_csv(export(make_job(tmp_path, {'date': 'time'}, rows, zone=zone)))[1:]
    assert cells == [[moment.astimezone(ZoneInfo(zone)).isoformat()] for moment in reversed(moments)]


def test_absurd_times_do_not_break_the_export(tmp_path: Path) -> None:
    rows = [(micros('2026-01-01T00:00:00Z'),), (2**63 - 1,), (-(2**63),), (253402300799 * 1_000_000,)]
    cells = read_csv(export(make_job(tmp_path, {'date': 'time'}, rows)))
    assert len(cells) == 5
    assert cells[-1] == ['2026-01-01T01:00:00+01:00']


@pytest.mark.parametrize('kind', ['text', 'json', 'quantity', 'integer', 'time'])
@pytest.mark.parametrize('file_format', ['csv', 'jsonl'])
def test_values_after_a_first_batch_of_nulls(tmp_path: Path, kind: str, file_format: str) -> None:
    value: Any = 42 if kind in ('integer', 'time') else '42'
    rows: list[Row] = [(value, 'x')] + [(None, None)] * 20_000
    job = make_job(tmp_path, {'one': kind, 'two': 'text'}, rows, format=file_format)
    lines = export(job).decode().splitlines()
    assert len(lines) == 20_001 + (file_format == 'csv')
    assert '42' in lines[-1] or '1970' in lines[-1]
    assert 'x' in lines[-1]


def test_text_stays_text_whatever_comes_first(tmp_path: Path) -> None:
    """Numbers, floats and blobs in an untyped column, then text: SQLite allows it, so must the export."""
    mixed: list[Row] = [('00123',), ('last',), (b'blob',), (2.5,), *[(index,) for index in range(9_000)]]
    cells = read_csv(export(make_job(tmp_path, {'one': 'text'}, mixed)))[1:]
    assert [cell for [cell] in reversed(cells)] == ['00123', 'last', 'blob', '2.5', *map(str, range(9_000))]


def test_order_parameters_and_a_with_clause(tmp_path: Path) -> None:
    rows = [(index, f'n{index:05d}') for index in range(30_000)]
    sql = (
        'WITH picked AS (SELECT * FROM t WHERE time >= ? AND name <> ? AND ? IS NULL AND time < ?)\n'
        'SELECT time, name FROM picked ORDER BY name DESC LIMIT 20000; -- done'
    )
    day = {'time': '1970-01-01T00:00:00.000100+00:00'}
    parameters = [day, "n'x", None, 30_000]
    job = make_job(
        tmp_path, {'time': 'integer', 'name': 'text'}, rows, sql=sql.replace('; -- done', ' -- done')
    )
    cells = read_csv(export(job | {'parameters': parameters}))[1:]
    assert cells == [[str(index), f'n{index:05d}'] for index in range(29_999, 9_999, -1)]


def test_no_rows_is_a_header(tmp_path: Path) -> None:
    job = make_job(tmp_path, {'a': 'text', 'b': {'kind': 'time', 'label': 'B, "day"'}}, [])
    assert export(job) == b'A,"B, ""day"""\r\n'
    assert export(job | {'format': 'jsonl'}) == b''
