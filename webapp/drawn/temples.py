"""Temples, seen from outside: the wearer's left one, hinge at the left, tip at the right.

Coordinates: the hinge's axis is (0, 0), x runs back towards the ear, y down, mm.
"""

from dataclasses import dataclass

import numpy as np

from webapp.drawn.canvas import Canvas
from webapp.drawn.curves import Floats, lengths
from webapp.drawn.fields import Field, coverage, grid, smoothstep, stroke
from webapp.drawn.finishes import Acetate, Finish, Metal, Part, paint, tube

STEEL = Metal("#b9b7b2", 0.08)


@dataclass(frozen=True)
class Side:
    """A temple's build, mm.

    `half`: (distance from the hinge, half height) from hinge to tip. `bend`: where along it
    the bend lies; `droop`: degrees below level behind it. `sleeve`: where the acetate tip of
    a metal temple starts. `plaque`: a small metal inlay near the hinge.
    """

    half: tuple[tuple[float, float], ...]
    bend: float = 100.0
    droop: float = 44.0
    sleeve: float | None = None
    plaque: bool = False


def spine(side: Side, length: float, count: int = 150) -> Floats:
    """Return the temple's centre line (count, 2), `length` mm along it from hinge to tip."""
    along = np.linspace(0, length, count)
    t = np.clip((along - side.bend + 13) / 26, 0, 1)
    slope = np.radians(side.droop) * t * t * (3 - 2 * t)
    rest = np.clip((along - side.bend - 13) / (length - side.bend - 13), 0, 1)
    slope -= np.radians(9) * rest**2
    step = length / (count - 1)
    turn = np.stack([np.cos(slope), np.sin(slope)], axis=1)
    steps = (turn[1:] + turn[:-1]) / 2 * step
    return np.vstack([[0.0, 0.0], np.cumsum(steps, axis=0)])


def half_heights(side: Side, along: Floats) -> Floats:
    """Return the temple's half height at distances from the hinge, smooth, mm."""
    at, half = np.array(side.half).T
    fine = np.arange(0, at[-1] + 0.5, 0.5)
    kernel = np.hanning(25) / np.hanning(25).sum()
    heights = np.pad(np.interp(fine, at, half), 12, mode="edge")
    return np.interp(along, fine, np.convolve(heights, kernel, "valid"))


def ear_point(side: Side, length: float) -> tuple[float, float]:
    """Return the bend's underside (x, y), which lies on the ear, mm."""
    line = spine(side, length)
    along = lengths(line)
    k = int(np.argmin(np.abs(along - side.bend)))
    ahead = line[k + 1] - line[k - 1]
    down = np.array([-ahead[1], ahead[0]]) / np.hypot(*ahead)
    x, y = line[k] + down * half_heights(side, along)[k]
    return float(x), float(y)


def draw_temple(side: Side, length: float, finish: Finish, tip: Acetate, scale: float) -> Canvas:
    """Return the canvas with the temple drawn; `tip` is a metal temple's sleeve."""
    line = spine(side, length)
    along = lengths(line)
    radii = half_heights(side, along)
    low = float((line[:, 1] + radii).max())
    front = max(half for _, half in side.half)
    canvas = Canvas(grid(-6.0, -front - 3, float(line[-1, 0]) + 7, low + 3, scale))
    end = length - radii[-1]  # the round end reaches to the temple's length
    keep = along <= end
    straight_on = np.vstack([[-8.0, 0.0], line[keep]])  # past the cut, so that it is square
    whole = canvas.grid.sample(stroke(straight_on, np.append(radii[0], radii[keep])))
    x, _ = canvas.grid.axes()
    field = np.asarray(np.maximum(whole, -(x + 0.6)), np.float32)  # cut where it meets the front
    if side.sleeve is not None:
        draw_hinge(canvas, finish)
        draw_wire_and_sleeve(canvas, field, line, along, radii, side.sleeve, finish, tip)
    else:
        if isinstance(finish, Acetate) and finish.clear:
            draw_core(canvas, line, along)
        paint(canvas, domed(field, whole), finish)
        if side.plaque:
            draw_plaque(canvas)
    return canvas


def domed(field: Field, whole: Field) -> Part:
    """Return a sheet with rounded edges and an arched face, which catches the light.

    `whole`: the field before its ends were cut, since the arch runs on through a cut.
    """
    body = tube(field, 1.3)
    arch = 1.0 * (1 - np.exp(-np.maximum(-whole, 0) / 2.2))
    return Part(field, np.asarray(body.height + arch, np.float32))


def draw_core(canvas: Canvas, line: Floats, along: Floats) -> None:
    """Draw the steel wire and hinge plate that show through translucent acetate."""
    wire = line[(along > 6) & (along < along[-1] - 14)]
    radii = np.interp(np.linspace(0, 1, len(wire)), [0, 0.1, 0.3, 1], [1.5, 1.0, 0.7, 0.55])
    paint(canvas, tube(canvas.grid.sample(stroke(wire, radii)), 1.5), STEEL)


def draw_plaque(canvas: Canvas) -> None:
    """Draw the two pin heads that fasten the hinge."""
    x, y = canvas.grid.axes()
    for at in (4.2, 7.6):
        field = np.asarray(np.hypot(x - np.float32(at), y) - np.float32(0.8), np.float32)
        canvas.darken(np.asarray(0.55 * np.exp(-np.maximum(field, 0) / 0.16), np.float32))
        head = tube(field, 1.3)
        paint(canvas, Part(field, head.height * np.float32(0.28)), STEEL)


def draw_hinge(canvas: Canvas, finish: Finish) -> None:
    """Draw a metal temple's hinge: the barrel's knuckles and the screw's head."""
    x, y = canvas.grid.axes()
    knuckles = np.maximum(np.abs(x) - 1.0, np.abs(y) - 1.9)
    height = np.sqrt(np.maximum(1.0 - x**2, 0)) * (np.abs(y) < 1.9)
    gaps = (np.abs(np.abs(y) - 0.65) < 0.09) * np.float32(0.35)
    part = Part(np.asarray(knuckles, np.float32), np.asarray(height - gaps, np.float32))
    paint(canvas, part, finish)


def draw_wire_and_sleeve(
    canvas: Canvas,
    field: Field,
    line: Floats,
    along: Floats,
    radii: Floats,
    start: float,
    metal: Finish,
    tip: Acetate,
) -> None:
    """Draw a metal temple: the wire in front, the acetate sleeve from `start` on."""
    front = along <= start + 1
    wire = canvas.grid.sample(stroke(line[front], radii[front]))
    x, _ = canvas.grid.axes()
    wire = np.asarray(np.maximum(wire, -(x + 0.6)), np.float32)
    paint(canvas, tube(wire, float(radii[front].max())), metal)
    behind = along >= start
    sleeve = canvas.grid.sample(stroke(line[behind], radii[behind]))
    mouth = smoothstep(0.0, 1.6, x - np.float32(line[behind][0, 0] - 1.2))
    sleeve = np.asarray(np.maximum(np.maximum(sleeve, field), (0.5 - mouth) * 0.6), np.float32)
    canvas.darken(0.3 * coverage(sleeve - 0.3, canvas.grid.scale))
    paint(canvas, domed(sleeve, field), tip)
