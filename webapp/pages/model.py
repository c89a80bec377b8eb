"""The model page: versions, their cards and reports, side by side; choosing one."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length, Optional

from webapp.errors import (
    ModelUnusable,
    ModelWorse,
    NoSuchVersion,
    NotEvaluated,
    OutputUnwritable,
    ReasonMissing,
)
from webapp.pages.answers import private_picture
from webapp.shop import models
from webapp.web import signin
from webapp.web.words import Problem, words_for

bp = Blueprint("model", __name__, url_prefix="/admin/model")

REFUSALS = (
    ModelUnusable, ModelWorse, NoSuchVersion, NotEvaluated, OutputUnwritable, ReasonMissing,
)  # fmt: skip


class ActivateForm(FlaskForm):
    """A version, and by which reason it shall be used although it is worse."""

    version = HiddenField(validators=[InputRequired(), Length(max=64)])
    reason = StringField(
        "Why nevertheless", validators=[Optional(), Length(max=models.LONGEST_REASON)]
    )


@bp.get("")
@signin.needs("viewer")
def versions() -> ResponseReturnValue:
    """Show the versions side by side."""
    return page(ActivateForm(formdata=None))


@bp.get("/<name>")
@signin.needs("viewer")
def version(name: str) -> ResponseReturnValue:
    """Show a version's cards, its evaluation and its worst cases."""
    found = models.details(name)
    cards = {network: models.card_text(card) for network, card in found.cards.items()}
    return render_template("admin/version.html", found=found, cards=cards)


@bp.get("/<name>/<file>.jpg")
@signin.needs("viewer")
def sheet(name: str, file: str) -> Response:
    """Send a contact sheet of a version's worst cases."""
    return private_picture(models.sheet(name, f"{file}.jpg"), "image/jpeg")


@bp.post("/activate")
@signin.needs("editor")
def activate() -> ResponseReturnValue:
    """Let the shop see with a version; one that is worse, by an owner's word alone."""
    form = ActivateForm()
    if not form.validate_on_submit():
        return page(form), 422
    force = "force" in request.form
    try:
        active = models.activate(
            signin.required(), form.version.data, force=force, reason=form.reason.data or ""
        )
    except REFUSALS as error:
        return page(form, words_for(error), insist=can_be_forced(error)), error.status
    flash(f"The shop sees with {active.name} from its next photo on.")
    return redirect(url_for("model.versions"), 303)


@bp.post("/back")
@signin.needs("editor")
def back() -> ResponseReturnValue:
    """Go back to the version that was active before."""
    active = models.back(signin.required())
    flash(f"Back to {active.name}, from the next photo on.")
    return redirect(url_for("model.versions"), 303)


def can_be_forced(error: Exception) -> bool:
    """Return whether who asks could have the version nevertheless."""
    forcible = isinstance(error, ModelWorse | NotEvaluated | ReasonMissing)
    return forcible and signin.required().role == "owner"


def page(form: ActivateForm, problem: Problem | None = None, insist: bool = False) -> str:
    """Return the page of the versions; `insist`: offer to activate the refused one by force."""
    found = models.listed()
    return render_template(
        "admin/model.html",
        form=form,
        problem=problem,
        insist=insist,
        versions=found,
        lines=models.side_by_side(found),
        before=models.before(),
    )
