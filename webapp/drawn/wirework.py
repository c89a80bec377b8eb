"""Metal fronts: drawn wire for rims and bridges, end pieces with screws, silicone pads."""

from dataclasses import dataclass, replace

import numpy as np

from webapp.drawn.canvas import Canvas
from webapp.drawn.curves import open_spline
from webapp.drawn.fields import Field, coverage, stroke, union
from webapp.drawn.finishes import Acetate, Finish, Metal, Part, fused, paint, tube
from webapp.drawn.fronts import BASE_CURVE, across, cut_to_width, draw_pin, line_of, shade_groove
from webapp.drawn.outlines import Ground

SILICONE = Acetate(("#eef1f0",), opacity=0.16, roughness=0.05)
RUBBER = Acetate(("#17181a",), roughness=0.12)
NYLON = 0.22  # mm, radius of the thread under a half-rim lens


@dataclass(frozen=True)
class Wires:
    """How a metal front is bent, mm.

    `rim`: radius of the rim's wire; `bridges`: each (x, y, radius) from the middle outwards;
    `end`: (x, y, radius) from the rim to the hinge block. `pads`: (x, y, tilt) of the nose
    pads, degrees from upright, lower ends outwards.
    """

    rim: float
    bridges: tuple[tuple[tuple[float, float, float], ...], ...]
    end: tuple[tuple[float, float, float], ...]
    pads: tuple[float, float, float] = (7.6, 7.5, 18.0)


def draw_wires(canvas: Canvas, ground: Ground, wires: Wires, finish: Metal) -> None:
    """Draw a full metal front: pads behind, then bridge, rims and end pieces in one."""
    draw_pads(canvas, ground, wires, finish)
    ring = np.abs(ground.lens - np.float32(wires.rim - 0.5)) - np.float32(wires.rim)
    part = tube(np.asarray(ring, np.float32), wires.rim)
    part = fused(part, bridges(ground, wires))
    part = fused(part, end_piece(ground, wires))
    paint(canvas, part, finish, BASE_CURVE)
    shade_groove(canvas, ground, 0.22)
    draw_block(canvas, wires, finish)


def bridges(ground: Ground, wires: Wires) -> Part:
    """Return the bridge wire or wires, kept out of the lenses."""
    made: Part | None = None
    for bridge in wires.bridges:
        line, radii = across(bridge)
        field = np.maximum(ground.grid.sample(stroke(line, radii)), -(ground.lens - 0.2))
        part = tube(np.asarray(field, np.float32), float(radii.max()))
        made = part if made is None else fused(made, part)
    if made is None:
        raise ValueError("a front has at least one bridge")
    return made


def end_piece(ground: Ground, wires: Wires) -> Part:
    """Return the end piece: from the rim outwards, growing into the hinge block."""
    line, radii = line_of(np.array(wires.end))
    field = np.maximum(ground.grid.sample(stroke(line, radii)), -(ground.lens - 0.2))
    part = tube(cut_to_width(ground, np.asarray(field, np.float32), 0.5), 1.0)
    x, _ = ground.grid.axes()
    tail = np.maximum(np.abs(x) - (ground.marks.width / 2 - 2.6), 0)  # turns back to the temple
    return replace(part, height=np.asarray(part.height - 0.13 * tail**2, np.float32))


def draw_block(canvas: Canvas, wires: Wires, finish: Finish) -> None:
    """Draw the rim-lock: the seam where the rim closes, and its screw."""
    x, y, _ = wires.end[1]
    draw_pin(canvas, x, y, 0.5, finish)


def draw_pads(canvas: Canvas, ground: Ground, wires: Wires, finish: Finish) -> None:
    """Draw the nose pads: a wire arm from the rim, a metal eye, a silicone oval over it."""
    x, y, tilt = wires.pads
    near = ground.edge[:, 0] < ground.middle
    fits = np.where(near, np.abs(ground.edge[:, 1] - (y - 4.2)), np.inf)
    root = ground.edge[int(np.argmin(fits))]
    arm = np.array([root, root + np.array([-1.5, -0.9]), (x + 0.8, y - 2.6), (x + 0.5, y), (x, y)])
    field = ground.grid.sample(stroke(open_spline(arm, 10), 0.42))
    paint(canvas, tube(field, 0.42), finish)
    eye = oval(ground, x, y, tilt, (0.8, 1.5))
    paint(canvas, tube(eye, 0.5), finish)
    pad = oval(ground, x, y, tilt, (1.4, 4.8))  # its broad side faces the nose
    paint(canvas, tube(pad, 1.5), SILICONE)


