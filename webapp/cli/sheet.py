"""Contact sheets: photos down, frames across, each cell the face close up."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from webapp.cli.dressing import Dressed
from webapp.errors import OutputUnwritable
from webapp.rendering.codec import Pixels

CELL = 320  # px, a cell's side
ROWS = 8  # photos a page
AROUND = 1.7  # the cell's side, in the face's own larger side: hair, ears and chin show
LINE = 18  # px, a line of writing
WHITE, GREY, BLACK = (255, 255, 255), (236, 236, 236), (20, 20, 20)


@dataclass(frozen=True)
class Row:
    """One photo: its name, its cells, and the reason when it could not be used."""

    name: str
    cells: list[Pixels] = field(default_factory=list)
    reason: str = ""


@dataclass
class Sheet:
    """The rows so far and what the columns show."""

    columns: list[str]
    rows: list[Row] = field(default_factory=list)

    def write(self, path: Path) -> list[Path]:
        """Write the sheet as JPEG pages of `ROWS` photos: sheet.jpg, sheet-2.jpg and so on.

        Raises:
            OutputUnwritable: a page can't be written.
        """
        pages = []
        for number, start in enumerate(range(0, len(self.rows), ROWS), 1):
            page = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
            drawn = draw_page(self.columns, self.rows[start : start + ROWS])
            try:
                page.parent.mkdir(parents=True, exist_ok=True)
                drawn.save(page, "JPEG", quality=88)
            except OSError as error:
                raise OutputUnwritable(file=str(page), reason=error.strerror) from error
            pages.append(page)
        return pages


def close_up(picture: Dressed) -> Pixels:
    """Return the surroundings of the face, (CELL, CELL, 3) uint8; white beyond the photo."""
    x, y, width, height = picture.box
    side = AROUND * max(width, height)
    k = CELL / side
    left, top = x + width / 2 - side / 2, y + height / 2 - side / 2
    # Maps pixel centres, so that half a pixel is neither lost nor won.
    to_cell = np.array([[k, 0, (0.5 - left) * k - 0.5], [0, k, (0.5 - top) * k - 0.5]])
    # Linear interpolation would skip pixels: blur first, about as wide as a cell's pixel.
    source = cv2.GaussianBlur(picture.pixels, (0, 0), 0.5 / k) if k < 1 else picture.pixels
    cell = cv2.warpAffine(source, to_cell, (CELL, CELL), borderValue=WHITE)
    return np.asarray(cell, np.uint8)


def draw_page(columns: list[str], rows: list[Row]) -> Image.Image:
    """Return a page: the columns' names on top, then a line of writing and cells a photo."""
    across = max(1, len(columns))
    page = Image.new("RGB", (CELL * across, LINE + (LINE + CELL) * len(rows)), GREY)
    pen = ImageDraw.Draw(page)
    font = ImageFont.load_default(13)
    for at, name in enumerate(columns):
        pen.text((CELL * at + 4, 1), name, BLACK, font)
    for at, row in enumerate(rows):
        top = LINE + (LINE + CELL) * at
        label = f"{row.name}  {row.reason}" if row.reason else row.name
        pen.text((4, top + 1), label, BLACK, font)
        for across, cell in enumerate(row.cells):
            page.paste(Image.fromarray(cell), (CELL * across, top + LINE))
    return page
