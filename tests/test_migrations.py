"""The schema: what the migrations make is what the models say, and what they find is kept."""

from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    inspect,
    text,
)
from sqlmodel import SQLModel

from portal_app import db, models
from portal_app.migrate import alembic_config, migrate

VERSION = 'alembic_version'


def test_the_migrations_make_exactly_the_models(database: str) -> None:
    """OPS-01: a model that changed without a migration is found here."""
    assert models.__all__
    with db.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={'compare_type': True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrating_again_changes_nothing(database: str) -> None:
    """OPS-01: it runs at every start."""
    before = inspect(db.engine()).get_table_names()
    migrate()
    assert inspect(db.engine()).get_table_names() == before


@pytest.mark.parametrize('release', ['0001', '0002', '0003'])
def test_what_an_older_release_holds_is_kept(database: str, release: str) -> None:
    """OPS-01: with a row in each table that names the rows of others, and is named by them."""
    _go_back_to(release)
    before = _fill()
    migrate()
    with db.engine().connect() as connection:
        counts = {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar() for name in before
        }
        assert counts == dict.fromkeys(before, 1)
        if db.is_sqlite():
            assert connection.execute(text('PRAGMA foreign_key_check')).all() == []


def _go_back_to(release: str) -> None:
    tables = MetaData()
    with db.engine().connect() as connection:
        tables.reflect(connection)
        tables.drop_all(connection)
        config = alembic_config()
        config.attributes['connection'] = connection
        command.upgrade(config, release)
        connection.commit()


def _fill() -> list[str]:
    """A row in each table; where one names another, it is that one's."""
    tables = MetaData()
    with db.engine().connect() as connection:
        tables.reflect(connection)
        filled = [table for table in tables.sorted_tables if table.name != VERSION]
        for table in filled:
            if connection.execute(table.select()).first() is not None:
                continue  # a migration has laid its one row
            row = {column.name: _value(table, column) for column in table.columns}
            connection.execute(table.insert(), row)
        connection.commit()
    return [table.name for table in filled]


def _value(table: Table, column: Column[Any]) -> Any:
    for key in column.foreign_keys:
        if key.column.table is table:
            return None
        return 1 if isinstance(column.type, Integer) else 'x'
    match column.type:
        case JSON():
            return {}
        case Boolean():
            return True
        case Integer() | Float() | Numeric():
            return 1
        case DateTime():
            return datetime(2026, 11, 24, tzinfo=UTC)
        case LargeBinary():
            return b'x'
        case _:
            return 'x'
