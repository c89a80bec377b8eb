"""Photos that are looked at and forgotten: read under the shop's limits, kept nowhere."""

import hashlib
from dataclasses import dataclass

from webapp.errors import NoSuchFace
from webapp.faces.finder import Face
from webapp.fitting.fit import head_of
from webapp.fitting.scene import Camera, Head
from webapp.rendering.codec import Picture, Pixels, at_width
from webapp.shop import uploads
from webapp.shop.viewing import find_faces


@dataclass(frozen=True)
class Portrait:
    """A photo in memory; nothing of it is stored.

    `pixels`: (H, W, 3) uint8 RGB, upright. `focal_35mm`: mm, from EXIF, or None.
    `seed`: of the grain, from the file's bytes: the same photo always gets the same.
    """

    pixels: Pixels
    focal_35mm: float | None
    seed: int

    @property
    def size(self) -> tuple[int, int]:
        """(width, height), pixels."""
        height, width = self.pixels.shape[:2]
        return width, height


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
    return Portrait(picture.pixels(), picture.focal_35mm, seed)


def seat(portrait: Portrait, face: int, pd_mm: float | None) -> tuple[Face, Camera, Head]:
    """Return a face, counted as the shop does, and the camera and head behind it; hold a slot.

    Args:
        pd_mm: the distance between the pupils, where it is known.

    Raises:
        FaceError: there is none, or glasses can't be seated on it.
    """
    found = find_faces(portrait.pixels, portrait.focal_35mm)
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
