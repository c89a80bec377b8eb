"""A shopper's photo: the wall of every frame on it, its pictures, its end."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.pages import looks
from webapp.pages.answers import SHOWN_WIDTH, own_picture, private_picture
from webapp.pages.forms import PdForm, TryOnForm
from webapp.pages.looks import Look
from webapp.pages.pictures import WIDTH, parted, width_near
from webapp.pages.wanted import wanted_of
from webapp.shop import catalogue, choosing, favourites, figures, photos, tryons
from webapp.shop import wall as walls
from webapp.shop.easel import Wish
from webapp.shop.facets import VALUES
from webapp.web import visits
from webapp.web.words import advice_on

bp = Blueprint("photos", __name__, url_prefix="/photos")


@bp.get("/<token>")
def wall(token: str) -> ResponseReturnValue:
    """Show the frames that are looked for on one of the photo's faces."""
    return wall_page(token, looks.read(request.args))


@bp.get("/<token>.jpg")
def jpeg(token: str) -> ResponseReturnValue:
    """Send the photo as pages show it."""
    return private_picture(photos.jpeg(token, visits.known(), width=SHOWN_WIDTH), "image/jpeg")


@bp.get("/<token>/on/<frame>/<variant>.jpg")
def preview(token: str, frame: str, variant: str) -> ResponseReturnValue:
    """Send the head in the photo with a frame on it, for the wall."""
    face = face_asked()
    artwork, current = parted(request.args.get("v", "")[:64], token, face)
    width = width_near(request.args.get("w", WIDTH, int))
    lens = request.args.get("lens", "")[:64]
    wish = Wish(frame, variant, artwork, face, visits.told(token, face), width, lens)
    data = walls.picture(token, visits.known(), wish)
    return own_picture(data) if current else private_picture(data, "image/jpeg")


@bp.get("/<token>/check")
def check(token: str) -> ResponseReturnValue:
    """Let the shopper decide about a photo: who is trying on, and whether it is good enough."""
    photo = photos.judged(token, visits.known())
    return render_template(
        "photos/check.html",
        photo=photo,
        wanted=wanted_of(catalogue.published()),
        boxes=photos.boxes(photo) if photo.faces > 1 else [],
        concerns=[advice_on(code) for code in photo.concerns],
    )


@bp.post("/<token>/pd")
def measure(token: str) -> ResponseReturnValue:
    """Keep the PD typed for a face, or forget it, and show the wall anew."""
    photos.get(token, visits.known())
    form = PdForm()
    look = looks.carried(form.wall.data)
    if not form.validate_on_submit():
        return wall_page(token, look, form), 422
    visits.remember_pd(token, form.face.data or 0, form.pd_mm.data)
    return redirect(
        url_for("photos.wall", token=token, face=form.face.data or None, **look.args()), 303
    )


@bp.post("/<token>/try-ons")
def try_on(token: str) -> ResponseReturnValue:
    """Make a try-on and lead to it."""
    form = TryOnForm()
    look = looks.carried(form.wall.data)
    if not form.validate_on_submit():
        return wall_page(token, look, form), 422
    face = form.face.data or 0
    if form.pd_mm.raw_data:  # its page asks for the PD; other pages leave it as it was
        visits.remember_pd(token, face, form.pd_mm.data)
    if form.age.data:
        visits.remember_child(token, face, form.age.data == "child")
    frame = form.frame.data or ""
    made = tryons.make(
        token,
        visits.known(),
        frame,
        form.variant.data or "",
        face=face,
        told=visits.told(token, face),
        nudge=form.nudge(),
        tint=form.state(),
        lens=lens_still_offered(frame, form.lens.data),
        steps=visits.ahead(),
    )
    visits.wear(token, face)
    visits.passed(figures.TRY_ON)
    if visits.wanted() == (frame, form.variant.data):
        visits.got()
    return redirect(url_for("tryons.result", token=made.token, **look.args()), 303)


@bp.post("/<token>/delete")
def delete(token: str) -> ResponseReturnValue:
    """Delete the photo with everything made from it, and say so."""
    photos.delete(token, visits.known())
    flash(gettext("Your photo and every picture made from it have been deleted."))
    response = redirect(url_for("start.new"), 303)
    response.headers["Clear-Site-Data"] = '"cache"'  # the browser's copies go too
    return response


def lens_still_offered(frame: str, lens: str | None) -> str | None:
    """Return the lens if the frame may be had with it; else tell that the frame keeps its own."""
    if not lens or choosing.offers(frame, lens):
        return lens or None
    flash(gettext("These lenses are no longer offered; you see the frame with its own."))
    return None


def wall_page(token: str, look: Look, form: PdForm | None = None) -> str:
    """Return the wall of the photo's chosen face; `form` carries a PD that was refused."""
    visit = visits.known()
    photo = photos.judged(token, visit)
    face = min(face_asked(), photo.faces - 1)
    visits.wear(token, face)
    shelf = walls.hang(token, visit, face, visits.told(token, face), look.wanted)
    hung, page, pages = walls.page_of(shelf, look.page)
    form = form or PdForm(formdata=None, pd_mm=visits.pd_mm(token, face), face=face)
    return render_template(
        "photos/wall.html",
        photo=photo,
        face=face,
        form=form,
        look=replace(look, page=page),
        shelf=shelf,
        hung=hung,
        pages=pages,
        values=VALUES,
        marked=favourites.marked(visit),
        concerns=[advice_on(code) for code in photo.concerns if face == 0],  # the largest alone
    )


def face_asked() -> int:
    """Return the number of the face that the request names; 0, the largest, if none."""
    return max(0, request.values.get("face", 0, int))
