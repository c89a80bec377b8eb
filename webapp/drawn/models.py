"""The house brand's models: how each front and temple is built, in millimetres.

Figures are given for the wearer's left half, in frame coordinates; see `Milled`, `Wires`,
`Brow` and `Side` for their meaning.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from webapp.drawn.canvas import Canvas
from webapp.drawn.fields import coverage, grid
from webapp.drawn.finishes import Acetate, Finish, Metal
from webapp.drawn.fronts import Milled, draw_milled
from webapp.drawn.outlines import Ground, ground
from webapp.drawn.temples import Side, draw_temple, ear_point
from webapp.drawn.wirework import (
    Brow,
    Visor,
    Wires,
    draw_browline,
    draw_half_rim,
    draw_rimless,
    draw_shield,
    draw_wires,
)
from webapp.eyewear.frame import Artwork, Shape, SizeMarks

DRAWN_AT = 10.0  # pixels a millimetre while drawing
REDUCE = 2  # kept at 5
MARGIN = 3.0  # mm of empty canvas round a front


@dataclass(frozen=True)
class Colours:
    """A variant's finishes: of the front, of the temples, of metal temples' tips."""

    front: Finish
    temple: Finish
    tip: Acetate
    metal: Metal


@dataclass(frozen=True)
class Model:
    """A frame's drawing: lens shape and marks, how the front is built, its temple."""

    shape: Shape
    marks: SizeMarks
    build: Milled | Wires | Visor | tuple[Wires, Brow]
    side: Side
    above: float = 30.0
    below: float = 30.0


def draw_front(canvas: Canvas, base: Ground, model: Model, colours: Colours) -> None:
    """Draw the model's front in these colours."""
    build, front = model.build, colours.front
    if isinstance(build, Milled) and isinstance(front, Acetate):
        draw_milled(canvas, base, build, front)
    elif isinstance(build, Visor) and isinstance(front, Acetate):
        draw_shield(canvas, base, build, front)
    elif model.shape is Shape.RIMLESS and isinstance(build, Wires) and isinstance(front, Metal):
        draw_rimless(canvas, base, build, front)
    elif isinstance(build, Wires) and isinstance(front, Metal):
        draw_wires(canvas, base, build, front)
    elif isinstance(build, tuple) and model.shape is Shape.BROWLINE and isinstance(front, Acetate):
        draw_browline(canvas, base, *build, front, colours.metal)
    elif isinstance(build, tuple) and model.shape is Shape.HALF_RIM:
        draw_half_rim(canvas, base, *build, front)
    else:
        raise ValueError(f"a {model.shape} front can't be built in this finish")


def draw(model: Model, colours: Colours) -> Artwork:
    """Return the model's artwork in these colours."""
    reach = model.marks.width / 2 + MARGIN
    canvas = Canvas(grid(-reach, -model.above, reach, model.below, DRAWN_AT))
    base = ground(canvas.grid, model.shape, model.marks)
    draw_front(canvas, base, model, colours)
    temple = draw_temple(model.side, model.marks.temple, colours.temple, colours.tip, DRAWN_AT)
    origin, hinge = canvas.grid.origin, temple.grid.origin
    ear = ear_point(model.side, model.marks.temple)
    return Artwork(
        front=canvas.picture(REDUCE),
        lenses=lens_picture(canvas, base),
        temple=temple.picture(REDUCE),
        scale=DRAWN_AT / REDUCE,
        centre=reduced(*origin),
        joint=reduced(*hinge),
        ear=reduced(hinge[0] + ear[0] * DRAWN_AT, hinge[1] + ear[1] * DRAWN_AT),
    )


def lens_picture(canvas: Canvas, base: Ground) -> NDArray[np.uint8]:
    """Return each pixel's share inside the lenses, reduced, (h, w) uint8."""
    share = coverage(base.lens, canvas.grid.scale)
    rows, columns = share.shape
    cells = share.reshape(rows // REDUCE, REDUCE, columns // REDUCE, REDUCE)
    return np.asarray(np.round(cells.mean(axis=(1, 3)) * 255), np.uint8)


def reduced(x: float, y: float) -> tuple[float, float]:
    """Return the pixel of the reduced picture at (x, y) of the drawn one."""
    return float((x + 0.5) / REDUCE - 0.5), float((y + 0.5) / REDUCE - 0.5)
