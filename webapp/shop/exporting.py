"""The catalogue as a ZIP that the import takes: a sheet, and each colourway's artwork."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from webapp.shop import accounts, sheets, viewing
from webapp.shop.sheet_columns import COLOURWAY, COLUMNS, FRAME
from webapp.shop.views import AdminView
from webapp.storage import catalogue as rows
from webapp.storage.database import reading
from webapp.storage.tables import Frame, Role, Variant

SHEET = "catalogue.csv"
LAYERS = ("front", "lenses", "temple")
PLACES = ("centre", "joint", "ear")
EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file in the ZIP: the same catalogue, the same bytes


@dataclass(frozen=True)
class Line:
    """A row of the sheet, and the pictures that it names, by name to stored file."""

    cells: Mapping[str, Any]
    pictures: Mapping[str, str]


def export(
    by: AdminView | None, out: IO[bytes], told: Callable[[int, int], None] = lambda *_: None
) -> int:
    """Write the whole catalogue into a ZIP; return how many frames it holds.

    Args:
        told: called after each colourway with (done, of how many).

    Raises:
        NotAllowed: not even a viewer asks.
        NotFound: a picture's file is gone.
    """
    if by is not None:
        accounts.require(by, Role.VIEWER)
    lines, frames = every_line()
    with zipfile.ZipFile(out, "w") as archive:
        write(archive, SHEET, sheets.write(line.cells for line in lines), zipfile.ZIP_DEFLATED)
        for done, line in enumerate(lines, 1):
            for name, file in line.pictures.items():
                write(archive, name, viewing.data_in(file), zipfile.ZIP_STORED)
            told(done, len(lines))
    return frames


def write(archive: zipfile.ZipFile, name: str, data: bytes, how: int) -> None:
    """Put a file into the ZIP."""
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = how
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, data)


def every_line() -> tuple[list[Line], int]:
    """Return the sheet's lines, and how many frames they tell of."""
    with reading() as session:
        found = rows.frames(session)
        return [line for frame in found for line in lines_of(frame)], len(found)


def lines_of(frame: Frame) -> Iterator[Line]:
    """Yield a line for each of the frame's colourways."""
    own = {column.name: getattr(frame, column.field) for column in COLUMNS if column.of == FRAME}
    own["price"] = f"{frame.price_cents / 100:.2f}"
    own["status"] = str(frame.status)
    for variant in frame.variants:
        told = {one.name: getattr(variant, one.field) for one in COLUMNS if one.of == COLOURWAY}
        cells, pictures = artwork_of(frame, variant)
        yield Line({**own, **told, **cells}, pictures)


def artwork_of(frame: Frame, variant: Variant) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the cells that tell of a colourway's artwork, and its pictures."""
    home = f"pictures/{frame.slug}/{variant.slug}"
    names = {layer: f"{home}-{layer}.png" for layer in LAYERS}
    cells: dict[str, Any] = {f"artwork_{layer}": name for layer, name in names.items()}
    cells["artwork_scale"] = variant.scale
    cells |= {f"artwork_{place}": getattr(variant, place) for place in PLACES}
    return cells, {name: getattr(variant, layer).file for layer, name in names.items()}
