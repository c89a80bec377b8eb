"""Photos that are looked at and forgotten: read under the shop's limits, kept nowhere."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from webapp.errors import NoSuchFace
from webapp.faces.crops import Photo, Pyramid
from webapp.faces.finder import Face
from webapp.fitting.fit import head_of
from webapp.fitting.scene import Camera, Head
from webapp.rendering.codec import Picture, Pixels, at_width
from webapp.shop import uploads
from webapp.shop.viewing import find_faces


@dataclass(frozen=True)
class Portrait:
    """A photo in memory; nothing of it is stored.

    `picture`: upright, RGB. `seed`: of the grain, from the file's bytes: the same photo always
    gets the same.
    """

    picture: Picture
    seed: int

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


def seat(portrait: Portrait, face: int, pd_mm: float | None) -> tuple[Face, Camera, Head]:
    """Return a face, counted as the shop does, and the camera and head behind it; hold a slot.

    Args:
        pd_mm: the distance between the pupils, where it is known.

    Raises:
        FaceError: there is none, or glasses can't be seated on it.
    """
    found = find_faces(portrait.photo, portrait.focal_35mm)
    if face >= len(found):
        raise NoSuchFace(asked=face, found=len(found))
    chosen, (camera, head) = found[face]
    if pd_mm is not None:
        camera, head = head_of(
            chosen.landmarks, portrait.size, pd_mm=pd_mm, focal_35mm=portrait.focal_35mm
        )
    return chosen, camera, head


def resized(portrait: Portrait, width: int | None) -> tuple[Pixels, float]:
    """Return the photo at most `width` pixels wide, and its scale."""
    whole = portrait.size[0]
    if width is None or width >= whole:
        return portrait.pixels, 1.0
    return at_width(portrait.pixels, width), width / whole
