"""Problems as programs read them: application/problem+json by RFC 9457, with the reason's code."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, json

from webapp.web import problems
from webapp.web.words import Problem

PREFIX = "/api/"
# What pages tell a shopper with a page's own buttons in mind.
WORDS: dict[str, tuple[str, str]] = {
    "not-found": (
        "There is nothing here",
        "The address, the frame or its variant is unknown; or the try-on was deleted, has "
        "expired, or belongs to another key.",
    ),
    "no-photo": ("No photo was sent", "Send one as the form's field 'photo'."),
    "no-such-face": (
        "The photo has fewer faces",
        "Faces are numbered from 0, the largest; 'found' says how many there are.",
    ),
    "pd-out-of-range": (
        "That pupillary distance can't be right",
        "It is a number of millimetres from 'low' to 'high'.",
    ),
    "busy": ("All model slots are taken", "Send the call again after 'Retry-After' seconds."),
    "database-away": (
        "The database does not answer",
        "Send the call again after 'Retry-After' seconds.",
    ),
    "files-unusable": (
        "The picture store can't be used",
        "It has been noted. Please come back later.",
    ),
    "too-slow": (
        "The request took too long to arrive",
        "Send it again, all at once.",
    ),
    "model-unusable": ("The model can't be used", "It has been noted. Please come back later."),
    "bad-request": ("The request is malformed", "It is not what its headers say it is."),
    "method-not-allowed": (
        "The method is not allowed here",
        "See the header 'Allow', or the document at /api/v1/openapi.json.",
    ),
    "unsupported-media-type": (
        "That content type is not taken here",
        "Send the fields as multipart/form-data.",
    ),
    "request-too-large": ("The request is too large", "See 'photo' in the document for its most."),
    "too-many-requests": (
        "Too many calls with this key",
        "Send the call again after 'Retry-After' seconds.",
    ),
}
QUIET = {"file", "reason"}  # parameters that name the server's own affairs


def init_app(app: Flask) -> None:
    """Let every problem under the API's addresses be told as JSON, unknown addresses too."""
    problems.tell(app, PREFIX, response_to)


def response_to(told: Problem, params: Mapping[str, Any]) -> Response:
    """Return the problem as JSON; its parameters are members of their own."""
    title, detail = WORDS.get(told.code, (told.title, told.advice))
    members = {name: value for name, value in params.items() if name not in QUIET}
    problem = {
        **members,
        "type": "about:blank",
        "title": title,
        "status": told.status,
        "detail": detail,
        "code": told.code,
    }
    response = Response(
        json.dumps(problem, default=str), told.status, mimetype="application/problem+json"
    )
    if told.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
