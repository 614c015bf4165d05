"""JSON Lines, workbooks and totals of the export process, read back."""

import io
import json
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # ships no types
import pandas  # type: ignore[import-untyped]  # ships no types
from openpyxl.utils.escape import unescape  # type: ignore[import-untyped]  # ships no types

from tests.export_child import CONTROLS, FORMULAS, TEXTS, Row, export, make_job, micros, run


def test_json_lines(tmp_path: Path) -> None:
    document = '{"a": [1, "x\\n\\u0001=ü"],\r\n "b": null}'
    rows: list[Row] = [
        (CONTROLS, '12345678901234567890.10', document, 3, micros('2026-03-29T01:30:00.5Z'), 'nul\0in'),
        ('=1', None, 'not json "\n', None, None, None),
        (None, '-1', None, -7, 0, ''),
    ]
    kinds = {
        'text': 'text',
        'amount': 'quantity',
        'doc': 'json',
        'n': 'integer',
        'at': 'time',
        'other': 'choice',
    }
    data = export(make_job(tmp_path, kinds, rows, format='jsonl'))
    objects = [json.loads(line) for line in data.decode().removesuffix('\n').split('\n')]
    assert [list(each.values()) for each in reversed(objects)] == [
        [
            CONTROLS,
            '12345678901234567890.10',
            json.loads(document),
            3,
            '2026-03-29T03:30:00.500000+02:00',
            'nul\0in',
        ],
        ['=1', None, 'not json "\n', None, None, None],
        [None, '-1', None, -7, '1970-01-01T01:00:00+01:00', ''],
    ]
    assert all(list(each) == list(kinds) for each in objects)


def test_workbook(tmp_path: Path) -> None:
    texts = [text for text in TEXTS + FORMULAS + ['http://example.com', '_x0041_', CONTROLS] if text]
    at = micros('2026-10-25T01:30:00Z')
    rows = [(text, '-1.25', at, -3) for text in texts] + [(None, None, None, None)]
    kinds = {'text': 'text', 'amount': 'quantity', 'at': 'time', 'n': 'integer'}
    book = openpyxl.load_workbook(io.BytesIO(export(make_job(tmp_path, kinds, rows, format='xlsx'))))
    sheet = book['Usage Events']
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0] == ['Text', 'Amount', 'At (Europe/Berlin)', 'N']
    assert cells[1] == [None] * 4
    local = pandas.Timestamp('2026-10-25T02:30:00').to_pydatetime()
    assert [row[1:] for row in cells[2:]] == [[-1.25, local, -3]] * len(texts)
    read = [unescape(row[0]).replace('\r\n', '\n').replace('\r', '\n') for row in cells[2:]]
    assert read == [text.replace('\r\n', '\n').replace('\r', '\n') for text in reversed(texts)]
    assert all(row[0].data_type in 'sn' and row[0].hyperlink is None for row in sheet.iter_rows(min_row=2))
    assert sheet['A1'].font.bold
    assert sheet.freeze_panes == 'A2'
    assert sheet.auto_filter.ref == f'A1:D{len(rows) + 1}'
    assert sheet['C3'].is_date


def test_workbook_numbers_are_exact_or_text(tmp_path: Path) -> None:
    numbers: dict[str, Any] = {
        '123456789012345': 123456789012345,
        '1234567890123456': '1234567890123456',
        '0.1': 0.1,
        '0.000000000000001234': 1.234e-15,
        '123456789.12345678': '123456789.12345678',
        '1' + '0' * 20: 10**20,
        'NaN': 'NaN',
        '-0.5': -0.5,
    }
    job = make_job(tmp_path, {'amount': 'quantity'}, [(text,) for text in numbers], format='xlsx')
    sheet = openpyxl.load_workbook(io.BytesIO(export(job))).active
    assert sheet is not None
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == list(numbers.values())[::-1]


