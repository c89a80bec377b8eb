"""The colourway editor: its fields and photos, and where its front photo is cut."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.errors import InvalidFrame, LorgnetteError, ProductPhotoError
from webapp.pages.answers import private_picture
from webapp.pages.frame_admin import Refused, refused
from webapp.pages.frame_forms import PHOTO_LENS, ColourwayForm
from webapp.pages.points_form import KINDS, SIDES, PointsForm, coordinates, facts_in
from webapp.shop import catalogue, drafting, previews, products
from webapp.shop.drafting import Reading
from webapp.shop.views import VariantView
from webapp.web import signin
from webapp.web.words import Problem, words_for

bp = Blueprint("colourway_admin", __name__, url_prefix="/admin/frames/<slug>")


@bp.route("/colourways/new", methods=["GET", "POST"])
@signin.needs("editor")
def new(slug: str) -> ResponseReturnValue:
    """Add a colourway from a form and a front photo."""
    frame = catalogue.frame_for_admins(slug)
    form = ColourwayForm(lens=PHOTO_LENS)
    problem: Problem | None = None
    status = 200
    if form.validate_on_submit():
        try:
            told = form.told()
            drafting.add_colourway(signin.required(), slug, told, form.upload())
            return redirect(url_for("colourway_admin.points", slug=slug, variant=told.slug), 303)
        except Refused as error:
            problem, status = refused_here(form, error), error.status
    elif form.errors:
        status = 422
    page = render_template(
        "admin/colourway.html", form=form, frame=frame, variant=None, problem=problem
    )
    return page, status


@bp.route("/<variant>", methods=["GET", "POST"])
@signin.needs("viewer", to_change="editor")
def edit(slug: str, variant: str) -> ResponseReturnValue:
    """Show a colourway; take changes to its fields, and new photos."""
    frame, shown = catalogue.colourway_for_admins(slug, variant)
    form = ColourwayForm()
    problem: Problem | None = None
    status = 200
    if request.method == "GET":
        own = None if shown.shop_link == frame.shop_link else shown.shop_link
        form.show_colourway(shown, own)
    elif form.validate_on_submit():
        try:
            return changed(slug, shown, form)
        except Refused as error:
            problem, status = refused_here(form, error), error.status
    else:
        status = 422
    page = render_template(
        "admin/colourway.html", form=form, frame=frame, variant=shown, problem=problem
    )
    return page, status


def changed(slug: str, shown: VariantView, form: ColourwayForm) -> ResponseReturnValue:
    """Save a colourway's changes and lead on. Raises as `drafting.change_colourway`."""
    upload = form.upload()
    new = upload if upload.front else None
    drafting.change_colourway(signin.required(), slug, form.told(shown), new)
    flash("Saved.")
    if new:
        return redirect(url_for("colourway_admin.points", slug=slug, variant=shown.slug), 303)
    return redirect(url_for("frame_admin.edit", slug=slug), 303)


def refused_here(form: Any, error: LorgnetteError) -> Problem | None:
    """Tell what was refused at its field, or else return it for the head of the page."""
    return refused(form, error, colourway=True)


@bp.route("/<variant>/points", methods=["GET", "POST"])
@signin.needs("viewer", to_change="editor")
def points(slug: str, variant: str) -> ResponseReturnValue:
    """Show how the front photo is read, on the photo and on heads; take corrections."""
    form = PointsForm()
    problem: Problem | None = None
    status = 200
    if form.validate_on_submit():
        try:
            places = products.points_of(form.facts())
            drafting.correct(signin.required(), slug, variant, places)
            flash("Saved. It is cut there now.")
            return redirect(url_for("colourway_admin.points", slug=slug, variant=variant), 303)
        except (InvalidFrame, ProductPhotoError) as error:
            problem, status = words_for(error), error.status
    elif form.errors:
        status = 422
    facts = facts_in(request.form if request.method == "POST" else request.args)
    try:
        asked = products.points_of(facts) if facts else None
    except InvalidFrame as error:
        asked, problem, status = None, words_for(error), error.status
    anew = "propose" in request.args
    reading = drafting.reading_of(slug, variant, asked, anew=anew)
    if request.method == "GET":
        form.show(reading.points)
    return points_page(slug, variant, form, reading, problem, trying=bool(asked) or anew), status


def points_page(
    slug: str,
    variant: str,
    form: PointsForm,
    reading: Reading,
    problem: Problem | None,
    trying: bool,
) -> str:
    """Return the page of the marks; `trying`: what it shows is not what is saved."""
    frame, shown = catalogue.colourway_for_admins(slug, variant)
    return render_template(
        "admin/points.html", form=form, frame=frame, variant=shown, reading=reading,
        places=coordinates(reading.points), kinds=KINDS, sides=SIDES, problem=problem,
        heads=previews.heads(), query=coordinates(reading.points) if trying else {},
        trying=trying,
    )  # fmt: skip


@bp.get("/<variant>/photo.jpg")
@signin.needs("viewer")
def photo(slug: str, variant: str) -> ResponseReturnValue:
    """Send the front photo that a colourway was cut from."""
    return private_picture(drafting.photo(slug, variant), "image/jpeg")


@bp.get("/<variant>/cut.webp")
@signin.needs("viewer")
def cut(slug: str, variant: str) -> ResponseReturnValue:
    """Send the cut-out front, as it is or cut at the address's points."""
    data = drafting.cut_out(slug, variant, facts_in(request.args))
    return private_picture(data, "image/webp")
