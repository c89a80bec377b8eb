"""Photos dressed many at a time: bytes in, JPEGs or reasons out.

It knows neither database nor settings, so that an actor on another machine dresses exactly as a
worker of this one does. What it sees of faces it forgets with the photo.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from webapp.errors import LorgnetteError
from webapp.eyewear.frame import Eyewear
from webapp.faces.finder import Face
from webapp.fitting.fit import seat_frame
from webapp.intake.reader import Bounds, Reader
from webapp.rendering import codec, compose
from webapp.rendering.codec import Pixels
from webapp.shop.sight import Finder, Stage
from webapp.shop.standing import QUARTERS, sure
from webapp.shop.viewing import largest_usable

TOGETHER = 16  # photos whose faces are sought together
TOGETHER_PIXELS = 24_000_000  # and their pixels, which are all in memory
BROKEN = "error"  # the reason where the code failed, not the photo

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rules:
    """What holds for every photo: the bounds of an upload, the results' quality and width."""

    bounds: Bounds
    quality: int
    width: int | None = None


@dataclass(frozen=True)
class Raw:
    """A photo to dress: its bytes, or why there are none.

    focal_35mm: mm; None where EXIF is to be asked. seed: of the grain.
    """

    key: int
    data: bytes | LorgnetteError
    seed: int
    focal_35mm: float | None = None


@dataclass(frozen=True)
class Dressed:
    """A photo with a look: a JPEG, or the reason why there is none. broken: our fault."""

    jpeg: bytes
    width: int
    height: int
    milliseconds: int
    reason: str | None = None
    broken: bool = False


@dataclass
class Open:
    """A photo that is decoded."""

    raw: Raw
    pixels: Pixels
    focal_35mm: float | None
    seconds: float


