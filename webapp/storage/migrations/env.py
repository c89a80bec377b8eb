"""Runs the migrations on the app's own engine or a given one, each time as one transaction.

Foreign keys are not enforced meanwhile: SQLite changes a table by making it anew, and
dropping the old one would delete every row that points to it.
"""

from alembic import context
from sqlalchemy.engine import Connection

from webapp.storage.database import db
from webapp.storage.every_table import Base


def enforce(connection: Connection, wanted: bool) -> None:
    """Switch SQLite's foreign keys, outside any transaction, where alone it has effect."""
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute(f"PRAGMA foreign_keys={'ON' if wanted else 'OFF'}")


def run() -> None:
    """Bring the schema to the revision that was asked for."""
    engine = context.config.attributes.get("engine") or db.engine
    with engine.execution_options(writes=True).connect() as connection:
        enforce(connection, False)
        try:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                render_as_batch=True,
                transactional_ddl=True,
            )
            with context.begin_transaction():
                context.run_migrations()
        finally:
            connection.rollback()  # after an error; else there is nothing left to roll back
            enforce(connection, True)


run()
