"""Runs the migrations on the app's own engine, each time as one transaction.

Foreign keys are not enforced meanwhile: SQLite changes a table by making it anew, and
dropping the old one would delete every row that points to it.
"""

from alembic import context
from sqlalchemy.engine import Connection

from webapp.storage import batch_tables as batch_tables  # its tables belong to Base too
from webapp.storage import figure_tables as figure_tables  # and its
from webapp.storage import visit_tables as visit_tables  # and its
from webapp.storage.database import db
from webapp.storage.tables import Base


def enforce(connection: Connection, wanted: bool) -> None:
    """Switch SQLite's foreign keys, outside any transaction, where alone it has effect."""
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute(f"PRAGMA foreign_keys={'ON' if wanted else 'OFF'}")


def run() -> None:
    """Bring the schema to the revision that was asked for."""
    with db.engine.execution_options(writes=True).connect() as connection:
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
