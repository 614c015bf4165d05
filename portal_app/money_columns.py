"""Amounts of money as a database compares them, whatever their currencies."""

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Dialect, Numeric
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from portal_app.money import FINEST, OTHER_EXPONENTS


class Size(TypeDecorator[int]):
    """A whole number that may exceed 64 bits: floating point beyond them in SQLite, numeric in PostgreSQL."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The database's own type."""
        return dialect.type_descriptor(BigInteger() if dialect.name == 'sqlite' else Numeric())

    def process_bind_param(self, value: int | None, dialect: Dialect) -> Any:
        """The value as that type takes it."""
        if value is None or dialect.name != 'sqlite':
            return None if value is None else Decimal(value)
        return value if abs(value) < 2**63 else float(value)


class in_size(FunctionElement[int]):  # noqa: N801
    """Minor units beside their currency, as amounts of different currencies are compared: 1,240 yen and
    1,240 euros are alike. A whole number of ten-thousandths of the major unit.

    It is written without parameters, so that an index can hold it. Beyond 64 bits (above 922 trillion yen)
    SQLite goes on in floating point, which keeps the order.
    """

    inherit_cache = True
    name = 'in_size'
    type = Size()


@compiles(in_size, 'sqlite')
def _in_size_sqlite(element: in_size, compiler: Any, **options: Any) -> str:
    minor, currency = (compiler.process(clause, **options) for clause in element.clauses)
    return f'({minor} * {_units(currency)})'


@compiles(in_size)
def _in_size(element: in_size, compiler: Any, **options: Any) -> str:
    minor, currency = (compiler.process(clause, **options) for clause in element.clauses)
    return f'(CAST({minor} AS NUMERIC) * {_units(currency)})'


def _units(currency: str) -> str:
    """How many ten-thousandths one minor unit is."""
    cases = (
        f'WHEN {currency} IN ({", ".join(f"{code!r}" for code in codes)}) THEN {10 ** (FINEST - decimals)}'
        for decimals, codes in OTHER_EXPONENTS.items()
    )
    return f'CASE {" ".join(cases)} ELSE {10 ** (FINEST - 2)} END'