def oval(ground: Ground, x: float, y: float, tilt: float, half: tuple[float, float]) -> Field:
    """Return the field of an oval at (+-x, y), its lower end tilted outwards by degrees."""
    px, py = ground.grid.axes()
    dx, dy = np.abs(px) - np.float32(x), py - np.float32(y)
    c, s = np.cos(np.radians(tilt)), np.sin(np.radians(tilt))
    u, v = dx * c - dy * s, dx * s + dy * c
    reach = np.hypot(u / half[0], v / half[1])
    slope = np.hypot(u / half[0] ** 2, v / half[1] ** 2) / np.maximum(reach, 1e-3)
    return np.asarray((reach - 1) / np.maximum(slope, 1 / half[1]), np.float32)


@dataclass(frozen=True)
class Brow:
    """A heavy bar over the lens, mm: the brow of a browline or the bar of a half-rim.

    `arc`: directions of its start at the nose and end at the temple, degrees. `radii`: half
    heights at equal steps along it. `away`: its centre line's distance from the lens's edge.
    `end`: (x, y, radius) on to the hinge.
    """

    arc: tuple[float, float]
    radii: tuple[float, ...]
    away: float
    end: tuple[tuple[float, float, float], ...]


def brow_field(ground: Ground, brow: Brow) -> Field:
    """Return the bar's field, lenses left open."""
    over = ground.arc(*brow.arc, away=brow.away)
    along = np.linspace(0, 1, len(over))
    radii = np.interp(along, np.linspace(0, 1, len(brow.radii)), brow.radii)
    kernel = np.hanning(15) / np.hanning(15).sum()
    radii = np.convolve(np.pad(radii, 7, mode="edge"), kernel, "valid")
    bar = ground.grid.sample(stroke(over, radii))
    tail, tail_radii = line_of(np.array(brow.end))
    end = ground.grid.sample(stroke(tail, tail_radii))
    return cut_to_width(ground, union(bar, end, 2.4))


def draw_browline(
    canvas: Canvas, ground: Ground, wires: Wires, brow: Brow, sheet: Acetate, metal: Metal
) -> None:
    """Draw a browline front: thin metal rims and bridge below, an acetate brow over them."""
    draw_pads(canvas, ground, wires, metal)
    ring = np.abs(ground.lens - np.float32(wires.rim - 0.5)) - np.float32(wires.rim)
    part = fused(tube(np.asarray(ring, np.float32), wires.rim), bridges(ground, wires))
    paint(canvas, part, metal, BASE_CURVE)
    outer = brow_field(ground, brow)
    field = np.maximum(outer, -(ground.lens + 0.6))
    scale = canvas.grid.scale
    canvas.darken(np.asarray(0.5 * coverage(field - 0.25, scale), np.float32))
    body = tube(np.asarray(field, np.float32), 1.0)
    dome = 0.45 * (1 - np.exp(-np.maximum(-field, 0) / 1.5))
    paint(
        canvas, replace(body, height=np.asarray(body.height + dome, np.float32)), sheet, BASE_CURVE
    )
    shade_groove(canvas, ground, 0.3)
    x, y, _ = brow.end[2]
    draw_pin(canvas, x + 1.4, y, 0.7)


def draw_half_rim(canvas: Canvas, ground: Ground, wires: Wires, brow: Brow, finish: Finish) -> None:
    """Draw a half-rim front: the bar above, a bare lens edge held by a nylon thread below."""
    metal = finish if isinstance(finish, Metal) else Metal("#cfcfcc")
    draw_pads(canvas, ground, wires, metal)
    draw_bare_edge(canvas, ground)
    bar = np.maximum(brow_field(ground, brow), -(ground.lens + 0.6))
    part = tube(np.asarray(bar, np.float32), 0.9)
    paint(canvas, fused(part, bridges(ground, wires)), finish, BASE_CURVE)
    x, y, _ = brow.end[1]
    draw_pin(canvas, x, y, 0.5, metal)


