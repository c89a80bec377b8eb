"""A try-on: the picture, what the frame's size means, and where to go from here."""

from collections.abc import Collection, Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.errors import CardImpossible, CardMarksOutside, CardMarksTogether
from webapp.fitting.seat import Nudge
from webapp.pages import looks
from webapp.pages.answers import SHOWN_WIDTH, private_picture
from webapp.pages.forms import CardForm, TryOnForm
from webapp.pages.looks import MOST_PICKS, Look
from webapp.shop import complaints, favourites, sharing, tryons, wall
from webapp.shop.views import TryOnView
from webapp.web import visits
from webapp.web.words import Problem, words_for

bp = Blueprint("tryons", __name__, url_prefix="/try-ons")

MOVED_WIDTH = 1280  # px, the picture while the frame is being moved


@bp.get("/<token>")
def result(token: str) -> ResponseReturnValue:
    """Show the try-on with its size, its colourways and its neighbours on the wall."""
    visit = visits.known()
    made = tryons.get(token, visit, visits.told)
    look = looks.read(request.args)
    told = visits.told(made.photo_token, made.face)
    shelf = wall.hang(made.photo_token, visit, made.face, told, look.wanted)
    marked = favourites.marked(visit)
    before, after = wall.neighbours(shelf, made.frame.slug)
    return render_template(
        "tryons/result.html",
        made=made,
        look=look,
        before=before,
        after=after,
        share=sharing.of_try_on(token, visit),
        share_hours=sharing.HOURS,
        marked=marked,
        together=together(made, look, marked),
        form=TryOnForm(
            formdata=None, face=made.face, pd_mm=visits.pd_mm(made.photo_token, made.face)
        ),
    )


@bp.post("/<token>/wrong")
def wrong(token: str) -> ResponseReturnValue:
    """Count what the shopper says is wrong with the try-on, and thank them for it."""
    complaints.complain(token, visits.known(), request.form.get("reason", ""))
    look = looks.read(request.args)
    return redirect(url_for("tryons.result", token=token, **look.args(), _anchor="wrong"), 303)


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
        lens=made.lens,
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
        lens=made.lens.slug if made.lens else None,
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


def together(made: TryOnView, look: Look, marked: Mapping[str, Collection[str]]) -> str:
    """Return where the try-on stands beside what was picked, or else beside favourites."""
    liked = [f"{frame}.{variant}" for frame, some in marked.items() for variant in sorted(some)]
    this = f"{made.frame.slug}.{made.variant.slug}"
    picks = tuple(dict.fromkeys([this, *(look.picks or liked)]))[:MOST_PICKS]
    return url_for(
        "compare.side_by_side",
        token=made.photo_token,
        face=made.face or None,
        **look.args(picks=picks),
    )


def file_name(made: TryOnView) -> str:
    """Return under which name the picture is saved."""
    names = [made.frame.slug, made.variant.slug, *([made.lens.slug] if made.lens else [])]
    return f"lorgnette-{'-'.join(names)}.jpg"
