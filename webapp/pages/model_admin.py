"""The consenting models on whom frames are previewed."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from webapp.errors import LorgnetteError
from webapp.pages.forms import PICTURES
from webapp.shop import reference_models
from webapp.web import signin
from webapp.web.words import Problem, words_for

bp = Blueprint("model_admin", __name__, url_prefix="/admin/models")


class ModelForm(FlaskForm):
    """A model's name and photo, and an admin's word for their consent."""

    name = StringField(
        "Name, as it is shown here",
        validators=[InputRequired("Please fill this in."), Length(max=120)],
        render_kw={"autocomplete": "off"},
    )
    photo = FileField("Photo of the face, from the front", render_kw={"accept": PICTURES})
    attested = BooleanField(reference_models.ATTESTATION)


@bp.get("/")
@signin.needs("viewer")
def everyone() -> ResponseReturnValue:
    """List the models."""
    return page(ModelForm())


@bp.post("/")
@signin.needs("editor")
def add() -> ResponseReturnValue:
    """Add a model."""
    form = ModelForm()
    if not form.validate_on_submit():
        return page(form), 422
    photo = form.photo.data.read() if form.photo.data else b""
    try:
        reference_models.add(signin.required(), form.name.data, photo, attested=form.attested.data)
    except LorgnetteError as error:
        return page(form, words_for(error)), error.status
    flash(f"Frames can be seen on {form.name.data} now.")
    return redirect(url_for("model_admin.everyone"), 303)


@bp.post("/<int:id>/remove")
@signin.needs("editor")
def remove(id: int) -> ResponseReturnValue:
    """Delete a model's photo for good."""
    reference_models.remove(signin.required(), id)
    flash("The photo is deleted.")
    return redirect(url_for("model_admin.everyone"), 303)


def page(form: ModelForm, problem: Problem | None = None) -> str:
    """Return the page."""
    return render_template(
        "admin/models.html", form=form, models=reference_models.everyone(), problem=problem
    )
