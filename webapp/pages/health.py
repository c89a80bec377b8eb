"""What machines ask: does it live, can it serve, how does it do. No page, no cookie."""

from flask import Blueprint, Response, jsonify

from webapp.errors import NotFound
from webapp.shop import readiness
from webapp.telemetry import metrics as telemetry
from webapp.web import insiders

RETRY_SECONDS = 5  # until the next look

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> Response:
    """Say that the process answers. Nothing else is asked: a restart would mend nothing else."""
    return jsonify(status="ok")


@bp.get("/readyz")
def ready() -> Response:
    """Say whether shoppers can be served, part by part: 503 takes a machine out of the proxy."""
    states = readiness.check()
    well = readiness.is_ready(states)
    response = jsonify(status="ok" if well else "not ready", parts=states)
    if not well:
        response.status_code = 503
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


@bp.get("/metrics")
def metrics() -> Response:
    """Tell Prometheus, from networks or with the token that the settings name."""
    if not insiders.is_inside():
        raise NotFound()
    content = telemetry.exposition(readiness.facts())
    return Response(content, content_type=telemetry.CONTENT_TYPE_LATEST)
