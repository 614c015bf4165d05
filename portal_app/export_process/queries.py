"""Wraps the job's SELECT so that every column arrives as the one Arrow type of its kind."""

import datetime as dt
import re

from portal_app.export_process.job import Column, Job, Parameter

NUMBER_KINDS = frozenset({'time', 'integer', 'money'})  # Arrow int64; every other kind is a string

# What a placeholder must not be looked for in: strings, quoted names, comments, dollar quotes.
_PG_TOKEN = re.compile(
    r"""[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/"""
    r""" | \$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$ | \$(?P<number>\d+)""",
    re.DOTALL | re.VERBOSE,
)


def sqlite_query(job: Job) -> str:
    """The wrapped SELECT; its first row is not data.

    The driver settles a column's type by the first batch it reads and fails when, say, text follows
    a batch of NULLs. A first row without NULLs and a CAST on each column leave it nothing to guess.
    """
    names = ', '.join(f'c{index}' for index in range(len(job.columns)))
    first = ', '.join('0' if column.kind in NUMBER_KINDS else "''" for column in job.columns)
    casts = ', '.join(_sqlite_cast(f'c{i}', column, job) for i, column in enumerate(job.columns))
    inner = f'WITH export_rows_({names}) AS (\n{_bare(job.sql)}\n)'
    return f'{inner}\nSELECT {first} UNION ALL SELECT {casts} FROM export_rows_'  # noqa: S608  # names are ours


def _sqlite_cast(name: str, column: Column, job: Job) -> str:
    if column.kind in NUMBER_KINDS:
        return f'CAST({name} AS INTEGER)'
    text = f'CAST({name} AS TEXT)'
    if column.kind == 'json' and job.format == 'jsonl':  # what is not JSON is exported as a string
        return f'CASE WHEN json_valid({text}) THEN {text} ELSE json_quote({text}) END'
    return text


def postgresql_query(job: Job) -> str:
    """The wrapped SELECT with its parameters written in.

    The driver streams only what it can send as COPY, which takes no parameters; with bound ones it
    would hold the whole result in memory.
    """
    names = ', '.join(f'c{index}' for index in range(len(job.columns)))
    casts = ', '.join(_postgresql_cast(f'c{i}', column) for i, column in enumerate(job.columns))
    inner = _with_literals(_bare(job.sql), job.parameters)
    return f'SELECT {casts} FROM (\n{inner}\n) AS rows ({names})'  # noqa: S608  # names are ours


def _postgresql_cast(name: str, column: Column) -> str:
    if column.kind == 'time':
        return f'{name}::timestamptz'
    if column.kind == 'date':
        return f"to_char({name}::date, 'YYYY-MM-DD')"
    return f'{name}::bigint' if column.kind in NUMBER_KINDS else f'{name}::text'


def _bare(sql: str) -> str:
    return sql.strip().rstrip(';')


def _with_literals(sql: str, parameters: list[Parameter]) -> str:
    def literal(match: re.Match[str]) -> str:
        number = match['number']
        return match[0] if number is None else _literal(parameters[int(number) - 1])

    return _PG_TOKEN.sub(literal, sql)


def _literal(value: Parameter) -> str:
    if value is None:
        return 'NULL'
    if isinstance(value, dt.datetime):
        return f"TIMESTAMPTZ '{value.isoformat()}'"
    if isinstance(value, int):
        return str(value) if value >= 0 else f'({value})'
    return _string_literal(value)


def _string_literal(value: str) -> str:
    """A quoted string that means the same under either setting of standard_conforming_strings."""
    if '\0' in value:
        raise ValueError('PostgreSQL text cannot hold a NUL character')
    doubled = value.replace("'", "''")
    return f"'{doubled}'" if '\\' not in value else " E'" + doubled.replace('\\', '\\\\') + "'"
