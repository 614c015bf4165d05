"""The schema: what the migrations make is what the models say."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlmodel import SQLModel

from portal_app import db, models
from portal_app.migrate import migrate


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
