"""API v1: the shop for programs. Bearer keys, JSON and JPEG, problems by RFC 9457.

`calls` has what every call goes through, `document` makes the OpenAPI document of the calls as
they are declared, and the other modules hold the calls themselves.
"""

from flask import Flask

from webapp.api import batches, calls, docs, faces, frames, problems, tryons
from webapp.web.guard import csrf

DECLARED_IN = (
    faces,
    tryons,
    batches,
    frames,
    docs,
)  # importing them declares their calls, in this order


def init_app(app: Flask) -> None:
    """Open the API. It takes no cookie, so no other site could use a visitor's rights in it."""
    csrf.exempt(calls.bp)
    problems.init_app(app)
    app.register_blueprint(calls.bp)
