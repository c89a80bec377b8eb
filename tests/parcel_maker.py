"""Sheets with their pictures: good rows, and rows that are bad in every way there is."""

import csv
import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from tests.factories import artwork
from webapp.drawn.catalogue import demo_frames
from webapp.drawn.product import product_picture
from webapp.eyewear.frame import Eyewear
from webapp.rendering import codec
from webapp.shop.sheets import written

Cells = dict[str, str]
# What makes a good row bad, and in which column that is found.
BAD: tuple[tuple[str, Callable[[Cells], object]], ...] = (
    ("lens", lambda row: row.update(lens="fifty")),
    ("lens_height", lambda row: row.update(lens_height="5")),
    ("bridge", lambda row: row.update(bridge="80")),
    ("caliper", lambda row: row.update(caliper="90")),
    ("gtin", lambda row: row.update(gtin="4006381333932")),
    ("sku", lambda row: row.update(sku="SKU-0")),  # the first row has it
    ("sku", lambda row: row.update(sku="TAKEN")),  # a frame that is there has it
    ("shape", lambda row: row.update(shape="heart")),
    ("price", lambda row: row.update(price="12.345")),
    ("currency", lambda row: row.update(currency="XYZ")),
    ("brand", lambda row: row.update(brand="")),
    ("model", lambda row: row.update(model="")),
    ("colour", lambda row: row.update(colour="", colourway="")),
    ("status", lambda row: row.update(status="online")),
    ("stock", lambda row: row.update(stock="-3")),
    ("pads", lambda row: row.update(pads="perhaps")),
    ("swatch", lambda row: row.update(swatch="red")),
    ("transmittance", lambda row: row.update(transmittance="1.5")),
    ("tint", lambda row: row.update(tint="1 1")),
    ("link", lambda row: row.update(link="javascript:alert(1)")),
    ("artwork_front", lambda row: row.update(artwork_front="pictures/none.png")),
    ("artwork_temple", lambda row: row.update(artwork_temple="")),
    ("artwork_lenses", lambda row: row.update(artwork_lenses="pictures/text.png")),
    ("artwork_scale", lambda row: row.update(artwork_scale="many")),
    ("front_picture", lambda row: without_artwork(row, front_picture="pictures/text.png")),
)  # fmt: skip


def without_artwork(row: Cells, **told: str) -> None:
    """Let a row name photos in place of artwork."""
    for name in row:
        if name.startswith("artwork_"):
            row[name] = ""
    row.update(told)


def good(number: int) -> Cells:
    """A row of a frame with one colourway."""
    made = artwork()
    return {
        "frame": f"frame-{number}", "brand": "Atelier", "model": f"Frame {number}",
        "colour": "Black", "colourway": "black", "type": "optical", "gender": "unisex",
        "shape": "square", "material": "acetate", "lens": "50", "lens_height": "40",
        "bridge": "20", "temple": "145", "caliper": "138", "price": "129.50", "currency": "EUR",
        "sku": f"SKU-{number}", "gtin": "", "stock": str(number % 7), "status": "published",
        "link": "", "pads": "no", "swatch": "#281410", "transmittance": "0.92", "tint": "1 1 1",
        "front_picture": "", "artwork_front": "pictures/front.png",
        "artwork_lenses": "pictures/lenses.png", "artwork_temple": "pictures/temple.png",
        "artwork_scale": written(made.scale), "artwork_centre": written(made.centre),
        "artwork_joint": written(made.joint), "artwork_ear": written(made.ear),
    }  # fmt: skip


def with_bad(frames: int, bad: int) -> tuple[list[Cells], list[tuple[int, str]]]:
    """So many rows, so many of them bad and spread among them; and (row, column) of each fault."""
    rows, faults = [good(number) for number in range(frames)], []
    for place in range(bad):
        column, spoil = BAD[place % len(BAD)]
        at = 1 + place * (frames - 1) // bad
        spoil(rows[at])
        faults.append((at + 2, column))
    return rows, faults


def sheet(rows: list[Cells], delimiter: str = ",") -> bytes:
    """A CSV file of rows."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def pictures() -> dict[str, bytes]:
    """The pictures that good rows name, and a file that is none."""
    made = artwork()
    return {
        "pictures/front.png": codec.encode_png(made.front),
        "pictures/lenses.png": codec.encode_png(made.lenses),
        "pictures/temple.png": codec.encode_png(made.temple),
        "pictures/text.png": b"no picture at all",
    }


def photographed() -> tuple[Cells, bytes]:
    """A row that names a product photo of the front alone, and that photo."""
    demo = demo_frames()[0]
    row, marks = good(1), demo.marks
    without_artwork(row, front_picture="photo.png", swatch="", transmittance="", tint="")
    row.update(
        lens=written(marks.lens_width), lens_height=written(marks.lens_height),
        bridge=written(marks.bridge), temple=written(marks.temple), caliper=written(marks.width),
        shape=str(demo.shape), material=str(demo.material),
    )  # fmt: skip
    eyewear = Eyewear(marks, demo.variants[0].artwork(), demo.build, demo.variants[0].lens)
    return row, codec.encode_png(product_picture(eyewear, 1200))


def zipped(rows: list[Cells], files: Mapping[str, bytes] | None = None) -> bytes:
    """A ZIP of a sheet and its pictures."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("shop/catalogue.csv", sheet(rows))
        for name, content in (pictures() if files is None else files).items():
            archive.writestr(f"shop/{name}", content)
    return data.getvalue()


def cells_of(data: bytes) -> list[dict[str, Any]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
