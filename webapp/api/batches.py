"""`/batches`: many photos with many frames, asked for now and fetched later."""

from typing import Annotated, Literal

from flask import Response, jsonify, request, stream_with_context, url_for
from pydantic import BaseModel, Field

from webapp.api.batch_models import Added, Batch, BatchesPage, Result, ResultsPage
from webapp.api.calls import Answer, Fields, call
from webapp.api.fields import Photo, Width
from webapp.api.tryons import JPEG, key_sent, picture
from webapp.errors import (
    BatchClosed,
    BatchInvalid,
    Busy,
    CallUnderWay,
    KeyReused,
    NoPhoto,
    NotFound,
)
from webapp.shop import batch_archive, batch_photos, batches, calls
from webapp.shop.api_keys import KeyView
from webapp.shop.batch_views import BatchView

MOST_PHOTOS = 100  # in one call; more are added one by one
ZIP = "application/zip"
TOLD = {200: Answer("How the batch stands now.", {"application/json": Batch})}
Page = Annotated[int, Field(ge=1, le=1_000_000, description="Counted from 1.")]
PerPage = Annotated[int, Field(ge=1, le=100)]


class BatchFields(Fields):
    """What `POST /batches` takes."""

    frames: str = Field(
        description="Frames by commas: `slug` or `slug/variant`; a slug alone means the first.",
        min_length=1,
        max_length=5000,
    )
    photo: Annotated[list[Photo], Field(max_length=MOST_PHOTOS)] = Field(
        [], description="Repeat it. With photos the batch begins at once; without, it stays open."
    )
    name: str | None = Field(None, max_length=120, description="What you call it.")
    width: Width | None = None


class PhotoFields(Fields):
    """What `POST /batches/{id}/photos` takes."""

    photo: Photo


class Pages(Fields):
    """Which part of a list is asked for."""

    page: Page = 1
    per_page: PerPage = 20


class ResultFilter(Pages):
    """Which results are asked for."""

    state: Literal["done", "failed"] | None = None


class Look(Fields):
    """Which of a photo's results is asked for."""

    look: Annotated[int, Field(ge=0, le=1000)] = Field(
        0, description="The frame's place among the batch's."
    )


@call(
    "POST",
    "/batches",
    scope="batches",
    fields=BatchFields,
    answers={
        200: Answer(
            "The batch again: the call came before under its Idempotency-Key.",
            {"application/json": Batch},
        ),
        201: Answer("The batch.", {"application/json": Batch}),
    },
    problems=(BatchInvalid, KeyReused, CallUnderWay, Busy),
    key_named=True,
)
def make_batch(key: KeyView, fields: BatchFields) -> Response:
    """Ask for many try-ons at once.

    Every photo is worn with every frame. A photo that can't be used is no problem: its results say
    why. Photos and pictures are kept as long as any shopper's photo, or until you delete the batch.
    With more photos than fit into one call: make the batch without any, add them one by one, and
    start it.
    """
    names = [file.filename or "" for file in request.files.getlist("photo")]
    called = key_sent()
    if called is None:
        return told(made(key, fields, names), 201)
    wish = repr((fields.frames, fields.name, fields.width, names)).encode()
    token, new = calls.once(
        key, called, [b"batch", wish, *fields.photo], lambda: made(key, fields, names).token
    )
    return told(batches.get(token, key.visit), 201 if new else 200)


def made(key: KeyView, fields: BatchFields, names: list[str]) -> BatchView:
    """Make a batch with its photos, and start it if it has any; or leave nothing behind."""
    view = batches.create(
        fields.frames.split(","),
        owner=key.visit,
        consent=key.attestation,
        name=fields.name or "",
        width=fields.width,
    )
    if not fields.photo:
        return view
    try:
        for name, data in zip(names, fields.photo, strict=True):
            batch_photos.add(view.token, key.visit, name, data)
        return batches.start(view.token, key.visit)
    except BaseException:
        batches.delete(view.token, key.visit)
        raise


@call(
    "GET",
    "/batches",
    scope="batches",
    fields=Pages,
    answers={200: Answer("A page of batches.", {"application/json": BatchesPage})},
)
def list_batches(key: KeyView, fields: Pages) -> Response:
    """List your batches."""
    found, total = batches.page(key.visit, (fields.page - 1) * fields.per_page, fields.per_page)
    page = BatchesPage(
        batches=[Batch.of(view) for view in found],
        page=fields.page,
        per_page=fields.per_page,
        total=total,
        pages=pages(fields, total),
        next=following("api.list_batches", fields, total),
    )
    return jsonify(page.model_dump(mode="json"))


@call("GET", "/batches/{id}", scope="batches", answers=TOLD, problems=(NotFound,))
def get_batch(key: KeyView, fields: Fields, id: str) -> Response:
    """Fetch a batch: how far it is, how fast, and for how long still."""
    return told(batches.get(id, key.visit))


@call(
    "DELETE",
    "/batches/{id}",
    scope="batches",
    answers={204: Answer("Nothing is left of it.", {})},
    problems=(NotFound,),
)
def delete_batch(key: KeyView, fields: Fields, id: str) -> Response:
    """Delete a batch with its photos and pictures, at once, even while it runs."""
    batches.delete(id, key.visit)
    calls.forget(key, id)
    return Response(status=204)


