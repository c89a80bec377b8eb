"""The pictures that a sheet names: artwork as an export gives it, or photos to cut it from."""

import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.errors import (
    CellMissing,
    InvalidFrame,
    LorgnetteError,
    NotAPicture,
    PhotoError,
    PhotoTooLarge,
    PictureMissing,
    ProductPhotoError,
    SheetInvalid,
)
from webapp.eyewear.frame import Artwork, SizeMarks
from webapp.rendering import codec
from webapp.rendering.codec import Pixels
from webapp.shop import products, uploads
from webapp.shop.parcels import Parcel
from webapp.shop.pictures import Pictures
from webapp.shop.sheet_columns import FRAME, NEEDED_ARTWORK, PICTURE, column_of
from webapp.shop.sheets import Fault, Row

MARKS = tuple(SizeMarks.__dataclass_fields__)
PNG = b"\x89PNG\r\n\x1a\n"
MOST_LAYER_PIXELS = 24_000_000
SCALES = (0.5, 40.0)  # pixels in a millimetre that artwork has


class Faulty(Exception):  # it carries faults, and is none itself
    """A frame's rows that can't be imported, and why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(len(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Known:
    """A colourway that is there: its fields by column, and what its pictures were made of."""

    columns: Mapping[str, Any]
    photos: str | None
    artwork: tuple[Any, ...]


def checked(row: Row, make: Callable[[], Any], of: str = FRAME) -> Any:
    """Return what `make` makes. Raises `Faulty` where a field can't be so."""
    try:
        return make()
    except InvalidFrame as error:
        column = column_of(str(error.params["field"]), of)
        raise Faulty([Fault.of(row.number, column, error)]) from error


def pictures_of(
    row: Row, known: Known | None, frame: Mapping[str, Any], parcel: Parcel
) -> tuple[Pictures | None, products.Photographed | None]:
    """Return a row's pictures, None where they are as they were. Raises `Faulty`.

    Artwork counts before photos: it is what an export gives, and needs no cutting.
    """
    try:
        if any(column.name in row.values for column in NEEDED_ARTWORK):
            return artwork_of(row, known, parcel), None
        return photographed(row, known, frame, parcel)
    except PictureMissing as error:
        column = next((one for one, name in row.values.items() if name == error.params["name"]), "")
        raise Faulty([Fault.of(row.number, column or "front_picture", error)]) from error
    except SheetInvalid as error:
        raise Faulty([Fault.of(row.number, "front_picture", error)]) from error


def artwork_of(row: Row, known: Known | None, parcel: Parcel) -> Pictures | None:
    """Return the artwork that a row names. Raises `Faulty`, `PictureMissing`."""
    lacking = [one.name for one in NEEDED_ARTWORK if one.name not in row.values]
    if lacking:
        raise Faulty([Fault.of(row.number, name, CellMissing()) for name in lacking])
    layers = ("artwork_front", "artwork_lenses", "artwork_temple")
    files = [parcel.picture(row.values[name]) for name in layers]
    (scale,) = row.values["artwork_scale"]
    places = tuple(row.values[f"artwork_{name}"] for name in ("centre", "joint", "ear"))
    made_of = (*(hashlib.sha256(data).hexdigest() for data in files), scale, *places)
    if known and known.artwork == made_of:
        return None
    pixels = []
    for name, data in zip(layers, files, strict=True):
        try:
            pixels.append(layer_of(data))
        except LorgnetteError as error:
            raise Faulty([Fault.of(row.number, name, error)]) from error
    return Pictures(checked(row, lambda: artwork_in(pixels, scale, places), PICTURE))


def layer_of(data: bytes) -> Pixels:
    """Return a layer of artwork, a PNG of a bounded size. Raises `PhotoError`.

    No photo: it may be narrower than one may be, and its pixels stay as they are.
    """
    if data[:8] != PNG or data[12:16] != b"IHDR":
        raise NotAPicture(allowed="PNG")
    width, height = struct.unpack(">II", data[16:24])  # before anything is unpacked
    if not 0 < width * height <= MOST_LAYER_PIXELS:
        most = MOST_LAYER_PIXELS / 1e6
        raise PhotoTooLarge(megapixels=round(width * height / 1e6), most_megapixels=most)
    return codec.read_layer(data)


def artwork_in(pixels: Sequence[Pixels], scale: float, places: Sequence[Any]) -> Artwork:
    """Return the artwork of layers. Raises `InvalidFrame` where they don't belong together."""
    front, lenses, temple = pixels
    if not SCALES[0] <= scale <= SCALES[1]:
        raise InvalidFrame(field="scale", value=scale, advice=f"{SCALES[0]:g} to {SCALES[1]:g}")
    for field, picture, (x, y) in zip(
        ("centre", "joint", "ear"), (front, temple, temple), places, strict=True
    ):
        height, width = picture.shape[:2]
        if not (-1 <= x <= width and -1 <= y <= height):
            raise InvalidFrame(field=field, value=(x, y), advice="a point in its picture")
    return Artwork(front, lenses, temple, scale, *places)


def photographed(
    row: Row, known: Known | None, frame: Mapping[str, Any], parcel: Parcel
) -> tuple[Pictures | None, products.Photographed | None]:
    """Return the artwork cut from the photos that a row names. Raises as `pictures_of`."""
    front = row.values.get("front_picture")
    if not front:
        if known is None:
            raise Faulty([Fault.of(row.number, "front_picture", CellMissing())])
        return None, None
    side = row.values.get("side_picture")
    files = [parcel.picture(front), parcel.picture(side) if side else None]
    if known and known.photos == digest_of(files):
        return None, None
    marks = checked(row, lambda: SizeMarks(*(frame[name] for name in MARKS)))
    try:
        seen = products.photographed(
            files[0] or b"", files[1], marks, material=frame["material"], shape=frame["shape"]
        )
    except (PhotoError, ProductPhotoError, InvalidFrame) as error:
        raise Faulty([Fault.of(row.number, guilty(files, error), error)]) from error
    return seen.pictures, seen


def digest_of(files: Sequence[bytes | None]) -> str:
    """Return what `products.photographed` keeps of the same files."""
    parts = (hashlib.sha256(data or b"").digest() for data in files)
    return hashlib.sha256(b"".join(parts)).hexdigest()


def guilty(files: Sequence[bytes | None], error: LorgnetteError) -> str:
    """Return the column of the photo that an error is about."""
    if error.code == "side-unreadable":
        return "side_picture"
    if files[1] is None or isinstance(error, ProductPhotoError):
        return "front_picture"
    try:
        uploads.read_product(files[0] or b"")
    except PhotoError:
        return "front_picture"
    return "side_picture"
