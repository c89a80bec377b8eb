"""What pages and the API share: sessions, limits, headers and the words for errors."""

from flask import Flask

from webapp.web import (
    assets,
    guard,
    headers,
    insiders,
    language,
    limits,
    problems,
    signin,
    speech,
    tracing,
    words,
)


def init_app(app: Flask) -> None:
    """Give the app its sessions, CSRF guard, limits, headers and words."""
    for part in (
        tracing, guard, insiders, limits, headers, assets, language, speech, words, signin, problems
    ):  # fmt: skip
        part.init_app(app)
