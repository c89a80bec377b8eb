"""The database, the picture files beside it, and the migrations. SQLAlchemy lives here alone.

Use cases (`webapp.shop`) work in short transactions of their own: `database.reading()` and
`database.writing()` give a session; rows never leave it. The modules named after their
tables hold the queries, and take that session first.
"""

from flask import Flask

from webapp.storage import belongings, database, shared


def init_app(app: Flask) -> None:
    """Attach the database and the folder of pictures; touch neither yet."""
    belongings.init_app(app)
    database.init_app(app)
    shared.init_app(app)


def migrate() -> None:
    """Bring the database's schema up to date; makes the database where there is none."""
    database.migrate()
