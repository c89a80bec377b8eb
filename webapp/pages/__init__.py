"""The HTML pages: one blueprint a module."""

from flask import Flask

from webapp.pages import (
    about,
    admin,
    batches,
    compare,
    doorway,
    favourites,
    figures,
    frames,
    handover,
    health,
    imports,
    mine,
    model,
    people,
    photos,
    pictures,
    settings,
    shares,
    snippets,
    start,
    theme,
    tryons,
)

ROOMS = (
    start,
    photos,
    tryons,
    compare,
    favourites,
    shares,
    frames,
    handover,
    mine,
    about,
    health,
    admin,
    people,
    figures,
    model,
    settings,
    theme,
    doorway,
    snippets,
    imports,
    batches,
)


def init_app(app: Flask) -> None:
    """Open the pages."""
    pictures.init_app(app)
    theme.init_app(app)
    for room in ROOMS:
        app.register_blueprint(room.bp)
