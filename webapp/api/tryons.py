"""`/try-ons`: a frame of the catalogue on the face in a photo."""

from datetime import datetime
from typing import Annotated

from flask import Response, jsonify, request, url_for
from pydantic import BaseModel, Field

from webapp.api.calls import Answer, Fields, call
from webapp.api.fields import PHOTO_PROBLEMS, Photo, Slug, Width
from webapp.errors import (
    Busy,
    CallUnderWay,
    FaceTooSmall,
    FaceTurnedAway,
    FieldsInvalid,
    KeyReused,
    NoFace,
    NoSuchFace,
    NotFound,
)
from webapp.shop import calls, photos, renders, tryons
from webapp.shop.api_keys import KeyView
from webapp.shop.renders import Order
from webapp.shop.viewing import PDS

KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 255  # characters
JPEG = "image/jpeg"


class TryOnFields(Fields):
    """What `POST /try-ons` takes."""

    photo: Photo
    frame: Slug = Field(description="The frame's slug, as `GET /frames` has it.")
    variant: Slug | None = Field(None, description="One of its variants; by default the first.")
    face: Annotated[int, Field(ge=0, le=1000)] = Field(
        0, description="Which face, counted from 0, the largest of those that can wear glasses."
    )
    pd_mm: Annotated[float, Field(ge=PDS[0], le=PDS[1])] | None = Field(
        None,
        description="The distance between the pupils for far sight, millimetres, where it is "
        "known; by default it is measured.",
    )
    lens: Slug | None = Field(
        None, description="One of the frame's `lenses`; by default the variant's own."
    )
    width: Width | None = None


class PictureFields(Fields):
    """What `GET /try-ons/{id}` takes."""

    width: Width | None = None


class TryOn(BaseModel):
    """A kept try-on. Nothing measured on the face is in it."""

    id: str
    url: str = Field(description="Where the picture is, for the same key.")
    frame: str
    variant: str
    lens: str | None = Field(description="The lens instead of the variant's own, if any.")
    face: int
    width: int = Field(description="Pixels of the whole picture.")
    height: int = Field(description="Pixels of the whole picture.")
    created: datetime
    expires: datetime = Field(description="When photo and picture are deleted at the latest.")


PICTURE = Answer("The picture, an sRGB JPEG without metadata.", {JPEG: None})


@call(
    "POST",
    "/try-ons",
    scope="try-ons",
    fields=TryOnFields,
    answers={
        200: Answer(
            "The picture; or the link again, where the call came before under its Idempotency-Key.",
            {JPEG: None, "application/json": TryOn},
        ),
        201: Answer("The try-on was kept: its link.", {"application/json": TryOn}),
    },
    problems=(
        *PHOTO_PROBLEMS,
        NoFace,
        NoSuchFace,
        FaceTooSmall,
        FaceTurnedAway,
        NotFound,
        KeyReused,
        CallUnderWay,
        Busy,
    ),
    key_named=True,
    seen=True,
)
def make_try_on(key: KeyView, fields: TryOnFields) -> Response:
    """Put a frame on the face in a photo. One that lies on its side comes back upright.

    By default the picture itself is the answer, and nothing is stored. With
    `Accept: application/json` photo and picture are kept, as long as any shopper's photo, and
    the answer is a link that the same key can open or delete until then.
    """
    order = Order(
        fields.photo, fields.frame, fields.variant, fields.face, fields.pd_mm, fields.lens
    )
    if request.accept_mimetypes.best_match((JPEG, "application/json")) == "application/json":
        return linked(key, order, fields.width)
    name = key_sent()
    if name:
        calls.once(key, name, parts_of(order, fields.width), lambda: "")
    return picture(renders.render(order, fields.width))


@call(
    "GET",
    "/try-ons/{id}",
    scope="try-ons",
    fields=PictureFields,
    answers={200: PICTURE},
    problems=(NotFound,),
)
def get_try_on(key: KeyView, fields: PictureFields, id: str) -> Response:
    """Fetch the picture of a kept try-on."""
    return picture(tryons.jpeg(id, key.visit, fields.width))


@call(
    "DELETE",
    "/try-ons/{id}",
    scope="try-ons",
    answers={204: Answer("Nothing is left of it.", {})},
    problems=(NotFound,),
)
def delete_try_on(key: KeyView, fields: Fields, id: str) -> Response:
    """Delete a kept try-on.

    Its picture, and the photo it was made from, are gone at once.
    """
    photos.delete(tryons.facts(id, key.visit).photo_token, key.visit)
    calls.forget(key, id)
    return Response(status=204)


def linked(key: KeyView, order: Order, width: int | None) -> Response:
    """Keep the try-on, once for an Idempotency-Key, and return its link."""
    name = key_sent()
    if name is None:
        return link_to(renders.keep(order, key), key, width, 201)
    id, new = calls.once(
        key, name, [b"link", *parts_of(order, width)], lambda: renders.keep(order, key)
    )
    return link_to(id, key, width, 201 if new else 200)


def link_to(id: str, key: KeyView, width: int | None, status: int) -> Response:
    """Return a kept try-on as JSON."""
    kept = tryons.facts(id, key.visit)
    address = url_for("api.get_try_on", id=id, width=width, _external=True)
    told = TryOn(
        id=id,
        url=address,
        frame=kept.frame_slug,
        variant=kept.variant_slug,
        lens=kept.lens,
        face=kept.face,
        width=kept.width,
        height=kept.height,
        created=kept.created,
        expires=kept.expires,
    )
    response = jsonify(told.model_dump(mode="json"))
    response.status_code = status
    response.headers["Location"] = address
    return response


def picture(jpeg: bytes) -> Response:
    """Return a picture that nobody may keep on the way, and no search engine may list."""
    response = Response(jpeg, mimetype=JPEG)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def key_sent() -> str | None:
    """Return the call's Idempotency-Key, if it has one. Raises `FieldsInvalid`."""
    name = request.headers.get(KEY_HEADER)
    if name is not None and not 1 <= len(name) <= LONGEST_KEY:
        reason = f"1 to {LONGEST_KEY} characters"
        raise FieldsInvalid(errors=[{"field": KEY_HEADER, "reason": reason}])
    return name


def parts_of(order: Order, width: int | None) -> list[bytes]:
    """Return what tells one call from another."""
    chosen = (order.frame, order.variant, order.face, order.pd_mm, width)
    glazed = [order.lens.encode()] if order.lens else []  # calls without are told as ever
    return [repr(chosen).encode(), *glazed, order.photo]
