"""The batches page: many photos with many frames, watched, halted, gone on with, fetched."""

from collections import Counter

from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from webapp.errors import AttestationMissing, BatchClosed, BatchInvalid, Busy, PlaceUnusable
from webapp.shop import api_keys, batch_archive, batch_desk, batches, catalogue
from webapp.shop.batches import SHOP
from webapp.web import numbers, signin
from webapp.web.tables import csv_answer
from webapp.web.words import Problem, problem, words_for

bp = Blueprint("batches", __name__, url_prefix="/admin/batches")

REFUSALS = (AttestationMissing, BatchInvalid, Busy, PlaceUnusable)
DONE = {
    "pause": "It pauses after the photos in hand.",
    "resume": "It goes on.",
    "cancel": "It is cancelled. What was made stays.",
    "retry": "What failed is tried again.",
    "delete": "The batch is deleted, with its photos and pictures.",
}


class BatchForm(FlaskForm):
    """Photos, or a folder of them, and the frames to put on them."""

    name = StringField("Name", validators=[Length(max=120)], render_kw={"autocomplete": "off"})
    frames = SelectMultipleField(
        "Frames", validators=[InputRequired("Please choose at least one.")]
    )
    photos = MultipleFileField("Photos", render_kw={"accept": "image/*,.heic", "multiple": True})
    folder = SelectField("Or a folder on the server", validators=[Optional()])
    width = IntegerField(
        "Width of the results, pixels", validators=[Optional(), NumberRange(64, 8000)]
    )
    attested = BooleanField(api_keys.ATTESTATION.replace("this key sends", "are sent here"))

    def offer(self) -> "BatchForm":
        """Offer the frames, each with its colourways, and the folders that there are."""
        frames = catalogue.published()
        names = Counter(frame.name for frame in frames)
        self.frames.choices = {
            frame.name if names[frame.name] == 1 else f"{frame.name} ({frame.slug})": [
                (f"{frame.slug}/{variant.slug}", variant.name) for variant in frame.variants
            ]
            for frame in frames
        }
        self.folder.choices = [("", "none"), *((one, one) for one in batch_desk.folders())]
        return self


@bp.get("")
@signin.needs("viewer")
def show() -> ResponseReturnValue:
    """Show the batches, and the form for another."""
    return page(BatchForm(formdata=None).offer())


@bp.post("")
@signin.needs("editor")
def create() -> ResponseReturnValue:
    """Make a batch and lead to it, or say why not."""
    form = BatchForm().offer()
    if not form.validate_on_submit():
        return page(form), 422
    files = [file for file in form.photos.data or [] if file and file.filename]
    try:
        made = batch_desk.make(
            signin.required(),
            form.frames.data or [],
            name=form.name.data or "",
            attested=bool(form.attested.data),
            width=form.width.data,
            photos=((file.filename or "", file.read()) for file in files),
            folder=form.folder.data or "",
        )
    except REFUSALS as error:
        return page(form, words_for(error)), error.status
    return redirect(url_for("batches.batch", token=made.token), 303)


@bp.get("/<token>")
@signin.needs("viewer")
def batch(token: str) -> ResponseReturnValue:
    """Show how far a batch is, and what failed for which reason."""
    found = batches.get(token, SHOP)
    failed, _ = batches.items(token, SHOP, most=100, state="failed")
    reasons = batches.reasons(token, SHOP)
    return render_template(
        "admin/batch.html", batch=found, failed=failed, reasons=reasons, told=told
    )


@bp.get("/<token>/results.zip")
@signin.needs("viewer")
def results(token: str) -> Response:
    """Send every result and a manifest, packed while it is sent."""
    packed = batch_archive.archive(token, SHOP)
    response = Response(stream_with_context(packed), mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="results.zip"'
    return response


@bp.get("/<token>/failed.csv")
@signin.needs("viewer")
def failed(token: str) -> Response:
    """Send what failed, each with its reason."""
    items = (one for one in batches.every_item(token, SHOP) if one.state == "failed")
    rows = [(one.number, one.photo, one.frame, told(one.reason or "error")) for one in items]
    return csv_answer("failed.csv", ("number", "photo", "frame", "reason"), rows)


@bp.post("/<token>/<deed>")
@signin.needs("editor")
def act(token: str, deed: str) -> ResponseReturnValue:
    """Pause, resume, cancel, retry or delete a batch."""
    try:
        batch_desk.act(signin.required(), token, deed)
        flash(DONE[deed])
    except (BatchClosed, BatchInvalid) as error:
        flash(words_for(error).advice)
    if deed == "delete":
        return redirect(url_for("batches.show"), 303)
    return redirect(url_for("batches.batch", token=token), 303)


def told(reason: str) -> str:
    """Return a reason in words, where it has some."""
    try:
        return str(problem(reason, 422).title)
    except KeyError:
        return reason.replace("-", " ")


def page(form: BatchForm, problem: Problem | None = None) -> str:
    """Return the page of the batches."""
    number = numbers.page_asked()
    found, total = batches.page(SHOP, (number - 1) * 20)
    return render_template(
        "admin/batches.html",
        form=form,
        problem=problem,
        found=found,
        page=number,
        pages=max(1, -(-total // 20)),
    )
