"""Try-ons of files: the shop's own code, with nothing stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from webapp.cli.reading import read_portrait
from webapp.eyewear.frame import Eyewear
from webapp.fitting.fit import seat_frame
from webapp.rendering.codec import Pixels
from webapp.rendering.compose import prepare, try_on
from webapp.shop import catalogue
from webapp.shop.portraits import resized
from webapp.shop.standing import seat
from webapp.shop.views import FrameView


@dataclass(frozen=True)
class Look:
    """A variant to try on. `name`: frame/variant."""

    name: str
    eyewear: Eyewear


@dataclass(frozen=True)
class Wish:
    """What is asked of every photo: which face, its PD in mm if known, a width in pixels.

    `tint`: the state of photochromic lenses, 0 clear to 1 darkened.
    """

    face: int = 0
    pd_mm: float | None = None
    width: int | None = None
    tint: float = 1.0


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
    named = named or variant or catalogue.first_variant(slug)
    return Look(f"{slug}/{named}", catalogue.eyewear(slug, named))


def names_of(frames: Sequence[FrameView]) -> list[str]:
    """Return every frame/variant of these frames."""
    return [f"{frame.slug}/{variant.slug}" for frame in frames for variant in frame.variants]


def dress(path: Path, looks: Sequence[Look], wish: Wish) -> Iterator[tuple[Look | None, Dressed]]:
    """Yield the photo as it is, with None, then one picture for each look.

    Raises:
        FileUnreadable, PhotoError: the photo can't be read.
        FaceError: it shows no face that glasses can be seated on.
    """
    portrait = read_portrait(path)
    portrait, face, camera, head = seat(portrait, wish.face, wish.pd_mm)
    pixels, scale = resized(portrait, wish.width)
    x, y, width, height = (scale * side for side in face.box)
    box = (x, y, width, height)
    yield None, Dressed(pixels, box)
    camera = camera.scaled(scale)
    scene = prepare(pixels, camera, head)
    for look in looks:
        eyewear = look.eyewear.at(wish.tint)
        fit = seat_frame(camera, head, eyewear)
        worn = try_on(pixels, fit, eyewear, seed=portrait.seed, scene=scene)
        yield look, Dressed(worn, box)
