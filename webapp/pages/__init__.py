"""The HTML pages: one blueprint a module."""

from flask import Flask

from webapp.pages import (
    about,
    admin,
    figures,
    frames,
    health,
    model,
    people,
    photos,
    pictures,
    start,
    tryons,
)

ROOMS = (
    start,
    photos,
    tryons,
    frames,
    about,
    health,
    admin,
    people,
    figures,
    model,
)


def init_app(app: Flask) -> None:
    """Open the pages."""
    pictures.init_app(app)
    for room in ROOMS:
        app.register_blueprint(room.bp)
