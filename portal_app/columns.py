"""Column types and SQL functions for both databases: aware UTC times, exact decimals, JSON keys."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Dialect, Numeric, Text, literal
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EXACT = Context(prec=200)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time: whole microseconds in SQLite, timestamptz in PostgreSQL (docs/measurements.md)."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BigInteger() if dialect.name == 'sqlite' else TIMESTAMP(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError('times are aware; this one has no zone')
        return microseconds(value) if dialect.name == 'sqlite' else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value.astimezone(UTC) if value else None
        return EPOCH + timedelta(microseconds=value)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal of any size, kept to its last digit: canonical text in SQLite, numeric in PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == 'sqlite' else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return canonical(value) if dialect.name == 'sqlite' else Decimal(canonical(value))

    def process_result_value(self, value: Any, _dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(',', ':'), sort_keys=True).encode


def to_json(value: Any) -> str:
    """JSON as it is stored and exported: compact, readable, its keys in order."""
    return _encode(value)


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970 UTC, without a detour over floating point."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def canonical(number: Decimal) -> str:
    """The shortest plain text of a decimal: no exponent, no trailing zeros ('2', '0.00235', '-1200')."""
    plain = format(number, 'f')
    if '.' in plain:
        plain = plain.rstrip('0').rstrip('.')
    return '0' if plain in ('-0', '') else plain


class ExactSum:
    """SQLite's aggregate `exact_sum`: adds canonical decimals without ever rounding."""

    def __init__(self) -> None:
        self.whole = 0
        self.rest = Decimal(0)

    def step(self, value: str | None) -> None:
        """Add one value."""
        if value is None:
            return
        try:
            self.whole += int(value)
        except ValueError:
            self.rest = EXACT.add(self.rest, Decimal(value))

    def finalize(self) -> str:
        """The sum as canonical text."""
        return canonical(EXACT.add(Decimal(self.whole), self.rest))


class in_order(FunctionElement[Any]):  # noqa: N801 - it reads as an SQL function
    """A decimal column as the database can order and compare it by size."""

    inherit_cache = True
    name = 'in_order'


@compiles(in_order, 'sqlite')
def _in_order_sqlite(element: in_order, compiler: Any, **options: Any) -> str:
    return f'CAST({compiler.process(element.clauses, **options)} AS REAL)'


@compiles(in_order)
def _in_order(element: in_order, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


class exact_sum(FunctionElement[Decimal]):  # noqa: N801
    """The sum of a decimal column to its last digit."""

    inherit_cache = True
    name = 'exact_sum'
    type = ExactDecimal()


@compiles(exact_sum)
def _exact_sum(element: exact_sum, compiler: Any, **options: Any) -> str:
    name = 'exact_sum' if compiler.dialect.name == 'sqlite' else 'sum'
    return f'{name}({compiler.process(element.clauses, **options)})'


class json_pair(FunctionElement[bool]):  # noqa: N801
    """Whether a JSON object has this value at a key: a text, or what is written alike (3, true)."""

    inherit_cache = True
    name = 'json_pair'
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], key: str, value: str) -> None:
        quoted = json.dumps(value, ensure_ascii=False)
        path = f'$."{key}"'  # a key alone would be taken for a path where it holds a dot
        super().__init__(column, literal(key), literal(path), literal(value), literal(quoted))

    def self_group(self, against: Any = None) -> Any:
        """It is a condition already; without this SQLite would compare it with 1."""
        return self


@compiles(json_pair, 'sqlite')
def _json_pair_sqlite(element: json_pair, compiler: Any, **options: Any) -> str:
    column, _, path, value, quoted = (compiler.process(clause, **options) for clause in element.clauses)
    return f'({column} -> {path}) IN ({value}, {quoted})'


@compiles(json_pair)
def _json_pair(element: json_pair, compiler: Any, **options: Any) -> str:
    column, key, _, value, _ = (compiler.process(clause, **options) for clause in element.clauses)
    return f'({column} ->> {key}) = {value}'


class microseconds_of(FunctionElement[int]):  # noqa: N801
    """A time column as whole microseconds since 1970 UTC."""

    inherit_cache = True
    name = 'microseconds_of'
    type = BigInteger()


@compiles(microseconds_of, 'sqlite')
def _microseconds_of_sqlite(element: microseconds_of, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(microseconds_of)
def _microseconds_of(element: microseconds_of, compiler: Any, **options: Any) -> str:
    return f'CAST(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **options)}) * 1000000 AS BIGINT)'


class no_index(FunctionElement[Any]):  # noqa: N801
    """The same expression, kept from SQLite's indexes, so that it reads by the one that was chosen."""

    inherit_cache = True
    name = 'no_index'

    def __init__(self, expression: ColumnElement[Any]) -> None:
        super().__init__(expression)
        self.type = expression.type


@compiles(no_index, 'sqlite')
def _no_index_sqlite(element: no_index, compiler: Any, **options: Any) -> str:
    return f'+{compiler.process(element.clauses, **options)}'


@compiles(no_index)
def _no_index(element: no_index, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))