def draw_bare_edge(canvas: Canvas, ground: Ground) -> None:
    """Draw a bare lens's ground edge: a shade, a bright catch-light, the nylon in its groove."""
    inward = -ground.lens
    _, y = canvas.grid.axes()
    whole = coverage(ground.lens, canvas.grid.scale)
    shade = 0.30 * np.exp(-(((inward - 0.75) / 0.22) ** 2)) * whole
    canvas.lay(np.full(3, 0.16, np.float32), np.asarray(shade, np.float32))
    facing = 0.55 + 0.45 * np.clip(y / 14, -1, 1)
    glint = 0.50 * np.exp(-(((inward - 0.36) / 0.17) ** 2)) * whole * facing
    canvas.lay(np.full(3, 0.9, np.float32), np.asarray(glint, np.float32))
    line = np.asarray(np.abs(ground.lens + 0.08) - NYLON / 2, np.float32)
    thread = coverage(line, canvas.grid.scale)
    canvas.lay(np.full(3, 0.42, np.float32), np.asarray(0.42 * thread, np.float32))


def draw_rimless(canvas: Canvas, ground: Ground, wires: Wires, finish: Metal) -> None:
    """Draw a rimless front: drilled lenses, a bridge and end pieces screwed on to them."""
    draw_pads(canvas, ground, wires, finish)
    draw_bare_edge(canvas, ground)
    line, radii = across(wires.bridges[0])
    bridge = tube(ground.grid.sample(stroke(line, radii)), float(radii.max()))
    line, radii = line_of(np.array(wires.end))
    field = ground.grid.sample(stroke(line, radii))
    part = fused(bridge, tube(cut_to_width(ground, field, 0.5), 1.0))
    canvas.darken(np.asarray(0.3 * coverage(part.field - 0.3, canvas.grid.scale), np.float32))
    paint(canvas, part, finish, BASE_CURVE)
    for x, y, _ in (wires.bridges[0][-1], wires.end[0]):
        draw_mount(canvas, x, y, finish)


def draw_mount(canvas: Canvas, x: float, y: float, finish: Metal) -> None:
    """Draw a drill mount at (+-x, y) mm: a washer on the lens and the screw's head in it."""
    px, py = canvas.grid.axes()
    away = np.hypot(np.abs(px) - np.float32(x), py - np.float32(y))
    paint(canvas, tube(np.asarray(away - np.float32(1.45), np.float32), 0.5), finish)
    draw_pin(canvas, x, y, 0.75)


@dataclass(frozen=True)
class Visor:
    """A shield's bar, mm: (x, y, radius) over the lens from the middle out to the hinge.

    `pads`: (x, y, tilt) of the rubber nose pads, see `Wires`.
    """

    bar: tuple[tuple[float, float, float], ...]
    pads: tuple[float, float, float] = (9.0, 3.0, 24.0)


def draw_shield(canvas: Canvas, ground: Ground, visor: Visor, sheet: Acetate) -> None:
    """Draw a shield: one bare lens across, hung from a bar, with rubber pads on the nose."""
    pad = oval(ground, *visor.pads, (2.2, 6.0))
    paint(canvas, tube(np.asarray(np.maximum(pad, -(ground.lens + 0.6)), np.float32), 1.5), RUBBER)
    draw_bare_edge(canvas, ground)
    line, radii = across(visor.bar)
    field = cut_to_width(ground, ground.grid.sample(stroke(line, radii)))  # over the lens's top
    canvas.darken(np.asarray(0.4 * coverage(field - 0.25, canvas.grid.scale), np.float32))
    body = tube(field, 1.2)
    dome = 0.5 * (1 - np.exp(-np.maximum(-field, 0) / 1.8))
    part = replace(body, height=np.asarray(body.height + dome, np.float32))
    paint(canvas, part, sheet, BASE_CURVE)
