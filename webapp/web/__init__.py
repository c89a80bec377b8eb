"""What pages and the API share: sessions, limits, headers and the words for errors."""

from flask import Flask

from webapp.web import (
    assets,
    bodies,
    embedding,
    guard,
    headers,
    insiders,
    language,
    limits,
    numbers,
    problems,
    sessions,
    shopfront,
    signin,
    speech,
    terms,
    tracing,
    visits,
    words,
)

PARTS = (
    numbers,
    tracing,
    bodies,
    sessions,
    guard,
    insiders,
    embedding,
    limits,
    headers,
    assets,
    language,
    speech,
    terms,
    words,
    shopfront,
    signin,
    visits,
    problems,
)


def init_app(app: Flask) -> None:
    """Give the app its sessions, CSRF guard, limits, headers and words."""
    for part in PARTS:
        part.init_app(app)
