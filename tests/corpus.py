"""Good pictures of every kind, small, and broken ones made from them: by number, so repeatable."""

import io
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from tests.pictures import drawn, saved

DATA = Path(__file__).parent / "data"


@cache
def good() -> dict[str, bytes]:
    """A good file of every kind that the shop takes, with what such files carry along."""
    noise = np.random.default_rng(1).integers(0, 255, (96, 128, 3), dtype=np.uint8)
    noisy = Image.fromarray(noise)
    deep = Image.fromarray(np.arange(96 * 128, dtype=np.uint16).reshape(96, 128) * 5)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    second = [Image.new("RGB", (128, 96), "black")]
    return {
        "jpeg": saved(noisy),
        "jpeg, progressive": saved(noisy, progressive=True),
        "jpeg, grey": saved(noisy.convert("L")),
        "jpeg, CMYK": saved(noisy.convert("CMYK")),
        "jpeg, with EXIF": saved(drawn(), exif=exif(6), comment=b"words", icc_profile=profile),
        "jpeg, two pictures": saved(drawn(), "MPO", save_all=True, append_images=second),
        "png": saved(drawn(), "PNG", exif=exif(3), icc_profile=profile),
        "png, palette": saved(noisy.convert("P"), "PNG"),
        "png, alpha": saved(drawn().convert("RGBA"), "PNG"),
        "png, 16 bit": saved(deep, "PNG"),
        "png, not compressed": saved(noisy, "PNG", compress_level=0),
        "webp": saved(noisy, "WEBP", quality=80, exif=exif(8)),
        "webp, lossless": saved(drawn().convert("RGBA"), "WEBP", lossless=True),
        "avif": saved(noisy, "AVIF", quality=60, exif=exif(1)),
        "avif, alpha": saved(drawn().convert("RGBA"), "AVIF", quality=60),
        "heif": (DATA / "two-pictures.heic").read_bytes(),
    }


def exif(orientation: int) -> Image.Exif:
    """EXIF with a place and a maker's name."""
    told = Image.Exif()
    told[0x0112] = orientation
    told[0x010F] = "SecretCamera"
    told.get_ifd(0x8769)[0xA405] = 26
    told.get_ifd(0x8825)[1] = "N"
    return told


def mutant(number: int) -> tuple[str, bytes]:
    """The `number`th broken picture: the kind it was made from, and its bytes."""
    rng = np.random.default_rng([20_261_125, number])
    kinds = list(good())
    kind = kinds[number % len(kinds)]
    data = bytearray(good()[kind])
    for _ in range(int(rng.integers(1, 4))):
        data = WAYS[int(rng.integers(len(WAYS)))](data, rng)
    return kind, bytes(data)


def flip_bytes(data: bytearray, rng: np.random.Generator) -> bytearray:
    """Some bytes become others."""
    for at in rng.integers(0, len(data), int(rng.integers(1, 12))):
        data[at] = int(rng.integers(256))
    return data


def flip_header(data: bytearray, rng: np.random.Generator) -> bytearray:
    """Bytes near the start, where sizes stand, become extreme."""
    for at in rng.integers(2, min(len(data), 400), 3):
        data[at] = int(rng.choice([0, 1, 0x7F, 0x80, 0xFE, 0xFF]))
    return data


def cut(data: bytearray, rng: np.random.Generator) -> bytearray:
    """The end is missing."""
    return data[: int(rng.integers(16, len(data) + 1))] if len(data) > 16 else data


def cut_out(data: bytearray, rng: np.random.Generator) -> bytearray:
    """A piece in the middle is missing."""
    start = int(rng.integers(0, len(data)))
    return data[:start] + data[start + int(rng.integers(1, 200)) :] or data


def repeat(data: bytearray, rng: np.random.Generator) -> bytearray:
    """A piece stands there many times."""
    start = int(rng.integers(0, len(data)))
    piece = data[start : start + int(rng.integers(1, 300))]
    return data[:start] + piece * int(rng.integers(2, 60)) + data[start:]


def swap(data: bytearray, rng: np.random.Generator) -> bytearray:
    """A piece of another kind of file stands in the middle."""
    others = list(good().values())
    other = others[int(rng.integers(len(others)))]
    start, there = int(rng.integers(0, len(data))), int(rng.integers(0, len(other)))
    return data[:start] + other[there : there + int(rng.integers(1, 400))] + data[start:]


WAYS = (flip_bytes, flip_bytes, flip_header, cut, cut_out, repeat, swap)


def scan_bomb(side: int, scans: int) -> bytes:
    """A progressive JPEG that repeats its last, empty scan: small, and endless to decode."""
    file = io.BytesIO()
    Image.new("RGB", (side, side), (90, 90, 90)).save(file, "JPEG", quality=50, progressive=True)
    data = file.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * scans + b"\xff\xd9"
