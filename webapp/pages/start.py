"""The start page: agreement and photo in, by upload or by camera."""

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from webapp.errors import (
    Busy,
    ConsentMissing,
    FaceError,
    LorgnetteError,
    NoPhoto,
    NotFound,
    PhotoError,
    PhotoTooHeavy,
)
from webapp.pages.forms import PhotoForm
from webapp.pages.pictures import WIDTH
from webapp.pages.wanted import wanted_of
from webapp.shop import catalogue, demo_faces, figures, hints, photos, preferences, tryons, wall
from webapp.shop.views import PhotoView
from webapp.web import limits, problems, visits
from webapp.web.words import Problem, words_for

bp = Blueprint("start", __name__)


@bp.get("/")
def new() -> ResponseReturnValue:
    """Show what this is, ask for agreement and a photo, and show the catalogue."""
    if request.method == "GET" and visits.arrive():
        figures.record(figures.ARRIVAL)
        wall.warm_up()
    visits.expect()
    return page(PhotoForm(formdata=None))


@bp.post("/photos")
@limits.uploads
def create() -> ResponseReturnValue:
    """Take in a photo and lead to its wall, or say next to the field why not."""
    form = PhotoForm()
    try:
        photo = take_in(form)
    except (PhotoError, FaceError, Busy) as error:
        return refuse(form, error)
    there = lead_on(photo)
    return (jsonify(next=there), 201) if problems.wants_json() else redirect(there, 303)


@bp.post("/demo")
@limits.uploads
def demo() -> ResponseReturnValue:
    """Let the visitor try frames on a drawn face, without a photo of their own."""
    steps = visits.ahead()
    visits.passed(figures.AGREED)
    number = request.form.get("face", 1, int)
    kept = demo_faces.keep(number, visit=visits.begin(), steps=steps)
    visits.passed(figures.PHOTO)
    wall.paint_ahead(kept.token, visits.known(), WIDTH)
    return redirect(way_on(kept), 303)


def way_on(photo: PhotoView) -> str:
    """Return where a new photo leads: to its wall, or to the frame for which the shopper came."""
    wanted = visits.wanted()
    if wanted:
        visits.got()
        try:
            made = tryons.make(photo.token, visits.known(), *wanted, steps=visits.ahead())
            visits.passed(figures.TRY_ON)
            return url_for("tryons.result", token=made.token)
        except (NotFound, FaceError, Busy):  # the wall will say more
            pass
    return url_for("photos.wall", token=photo.token)


@bp.get("/camera")
def camera() -> ResponseReturnValue:
    """Show the webcam page, which sends its shot to `create`."""
    visits.expect()
    return render_template("photos/camera.html", form=PhotoForm(formdata=None))


@bp.post("/camera/hint")
@limits.hints
def hint() -> ResponseReturnValue:
    """Tell the camera page's script what to do differently; of its picture nothing is kept."""
    form = PhotoForm()
    try:
        return jsonify(hint=hints.look(form.upload(), agreed=bool(form.consent.data)))
    except Busy:
        return jsonify(hint=None)  # the next one may pass; shoppers' photos come first


@bp.app_errorhandler(RequestEntityTooLarge)
def explain_size(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Show the start page for a photo so heavy that its form was never read."""
    if request.endpoint != "start.create":
        return problems.explain_http(error)
    most = current_app.config["MAX_UPLOAD_MB"]
    return refuse(PhotoForm(formdata=None), PhotoTooHeavy(most_mb=most))


def take_in(form: PhotoForm) -> PhotoView:
    """Hand the form's photo to the shop.

    Raises:
        ConsentMissing, NoPhoto, PhotoError, FaceError, Busy: the photo was not kept.
    """
    if form.agreed_to.data not in (None, "", preferences.consent_version()):
        form.consent.data = False  # to other words than those in force now
    if not form.consent.data:
        raise ConsentMissing
    data = form.upload()
    if not data:
        raise NoPhoto
    steps = visits.ahead()
    visits.passed(figures.AGREED)
    kept = photos.keep(data, agreed=True, visit=visits.begin(), steps=steps)
    visits.passed(figures.PHOTO)
    wall.paint_ahead(kept.token, visits.known(), WIDTH)
    return kept


def lead_on(photo: PhotoView) -> str:
    """Return where a photo leads that was just sent: first to what is to be decided about it.

    Who came for one frame sees that at once, unless others are in the photo too.
    """
    if photo.faces > 1 or (photo.concerns and not visits.wanted()):
        return url_for("photos.check", token=photo.token)
    return way_on(photo)


def refuse(form: PhotoForm, error: LorgnetteError) -> ResponseReturnValue:
    """Show the start page again with the reason; the agreement stays as it was given."""
    told = words_for(error)
    if problems.wants_json():
        return problems.answer(told)
    return page(form, told), told.status, problems.headers_of(error)


def page(form: PhotoForm, problem: Problem | None = None) -> str:
    """Return the start page, with what was refused where something was."""
    frames = catalogue.published()
    return render_template(
        "photos/new.html",
        form=form,
        problem=problem,
        frames=frames,
        wanted=wanted_of(frames),
        demo_faces=demo_faces.NUMBERS,
    )
