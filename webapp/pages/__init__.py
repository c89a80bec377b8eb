"""The HTML pages: one blueprint a module."""

from flask import Flask

from webapp.pages import (
    about,
    admin,
    figures,
    frames,
    health,
    people,
    photos,
    pictures,
    start,
    tryons,
)


def init_app(app: Flask) -> None:
    """Open the pages."""
    pictures.init_app(app)
    for room in (start, photos, tryons, frames, about, health, admin, people, figures):
        app.register_blueprint(room.bp)
