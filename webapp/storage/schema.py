"""Whether the database's schema is the one that this version works with."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from webapp.errors import DatabaseOutdated
from webapp.storage.database import FOLDER, db


def require_current() -> None:
    """Raise `DatabaseOutdated` unless every migration has been run, and none of a later version."""
    script = ScriptDirectory(str(FOLDER))
    with db.engine.connect() as connection:
        there = MigrationContext.configure(connection).get_current_heads()
    if set(there) != set(script.get_heads()):
        raise DatabaseOutdated()
