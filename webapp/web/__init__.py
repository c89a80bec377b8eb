"""What pages and the API share: sessions, limits, headers and the words for errors."""

from flask import Flask

from webapp.web import assets, guard, headers, limits, problems, signin, speech


def init_app(app: Flask) -> None:
    """Give the app its sessions, CSRF guard, limits, headers and words."""
    for part in (guard, limits, headers, assets, speech, signin, problems):
        part.init_app(app)
