"""From a computer to a phone: a QR code by which the visit goes on there."""

from urllib.parse import urlsplit

import segno
from flask import (
    Blueprint,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.shop import handovers, photos
from webapp.web import limits, visits
from webapp.web.guard import LOOPBACK

bp = Blueprint("handover", __name__, url_prefix="/phone")


@bp.get("/")
def ask() -> ResponseReturnValue:
    """Say what the code does, with a button that shows it."""
    return render_template("handover/code.html", code=None)


@bp.post("/")
@limits.uploads
def show() -> ResponseReturnValue:
    """Show a new code; an earlier one of this visit ends."""
    token = handovers.offer(visits.begin())
    address = url_for("handover.arrive", token=token, _external=True)
    return render_template(
        "handover/code.html",
        code=segno.make(address, error="m", micro=False).svg_data_uri(border=4),
        minutes=current_app.config["HANDOVER_MINUTES"],
        here_alone=urlsplit(address).hostname in LOOPBACK,
        known=len(photos.of_visit(visits.known())),
    )


@bp.get("/state")
def state() -> ResponseReturnValue:
    """Tell the waiting page's script how many photos the visit has, and where the newest is."""
    mine = photos.of_visit(visits.known()) if visits.known() else []
    there = url_for("photos.wall", token=mine[0].token) if mine else None
    return jsonify(photos=len(mine), next=there)


@bp.post("/fetch")
def fetch() -> ResponseReturnValue:
    """Lead to the visit's newest photo, which may have come from the phone."""
    mine = photos.of_visit(visits.known()) if visits.known() else []
    if mine:
        return redirect(url_for("photos.wall", token=mine[0].token), 303)
    flash(gettext("No photo has arrived yet."))
    return redirect(url_for("handover.ask"), 303)


@bp.get("/<token>")
@limits.uploads
def arrive(token: str) -> ResponseReturnValue:
    """Ask on the phone whether to go on there; merely looking uses nothing up."""
    handovers.check(token)
    return render_template("handover/arrive.html", token=token)


@bp.post("/<token>")
@limits.uploads
def join(token: str) -> ResponseReturnValue:
    """Go on with the visit here, and use the code up."""
    visits.join(handovers.take(token))
    flash(gettext("This device and the other one now show the same visit."))
    mine = photos.of_visit(visits.known())
    if mine and request.form.get("to") != "start":
        return redirect(url_for("photos.wall", token=mine[0].token), 303)
    return redirect(url_for("start.new"), 303)
