"""Try-ons of files: the shop's own code, with nothing stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from webapp.cli.reading import Portrait, read_portrait
from webapp.errors import NoSuchFace, NotFound
from webapp.eyewear.frame import Eyewear
from webapp.faces.finder import Face
from webapp.fitting.fit import head_of, seat_frame
from webapp.fitting.scene import Camera, Head
from webapp.rendering.codec import Pixels, pixels_of
from webapp.rendering.compose import prepare, try_on
from webapp.shop import catalogue
from webapp.shop.viewing import find_faces
from webapp.shop.views import FrameView


@dataclass(frozen=True)
class Look:
    """A variant to try on. `name`: frame/variant."""

    name: str
    eyewear: Eyewear


@dataclass(frozen=True)
class Wish:
    """What is asked of every photo: which face, its PD in mm if known, a width in pixels."""

    face: int = 0
    pd_mm: float | None = None
    width: int | None = None


@dataclass(frozen=True)
class Dressed:
    """A face ready for frames: the photo at the size asked for, and the face's box in it.

    `pixels`: (H, W, 3) uint8 RGB. `box`: x, y, width, height in its pixels.
    """

    pixels: Pixels
    box: tuple[float, float, float, float]


def find_look(frame: str, variant: str | None = None) -> Look:
    """Return a published frame as named: its slug, or slug/variant, by default the first.

    Raises:
        NotFound: no published frame or variant is called so.
    """
    slug, _, named = frame.partition("/")
    named = named or variant or first_variant(slug)
    return Look(f"{slug}/{named}", catalogue.eyewear(slug, named))


def first_variant(slug: str) -> str:
    """Return the slug of a frame's first variant. Raises `NotFound`."""
    variants = catalogue.frame(slug).variants
    if not variants:
        raise NotFound()
    return variants[0].slug


def names_of(frames: Sequence[FrameView]) -> list[str]:
    """Return every frame/variant of these frames."""
    return [f"{frame.slug}/{variant.slug}" for frame in frames for variant in frame.variants]


def seat(portrait: Portrait, wish: Wish) -> tuple[Face, Camera, Head]:
    """Return the face that is asked for, counted as the shop does, and the head behind it.

    Raises:
        FaceError: there is none, or glasses can't be seated on it.
    """
    found = find_faces(portrait.pixels, portrait.focal_35mm)
    if wish.face >= len(found):
        raise NoSuchFace(asked=wish.face, found=len(found))
    face, (camera, head) = found[wish.face]
    if wish.pd_mm is not None:
        camera, head = head_of(
            face.landmarks, portrait.size, pd_mm=wish.pd_mm, focal_35mm=portrait.focal_35mm
        )
    return face, camera, head


def dress(path: Path, looks: Sequence[Look], wish: Wish) -> Iterator[tuple[Look | None, Dressed]]:
    """Yield the photo as it is, with None, then one picture for each look.

    Raises:
        FileUnreadable, PhotoError: the photo can't be read.
        FaceError: it shows no face that glasses can be seated on.
    """
    portrait = read_portrait(path)
    face, camera, head = seat(portrait, wish)
    pixels, scale = resized(portrait, wish.width)
    x, y, width, height = (scale * side for side in face.box)
    box = (x, y, width, height)
    yield None, Dressed(pixels, box)
    camera = camera.scaled(scale)
    scene = prepare(pixels, camera, head)
    for look in looks:
        fit = seat_frame(camera, head, look.eyewear)
        worn = try_on(pixels, fit, look.eyewear, seed=portrait.seed, scene=scene)
        yield look, Dressed(worn, box)


def resized(portrait: Portrait, width: int | None) -> tuple[Pixels, float]:
    """Return the photo at most `width` pixels wide, and its scale."""
    whole = portrait.size[0]
    if width is None or width >= whole:
        return portrait.pixels, 1.0
    height = max(1, round(portrait.size[1] * width / whole))
    small = Image.fromarray(portrait.pixels).resize((width, height), Image.Resampling.LANCZOS)
    return pixels_of(small), width / whole
