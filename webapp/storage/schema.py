"""Whether the database's schema is the one that this version works with."""

from functools import cache

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from webapp.errors import DatabaseOutdated
from webapp.storage.database import FOLDER, db, told_apart


def require_current() -> None:
    """Check that every migration has been run, and none of a later version.

    Raises:
        DatabaseOutdated: that is not so.
        DatabaseAway: the database does not answer.
    """
    with told_apart(), db.engine.connect() as connection:
        there = MigrationContext.configure(connection).get_current_heads()
    if set(there) != heads():
        raise DatabaseOutdated()


@cache
def heads() -> set[str]:
    """Return the latest of this version's migrations; their files are read once."""
    return set(ScriptDirectory(str(FOLDER)).get_heads())


def known() -> set[str]:
    """Return all of this version's migrations."""
    return {script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions()}
