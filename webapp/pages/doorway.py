"""The way in from a shop's product page: "try this on", by SKU or GTIN."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.errors import NotFound
from webapp.shop import catalogue, figures, photos
from webapp.web import visits

bp = Blueprint("doorway", __name__, url_prefix="/try")


@bp.get("/<number>")
def enter(number: str) -> ResponseReturnValue:
    """Remember which colourway is wanted; offer it on a photo that is here, or ask for one."""
    if request.method == "GET" and visits.arrive():
        figures.record(figures.ARRIVAL)
    try:
        frame, variant = catalogue.by_number(number)
    except NotFound:
        flash(gettext("That frame is not in the fitting room. Here is everything that is."))
        return redirect(url_for("start.new"), 303)
    visits.want(frame.slug, variant.slug)
    mine = photos.of_visit(visits.known()) if visits.known() else []
    if not mine:
        return redirect(url_for("start.new"), 303)
    return render_template("frames/try.html", frame=frame, variant=variant, photos=mine)
