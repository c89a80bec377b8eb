"""Acetate fronts: milled from a sheet, bevelled, with a moulded bridge and pins."""

from dataclasses import dataclass

import cv2
import numpy as np

from webapp.drawn.canvas import Canvas
from webapp.drawn.curves import Floats, open_spline
from webapp.drawn.fields import Field, coverage, smoothstep, stroke, union
from webapp.drawn.finishes import Acetate, Finish, Metal, Part, paint, tube
from webapp.drawn.outlines import Ground
from webapp.drawn.studio import swatch

GROOVE = 0.6  # mm of the lens that the rim's groove hides
BASE_CURVE = 1 / 150.0  # 1/mm, the front's bow about its vertical axis (base 3.5)
STEEL = Metal("#b9b7b2", 0.08)


@dataclass(frozen=True)
class Milled:
    """How an acetate front is milled, mm.

    `rim`: (degrees, mm) beyond the lens, see `Ground.around`. `bridge`: (x, y, radius)
    from the middle outwards. `end`: (x, y, radius) along the end piece, to the hinge.
    `edge`, `bevel`: the outer rounding and the inner bevel. `facet`: a wide milled face along
    the outer edge. `pad`: how far the moulded pads stand out. `pins`: rivets on the end piece.
    """

    rim: tuple[tuple[float, float], ...]
    bridge: tuple[tuple[float, float, float], ...]
    end: tuple[tuple[float, float, float], ...]
    edge: float = 1.0
    bevel: float = 0.8
    facet: float = 0.0
    pad: float = 1.3
    pins: tuple[tuple[float, float], ...] = ()


def across(points: tuple[tuple[float, float, float], ...]) -> tuple[Floats, Floats]:
    """Return line and radii of a part that crosses the middle, given from there outwards."""
    half = np.array(points)
    whole = np.vstack([half[:0:-1] * (-1, 1, 1), half])
    return line_of(whole)


def line_of(points: Floats) -> tuple[Floats, Floats]:
    """Return the smooth line (n, 2) through controls (x, y, radius), and its radii (n,)."""
    line = open_spline(points[:, :2], 12)
    radii = open_spline(np.stack([np.arange(len(points)), points[:, 2]], axis=1), 12)[:, 1]
    return line, radii


def cut_to_width(ground: Ground, field: Field, round_by: float = 1.2) -> Field:
    """Return the part cut off square at the front's overall width, corners rounded."""
    x, _ = ground.grid.axes()
    beyond = np.abs(x) - np.float32(ground.marks.width / 2)
    return -union(-field, np.broadcast_to(-beyond, field.shape).astype(np.float32), round_by)


def milled_body(ground: Ground, milled: Milled) -> Field:
    """Return the front's field without its lens openings filled: rims, bridge, end pieces."""
    rim = ground.lens - ground.around(milled.rim)
    bridge = ground.grid.sample(stroke(*across(milled.bridge)))
    end = ground.grid.sample(stroke(*line_of(np.array(milled.end))))
    return cut_to_width(ground, union(union(rim, bridge, 5.0), end, 4.0))


def milled_relief(ground: Ground, milled: Milled, outer: Field) -> Part:
    """Return the front as a part: a flat face, a rounded outer edge, a bevel at the lenses."""
    opening = -(ground.lens + GROOVE)
    field = np.maximum(outer, opening)
    x, _ = ground.grid.axes()
    tail = np.maximum(np.abs(x) - (ground.marks.width / 2 - 5.0), 0)  # turns back to the temple
    rounded = np.minimum(np.maximum(-outer, 0) / milled.edge, 1)
    height = milled.edge * np.sqrt(np.maximum(1 - (1 - rounded) ** 2, 0))
    if milled.facet:
        height = height - 0.34 * np.maximum(milled.facet + outer, 0)
    bevel = 0.8 * np.maximum(milled.bevel + opening, 0)
    dome = 0.26 * (1 - np.exp(-np.maximum(-field, 0) / 1.3))
    height = np.minimum(height + dome, milled.edge * 1.12 + dome - bevel) - 0.045 * tail**2
    return Part(field, np.asarray(height, np.float32))


def moulded_pads(ground: Ground, milled: Milled, outer: Field) -> Part:
    """Return the pads that stand out behind the rims towards the nose."""
    x, y = ground.grid.axes()
    along = smoothstep(-4.0, 4.5, y) * smoothstep(17.0, 7.5, y)
    nasal = smoothstep(ground.middle - 6, ground.middle - 12, np.abs(x).astype(np.float32))
    field = outer - np.float32(milled.pad) * along * nasal
    return tube(np.asarray(np.maximum(field, -(ground.lens + GROOVE)), np.float32), 1.9)


def draw_milled(canvas: Canvas, ground: Ground, milled: Milled, finish: Acetate) -> None:
    """Draw an acetate front: pads, then the body, the groove's shade, the pins."""
    outer = milled_body(ground, milled)
    scale = canvas.grid.scale
    pads = moulded_pads(ground, milled, outer)
    paint(canvas, pads, finish, BASE_CURVE)
    behind = coverage(outer - 0.9, scale) * (1 - coverage(outer, scale))
    canvas.darken(0.45 * cv2.GaussianBlur(behind, (0, 0), 0.25 * scale))
    if finish.clear:
        canvas.light *= 1 - coverage(outer, scale)[..., None]  # nothing shows twice through it
        canvas.alpha *= 1 - coverage(outer, scale)
    body = milled_relief(ground, milled, outer)
    paint(canvas, body, finish, BASE_CURVE)
    if finish.clear:
        show_groove(canvas, ground, finish)
    shade_groove(canvas, ground, 0.16 if finish.clear else 0.38)
    for x, y in milled.pins:
        draw_pin(canvas, x, y, 0.75)


def shade_groove(canvas: Canvas, ground: Ground, strength: float) -> None:
    """Lay the thin shade that a rim casts on its lens, just inside the opening."""
    inward = -(ground.lens + GROOVE)
    ring = np.exp(-np.maximum(inward, 0) / 0.22) * coverage(-inward, canvas.grid.scale)
    canvas.lay(np.full(3, 0.012, np.float32), np.asarray(strength * ring, np.float32))


def show_groove(canvas: Canvas, ground: Ground, finish: Acetate) -> None:
    """Lay the lens's edge as it shows through clear acetate: a dark line beside a bright one."""
    within = 1 - coverage(ground.lens + GROOVE, canvas.grid.scale)
    dark = 0.34 * np.exp(-(((ground.lens - 0.05) / 0.13) ** 2)) * within
    canvas.lay(swatch(finish.colours[-1]) ** 2 * np.float32(0.55), np.asarray(dark, np.float32))
    bright = 0.30 * np.exp(-(((ground.lens - 0.42) / 0.16) ** 2)) * within
    canvas.lay(np.sqrt(swatch(finish.colours[-1])), np.asarray(bright, np.float32))


def draw_pin(canvas: Canvas, x: float, y: float, radius: float, finish: Finish = STEEL) -> None:
    """Draw a rivet's head at (+-x, y) mm, set in a shallow countersink."""
    px, py = canvas.grid.axes()
    away = np.hypot(np.abs(px) - np.float32(x), py - np.float32(y)) - np.float32(radius)
    field = np.asarray(away, np.float32)
    canvas.darken(np.asarray(0.55 * np.exp(-np.maximum(field, 0) / 0.16), np.float32))
    head = tube(field, radius * 1.6)
    paint(canvas, Part(field, head.height * np.float32(0.28)), finish)
