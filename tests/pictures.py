"""Drawn pictures of four colours, and whether what comes out is still that picture."""

import io

import numpy as np
from PIL import Image

CORNERS = {"red": (0, 0), "green": (0, -1), "blue": (-1, 0), "white": (-1, -1)}  # (row, column)
COLOURS = {"red": (200, 30, 30), "green": (30, 170, 30), "blue": (30, 30, 200), "white": (250,) * 3}


def drawn(width: int = 128, height: int = 96) -> Image.Image:
    """A picture whose four quarters have different colours."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = COLOURS["red"]
    pixels[: height // 2, width // 2 :] = COLOURS["green"]
    pixels[height // 2 :, : width // 2] = COLOURS["blue"]
    pixels[height // 2 :, width // 2 :] = COLOURS["white"]
    return Image.fromarray(pixels)


def saved(image: Image.Image, form: str = "JPEG", **how: object) -> bytes:
    file = io.BytesIO()
    if form == "JPEG":
        how = {"quality": 95, "subsampling": 0, **how}
    image.save(file, form, **how)
    return file.getvalue()


def assert_upright(pixels: np.ndarray, within: int = 12) -> None:
    for name, corner in CORNERS.items():
        np.testing.assert_allclose(pixels[corner], COLOURS[name], atol=within, err_msg=name)
