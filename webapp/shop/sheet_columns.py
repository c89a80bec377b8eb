"""The columns of a catalogue's sheet: what each means, and how its cells are read and written.

They are those that eyewear shops use: GTIN or SKU, brand, model, colour, type, gender, lens,
bridge, temple, caliper width. A row is a colourway; what is the frame's stands in each of its
rows. Columns that a sheet lacks leave things as they are.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from webapp.errors import CellInvalid
from webapp.eyewear.frame import Gender, LensKind, Material, Shape, Type

NUMBER = re.compile(r"-?\d{1,9}([.,]\d{1,6})?")
LONGEST_CELL = 1000
YES, NO = ("yes", "true", "1"), ("no", "false", "0")
FRAME, COLOURWAY, PICTURE = "frame", "colourway", "picture"


@dataclass(frozen=True)
class Column:
    """A column. `of`: what it tells of; `field`: that one's field, by the names of the catalogue.

    `needed`: a new one can't do without. `empties`: an empty cell empties the field.
    """

    name: str
    of: str
    field: str
    meaning: str
    read: Callable[[str], Any]
    needed: bool = False
    empties: bool = False


def word(cell: str) -> str:
    """Return a cell as it is."""
    return cell


def number(cell: str) -> float:
    """Return a number, written with a decimal point or comma."""
    if not NUMBER.fullmatch(cell):
        raise CellInvalid(advice="a number, such as 52 or 17.5")
    return float(cell.replace(",", "."))


def cents(cell: str) -> int:
    """Return an amount of money in hundredths."""
    value = round(number(cell) * 100, 4)
    if value != int(value):
        raise CellInvalid(advice="an amount with at most two decimals, such as 129.50")
    return int(value)


def pieces(cell: str) -> int:
    """Return a whole number."""
    if not (cell.isascii() and cell.isdigit() and len(cell) < 10):
        raise CellInvalid(advice="a whole number")
    return int(cell)


def choice(of: type[Shape | Material | Gender | Type | LensKind]) -> Callable[[str], str]:
    """Return what reads one of an enumeration's words, however it is written."""
    known = [str(one) for one in of]

    def read(cell: str) -> str:
        plain = re.sub(r"[\s_]+", "-", cell.lower())
        if plain not in known:
            raise CellInvalid(advice=f"one of {', '.join(known)}")
        return plain

    return read


def status(cell: str) -> str:
    """Return where a frame is on its way through the catalogue."""
    known = ("draft", "published", "retired")
    if cell.lower() not in known:
        raise CellInvalid(advice=f"one of {', '.join(known)}")
    return cell.lower()


def currency(cell: str) -> str:
    """Return a currency."""
    return cell.upper()


def yes(cell: str) -> bool:
    """Return yes or no."""
    if cell.lower() not in (*YES, *NO):
        raise CellInvalid(advice="yes or no")
    return cell.lower() in YES


def numbers(many: int) -> Callable[[str], tuple[float, ...]]:
    """Return what reads so many numbers with spaces between them."""

    def read(cell: str) -> tuple[float, ...]:
        try:
            found = tuple(float(part) for part in cell.split())
        except ValueError:
            found = ()
        if len(found) != many or not all(abs(one) < 1e6 for one in found):
            raise CellInvalid(advice=f"{many} numbers with spaces between them")
        return found

    return read


def file_name(cell: str) -> str:
    """Return the name of a picture beside the sheet, folders with slashes."""
    name = cell.replace("\\", "/").removeprefix("./")
    if name.startswith("/") or ".." in name.split("/") or not name.isprintable():
        raise CellInvalid(advice="the name of a picture in the ZIP")
    return name


def links(name: str, of: str) -> Column:
    """Return a column of an address."""
    field = "shop_link"
    return Column(name, of, field, "where it is sold, https://…", word, empties=True)


