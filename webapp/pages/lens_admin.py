"""The lenses that a frame may be had with instead of its colourways' own."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import DecimalField
from wtforms.validators import InputRequired, NumberRange, Optional

from webapp.errors import InvalidFrame
from webapp.pages.frame_forms import LENSES, PHOTO_LENS, ColourwayForm, explain, slug_of
from webapp.shop import catalogue, drafting
from webapp.shop.frame_fields import LensChoice
from webapp.web import signin
from webapp.web.words import Problem, words_for

bp = Blueprint("lens_admin", __name__, url_prefix="/admin/frames/<slug>/lenses")
PART = ("lens", "lens_label", "lens_tint", "lens_light", "lens_light_bottom", "lens_light_clear",
        "lens_mirror", "polarised")  # fmt: skip


class LensForm(ColourwayForm):
    """A lens, its name and what it costs more."""

    extra = DecimalField(
        "More than the frame's price",
        places=2,
        default=0,
        validators=[Optional(), NumberRange(0, 100_000, "0 to 100,000.")],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        for name in set(self._fields) - {*PART, "extra", "csrf_token"}:
            del self[name]
        self.lens.choices = [one for one in LENSES if one.value != PHOTO_LENS]
        self.lens_label.validators = [InputRequired("Please fill this in.")]


@bp.route("/new", methods=["GET", "POST"])
@signin.needs("editor")
def new(slug: str) -> ResponseReturnValue:
    """Add a lens to choose."""
    frame = catalogue.frame_for_admins(slug)
    form = LensForm()
    problem: Problem | None = None
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            label = form.lens_label.data or ""
            extra = round((form.extra.data or 0) * 100)
            choice = LensChoice(slug_of(label), label, form.lens_told(None), extra)
            kept = [one for one in frame.lens_options if one.slug != choice.slug]
            drafting.set_lenses(signin.required(), slug, [*kept, choice])
            flash(f"{label} can be chosen now.")
            return redirect(url_for("frame_admin.edit", slug=slug), 303)
        except InvalidFrame as error:
            problem = None if explain(form, error, colourway=True) else words_for(error)
    return render_template("admin/lens.html", form=form, frame=frame, problem=problem), status


@bp.post("/<lens>/remove")
@signin.needs("editor")
def remove(slug: str, lens: str) -> ResponseReturnValue:
    """Take a lens away."""
    frame = catalogue.frame_for_admins(slug)
    kept = [one for one in frame.lens_options if one.slug != lens]
    drafting.set_lenses(signin.required(), slug, kept)
    flash("It can't be chosen any more.")
    return redirect(url_for("frame_admin.edit", slug=slug), 303)
