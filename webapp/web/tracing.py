"""What every request is given: an id, a deadline, a place in the counts and a line in the log.

The line names the route by its rule, never by its path: paths bear tokens.
"""

import re
import secrets
import time
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from webapp.shop import stages
from webapp.telemetry import metrics
from webapp.web.arrival import Arrival

HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
NO_ROUTE = "none"  # an address that is nothing here
QUIET = {"health.alive", "health.ready", "health.metrics"}  # asked every few seconds by machines

log = structlog.get_logger(__name__)


def init_app(app: Flask) -> None:
    """Follow every request from its first byte to its answer."""
    app.wsgi_app = Arrival(app.wsgi_app, app.config["REQUEST_SECONDS"])  # type: ignore[method-assign]
    app.before_request(begin)
    app.after_request(finish)
    app.teardown_request(end)
    app.log_exception = log_fault  # type: ignore[method-assign,assignment]


def begin() -> None:
    """Give the request its id and its deadline."""
    g.begun = time.perf_counter()
    g.request_id = request_id()
    clear_contextvars()
    bind_contextvars(request_id=g.request_id)
    stages.set_deadline(current_app.config["REQUEST_SECONDS"])


def request_id() -> str:
    """Return the id that the proxy in front gave, where there is one and it is sane, or a new one.

    From anybody else it is not taken: it would be a stranger's words in our log.
    """
    given = request.headers.get(HEADER, "")
    if current_app.config["PROXY_HOPS"] and SANE.fullmatch(given):
        return given
    return secrets.token_hex(8)


def finish(response: Response) -> Response:
    """Count the request, write its line, and tell its id."""
    if "begun" not in g:  # refused before it began
        begin()
    seconds = time.perf_counter() - g.begun
    metrics.count_request(route(), request.method, response.status_code, seconds)
    tell = log.debug if request.endpoint in QUIET else log.info
    tell(
        "request",
        method=request.method if request.method in metrics.METHODS else "other",
        route=route(),
        status=response.status_code,
        ms=round(1000 * seconds),
    )
    response.headers[HEADER] = g.request_id
    return response


def end(error: BaseException | None) -> None:
    """Leave nothing of the request to the thread's next one."""
    stages.set_deadline(None)
    clear_contextvars()


def route() -> str:
    """Return the rule that the request's path follows."""
    return request.url_rule.rule if request.url_rule else NO_ROUTE


def log_fault(fault: Any) -> None:
    """Log a fault of ours with its traceback; Flask's own line would name the path."""
    log.error("fault", method=request.method, route=route(), exc_info=fault)
