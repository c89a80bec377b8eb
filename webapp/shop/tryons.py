"""Try-ons: a photo rendered with a variant, kept, or drawn for the wall and forgotten."""

import math
import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import astuple, dataclass, replace

import numpy as np

from webapp.errors import NudgeTooFar
from webapp.eyewear.frame import Eyewear
from webapp.fitting.advice import advise, centration
from webapp.fitting.card import pd_by_card
from webapp.fitting.fit import seat_frame
from webapp.fitting.scale import Told, typed
from webapp.fitting.scene import Estimate
from webapp.fitting.seat import Nudge, nudge_limits
from webapp.rendering import codec, compose
from webapp.shop import artworks, catalogue, figures, photos, sight, viewing
from webapp.shop.choosing import Chosen as Chosen
from webapp.shop.choosing import choose as choose
from webapp.shop.choosing import lens_named
from webapp.shop.closeups import close_up
from webapp.shop.figures import Stopwatch
from webapp.shop.photos import TOKEN_BYTES
from webapp.shop.sight import Seated
from webapp.shop.stages import stage
from webapp.shop.viewing import Subject
from webapp.shop.views import TryOnFacts, TryOnView
from webapp.storage import belongings, clock, images
from webapp.storage import photos as rows
from webapp.storage.database import reading
from webapp.storage.images import Draft
from webapp.storage.tables import Event, Kind, TryOn

PREVIEW_WIDTHS = (64, 1280)  # px; what else is asked for is brought to the nearer of them


@dataclass(frozen=True)
class Wish:
    """How the variant is to be worn, and what is known of the face that wears it.

    `tint`: the state of photochromic lenses, 0 clear to 1 darkened.
    """

    face: int
    told: Told
    nudge: Nudge
    tint: float


@dataclass(frozen=True)
class Worn:
    """A rendered try-on: its JPEG, the nudge that was held, and events that tell of the work."""

    jpeg: bytes
    nudge: Nudge
    events: list[Event]


def make(
    photo_token: str,
    visit: str,
    frame_slug: str,
    variant_slug: str,
    *,
    face: int = 0,
    pd_mm: float | None = None,
    told: Told | None = None,
    nudge: Nudge | None = None,
    tint: float = 1.0,
    lens: str | None = None,
    steps: Collection[str] = (),
) -> TryOnView:
    """Render the photo with the variant, store it and count it.

    Args:
        told: what is known of the face, instead of `pd_mm`.
        nudge: how the frame is moved from where it rests; as far as the nose allows.
        tint: the state of photochromic lenses, 0 clear to 1 darkened, clipped there.
        lens: one of the frame's lenses, instead of the variant's own.
        steps: of a visit's way (`figures.WAY`), those that this one had not reached before.

    Raises:
        NotFound: the photo, a published variant or a lens of that name is not there.
        NoSuchFace: fewer faces than that were found.
        PdOutOfRange: a typed PD that nobody has.
        NudgeTooFar: a nudge that is no number.
        FaceError: glasses can't be seated on that face.
        Busy: no model slot came free in time.
    """
    subject = viewing.find_subject(photo_token, visit)
    with figures.refusals_counted():
        wish = wish_of(face, pd_mm, told, nudge, tint)
        chosen = choose(frame_slug, variant_slug, lens)
        started = time.perf_counter()
        worn = render(subject, chosen.eyewear, wish)
    milliseconds = round(1000 * (time.perf_counter() - started))
    counted = [*worn.events, *figures.first(steps, figures.TRY_ON)]
    wish = replace(wish, nudge=worn.nudge)
    token = store(subject, visit, chosen, wish, worn.jpeg, milliseconds, counted)
    sight.current().sighting(photo_token).told[token] = wish.told
    return get(token, visit)


def nothing_known(photo_token: str, face: int) -> Told:
    """Know nothing of a face beyond its photo."""
    return Told()


