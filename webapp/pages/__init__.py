"""The HTML pages: one blueprint a module."""

from flask import Flask

from webapp.pages import (
    about,
    admin,
    batches,
    colourway_admin,
    compare,
    doorway,
    favourites,
    figures,
    frame_admin,
    frames,
    handover,
    health,
    imports,
    lens_admin,
    mine,
    model,
    model_admin,
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
    frame_admin,
    colourway_admin,
    lens_admin,
    model_admin,
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
