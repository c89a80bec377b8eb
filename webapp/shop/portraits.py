"""Photos in memory: read under the shop's limits, kept nowhere."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from webapp.faces.crops import Photo, Pyramid
from webapp.rendering.codec import Picture, Pixels, at_width
from webapp.shop import uploads


@dataclass(frozen=True)
class Portrait:
    """A photo in memory.

    `picture`: upright by its EXIF, RGB. `seed`: of the grain, from the file's bytes: the same photo
    always gets the same.
    """

    picture: Picture
    seed: int = 0

    def turned(self, quarters: int) -> "Portrait":
        """Return the photo turned to the left by 1, 2 or 3 quarters."""
        return Portrait(self.picture.turned(quarters), self.seed)

    @cached_property
    def pixels(self) -> Pixels:
        """(H, W, 3) uint8 RGB."""
        return self.picture.pixels()

    @property
    def photo(self) -> Photo:
        """What faces are sought in: of an image, only what is looked at becomes an array."""
        image = self.picture.image
        return Pyramid(image) if image.mode == "RGB" else self.pixels

    @property
    def focal_35mm(self) -> float | None:
        """The focal length from EXIF, mm."""
        return self.picture.focal_35mm

    @property
    def size(self) -> tuple[int, int]:
        """(width, height), pixels."""
        return self.picture.image.size


def read_picture(data: bytes, *, whole: bool = False) -> Picture:
    """Read a photo's bytes under the shop's limits.

    Args:
        whole: keep every pixel of a photo that the shop would reduce for storing.

    Raises:
        PhotoError: the bytes are no acceptable picture.
    """
    return uploads.read(data, whole=whole)


def read_portrait(data: bytes, *, whole: bool = False) -> Portrait:
    """Read a photo's bytes; `whole` and errors as of `read_picture`."""
    picture = read_picture(data, whole=whole)
    seed = int(hashlib.sha256(data).hexdigest()[:8], 16)
    return Portrait(picture, seed)


def resized(portrait: Portrait, width: int | None) -> tuple[Pixels, float]:
    """Return the photo at most `width` pixels wide, and its scale."""
    whole = portrait.size[0]
    if width is None or width >= whole:
        return portrait.pixels, 1.0
    return at_width(portrait.pixels, width), width / whole
