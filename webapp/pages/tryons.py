"""A try-on: the picture, what the frame's size means, and where to go from here."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.errors import CardImpossible, CardMarksOutside, CardMarksTogether
from webapp.fitting.seat import Nudge
from webapp.pages.answers import SHOWN_WIDTH, private_picture
from webapp.pages.forms import CardForm, TryOnForm
from webapp.shop import catalogue, tryons
from webapp.shop.views import FrameView, TryOnView
from webapp.web import visits
from webapp.web.words import Problem, words_for

bp = Blueprint("tryons", __name__, url_prefix="/try-ons")

MOVED_WIDTH = 1280  # px, the picture while the frame is being moved


@bp.get("/<token>")
def result(token: str) -> ResponseReturnValue:
    """Show the try-on with its size, its colourways and its neighbours on the wall."""
    made = tryons.get(token, visits.known(), visits.told)
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


@bp.get("/<token>/moved.jpg")
def moved(token: str) -> ResponseReturnValue:
    """Send the try-on with its frame moved or its lenses darkened, while the shopper tries."""
    visit = visits.known()
    made = tryons.facts(token, visit)
    data = tryons.preview(
        made.photo_token,
        visit,
        made.frame_slug,
        made.variant_slug,
        face=made.face,
        told=visits.told(made.photo_token, made.face),
        nudge=Nudge(*(request.args.get(name, 0.0, float) for name in ("up", "out", "tilt"))),
        tint=request.args.get("tint", 100.0, float) / 100,
        width=MOVED_WIDTH,
    )
    return private_picture(data, "image/jpeg")


@bp.get("/<token>/card")
def card(token: str) -> ResponseReturnValue:
    """Ask where the ends of a card held at the forehead are."""
    made = tryons.get(token, visits.known(), visits.told)
    return card_page(made, CardForm(formdata=None, **first_marks(made)))


@bp.post("/<token>/card")
def measure(token: str) -> ResponseReturnValue:
    """Measure the face by the card, keep its PD, and fit the frame again."""
    visit = visits.known()
    made = tryons.get(token, visit, visits.told)
    form = CardForm()
    if not form.validate_on_submit():
        return card_page(made, form), 422
    try:
        pd = tryons.measure_by_card(made.photo_token, visit, form.marks(), face=made.face)
    except (CardImpossible, CardMarksOutside, CardMarksTogether) as error:
        return card_page(made, form, words_for(error)), error.status
    visits.remember_card(made.photo_token, made.face, pd)
    again = tryons.make(
        made.photo_token,
        visit,
        made.frame.slug,
        made.variant.slug,
        face=made.face,
        told=visits.told(made.photo_token, made.face),
        nudge=made.nudge,
        tint=made.tint,
    )
    return redirect(url_for("tryons.result", token=again.token), 303)


def card_page(made: TryOnView, form: CardForm, problem: Problem | None = None) -> str:
    """Return the page on which the card's ends are marked."""
    return render_template("tryons/card.html", made=made, form=form, problem=problem)


def first_marks(made: TryOnView) -> dict[str, float]:
    """Return where the marks start, per cent: either side of the forehead, about."""
    left, top, side = made.close_up
    height = round(100 * (top + 0.17 * side) / made.height, 2)
    here, there = ((left + share * side) / made.width for share in (0.3, 0.7))
    return {"x1": round(100 * here, 2), "y1": height, "x2": round(100 * there, 2), "y2": height}


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
