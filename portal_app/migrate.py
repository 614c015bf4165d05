"""The schema, brought up to date at every start (OPS-01). Several processes may start at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from portal_app import db

LOCK = 4_201_987  # any number that nothing else on this database locks


def migrate() -> None:
    """Run the migrations that this database has not seen, all or none of them."""
    with db.engine().connect() as connection:
        if db.is_sqlite():
            connection.execute(text('BEGIN IMMEDIATE'))
        else:
            connection.execute(text('SELECT pg_advisory_xact_lock(:lock)'), {'lock': LOCK})
        config = alembic_config()
        config.attributes['connection'] = connection
        command.upgrade(config, 'head')
        connection.commit()


def alembic_config() -> Config:
    """Where Alembic finds the migrations."""
    config = Config()
    config.set_main_option('script_location', str(Path(__file__).parent / 'migrations'))
    return config
