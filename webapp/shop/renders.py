"""Try-ons for programs: rendered and forgotten, or kept for the key that asked.

An API key's attestation stands for the consent that shoppers give with a tick.
"""

from dataclasses import dataclass

from webapp.fitting.fit import seat_frame
from webapp.rendering import codec, compose
from webapp.shop import catalogue, figures, photos, sight, tryons, viewing
from webapp.shop.api_keys import KeyView
from webapp.shop.portraits import read_portrait
from webapp.shop.stages import stage
from webapp.shop.standing import seat
from webapp.shop.tryons import Chosen
from webapp.storage import belongings


@dataclass(frozen=True)
class Order:
    """What is asked for: a photo's bytes, a frame, and how it shall be worn.

    `variant`: None for the frame's first. `pd_mm`: the distance between the pupils, if known.
    `lens`: one of the frame's, instead of the variant's own.
    """

    photo: bytes
    frame: str
    variant: str | None = None
    face: int = 0
    pd_mm: float | None = None
    lens: str | None = None


def render(order: Order, width: int | None = None) -> bytes:
    """Return the photo with the frame on it as JPEG, at most `width` px wide; store nothing.

    Raises:
        NotFound: no published frame, variant or lens is called so.
        PhotoError, FaceError: the photo, or the face in it, can't be used.
        PdOutOfRange: nobody has such a PD.
        Busy: no model slot came free in time.
    """
    chosen = choose(order)
    with figures.refusals_counted():
        viewing.check_pd(order.pd_mm)
        with sight.current().slot():
            jpeg = worn(order, chosen, width)
    figures.record(figures.TRY_ON, frame_id=chosen.frame_id, variant_id=chosen.variant_id)
    return jpeg


def worn(order: Order, chosen: Chosen, width: int | None) -> bytes:
    """Return the rendered JPEG; hold a slot. Raises as `render`."""
    with stage("decode"):
        portrait = read_portrait(order.photo)
    portrait, _, camera, head = seat(portrait, order.face, order.pd_mm)
    with stage("render"):
        image = portrait.picture.canvas(width)
        camera = camera.scaled(image.width / portrait.size[0])
        fit = seat_frame(camera, head, chosen.eyewear)
        compose.try_on_image(image, fit, chosen.eyewear, seed=portrait.seed)
    with stage("encode"):
        return codec.encode_jpeg(image, belongings.settings()["JPEG_QUALITY"])


def keep(order: Order, key: KeyView) -> str:
    """Keep the photo and its try-on for the key, as any photo is kept; return the try-on's token.

    Raises: as `render`; then nothing is left of the photo.
    """
    variant = order.variant or catalogue.first_variant(order.frame)
    tryons.choose(order.frame, variant, order.lens)  # before the photo is kept for nothing
    viewing.check_pd(order.pd_mm)
    photo = photos.keep(order.photo, agreed=True, visit=key.visit, consent=key.attestation)
    try:
        made = tryons.make(
            photo.token,
            key.visit,
            order.frame,
            variant,
            face=order.face,
            pd_mm=order.pd_mm,
            lens=order.lens,
        )
    except BaseException:
        photos.delete(photo.token, key.visit)
        raise
    return made.token


def choose(order: Order) -> Chosen:
    """Return the variant that is asked for. Raises `NotFound`."""
    variant = order.variant or catalogue.first_variant(order.frame)
    return tryons.choose(order.frame, variant, order.lens)
