"""Finishes: how acetate, metal and silicone look under the studio's light."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from webapp.drawn.canvas import Canvas
from webapp.drawn.fields import Field, Grid, coverage, smoothstep
from webapp.drawn.patterns import PATTERNS
from webapp.drawn.studio import ambient, gloss, lit, mirrored, normals, swatch

SOFTEN = 0.05  # mm; polishing rounds every crease a little


@dataclass(frozen=True)
class Acetate:
    """Cellulose acetate: its dye, how much it hides, how glossy it is.

    `opacity` is that of the sheet seen square on; edges hide more, the way through is longer.
    `opacity_low` is the opacity at the lower edge of a faded sheet.
    """

    colours: tuple[str, ...]
    pattern: str = "plain"
    opacity: float = 1.0
    opacity_low: float | None = None
    roughness: float = 0.014
    seed: int = 1

    @property
    def clear(self) -> bool:
        """Whether one sees into it."""
        return min(self.opacity, self.opacity_low or 1.0) < 0.85


@dataclass(frozen=True)
class Metal:
    """Plated (or, when `painted`, lacquered) metal: its colour and polish."""

    colour: str
    roughness: float = 0.085
    painted: bool = False


Finish = Acetate | Metal


@dataclass(frozen=True)
class Part:
    """A part ready to be painted: its signed distance field and its relief, both mm."""

    field: Field
    height: Field


def tube(field: Field, radius: float) -> Part:
    """Return a part with a round section of this radius, mm (or rounded edges, if wider)."""
    depth = np.clip(-field, 0, radius)
    height = np.sqrt(np.maximum(radius**2 - (radius - depth) ** 2, 0))
    return Part(field, np.asarray(height, np.float32))


def fused(a: Part, b: Part) -> Part:
    """Return two parts soldered to one."""
    return Part(np.minimum(a.field, b.field), np.maximum(a.height, b.height))


def paint(canvas: Canvas, part: Part, finish: Finish, curve: float = 0.0) -> None:
    """Lay the part on the canvas in this finish; `curve` as in `studio.normals`."""
    scale, whole = canvas.grid.scale, canvas.grid
    rows, columns = bounds(part.field)
    canvas = canvas.window(rows, columns)
    part = Part(part.field[rows, columns], part.height[rows, columns])
    height = np.asarray(cv2.GaussianBlur(part.height, (0, 0), SOFTEN * scale), np.float32)
    normal = normals(height, scale, curve, canvas.grid.axes()[0])
    if isinstance(finish, Metal):
        paint_metal(canvas, part, finish, normal)
    else:
        # A sheet is drawn whole and cut then, so that a front's parts match.
        paint_acetate(canvas, part, finish, normal, cut_sheet(whole, finish)[rows, columns])


def bounds(field: Field, margin: float = 0.6) -> tuple[slice, slice]:
    """Return the rows and columns that a part touches, `margin` mm round it included."""
    near = field < margin
    if not near.any():
        return slice(0, 1), slice(0, 1)
    rows, columns = (np.flatnonzero(near.any(axis=axis)) for axis in (1, 0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


@lru_cache(maxsize=1)  # pads and front are cut from the same sheet
def cut_sheet(grid: Grid, acetate: Acetate) -> Field:
    """Return the sheet's colours (H, W, 3) over the grid, drawn at half its fineness."""
    if acetate.pattern == "plain":
        colour = swatch(acetate.colours[0])
        return np.asarray(np.broadcast_to(colour, (grid.height, grid.width, 3)), np.float32)
    sheet = PATTERNS[acetate.pattern](grid.coarser(2), acetate.colours, acetate.seed)
    return np.asarray(cv2.resize(sheet, (grid.width, grid.height)), np.float32)


def paint_metal(canvas: Canvas, part: Part, metal: Metal, normal: Field) -> None:
    """Lay a metal part: all it shows is the studio, in its own colour."""
    colour = swatch(metal.colour)
    alpha = coverage(part.field, canvas.grid.scale)
    if metal.painted:
        light = colour * lit(ambient(), normal)[..., None]
        light = light + gloss(normal, metal.roughness, 0.035)[..., None]
    else:
        facing = np.sqrt(np.maximum(1 - normal[0] ** 2 - normal[1] ** 2, 0))[..., None]
        tinge = colour + (1 - colour) * (1 - facing) ** 5
        sheen = 0.92 * lit(mirrored(metal.roughness), normal) + 0.06 * lit(ambient(), normal)
        light = tinge * sheen[..., None]
    canvas.lay(np.asarray(light, np.float32), alpha)


def paint_acetate(
    canvas: Canvas, part: Part, acetate: Acetate, normal: Field, sheet: Field
) -> None:
    """Lay an acetate part: dye lit through, a longer way at the edges, a polished skin."""
    grid = canvas.grid
    whole = coverage(part.field, grid.scale)
    depth = -part.field
    diffuse = lit(ambient(), normal)[..., None]
    if acetate.clear:
        light, alpha = lit_through(sheet, depth, normal, sheet_opacity(canvas, acetate))
    else:
        # Light that enters near an edge leaves again: thin edges glow in the dye's own colour.
        glow = 0.35 * np.exp(-np.maximum(depth, 0) / 0.8)[..., None]
        glowing = sheet * diffuse * (1 + glow) + 0.25 * glow * np.sqrt(sheet) * sheet
        light = np.asarray(glowing, np.float32)
        alpha = np.full_like(whole, acetate.opacity)
    canvas.lay(light, np.asarray(alpha * whole, np.float32))
    skin = gloss(normal, acetate.roughness)
    canvas.shine(skin, whole)


def sheet_opacity(canvas: Canvas, acetate: Acetate) -> Field:
    """Return the sheet's opacity (H, W), from top to bottom when it is a faded one."""
    low = acetate.opacity if acetate.opacity_low is None else acetate.opacity_low
    _, y = canvas.grid.axes()
    share = smoothstep(-13.0, 9.0, y)
    opacity = acetate.opacity + (low - acetate.opacity) * share
    return np.asarray(np.broadcast_to(opacity, canvas.alpha.shape), np.float32)


def lit_through(sheet: Field, depth: Field, normal: Field, opacity: Field) -> tuple[Field, Field]:
    """Return the light and alpha of a translucent sheet.

    Beer's law along a way that grows where the surface turns away from the onlooker; a
    bright line runs just inside the edges, where light that was piped along the sheet leaves.
    """
    turned = np.clip(normal[0] ** 2 + normal[1] ** 2, 0, 1)
    way = 1 + 2.2 * turned + 1.7 * np.exp(-np.maximum(depth, 0) / 0.28)
    alpha = 1 - (1 - np.minimum(opacity, 0.97)) ** way
    dyed = np.clip(sheet, 0.004, 1) ** (0.75 + 0.25 * way)[..., None]
    piped = 0.30 * np.exp(-(((depth - 0.75) / 0.32) ** 2))
    rim = 0.50 * np.exp(-np.maximum(depth, 0) / 0.20)
    light = dyed * (lit(ambient(), normal) * (1 - rim) + piped)[..., None]
    return np.asarray(light, np.float32), np.asarray(np.clip(alpha + 0.2 * piped, 0, 1), np.float32)
