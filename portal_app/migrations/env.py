"""Alembic's way in: runs on the connection that `portal_app.migrate` gives it."""

from alembic import context
from sqlmodel import SQLModel

from portal_app import models  # noqa: F401 - makes every table known

context.configure(
    connection=context.config.attributes['connection'],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
