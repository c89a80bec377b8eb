"""A shopper's photos: taken in with consent, shown, deleted."""

import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from webapp.errors import Busy, ConsentMissing, FaceError
from webapp.faces.finder import Face
from webapp.rendering import codec
from webapp.rendering.codec import Picture
from webapp.shop import figures, preferences, sight, uploads, viewing
from webapp.shop.figures import Stopwatch
from webapp.shop.portraits import Portrait
from webapp.shop.sight import Seated
from webapp.shop.stages import stage
from webapp.shop.standing import stood_up
from webapp.shop.views import PhotoView
from webapp.storage import belongings, clock, images, pinboard
from webapp.storage import photos as rows
from webapp.storage.database import reading, writing
from webapp.storage.images import Draft
from webapp.storage.tables import Event, Kind, Photo

CONSENT_VERSION = preferences.OWN_WORDS  # of the words that the shop comes with
TOKEN_BYTES = 24  # 192 bits: nobody guesses one


def keep(
    data: bytes,
    *,
    agreed: bool,
    visit: str,
    consent: str | None = None,
    steps: Collection[str] = (),
) -> PhotoView:
    """Take in a photo, if its owner agreed and it shows a face; else leave nothing behind.

    Args:
        consent: the version of the words agreed to; None: of those in force.
        steps: of a visit's way (`figures.WAY`), those that this one had not reached before.

    Raises:
        ConsentMissing: not agreed; the bytes were not looked at.
        PhotoError: the bytes are no acceptable picture.
        FaceError: no face in it that glasses could be tried on.
        Busy: no model slot came free in time.
    """
    if not agreed:
        raise ConsentMissing()
    consented = clock.now()
    consent = consent or preferences.consent_version()
    with writing() as session:
        session.add(Event(kind=figures.AGREED, reason=consent))
        session.add_all(figures.first(steps, figures.AGREED))
    watch = figures.Stopwatch()
    with figures.refusals_counted():
        picture, found, concerns, jpeg = look(data, watch)
    expires = clock.now() + timedelta(hours=belongings.settings()["PHOTO_HOURS"])
    width, height = picture.image.size
    draft = Draft(jpeg, Kind.PHOTO, "image/jpeg", width, height, expires)
    with images.storing(draft) as (session, (image,)):
        photo = Photo(
            token=secrets.token_urlsafe(TOKEN_BYTES),
            visit=visit,
            image=image,
            faces=len(found),
            focal_35mm=picture.focal_35mm,
            consent_version=consent,
            consented_at=consented,
            expires_at=expires,
        )
        session.add_all([photo, Event(kind=figures.PHOTO)])
        session.add_all([Event(kind=figures.CONCERN, reason=code) for code in concerns])
        session.add_all([*watch.events(), *figures.first(steps, figures.PHOTO)])
        session.flush()
        view = view_of(photo)
    viewing.remember(sight.current().sighting(view.token), found, concerns)
    return replace(view, concerns=concerns)


def look(
    data: bytes, watch: Stopwatch
) -> tuple[Picture, list[tuple[Face, Seated]], tuple[str, ...], bytes]:
    """Return the upload as a picture, its faces, what concerns the largest, the JPEG to store.

    Raises: as `keep`.
    """
    with sight.current().slot():  # it bounds the memory of large decodes too
        with watch.stage("decode"):
            portrait = Portrait(uploads.read(data))
        with watch.stage("faces"):
            portrait, found = stood_up(portrait, faces_in_pixels)
            concerns = viewing.concerns_in(portrait.pixels, found)
        picture = portrait.picture
        with watch.stage("encode"):
            jpeg = codec.encode_jpeg(picture.image, belongings.settings()["JPEG_QUALITY"])
        return picture, found, concerns, jpeg


def faces_in_pixels(portrait: Portrait) -> list[tuple[Face, Seated]]:
    """Return a photo's faces, read from its pixels as they are once memory has forgotten them."""
    return viewing.find_faces(portrait.pixels, portrait.focal_35mm)


def get(token: str, visit: str) -> PhotoView:
    """Return the photo. Raises `NotFound` when it is unknown, expired or another visit's."""
    with reading() as session:
        return view_of(rows.photo(session, token, visit, clock.now()))


def judged(token: str, visit: str) -> PhotoView:
    """Return the photo as `get` does, and look at it again if memory has forgotten it.

    Its concerns are empty where no slot is free, or no face is found any more: they are advice,
    no reason to withhold the photo.

    Raises:
        NotFound: it is unknown, expired or another visit's.
    """
    subject = viewing.find_subject(token, visit)
    seen = sight.current().sighting(token)
    if seen.faces is None:
        try:
            with sight.current().slot(), seen.lock:
                viewing.faces_of(subject, seen)
        except (Busy, FaceError):
            return get(token, visit)
    return replace(get(token, visit), concerns=seen.concerns)


def boxes(photo: PhotoView) -> list[tuple[float, float, float, float]]:
    """Return where the photo's faces are: left, top, width, height in its pixels, largest first.

    Empty once memory has forgotten them; `judged` looks again.
    """
    seen = sight.current().recall(photo.token)
    return [face.box for face in seen.faces or ()] if seen else []


def jpeg(token: str, visit: str, width: int | None = None) -> bytes:
    """Return the photo as JPEG, whole or `width` pixels wide.

    Raises:
        NotFound: it is unknown, expired or another visit's.
        Busy: it has to be made smaller, and no model slot came free in time.
    """
    subject = viewing.find_subject(token, visit)
    data = viewing.data_of(subject)
    if width is None or width >= subject.width:
        return data
    return reduced(data, width)


def reduced(jpeg: bytes, width: int) -> bytes:
    """Return a stored JPEG made `width` pixels wide. Raises `Busy` when no slot came free."""
    with sight.current().slot():
        with stage("decode"):
            pixels = codec.read_stored(jpeg, max(1, width))
        with stage("encode"):
            return codec.encode_jpeg(pixels, belongings.settings()["JPEG_QUALITY"])


def delete(token: str, visit: str) -> None:
    """Delete the photo, its try-ons, their files and what memory holds. Raises `NotFound`.

    From the first commit on nobody is shown any of it; if the files' removal is cut short,
    the sweep ends it.
    """
    with writing() as session:
        photo = rows.photo(session, token, visit, clock.now(), lock=True)
        pictures = rows.remove(session, [photo.id])
        session.add(Event(kind=figures.DELETED))
    sight.current().forget(token)
    pinboard.forget(token)
    images.finish(pictures)


def of_visit(visit: str) -> list[PhotoView]:
    """Return the visit's photos, newest first; empty when there are none."""
    with reading() as session:
        return [view_of(row) for row in rows.of_visit(session, visit, clock.now())]


def view_of(row: Photo) -> PhotoView:
    """Return what is shown of a photo's row, with what memory knows of it."""
    seen = sight.current().recall(row.token)
    return PhotoView(
        token=row.token,
        width=row.image.width,
        height=row.image.height,
        faces=row.faces,
        created=row.created_at,
        expires=row.expires_at,
        concerns=seen.concerns if seen else (),
    )