@call(
    "POST",
    "/batches/{id}/photos",
    scope="batches",
    fields=PhotoFields,
    answers={
        200: Answer(
            "The photo again: the call came before under its Idempotency-Key.",
            {"application/json": Added},
        ),
        201: Answer(
            "It was added; `reason` says whether it can be used.", {"application/json": Added}
        ),
    },
    problems=(NoPhoto, NotFound, BatchClosed, BatchInvalid, KeyReused, CallUnderWay, Busy),
    key_named=True,
)
def add_photo(key: KeyView, fields: PhotoFields, id: str) -> Response:
    """Add a photo to an open batch."""
    name = next((file.filename or "" for file in request.files.getlist("photo")), "")
    called = key_sent()
    if called is None:
        return shown(Added.of(batch_photos.add(id, key.visit, name, fields.photo)), 201)
    parts = [b"batch photo", id.encode(), name.encode(), fields.photo]
    number, new = calls.once(
        key, called, parts, lambda: str(batch_photos.add(id, key.visit, name, fields.photo).number)
    )
    added = batch_photos.get(id, key.visit, int(number))
    return shown(Added.of(added), 201 if new else 200)


@call(
    "POST",
    "/batches/{id}/start",
    scope="batches",
    answers=TOLD,
    problems=(NotFound, BatchClosed, BatchInvalid),
)
def start_batch(key: KeyView, fields: Fields, id: str) -> Response:
    """Begin an open batch."""
    return told(batches.start(id, key.visit))


@call(
    "POST", "/batches/{id}/pause", scope="batches", answers=TOLD, problems=(NotFound, BatchClosed)
)
def pause_batch(key: KeyView, fields: Fields, id: str) -> Response:
    """Pause a batch; what is in hand is finished."""
    return told(batches.pause(id, key.visit))


@call(
    "POST", "/batches/{id}/resume", scope="batches", answers=TOLD, problems=(NotFound, BatchClosed)
)
def resume_batch(key: KeyView, fields: Fields, id: str) -> Response:
    """Go on with a batch that was paused."""
    return told(batches.resume(id, key.visit))


@call(
    "POST", "/batches/{id}/cancel", scope="batches", answers=TOLD, problems=(NotFound, BatchClosed)
)
def cancel_batch(key: KeyView, fields: Fields, id: str) -> Response:
    """End a batch for good; the results that there are stay until it expires or is deleted."""
    return told(batches.cancel(id, key.visit))


@call(
    "POST",
    "/batches/{id}/retry",
    scope="batches",
    answers=TOLD,
    problems=(NotFound, BatchClosed, BatchInvalid),
)
def retry_batch(key: KeyView, fields: Fields, id: str) -> Response:
    """Try those photos again of which anything failed."""
    return told(batches.retry(id, key.visit))


@call(
    "GET",
    "/batches/{id}/results",
    scope="batches",
    fields=ResultFilter,
    answers={200: Answer("A page of results.", {"application/json": ResultsPage})},
    problems=(NotFound,),
)
def list_results(key: KeyView, fields: ResultFilter, id: str) -> Response:
    """List what has come of a batch so far, pictures and reasons."""
    first = (fields.page - 1) * fields.per_page
    found, total = batches.items(id, key.visit, first, fields.per_page, fields.state)
    page = ResultsPage(
        results=[Result.of(item, id) for item in found],
        page=fields.page,
        per_page=fields.per_page,
        total=total,
        pages=pages(fields, total),
        next=following("api.list_results", fields, total, id=id),
    )
    return jsonify(page.model_dump(mode="json"))


@call(
    "GET",
    "/batches/{id}/results/{number}",
    scope="batches",
    fields=Look,
    answers={200: Answer("The picture, an sRGB JPEG without metadata.", {JPEG: None})},
    problems=(NotFound,),
)
def get_result(key: KeyView, fields: Look, id: str, number: str) -> Response:
    """Fetch a result's picture by its photo's number."""
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound()
    return picture(batches.result(id, key.visit, int(number), fields.look))


@call(
    "GET",
    "/batches/{id}/archive",
    scope="batches",
    answers={200: Answer("A ZIP of all pictures and a manifest, JSON by lines.", {ZIP: None})},
    problems=(NotFound,),
)
def get_archive(key: KeyView, fields: Fields, id: str) -> Response:
    """Fetch all results at once."""
    packed = batch_archive.archive(id, key.visit)
    response = Response(stream_with_context(packed), mimetype=ZIP)
    response.headers["Content-Disposition"] = 'attachment; filename="results.zip"'
    return response


def told(view: BatchView, status: int = 200) -> Response:
    """Return a batch as JSON."""
    response = shown(Batch.of(view), status)
    if status == 201:
        response.headers["Location"] = url_for("api.get_batch", id=view.token, _external=True)
    return response


def shown(model: BaseModel, status: int) -> Response:
    """Return a model as JSON."""
    response = jsonify(model.model_dump(mode="json"))
    response.status_code = status
    return response


def pages(fields: Pages, total: int) -> int:
    """Return how many pages there are."""
    return -(-total // fields.per_page)


def following(endpoint: str, fields: Pages, total: int, **parts: str) -> str | None:
    """Return the next page's address, None on the last."""
    if fields.page * fields.per_page >= total:
        return None
    query = fields.model_dump(mode="json", exclude_unset=True) | {"page": fields.page + 1}
    return url_for(endpoint, **parts, **query, _external=True)
