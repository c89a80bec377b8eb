"""Photos named on the command line, read as the shop reads an upload."""

from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from webapp.errors import FileUnreadable
from webapp.faces.finder import Face, FaceFinder
from webapp.rendering.codec import Picture, Pixels, read_photo


@dataclass(frozen=True)
class Portrait:
    """A photo and the faces in it; nothing of it is stored.

    `pixels`: (H, W, 3) uint8 RGB, upright. `focal_35mm`: from EXIF, or None.
    `data`: the file's bytes.
    """

    pixels: Pixels
    focal_35mm: float | None
    faces: list[Face]
    data: bytes

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


def read_portrait(path: Path, finder: FaceFinder, *, whole: bool = False) -> Portrait:
    """Read a photo file and find the faces in it, the largest first.

    Raises:
        FileUnreadable: the file can't be read.
        PhotoError: it holds no acceptable picture.
        ModelUnusable: the weights can't be read.
    """
    data = read_bytes(path)
    picture = read_picture(data, whole=whole)
    pixels = picture.pixels()
    return Portrait(pixels, picture.focal_35mm, finder.find(pixels), data)


def make_finder() -> FaceFinder:
    """Return a finder of faces that works as the shop's does."""
    return FaceFinder(threads=current_app.config["MODEL_THREADS"])