COLUMNS = (
    Column("frame", FRAME, "slug", "short name in addresses; else from the model", word),
    Column("brand", FRAME, "brand", "brand", word, needed=True),
    Column("model", FRAME, "name", "name of the frame", word, needed=True),
    Column("type", FRAME, "type", "optical or sun", choice(Type)),
    Column("gender", FRAME, "gender", "women, men, unisex or kids", choice(Gender)),
    Column("shape", FRAME, "shape", "shape of the front", choice(Shape), needed=True),
    Column("material", FRAME, "material", "acetate, metal or mixed", choice(Material), needed=True),
    Column("lens", FRAME, "lens_width", "lens width (A), mm", number, needed=True),
    Column("lens_height", FRAME, "lens_height", "lens height (B), mm", number, needed=True),
    Column("bridge", FRAME, "bridge", "bridge (DBL), mm", number, needed=True),
    Column("temple", FRAME, "temple", "length of the temple, mm", number, needed=True),
    Column("caliper", FRAME, "width", "width across the hinges, mm", number, needed=True),
    Column("price", FRAME, "price_cents", "price, such as 129.50", cents, needed=True),
    Column("currency", FRAME, "currency", "currency, such as EUR", currency),
    links("link", FRAME),
    Column("status", FRAME, "status", "draft, published or retired", status),
    Column("wrap", FRAME, "wrap", "turn of each lens, degrees", number),
    Column("tilt", FRAME, "tilt", "pantoscopic tilt, degrees", number),
    Column("vertex", FRAME, "vertex", "eye to lens, mm", number),
    Column("base_curve", FRAME, "base_curve", "base curve, dioptres", number),
    Column("depth", FRAME, "depth", "rim from front to back, mm", number),
    Column("temple_thickness", FRAME, "temple_thickness", "temple from above, mm", number),
    Column("hinge", FRAME, "hinge", "hinge from the middle, mm: across and down", numbers(2)),
    Column("pads", FRAME, "pads", "it rests on nose pads, yes or no", yes),
    Column("colour", COLOURWAY, "name", "name of the colourway", word, needed=True),
    Column("colourway", COLOURWAY, "slug", "its short name; else from the colour", word),
    Column("sku", COLOURWAY, "sku", "the shop's number", word, empties=True),
    Column("gtin", COLOURWAY, "gtin", "GTIN (EAN, UPC)", word, empties=True),
    Column("stock", COLOURWAY, "stock", "pieces; empty where nobody counts", pieces, empties=True),
    links("colourway_link", COLOURWAY),
    Column("withdrawn", COLOURWAY, "withdrawn", "no longer shown, yes or no", yes),
    Column("swatch", COLOURWAY, "swatch", "its colour as #rrggbb; else from the picture", word),
    Column("lens_label", COLOURWAY, "lens_label", "the lens in words", word),
    Column("lens_kind", COLOURWAY, "lens_kind", "clear, solid, gradient, mirror", choice(LensKind)),
    Column("transmittance", COLOURWAY, "transmittance", "light through, 0 to 1", number),
    Column(
        "transmittance_bottom", COLOURWAY, "transmittance_bottom", "at a gradient's lower edge",
        number, empties=True,
    ),
    Column("tint", COLOURWAY, "tint", "red, green, blue of the light through", numbers(3)),
    Column("reflectance", COLOURWAY, "reflectance", "light thrown back, 0 to 1", number),
    Column("mirror_tint", COLOURWAY, "mirror_tint", "red, green, blue thrown back", numbers(3)),
    Column(
        "clear_transmittance", COLOURWAY, "clear_transmittance", "photochromic: when clear",
        number, empties=True,
    ),
    Column("polarised", COLOURWAY, "polarised", "yes or no", yes),
    Column("front_picture", PICTURE, "front_photo", "photo of the front", file_name),
    Column("side_picture", PICTURE, "side_photo", "photo of the side, looking left", file_name),
    Column("artwork_front", PICTURE, "front", "front cut out, PNG", file_name),
    Column("artwork_lenses", PICTURE, "lenses", "lenses, PNG in greys", file_name),
    Column("artwork_temple", PICTURE, "temple", "temple cut out, PNG", file_name),
    Column("artwork_scale", PICTURE, "scale", "pixels in a millimetre", numbers(1)),
    Column("artwork_centre", PICTURE, "centre", "boxing centre in the front, pixels", numbers(2)),
    Column("artwork_joint", PICTURE, "joint", "hinge in the temple, pixels", numbers(2)),
    Column("artwork_ear", PICTURE, "ear", "bend in the temple, pixels", numbers(2)),
)  # fmt: skip
BY_NAME = {column.name: column for column in COLUMNS}
# What catalogues elsewhere call them.
ALIASES = {
    "ean": "gtin", "upc": "gtin", "name": "model", "style": "model", "color": "colour",
    "dbl": "bridge", "a": "lens", "b": "lens_height", "lens_width": "lens",
    "caliper_width": "caliper", "width": "caliper", "frame_width": "caliper",
    "temple_length": "temple", "front": "front_picture", "side": "side_picture",
    "picture": "front_picture", "color_code": "colourway", "colour_code": "colourway",
    "quantity": "stock", "url": "link",
}  # fmt: skip
NEEDED_ARTWORK = tuple(column for column in COLUMNS if column.name.startswith("artwork_"))


def column_of(field: str, of: str | None = None) -> str:
    """Return the column in which a field of the catalogue stands; the field where there is none."""
    fitting = (one.name for one in COLUMNS if one.field == field and of in (None, one.of))
    return next(fitting, field)
