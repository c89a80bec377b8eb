"""The shop's settings: what each means, changed and taken back by owners."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField

from webapp.errors import ChangedMeanwhile, PreferenceInvalid
from webapp.shop import preferences
from webapp.web import signin
from webapp.web.words import Problem, words_for

bp = Blueprint("settings", __name__, url_prefix="/admin/settings")


def form_class() -> type[FlaskForm]:
    """Return a form with a field for every setting."""
    fields = {
        field.name: (TextAreaField if field.long else StringField)(
            field.label, render_kw={"rows": 5} if field.long else {"autocomplete": "off"}
        )
        for field in preferences.FIELDS
    }
    return type("SettingsForm", (FlaskForm,), fields)


SettingsForm = form_class()


@bp.get("")
@signin.needs("owner")
def show() -> ResponseReturnValue:
    """Show every setting as it stands."""
    found = preferences.shown()
    values = {one.field.name: one.value for one in found}
    return page(SettingsForm(formdata=None, data=values), found)


@bp.post("")
@signin.needs("owner")
def change() -> ResponseReturnValue:
    """Change what differs, or say next to the field why it can't be so."""
    form = SettingsForm()
    if not form.validate_on_submit():
        return page(form, preferences.shown()), 422
    values = {name: form[name].data or "" for name in preferences.BY_NAME if name in request.form}
    try:
        changed = preferences.change(signin.required(), values)
    except PreferenceInvalid as error:
        form[error.params["field"]].errors = [f"Not possible: {error.params['advice']}."]
        return page(form, preferences.shown(), words_for(error)), error.status
    flash(f"Changed: {', '.join(changed)}." if changed else "Nothing was different.")
    return redirect(url_for("settings.show"), 303)


@bp.post("/undo")
@signin.needs("owner")
def undo() -> ResponseReturnValue:
    """Take back a setting's last change."""
    try:
        label = preferences.undo(signin.required(), request.form.get("change", 0, int))
    except ChangedMeanwhile as error:
        found = preferences.shown()
        values = {one.field.name: one.value for one in found}
        return page(SettingsForm(formdata=None, data=values), found, words_for(error)), error.status
    flash(f"Taken back: {label}.")
    return redirect(url_for("settings.show"), 303)


def page(form: FlaskForm, found: list[preferences.Shown], problem: Problem | None = None) -> str:
    """Return the page of the settings."""
    return render_template(
        "admin/settings.html",
        form=form,
        found=found,
        problem=problem,
        consent_version=preferences.consent_version(),
    )
