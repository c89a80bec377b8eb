"""What the shop holds on a visit: taken along as one file, or ended at once."""

from flask import Blueprint, Response, flash, redirect, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from webapp.errors import NotFound
from webapp.shop import holdings
from webapp.web import limits, visits
from webapp.web.headers import PRIVATE

bp = Blueprint("mine", __name__, url_prefix="/mine")


@bp.get("/held.zip")
@limits.uploads
def held() -> ResponseReturnValue:
    """Send all that is held on the visit. Raises `NotFound` where nothing was begun."""
    if not visits.known():
        raise NotFound()
    packed = stream_with_context(holdings.archive(visits.known()))
    answer = Response(packed, mimetype="application/zip")
    answer.headers["Cache-Control"] = PRIVATE
    answer.headers.set("Content-Disposition", "attachment", filename="my-visit.zip")
    return answer


@bp.post("/end")
def end() -> ResponseReturnValue:
    """Delete all that is held on the visit, and leave it."""
    photos = holdings.end(visits.known())
    visits.leave()
    if photos:
        flash(
            ngettext(
                "Your photo, everything made from it and your visit are deleted.",
                "Your %(num)d photos, everything made from them and your visit are deleted.",
                photos,
            )
        )
    else:
        flash(gettext("Your visit is deleted. There was no photo in it."))
    response = redirect(url_for("start.new"), 303)
    response.headers["Clear-Site-Data"] = '"cache"'  # the browser's copies go too
    return response