class Dresser:
    """Dresses photos with the same looks; a look that is gone has the reason why instead."""

    def __init__(
        self, finder: Finder, reader: Reader, looks: Sequence[Eyewear | str], rules: Rules
    ) -> None:
        self.finder = finder
        self.reader = reader
        self.looks = looks
        self.rules = rules

    def dress(self, photos: Iterable[Raw]) -> Iterator[tuple[Raw, list[Dressed]]]:
        """Yield each photo with what came of it, look by look.

        Raises:
            ModelUnusable: nothing more can be seen; photos that were not yielded are not dressed.
        """
        opened: list[Open] = []
        for raw in photos:
            try:
                opened.append(self.open(raw))
            except Exception as fault:
                yield raw, self.none_of(fault)
            if full(opened):
                yield from self.dress_opened(opened)
                opened = []
        yield from self.dress_opened(opened)

    def open(self, raw: Raw) -> Open:
        """Decode a photo. Raises what its bytes are worth, or the reason why there are none."""
        begun = time.perf_counter()
        if not isinstance(raw.data, bytes):
            raise raw.data
        picture = self.reader.read(raw.data, self.rules.bounds)
        focal = raw.focal_35mm if raw.focal_35mm is not None else picture.focal_35mm
        return Open(raw, picture.pixels(), focal, time.perf_counter() - begun)

    def dress_opened(self, opened: list[Open]) -> Iterator[tuple[Raw, list[Dressed]]]:
        """Yield decoded photos with what came of them; their faces are sought together."""
        if not opened:
            return
        begun = time.perf_counter()
        found = self.find([photo.pixels for photo in opened])
        opened, found = self.stood_up(opened, found)
        each = (time.perf_counter() - begun) / len(opened)
        for photo, faces in zip(opened, found, strict=True):
            try:
                if isinstance(faces, Exception):
                    raise faces
                yield photo.raw, self.wear(photo, faces, photo.seconds + each)
            except Exception as fault:
                yield photo.raw, self.none_of(fault)

    def stood_up(
        self, opened: list[Open], found: Sequence[list[Face] | Exception]
    ) -> tuple[list[Open], Sequence[list[Face] | Exception]]:
        """Return photos and their faces; those that lie on their side are turned.

        Raises:
            ModelUnusable: the model can't be used at all.
        """
        opened, found = list(opened), list(found)
        for quarters in QUARTERS:
            lying = [at for at, faces in enumerate(found) if unsure(faces)]
            turned = [codec.turned_left(opened[at].pixels, quarters) for at in lying]
            standing = self.find(turned) if turned else []
            for at, pixels, faces in zip(lying, turned, standing, strict=True):
                if not isinstance(faces, Exception) and sure(faces):
                    opened[at], found[at] = replace(opened[at], pixels=pixels), faces
        return opened, found

    def find(self, pixels: list[Pixels]) -> Sequence[list[Face] | Exception]:
        """Return the faces in each photo: sought together, or one by one where that breaks.

        Raises:
            ModelUnusable: the model can't be used at all.
        """
        try:
            return self.finder.find_many(pixels)
        except LorgnetteError:
            raise
        except Exception:
            log.exception("faces could not be sought in %s photos at once", len(pixels))
        return [self.find_alone(one) for one in pixels]

    def find_alone(self, pixels: Pixels) -> list[Face] | Exception:
        """Return the faces in a photo of those that broke the search, or how it broke it."""
        try:
            return self.finder.find_many([pixels])[0]
        except LorgnetteError:
            raise
        except Exception as fault:
            return fault

    def wear(self, photo: Open, faces: list[Face], seconds: float) -> list[Dressed]:
        """Return the photo with each look; `seconds`: what it has cost so far.

        Raises:
            FaceError: none can be worn.
        """
        begun = time.perf_counter()
        _, (camera, head) = largest_usable(faces, photo.pixels, photo.focal_35mm)
        pixels, scale = at_most(photo.pixels, self.rules.width)
        camera = camera.scaled(scale)
        stage = Stage(pixels, camera, head, compose.prepare(pixels, camera, head))
        share = (seconds + time.perf_counter() - begun) / len(self.looks)
        return [
            self.wear_look(stage, look, photo.raw.seed, share, in_place=look is self.looks[-1])
            for look in self.looks
        ]

    def wear_look(
        self, stage: Stage, look: Eyewear | str, seed: int, seconds: float, *, in_place: bool
    ) -> Dressed:
        """Return the photo with one look; the last one may be painted into the photo itself."""
        if isinstance(look, str):
            return nothing(look)
        begun = time.perf_counter()
        eyewear = look.at(1.0)
        fit = seat_frame(stage.camera, stage.head, eyewear)
        picture = compose.try_on(
            stage.pixels, fit, eyewear, seed=seed, scene=stage.scene, in_place=in_place
        )
        jpeg = codec.encode_jpeg(picture, self.rules.quality)
        height, width = picture.shape[:2]
        milliseconds = round(1000 * (seconds + time.perf_counter() - begun))
        return Dressed(jpeg, width, height, milliseconds)

    def none_of(self, fault: Exception) -> list[Dressed]:
        """Return why there is no picture, for every look."""
        if isinstance(fault, LorgnetteError):
            return [nothing(fault.code)] * len(self.looks)
        log.error("a photo could not be dressed", exc_info=fault)
        return [replace(nothing(BROKEN), broken=True)] * len(self.looks)


def unsure(faces: list[Face] | Exception) -> bool:
    """Return whether a photo was looked at, and none of its faces is surely one."""
    return not isinstance(faces, Exception) and not sure(faces)


def nothing(reason: str) -> Dressed:
    """Return that there is no picture, and why."""
    return Dressed(b"", 0, 0, 0, reason)


def full(opened: list[Open]) -> bool:
    """Tell whether so many photos are decoded that their faces should be sought."""
    pixels = sum(photo.pixels.shape[0] * photo.pixels.shape[1] for photo in opened)
    return len(opened) >= TOGETHER or pixels >= TOGETHER_PIXELS


def at_most(pixels: Pixels, width: int | None) -> tuple[Pixels, float]:
    """Return the photo at most `width` px wide, and its scale."""
    if width is None or width >= pixels.shape[1]:
        return pixels, 1.0
    return codec.at_width(pixels, width), width / pixels.shape[1]
