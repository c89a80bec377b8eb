"""Favourites: marked anywhere with a heart, shown on a page of their own."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from webapp.shop import catalogue, favourites, figures, photos
from webapp.web import addresses, visits

bp = Blueprint("favourites", __name__, url_prefix="/favourites")


@bp.get("/")
def mine() -> ResponseReturnValue:
    """Show the visit's favourites on the face that tried on last, or else on its latest photo."""
    visit = visits.known()
    kept = photos.of_visit(visit) if visit else []
    worn = visits.worn()
    photo = next((one for one in kept if one.token == worn), kept[0] if kept else None)
    return render_template(
        "favourites/mine.html",
        hung=favourites.of_visit(visit),
        photo=photo,
        face=visits.wearer(photo.token) if photo else 0,
    )


@bp.post("/")
def mark() -> ResponseReturnValue:
    """Mark a colourway or forget it, and lead back to the page where that was asked for.

    Scripts that put the heart's new state in place get that heart alone.
    """
    frame, variant = (request.form.get(name, "") for name in ("frame", "variant"))
    whole = request.form.get("heart", "").startswith("frame")
    on = request.form.get("heart", "").endswith("on")
    if on:
        favourites.mark(visits.begin(), frame, variant, visits.ahead())
        visits.passed(figures.FAVOURITE)
    else:
        favourites.unmark(visits.known(), frame, None if whole else variant)
    if request.headers.get("HX-Request"):
        return render_template(
            "favourites/heart.html", frame=catalogue.frame(frame), on=on, whole=whole
        )
    return redirect(addresses.to_return_to(request.form.get("next"), request.referrer), 303)
