"""Try-ons: a photo rendered with a variant, kept, or drawn for the wall and forgotten."""

import secrets
import time
from dataclasses import dataclass

from webapp.eyewear.frame import Eyewear
from webapp.fitting.advice import advise
from webapp.fitting.fit import seat_frame
from webapp.rendering import codec, compose
from webapp.shop import artworks, catalogue, figures, sight, viewing
from webapp.shop.closeups import close_up
from webapp.shop.photos import TOKEN_BYTES
from webapp.shop.sight import Seated
from webapp.shop.viewing import Subject
from webapp.shop.views import TryOnFacts, TryOnView
from webapp.storage import belongings, clock, images
from webapp.storage import catalogue as variant_rows
from webapp.storage import photos as rows
from webapp.storage.database import reading
from webapp.storage.images import Draft
from webapp.storage.tables import Event, Kind, TryOn

PREVIEW_WIDTHS = (64, 1280)  # px; what else is asked for is brought to the nearer of them


@dataclass(frozen=True)
class Chosen:
    """The variant to try on: its rows' ids, and the thing itself."""

    frame_id: int
    variant_id: int
    eyewear: Eyewear


def make(
    photo_token: str,
    visit: str,
    frame_slug: str,
    variant_slug: str,
    *,
    face: int = 0,
    pd_mm: float | None = None,
) -> TryOnView:
    """Render the photo with the variant, store it and count it.

    Raises:
        NotFound: the photo or a published variant of that name is not there.
        NoSuchFace: fewer faces than that were found.
        PdOutOfRange: a typed PD that nobody has.
        FaceError: glasses can't be seated on that face.
        Busy: no model slot came free in time.
    """
    subject = viewing.find_subject(photo_token, visit)
    with figures.refusals_counted():
        viewing.check_pd(pd_mm)
        chosen = choose(frame_slug, variant_slug)
        started = time.perf_counter()
        jpeg = render(subject, chosen.eyewear, face, pd_mm)
    milliseconds = round(1000 * (time.perf_counter() - started))
    token = store(subject, visit, chosen, face, jpeg, milliseconds)
    if pd_mm is not None:
        sight.current().sighting(photo_token).typed[token] = pd_mm
    return get(token, visit)


def get(token: str, visit: str) -> TryOnView:
    """Return the try-on, measured anew; the PD it was made with is known while in memory.

    Raises:
        NotFound: unknown, expired or another visit's.
        Busy: the face had left memory, and no model slot came free in time.
    """
    with reading() as session:
        row = rows.try_on(session, token, visit, clock.now())
        subject = viewing.subject_of(row.photo)
        eyewear = artworks.eyewear_of(row.variant)
        frame = catalogue.frame_view(row.variant.frame)
        variant = catalogue.variant_view(row.variant)
        width, height, face = row.image.width, row.image.height, row.face
        milliseconds, created = row.milliseconds, row.created_at
    pd_typed = sight.current().sighting(subject.token).typed.get(token)
    (camera, head), faces = seated(subject, face, pd_typed)
    return TryOnView(
        token=token,
        photo_token=subject.token,
        frame=frame,
        variant=variant,
        siblings=frame.variants,
        face=face,
        faces=faces,
        width=width,
        height=height,
        close_up=close_up(camera, head, (width, height)),
        size=frame.size,
        advice=advise(eyewear, head),
        pd=head.pd,
        pd_typed=pd_typed is not None,
        face_width=head.width,
        milliseconds=milliseconds,
        created=created,
        expires=subject.expires,
    )


def facts(token: str, visit: str) -> TryOnFacts:
    """Return what the try-on's row tells: nothing is measured, and no slot waited for.

    Raises:
        NotFound: unknown, expired or another visit's.
    """
    with reading() as session:
        row = rows.try_on(session, token, visit, clock.now())
        return TryOnFacts(
            token=token,
            photo_token=row.photo.token,
            frame_slug=row.variant.frame.slug,
            variant_slug=row.variant.slug,
            face=row.face,
            width=row.image.width,
            height=row.image.height,
            created=row.created_at,
            expires=row.photo.expires_at,
        )