def test_workbook_continues_on_further_sheets(tmp_path: Path) -> None:
    job = make_job(
        tmp_path, {'n': 'integer'}, [(i,) for i in range(7)], format='xlsx', sheet_rows=3, title='A/B: x'
    )
    book = openpyxl.load_workbook(io.BytesIO(export(job)))
    assert book.sheetnames == ['A B  x', 'A B  x 2', 'A B  x 3']
    assert [[row[0].value for row in sheet.iter_rows()] for sheet in book] == [
        ['N', 6, 5, 4],
        ['N', 3, 2, 1],
        ['N', 0],
    ]


AMOUNTS = [
    '0.1',
    '0.2',
    '-0.3',
    '10',
    '123456789.123456',
    '0.000000000000000001',
    '9' * 60 + '.' + '1' * 60,
    '-7',
]


def test_totals_are_exact(tmp_path: Path) -> None:
    rows: list[Row] = [
        (AMOUNTS[i % (3 if i < 9_000 else 8)], ('GB', 'h', None)[i % 3 % 2 + i % 2]) for i in range(20_000)
    ]
    rows += [(None, 'GB'), ('-0', 'none')]
    expected: dict[str, Decimal] = {}
    with localcontext(prec=200):
        for amount, unit in rows:
            expected[unit or ''] = expected.get(unit or '', Decimal(0)) + Decimal(amount or '0')
    columns: dict[str, Any] = {'amount': {'kind': 'quantity', 'total': True, 'per': 'unit'}, 'unit': 'text'}
    result = run(make_job(tmp_path, columns, rows))
    found = {unit: Decimal(text) for unit, text in result.last['totals']['amount'].items()}
    assert found == expected
    assert result.last['totals']['amount']['none'] == '0'
    assert result.last['rows'] == len(rows)


def test_totals_without_groups(tmp_path: Path) -> None:
    columns: dict[str, Any] = {'amount': {'kind': 'quantity', 'total': True}}
    result = run(make_job(tmp_path, columns, [('1.25',), ('-0.250',), ('100',)]))
    assert result.last['totals'] == {'amount': {'': '101'}}


MONEY: dict[str, Any] = {
    'amount': {'kind': 'money', 'currency_column': 'currency', 'total': True},
    'currency': {'kind': 'text', 'hidden': True},
    'day': 'date',
}
BILLS: list[Row] = [(124_000, 'EUR', '2026-03-29'), (-1_240, 'JPY', None), (10**16 + 1, 'EUR', '1899-12-31')]


def test_a_hidden_column_is_read_and_not_written(tmp_path: Path) -> None:
    """POR-04: the currency of an amount counts its decimals and keeps totals apart, shown or not."""
    result = run(make_job(tmp_path, MONEY, BILLS))
    lines = ['Amount,Day', '100000000000000.01,1899-12-31', '-1240,', '1240.00,2026-03-29', '']
    assert result.out.decode() == '\r\n'.join(lines)
    assert result.last['totals'] == {'amount': {'EUR': '100000000001240.01', 'JPY': '-1240'}}
    data = export(make_job(tmp_path, MONEY, [], format='jsonl', database='') | {'rows': BILLS[:2]})
    assert [json.loads(line) for line in data.decode().splitlines()] == [
        {'amount': '1240.00', 'day': '2026-03-29'},
        {'amount': '-1240', 'day': None},
    ]


def test_workbook_has_days_and_amounts(tmp_path: Path) -> None:
    """POR-04: text where Excel has no such day, and where a double does not hold the amount."""
    book = openpyxl.load_workbook(io.BytesIO(export(make_job(tmp_path, MONEY, BILLS, format='xlsx'))))
    rows = [list(row) for row in book['Usage Events'].iter_rows()]
    day = pandas.Timestamp('2026-03-29').to_pydatetime()
    assert [[cell.value for cell in row] for row in rows] == [
        ['Amount', 'Day'],
        ['100000000000000.01', '1899-12-31'],
        [-1240, None],
        [1240, day],
    ]
    assert [rows[3][0].number_format, rows[2][0].number_format] == ['#,##0.00', '#,##0']
    assert rows[3][1].number_format == 'yyyy-mm-dd'
    assert book['Usage Events'].auto_filter.ref == 'A1:B4'
