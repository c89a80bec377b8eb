"""Links by which others see a try-on: the shopper makes and ends them, whoever has one sees it."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.pages.answers import SHOWN_WIDTH, private_picture
from webapp.shop import sharing
from webapp.web import visits

bp = Blueprint("shares", __name__)

USUAL_HOURS = 24


@bp.post("/try-ons/<token>/share")
def make(token: str) -> ResponseReturnValue:
    """Make a link to the try-on, and show it."""
    asked = request.form.get("hours", USUAL_HOURS, int)
    hours = asked if asked in sharing.HOURS else USUAL_HOURS
    sharing.share(token, visits.known(), hours=hours, preview=bool(request.form.get("preview")))
    return back(token)


@bp.post("/try-ons/<token>/share/end")
def end(token: str) -> ResponseReturnValue:
    """End the try-on's link."""
    sharing.revoke(token, visits.known())
    return back(token)


@bp.get("/s/<token>")
def look(token: str) -> ResponseReturnValue:
    """Show the try-on to whoever has the link."""
    return render_template("shared/look.html", shared=sharing.open_link(token))


@bp.get("/s/<token>.jpg")
def jpeg(token: str) -> ResponseReturnValue:
    """Send the try-on's picture to whoever has the link."""
    return private_picture(sharing.jpeg(token, width=SHOWN_WIDTH), "image/jpeg")


def back(token: str) -> ResponseReturnValue:
    """Lead back to the try-on, as it hung on the wall, where its link stands."""
    query = request.query_string.decode("ascii", "replace")
    there = url_for("tryons.result", token=token)
    return redirect(f"{there}{'?' + query if query else ''}#share-section", 303)
