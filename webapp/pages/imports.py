"""Frames in and out: an import with its progress and faults, and the export."""

import tempfile

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField

from webapp.errors import ImportUnderWay
from webapp.shop import exporting, import_runs
from webapp.shop.sheet_columns import COLUMNS
from webapp.shop.sheets import Fault
from webapp.storage import clock
from webapp.web import signin
from webapp.web.tables import csv_answer
from webapp.web.words import Problem, problem, words_for

bp = Blueprint("imports", __name__, url_prefix="/admin/imports")


class ImportForm(FlaskForm):
    """A CSV file, or a ZIP of one and its pictures."""

    file = FileField("CSV or ZIP", render_kw={"accept": ".csv,.zip,text/csv,application/zip"})
    dry = BooleanField("Only check it; change nothing", default=True)


@bp.get("")
@signin.needs("viewer")
def show() -> ResponseReturnValue:
    """Show the last imports, and the form for another."""
    return page(ImportForm(formdata=None))


@bp.post("")
@signin.needs("editor")
def create() -> ResponseReturnValue:
    """Take a file in, and lead to its import."""
    form = ImportForm()
    if not form.file.data or not form.file.data.filename:
        form.file.errors = ["Please choose a CSV file or a ZIP."]
        return page(form), 422
    file = form.file.data
    try:
        token = import_runs.begin(
            signin.required(), file.stream, file.filename, dry=bool(form.dry.data)
        )
    except ImportUnderWay as error:
        return page(form, words_for(error)), error.status
    return redirect(url_for("imports.run", token=token), 303)


@bp.get("/<token>")
@signin.needs("viewer")
def run(token: str) -> ResponseReturnValue:
    """Show how far an import is, and what was refused."""
    found = import_runs.get(token)
    return render_template("admin/import.html", run=found, told=told)


@bp.get("/<token>/faults.csv")
@signin.needs("viewer")
def faults(token: str) -> Response:
    """Send what was refused as CSV."""
    found = import_runs.get(token)
    lines = [(one.row, one.column, told(one)) for one in found.faults]
    return csv_answer("faults.csv", ("row", "column", "reason"), lines)


@bp.post("/<token>/again")
@signin.needs("editor")
def again(token: str) -> ResponseReturnValue:
    """Import in earnest what was checked, or go on with what was stopped or cut short."""
    try:
        import_runs.again(signin.required(), token, dry="dry" in request.form)
    except ImportUnderWay as error:
        flash(words_for(error).advice)
    return redirect(url_for("imports.run", token=token), 303)


@bp.post("/<token>/stop")
@signin.needs("editor")
def stop(token: str) -> ResponseReturnValue:
    """Let an import end; what is in stays in."""
    import_runs.stop(signin.required(), token)
    flash("It ends after the frame that it is at. What is in stays in.")
    return redirect(url_for("imports.run", token=token), 303)


@bp.get("/export.zip")
@signin.needs("viewer")
def export() -> Response:
    """Send the whole catalogue as the import takes it."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # Flask closes it when it is sent
    exporting.export(signin.required(), file)
    file.seek(0)
    name = f"catalogue-{clock.now():%Y-%m-%d}.zip"
    return send_file(file, "application/zip", as_attachment=True, download_name=name)


@bp.get("/columns.csv")
@signin.needs("viewer")
def columns() -> Response:
    """Send a sheet with nothing but its head, to be filled in."""
    return csv_answer("catalogue.csv", [column.name for column in COLUMNS], [])


def told(fault: Fault) -> str:
    """Return what is wrong, in words."""
    said = problem(fault.code, 422, fault.params)
    return f"{said.title}. {said.advice}"


def page(form: ImportForm, problem: Problem | None = None) -> str:
    """Return the page of the imports."""
    return render_template(
        "admin/imports.html",
        form=form,
        problem=problem,
        runs=import_runs.latest(),
        columns=COLUMNS,
    )