def jpeg(token: str, visit: str, width: int | None = None) -> bytes:
    """Return the try-on's picture as JPEG, whole or `width` px wide. Raises `NotFound`."""
    with reading() as session:
        image = rows.try_on(session, token, visit, clock.now()).image
        file, whole = image.file, image.width
    data = viewing.data_in(file)
    if width is None or width >= whole:
        return data
    quality = belongings.settings()["JPEG_QUALITY"]
    return codec.encode_jpeg(codec.read_stored(data, max(1, width)), quality)


def preview(
    photo_token: str,
    visit: str,
    frame_slug: str,
    variant_slug: str,
    *,
    face: int = 0,
    pd_mm: float | None = None,
    width: int = 480,
    close: bool = False,
) -> bytes:
    """Return a JPEG of the photo with the variant, `width` px wide: neither stored nor counted.

    Args:
        close: show only the square about the head; it is not enlarged, so it may be narrower.

    Raises: as `make`.
    """
    subject = viewing.find_subject(photo_token, visit)
    viewing.check_pd(pd_mm)
    eyewear = choose(frame_slug, variant_slug).eyewear
    narrowest, widest = PREVIEW_WIDTHS
    width = min(max(width, narrowest), widest, subject.width)
    watching = sight.current()
    with watching.slot():
        seen = watching.sighting(photo_token)
        stage = viewing.stage_of(subject, seen, face, pd_mm, width, close)
        fit = seat_frame(stage.camera, stage.head, eyewear)
        worn = compose.try_on(stage.pixels, fit, eyewear, seed=subject.seed, scene=stage.scene)
        return codec.encode_jpeg(worn, belongings.settings()["JPEG_QUALITY"])


def choose(frame_slug: str, variant_slug: str) -> Chosen:
    """Return a variant that shoppers may try on. Raises `NotFound`."""
    with reading() as session:
        row = variant_rows.variant(session, frame_slug, variant_slug, shown=True)
        return Chosen(row.frame_id, row.id, artworks.eyewear_of(row))


def render(subject: Subject, eyewear: Eyewear, face: int, pd_mm: float | None) -> bytes:
    """Return the whole photo with the variant on a face, as JPEG. Raises as `make`."""
    watching = sight.current()
    with watching.slot():
        pixels = codec.read_stored(viewing.data_of(subject))
        seen = watching.sighting(subject.token)
        camera, head = viewing.seat_of(subject, seen, face, pd_mm, pixels)
        fit = seat_frame(camera, head, eyewear)
        worn = compose.try_on(pixels, fit, eyewear, seed=subject.seed, in_place=True)
        return codec.encode_jpeg(worn, belongings.settings()["JPEG_QUALITY"])


def store(
    subject: Subject, visit: str, chosen: Chosen, face: int, jpeg: bytes, milliseconds: int
) -> str:
    """Store and count a rendered try-on, and return its token.

    Raises:
        NotFound: the photo was deleted or expired while it was rendered.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    draft = Draft(jpeg, Kind.TRY_ON, "image/jpeg", subject.width, subject.height, subject.expires)
    with images.storing(draft) as (session, (image,)):
        photo = rows.photo(session, subject.token, visit, clock.now(), lock=True)
        session.add_all(
            [
                TryOn(
                    token=token,
                    photo_id=photo.id,
                    variant_id=chosen.variant_id,
                    image=image,
                    face=face,
                    milliseconds=milliseconds,
                ),
                Event(
                    kind=figures.TRY_ON,
                    frame_id=chosen.frame_id,
                    variant_id=chosen.variant_id,
                    milliseconds=milliseconds,
                ),
            ]
        )
    return token


def seated(subject: Subject, face: int, pd_mm: float | None) -> tuple[Seated, int]:
    """Return the camera and head of a face, and how many faces the photo has."""
    watching = sight.current()
    seen = watching.sighting(subject.token)
    if (face, pd_mm) in seen.heads and seen.faces is not None:
        return seen.heads[face, pd_mm], len(seen.faces)  # no need to wait for a slot
    with watching.slot():
        return viewing.seat_of(subject, seen, face, pd_mm), len(seen.faces or ())
