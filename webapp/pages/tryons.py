"""A try-on: the picture, what the frame's size means, and where to go from here."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.pages.answers import SHOWN_WIDTH, private_picture
from webapp.pages.forms import TryOnForm
from webapp.shop import catalogue, tryons
from webapp.shop.views import FrameView, TryOnView
from webapp.web import visits

bp = Blueprint("tryons", __name__, url_prefix="/try-ons")


@bp.get("/<token>")
def result(token: str) -> ResponseReturnValue:
    """Show the try-on with its size, its colourways and its neighbours on the wall."""
    made = tryons.get(token, visits.known())
    before, after = neighbours(made.frame.slug, catalogue.published())
    return render_template(
        "tryons/result.html",
        made=made,
        before=before,
        after=after,
        form=TryOnForm(
            formdata=None, face=made.face, pd_mm=visits.pd_mm(made.photo_token, made.face)
        ),
    )


@bp.get("/<token>.jpg")
def jpeg(token: str) -> ResponseReturnValue:
    """Send the whole picture, to be saved under a name with `download`; `shown`: as pages do."""
    visit = visits.known()
    data = tryons.jpeg(token, visit, width=SHOWN_WIDTH if "shown" in request.args else None)
    name = file_name(tryons.get(token, visit)) if "download" in request.args else None
    return private_picture(data, "image/jpeg", download_as=name)


def file_name(made: TryOnView) -> str:
    """Return under which name the picture is saved."""
    return f"lorgnette-{made.frame.slug}-{made.variant.slug}.jpg"


def neighbours(slug: str, frames: list[FrameView]) -> tuple[FrameView | None, FrameView | None]:
    """Return the frames before and after this one on the wall, which goes round."""
    slugs = [frame.slug for frame in frames]
    if slug not in slugs or len(frames) < 2:
        return None, None
    here = slugs.index(slug)
    return frames[here - 1], frames[(here + 1) % len(frames)]
