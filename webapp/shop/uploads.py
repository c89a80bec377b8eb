"""Strangers' pictures, read within the bounds that the settings set."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from webapp.intake.reader import Bounds, Reader
from webapp.rendering.codec import Picture, Pixels
from webapp.storage import belongings

LOCK = "decoding.lock"  # in the instance folder: large pictures take turns on a machine


def read(data: bytes, *, whole: bool = False) -> Picture:
    """Return an upload as a picture.

    Args:
        whole: keep every pixel of a photo that the shop would reduce for storing.

    Raises:
        PhotoError: the bytes are no acceptable picture.
        Busy: other large pictures took too long.
    """
    return belongings.only(make).read(data, bounds(whole))


def read_product(data: bytes) -> Pixels:
    """Return a product photo, (H, W, 3) uint8, or (H, W, 4) where it is transparent.

    Raises: as `read`.
    """
    return belongings.only(make).read(data, replace(bounds(whole=False), alpha=True)).layer()


def make() -> Reader:
    """Return a reader; its decoding process starts at the first picture that needs it."""
    return Reader(Path(belongings.settings()["INSTANCE_DIR"]) / LOCK)


def bounds(whole: bool) -> Bounds:
    """Return the bounds of one upload, as the settings have them."""
    settings: Any = belongings.settings()
    most = int(settings["MAX_MEGAPIXELS"] * 1e6)
    return Bounds(
        most_bytes=int(settings["MAX_UPLOAD_MB"] * 1e6),
        most_pixels=most,
        stored_pixels=most if whole else int(settings["STORED_MEGAPIXELS"] * 1e6),
        seconds=settings["DECODE_SECONDS"],
        megabytes=settings["DECODE_MEGABYTES"],
        wait_seconds=settings["MODEL_WAIT_SECONDS"],
    )
