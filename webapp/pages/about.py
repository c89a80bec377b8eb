"""What the shop says about itself: privacy to people, health to machines."""

from flask import Blueprint, Response, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue

from webapp.shop import catalogue, photos
from webapp.web import visits

bp = Blueprint("about", __name__)


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    """Say what is kept, how long and what never is, from the settings in force."""
    return render_template(
        "about/privacy.html",
        consent_version=photos.CONSENT_VERSION,
        mine=photos.of_visit(visits.known()) if visits.known() else [],
    )


@bp.get("/healthz")
def health() -> Response:
    """Say that the shop runs and reaches its database."""
    return jsonify(status="ok", frames=len(catalogue.published()))


@bp.get("/favicon.ico")
def favicon() -> Response:
    """Send the mark to browsers that ask before they have read a page."""
    return current_app.send_static_file("img/mark.svg")
