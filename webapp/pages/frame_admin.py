"""The frame editor: make, change, publish, retire, undo; and how a frame looks on heads."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.errors import (
    FaceError,
    InvalidFrame,
    LorgnetteError,
    NoPhoto,
    NumberTaken,
    PhotoError,
    ProductPhotoError,
    SlugTaken,
)
from webapp.pages.answers import private_picture
from webapp.pages.frame_forms import PHOTO_LENS, FrameForm, NewFrameForm, explain
from webapp.pages.points_form import facts_in
from webapp.shop import catalogue, drafting, editing, lifecycle, previews
from webapp.web import signin
from webapp.web.words import Problem, words_for

bp = Blueprint("frame_admin", __name__, url_prefix="/admin/frames")
Refused = (InvalidFrame, SlugTaken, NumberTaken, NoPhoto, PhotoError, ProductPhotoError)


@bp.route("/new", methods=["GET", "POST"])
@signin.needs("editor")
def new() -> ResponseReturnValue:
    """Make a draft from a form and a front photo; then show how the photo was read."""
    form = NewFrameForm(currency="EUR", lens=PHOTO_LENS)
    if not form.validate_on_submit():
        return render_template("admin/frame_new.html", form=form), 422 if form.errors else 200
    try:
        frame = drafting.create(signin.required(), form.fields(), form.told(), form.upload())
    except Refused as error:
        problem = refused(form, error, colourway=True)
        return render_template("admin/frame_new.html", form=form, problem=problem), error.status
    flash(f"{frame.name} is a draft now. Check how its photo was read, then publish it.")
    variant = frame.variants[0].slug
    return redirect(url_for("colourway_admin.points", slug=frame.slug, variant=variant), 303)


def refused(form: FrameForm, error: LorgnetteError, colourway: bool = False) -> Problem | None:
    """Tell what was refused at its field, or else return it for the head of the page."""
    if isinstance(error, InvalidFrame) and (
        explain(form, error) or (colourway and explain(form, error, colourway=True))
    ):
        return None
    problem = words_for(error)
    if isinstance(error, NoPhoto | PhotoError | ProductPhotoError) and "front_photo" in form:
        field = form["front_photo"]
        field.errors = [*field.errors, f"{problem.title}. {problem.advice}"]
    return problem


@bp.post("/check")
@signin.needs("editor")
def check() -> ResponseReturnValue:
    """Say, while a form is being filled in, what is wrong with its fields, by their names."""
    form = NewFrameForm()
    form.validate()
    wrong = {name: " ".join(map(str, errors)) for name, errors in form.errors.items() if name}
    if not wrong:
        try:
            form.fields()
            form.told()
        except InvalidFrame as error:
            if explain(form, error) or explain(form, error, colourway=True):
                wrong = {one.name: " ".join(one.errors) for one in form if one.errors}
    return jsonify(wrong)


@bp.get("/<slug>")
@signin.needs("viewer")
def edit(slug: str) -> ResponseReturnValue:
    """Show a frame with its colourways."""
    form = FrameForm()
    form.show_frame(catalogue.frame_for_admins(slug))
    return page(slug, form)


@bp.post("/<slug>")
@signin.needs("editor")
def change(slug: str) -> ResponseReturnValue:
    """Take changes to a frame's fields."""
    catalogue.frame_for_admins(slug)  # before its form is looked at
    form = FrameForm()
    if not form.validate_on_submit():
        return page(slug, form), 422
    try:
        saved = editing.save(signin.required(), form.fields(drafting.fields_of(slug)))
    except Refused as error:
        return page(slug, form, refused(form, error)), error.status
    flash("Saved." if saved.changed else "Nothing was different.")
    return redirect(url_for("frame_admin.edit", slug=slug), 303)


def page(slug: str, form: FrameForm, problem: Problem | None = None) -> str:
    """Return a frame's page."""
    return render_template(
        "admin/frame.html",
        form=form,
        frame=catalogue.frame_for_admins(slug),
        problem=problem,
        undoable=lifecycle.last_change(slug),
    )


@bp.post("/<slug>/status")
@signin.needs("editor")
def status(slug: str) -> ResponseReturnValue:
    """Publish, retire or draft a frame."""
    wanted = request.form.get("status", "")
    try:
        lifecycle.set_status(signin.required(), [slug], wanted)
    except InvalidFrame as error:
        flash(f"It stays as it is: {error.params['advice']}.")
    else:
        flash({"published": "Shoppers can try it on now.", "retired": "Shoppers no longer see it.",
               "draft": "It is a draft again."}[wanted])  # fmt: skip
    return redirect(url_for("frame_admin.edit", slug=slug), 303)


@bp.post("/<slug>/undo")
@signin.needs("editor")
def undo(slug: str) -> ResponseReturnValue:
    """Take a frame's last change back."""
    lifecycle.undo(signin.required(), slug)
    flash("The last change is taken back. Undo once more brings it again.")
    return redirect(url_for("frame_admin.edit", slug=slug), 303)


@bp.post("/bulk")
@signin.needs("editor")
def bulk() -> ResponseReturnValue:
    """Publish, retire or draft every frame that was ticked."""
    slugs, wanted = request.form.getlist("slug"), request.form.get("status", "")
    if not slugs:
        flash("No frame was ticked.")
        return redirect(url_for("admin.frames"), 303)
    try:
        changed = lifecycle.set_status(signin.required(), slugs, wanted)
    except InvalidFrame as error:
        flash(f"Nothing was changed. {error.params['field']}: {error.params['advice']}.")
    else:
        flash(f"{changed} of {len(slugs)} are {wanted} now; the others were already.")
    return redirect(url_for("admin.frames"), 303)


@bp.get("/<slug>/preview")
@signin.needs("viewer")
def preview(slug: str) -> ResponseReturnValue:
    """Show a frame as shoppers will see it, on reference heads instead of their own."""
    frame = catalogue.frame_for_admins(slug)
    shown = [one for one in frame.variants if not one.withdrawn]
    wanted = request.args.get("variant")
    variant = next((one for one in shown if one.slug == wanted), shown[0] if shown else None)
    return render_template(
        "admin/frame_preview.html", frame=frame, variant=variant, shown=shown,
        heads=previews.heads(),
    )  # fmt: skip


@bp.get("/<slug>/<variant>/worn/<who>.jpg")
@signin.needs("viewer")
def worn(slug: str, variant: str, who: str) -> ResponseReturnValue:
    """Send a reference head that wears a colourway, as it is or cut at the address's points."""
    try:
        return private_picture(
            drafting.worn(slug, variant, who, facts_in(request.args)), "image/jpeg"
        )
    except FaceError as error:
        return words_for(error).title, error.status
