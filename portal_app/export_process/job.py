"""The job a parent hands over: one line of JSON, checked and typed."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

KINDS = frozenset({'text', 'choice', 'time', 'quantity', 'json', 'integer', 'money', 'date'})
FORMATS = frozenset({'csv', 'jsonl', 'xlsx'})
SHEET_ROWS = 1_048_575  # an Excel sheet holds 1,048,576 rows, one is the header

Parameter = int | str | None | dt.datetime


@dataclass(frozen=True)
class Column:
    """One column; `per`, `currency` are indexes of other columns, `exponent` counts decimals.

    A hidden one is read for the sake of others and not written. A date arrives as ISO 8601 text.
    """

    name: str
    label: str
    kind: str
    total: bool = False
    per: int | None = None
    currency: int | None = None
    exponent: int = 2
    hidden: bool = False


@dataclass(frozen=True)
class Job:
    """What to read and how to write it: a statement, or rows that are there already."""

    database: str
    sql: str
    rows: list[list[int | str | None]] | None
    parameters: list[Parameter]
    columns: list[Column]
    format: str
    zone: str
    title: str
    sheet_rows: int

    @property
    def shown(self) -> list[tuple[int, Column]]:
        """The columns that are written, each with its place among all."""
        return [(place, column) for place, column in enumerate(self.columns) if not column.hidden]


def parse_job(line: str) -> Job:
    """The job of one line of JSON; ValueError or KeyError says what is wrong with it."""
    spec = json.loads(line)
    columns = [_column(each, spec['columns']) for each in spec['columns']]
    if all(column.hidden for column in columns):
        raise ValueError('the job names no columns')
    return Job(
        database=spec['database'],
        sql=spec.get('sql', ''),
        rows=spec.get('rows'),
        parameters=[_parameter(value) for value in spec.get('parameters', [])],
        columns=columns,
        format=_one_of(spec['format'], FORMATS, 'format'),
        zone=spec.get('zone', 'UTC'),
        title=spec.get('title', 'Export'),
        sheet_rows=min(int(spec.get('sheet_rows', SHEET_ROWS)), SHEET_ROWS),
    )


def _column(spec: dict[str, Any], specs: list[dict[str, Any]]) -> Column:
    return Column(
        name=spec['name'],
        label=spec.get('label', spec['name']),
        kind=_one_of(spec['kind'], KINDS, 'kind'),
        total=bool(spec.get('total', False)),
        per=_index(spec.get('per'), specs),
        currency=_index(spec.get('currency_column'), specs),
        exponent=int(spec.get('exponent', 2)),
        hidden=bool(spec.get('hidden', False)),
    )


def _index(name: str | None, specs: list[dict[str, Any]]) -> int | None:
    if name is None:
        return None
    for index, spec in enumerate(specs):
        if spec['name'] == name:
            return index
    raise ValueError(f'no column is named {name!r}')


def _one_of(value: str, allowed: frozenset[str], what: str) -> str:
    if value not in allowed:
        raise ValueError(f'unknown {what} {value!r}')
    return value


def _parameter(value: Any) -> Parameter:
    if isinstance(value, dict):
        moment = dt.datetime.fromisoformat(value['time'])
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    if value is None or isinstance(value, (int, str)):
        return value
    raise ValueError(f'unsupported parameter {value!r}')
