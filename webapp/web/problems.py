"""Where every error becomes a page, or JSON for the page's own scripts."""

import logging
import math
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import (
    HTTPException,
    MethodNotAllowed,
    SecurityError,
    TooManyRequests,
)

from webapp.errors import Busy, LorgnetteError, NotFound
from webapp.web import limits
from webapp.web.words import Problem, problem, words_for, words_for_status

BUSY_SECONDS = 5  # when nothing better is known, come back after so long

TELLERS = "lorgnette-tellers"  # where the app keeps who tells problems in another way
Teller = Callable[[Problem, Mapping[str, Any]], Response]

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Explain domain errors and HTTP errors in one look."""
    app.register_error_handler(LorgnetteError, explain)
    app.register_error_handler(HTTPException, explain_http)
    app.register_error_handler(CSRFError, explain_csrf)
    app.register_error_handler(SecurityError, refuse_host)


def tell(app: Flask, prefix: str, teller: Teller) -> None:
    """Let `teller` answer, under addresses that begin with `prefix`, of problem and parameters."""
    app.extensions.setdefault(TELLERS, {})[prefix] = teller


def teller_here() -> Teller | None:
    """Return who tells problems at the request's address, where pages don't."""
    tellers: dict[str, Teller] = current_app.extensions.get(TELLERS, {})
    return next((tellers[at] for at in tellers if request.path.startswith(at)), None)


def explain(error: LorgnetteError) -> Response:
    """Tell in words what a use case refused."""
    if error.status >= 500 and not isinstance(error, Busy):
        log.error("%s", error, exc_info=error.__cause__)
    response = answer(words_for(error), error.params)
    response.headers.extend(headers_of(error))
    return response


def headers_of(error: LorgnetteError) -> dict[str, str]:
    """Return what an answer to the error says besides its words: when to come back."""
    if error.status != 503:
        return {}
    return {"Retry-After": str(math.ceil(error.params.get("seconds", BUSY_SECONDS)))}


def explain_http(error: HTTPException) -> Response:
    """Tell in words what the web layer refused, or that something broke."""
    status = error.code or 500
    if status == 404:
        return answer(words_for(NotFound()))
    response = answer(words_for_status(status))
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(limits.seconds_left())
    return response


def explain_csrf(error: CSRFError) -> Response:
    """Say that the form's token is missing or stale, and how to get a new one."""
    return answer(problem("csrf", 400))


def refuse_host(error: SecurityError) -> Response:
    """Refuse a host that isn't ours; no page, for a page's links would need a host."""
    teller = teller_here()
    if teller:
        return teller(problem("bad-request", 400), {})
    return Response("This shop is not at that address.\n", 400, mimetype="text/plain")


def answer(told: Problem, params: Mapping[str, Any] | None = None) -> Response:
    """Return the problem as JSON where a script asked, else as a page."""
    teller = teller_here()
    if teller:
        return teller(told, params or {})
    if wants_json():
        response = jsonify(code=told.code, title=told.title, advice=told.advice)
        response.mimetype = "application/problem+json"
    else:
        response = make_response(render_template("problems/problem.html", problem=told))
    response.status_code = told.status
    return response


def wants_json() -> bool:
    """Return whether a page's script asked, which reads JSON and shows the words itself."""
    best = request.accept_mimetypes.best_match(("text/html", "application/json"))
    return best == "application/json"