def get(token: str, visit: str, known: Callable[[str, int], Told] = nothing_known) -> TryOnView:
    """Return the try-on, measured anew; what it was made with is known while in memory.

    Args:
        known: what is known of a face of a photo where memory holds nothing of the try-on: it was
            made by another worker, or long ago.

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
        milliseconds, created, complaint = row.milliseconds, row.created_at, row.complaint
        asked, tint = Nudge(row.nudge_up, row.nudge_out, row.nudge_tilt), row.tint
        lens = lens_named(frame.lens_options, row.lens)
        lens_gone = row.lens is not None and lens is None
    remembered = sight.current().sighting(subject.token).told.get(token)
    told = known(subject.token, face) if remembered is None else remembered
    (camera, head), faces = seated(subject, face, told)
    limits = nudge_limits(eyewear, head, asked)
    nudge = limits.clamp(asked)
    return TryOnView(
        token=token,
        photo_token=subject.token,
        frame=frame,
        variant=variant,
        lens=lens,
        lens_gone=lens_gone,
        face=face,
        faces=faces,
        width=width,
        height=height,
        close_up=close_up(camera, head, (width, height)),
        advice=advise(eyewear, head),
        pd=head.pd,
        child=told.child,
        centration=centration(eyewear, seat_frame(camera, head, eyewear, nudge)),
        nudge=nudge,
        limits=limits,
        tint=tint,
        face_width=head.width,
        complaint=complaint,
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
        lenses = catalogue.lenses_of(row.variant.frame)
        return TryOnFacts(
            token=token,
            photo_token=row.photo.token,
            frame_slug=row.variant.frame.slug,
            variant_slug=row.variant.slug,
            lens=row.lens if lens_named(lenses, row.lens) else None,
            face=row.face,
            width=row.image.width,
            height=row.image.height,
            created=row.created_at,
            expires=row.photo.expires_at,
        )


def jpeg(token: str, visit: str, width: int | None = None) -> bytes:
    """Return the try-on's picture as JPEG, whole or `width` px wide.

    Raises: as `photos.jpeg`.
    """
    with reading() as session:
        image = rows.try_on(session, token, visit, clock.now()).image
        file, whole = image.file, image.width
    data = viewing.data_in(file)
    if width is None or width >= whole:
        return data
    return photos.reduced(data, width)


def preview(
    photo_token: str,
    visit: str,
    frame_slug: str,
    variant_slug: str,
    *,
    face: int = 0,
    pd_mm: float | None = None,
    told: Told | None = None,
    nudge: Nudge | None = None,
    tint: float = 1.0,
    lens: str | None = None,
    width: int = 480,
    close: bool = False,
) -> bytes:
    """Return a JPEG of the photo with the variant, `width` px wide: neither stored nor counted.

    Args:
        told, nudge, tint, lens: as in `make`.
        close: show only the square about the head; it is not enlarged, so it may be narrower.

    Raises: as `make`.
    """
    subject = viewing.find_subject(photo_token, visit)
    wish = wish_of(face, pd_mm, told, nudge, tint)
    eyewear = choose(frame_slug, variant_slug, lens).eyewear
    return draw(subject, eyewear, wish, width, close)


def draw(subject: Subject, worn: Eyewear, wish: Wish, width: int, close: bool) -> bytes:
    """Return a JPEG of the photo with glasses on it, `width` px wide; as `preview`.

    Raises:
        NoSuchFace, FaceError, Busy: as `make`.
    """
    narrowest, widest = PREVIEW_WIDTHS
    width = min(max(width, narrowest), widest, subject.width)
    eyewear, watching = worn.at(wish.tint), sight.current()
    with watching.slot():
        seen = watching.sighting(subject.token)
        ready = viewing.stage_of(subject, seen, wish.face, wish.told, width, close)
        fit = seat_frame(ready.camera, ready.head, eyewear, wish.nudge)
        with stage("render"):
            drawn = compose.try_on(ready.pixels, fit, eyewear, seed=subject.seed, scene=ready.scene)
        with stage("encode"):
            return codec.encode_jpeg(drawn, belongings.settings()["JPEG_QUALITY"])


def wish_of(
    face: int, pd_mm: float | None, told: Told | None, nudge: Nudge | None, tint: float
) -> Wish:
    """Return what is wanted in one piece. Raises `PdOutOfRange` and `NudgeTooFar` as `make`."""
    viewing.check_pd(pd_mm)
    known = told or typed(pd_mm)
    viewing.check_pd(known.pd.value if known.pd else None)
    nudge = nudge or Nudge()
    if not all(map(math.isfinite, astuple(nudge))):
        raise NudgeTooFar()
    return Wish(face, known, nudge, min(max(tint, 0.0), 1.0) if math.isfinite(tint) else 1.0)


def render(subject: Subject, eyewear: Eyewear, wish: Wish) -> Worn:
    """Return the whole photo with the variant on a face, and what is counted of it.

    Raises: as `make`.
    """
    watching, watch = sight.current(), Stopwatch()
    with watching.slot():
        with watch.stage("decode"):
            image = codec.open_stored(viewing.data_of(subject))
        seen = watching.sighting(subject.token)
        pixels = codec.pixels_of(image) if seen.faces is None else None  # to find them again
        camera, head = viewing.seat_of(subject, seen, wish.face, wish.told, pixels)
        held = nudge_limits(eyewear, head, wish.nudge).clamp(wish.nudge)
        with watch.stage("render"):
            fit, worn = seat_frame(camera, head, eyewear, held), eyewear.at(wish.tint)
            compose.try_on_image(image, fit, worn, seed=subject.seed)
        with watch.stage("encode"):
            jpeg = codec.encode_jpeg(image, belongings.settings()["JPEG_QUALITY"])
    verdict = figures.verdict(str(advise(eyewear, head).verdict))
    return Worn(jpeg, held, [*watch.events(), verdict])


def store(
    subject: Subject,
    visit: str,
    chosen: Chosen,
    wish: Wish,
    jpeg: bytes,
    milliseconds: int,
    counted: list[Event],
) -> str:
    """Store and count a rendered try-on, with other events of it, and return its token.

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
                    face=wish.face,
                    nudge_up=wish.nudge.up_mm,
                    nudge_out=wish.nudge.out_mm,
                    nudge_tilt=wish.nudge.tilt_deg,
                    tint=wish.tint,
                    lens=chosen.lens,
                    milliseconds=milliseconds,
                ),
                Event(
                    kind=figures.TRY_ON,
                    frame_id=chosen.frame_id,
                    variant_id=chosen.variant_id,
                    milliseconds=milliseconds,
                ),
                *counted,
            ]
        )
    return token


def seated(subject: Subject, face: int, told: Told) -> tuple[Seated, int]:
    """Return the camera and head of a face, and how many faces the photo has."""
    watching = sight.current()
    seen = watching.sighting(subject.token)
    if (face, told) in seen.heads and seen.faces is not None:
        return seen.heads[face, told], len(seen.faces)  # no need to wait for a slot
    with watching.slot():
        return viewing.seat_of(subject, seen, face, told), len(seen.faces or ())


def measure_by_card(
    photo_token: str, visit: str, marks: list[tuple[float, float]], *, face: int = 0
) -> Estimate:
    """Return the far PD of a face, mm, by the bank card held at its forehead.

    Args:
        marks: the card's two ends, (x, y) each as shares of the photo's width and height.

    Raises:
        NotFound, NoSuchFace, FaceError, Busy: as `make`.
        CardMarksOutside, CardMarksTogether, CardImpossible: they can't be a card's ends.
    """
    subject = viewing.find_subject(photo_token, visit)
    size = subject.width, subject.height
    with figures.refusals_counted():
        (camera, head), _ = seated(subject, face, Told())
        return pd_by_card(camera, head, np.array(marks) * size - 0.5, size)
