"""Photos named on the command line, read as the shop reads an upload."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from webapp.errors import FileUnreadable
from webapp.rendering.codec import Picture, Pixels, read_photo


@dataclass(frozen=True)
class Portrait:
    """A photo file in memory; nothing of it is stored.

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


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes. Raises `FileUnreadable`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(file=str(path), reason=error.strerror) from error


def read_picture(data: bytes, *, whole: bool = False) -> Picture:
    """Read a photo's bytes under the shop's limits.

    Args:
        whole: keep every pixel of a photo that the shop would reduce for storing.

    Raises:
        PhotoError: the bytes are no acceptable picture.
    """
    settings = current_app.config
    most = int(settings["MAX_MEGAPIXELS"] * 1e6)
    return read_photo(
        data,
        most_bytes=int(settings["MAX_UPLOAD_MB"] * 1e6),
        most_pixels=most,
        stored_pixels=most if whole else int(settings["STORED_MEGAPIXELS"] * 1e6),
    )


def read_portrait(path: Path, *, whole: bool = False) -> Portrait:
    """Read a photo file; `whole` as in `read_picture`.

    Raises:
        FileUnreadable: the file can't be read.
        PhotoError: it holds no acceptable picture.
    """
    data = read_bytes(path)
    picture = read_picture(data, whole=whole)
    seed = int(hashlib.sha256(data).hexdigest()[:8], 16)
    return Portrait(picture.pixels(), picture.focal_35mm, seed)
