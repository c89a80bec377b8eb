"""Fronts and temples from a few figures: what a whole range of frames has in common.

A designer says where the bridge and the end pieces lie and how heavy the rims are; the rest
follows from the size marks. Millimetres, frame coordinates.
"""

from dataclasses import dataclass

import numpy as np

from webapp.drawn.fronts import Milled
from webapp.drawn.models import Model
from webapp.drawn.outlines import outline
from webapp.drawn.temples import Side
from webapp.drawn.wirework import Wires
from webapp.eyewear.frame import Shape, SizeMarks

Row = tuple[float, float, float]
WIRE_TIP = 2.9  # half height of a metal temple's acetate tip


@dataclass(frozen=True)
class Weight:
    """How heavy an acetate front is, mm beyond the lens: at the temple, below, at the nose,
    above, and above the outer corner.
    """

    temple: float = 4.0
    below: float = 2.6
    nose: float = 2.5
    above: float = 3.3
    corner: float = 4.6

    def rim(self) -> tuple[tuple[float, float], ...]:
        """Return the rim as `Milled` wants it."""
        return (
            (0, self.temple), (90, self.below), (180, self.nose),
            (225, (self.nose + self.above) / 2), (270, self.above), (325, self.corner),
        )  # fmt: skip


def marked(sizes: str, height: float, width: float) -> SizeMarks:
    """Return the marks printed as 52-18-140 with the lens's height and the front's width."""
    lens, bridge, temple = (float(part) for part in sizes.split("-"))
    return SizeMarks(lens, height, bridge, temple, width)


def acetate_front(
    shape: Shape,
    marks: SizeMarks,
    weight: Weight,
    bridge: tuple[float, float],
    end: tuple[float, float, float],
    *,
    facet: float = 0.0,
    edge: float = 1.0,
    pins: int = 1,
    waist: float = 2.7,
    tip: float = 3.6,
) -> Model:
    """Return an acetate model.

    `bridge`: (y, half height) in the middle. `end`: the end piece's y and half height where
    it leaves the rim, and how much it rises to the hinge. `pins`: rivets on each end piece.
    `waist`, `tip`: the temple's half heights.
    """
    outer, half = marks.lens_centres / 2 + marks.lens_width / 2, marks.width / 2
    y, tall, rise = end
    thin = 0.86 * tall
    ends: tuple[Row, ...] = (
        (outer - 6.5, y, tall), (outer + 0.6, y - 0.25 * rise, tall * 0.97),
        (half - 3.4, y - 0.75 * rise, tall * 0.91), (half + 3, y - 1.25 * rise, thin),
    )  # fmt: skip
    middle, thick = bridge
    d = marks.bridge
    bridges: tuple[Row, ...] = (
        (0, middle, thick), (0.23 * d, middle + 0.5, thick + 0.1),
        (0.54 * d, middle + 2.4, thick + 0.4),
    )  # fmt: skip
    at = rivets(half - 4.8, y - 0.7 * rise, pins)
    build = Milled(weight.rim(), bridges, ends, edge=edge, facet=facet, pins=at)
    length = marks.temple
    heights = ((0.0, thin), (14.0, thin * 0.93), (45.0, waist * 1.14), (82.0, waist))
    side = Side((*heights, (length - 27, tip), (length, tip)), bend=length - 44, plaque=pins > 0)
    return Model(shape, marks, build, side, *room_of(marks))


def rivets(x: float, y: float, count: int) -> tuple[tuple[float, float], ...]:
    """Return the places of `count` rivets, one above the other."""
    return tuple((x, y + 2.6 * (k - (count - 1) / 2)) for k in range(count))


def wire_front(
    shape: Shape,
    marks: SizeMarks,
    bridge_y: float,
    end_y: float,
    *,
    rim: float = 0.65,
    bar: float | None = None,
    pads: tuple[float, float, float] = (7.6, 6.5, 18.0),
) -> Model:
    """Return a metal model of drawn wire.

    `bridge_y`: the bridge's top in the middle. `end_y`: of the end pieces. `bar`: the y of a
    second bridge above, as pilots' frames have.
    """
    outer, half = marks.lens_centres / 2 + marks.lens_width / 2, marks.width / 2
    bridges = [arch(shape, marks, bridge_y)]
    if bar is not None:
        root = nose_edge(shape, marks, bar)
        bridges.append(((0, bar, 0.8), (root * 0.5, bar - 0.1, 0.8), (root + 1.5, bar - 0.4, 0.65)))
    reach = side_edge(shape, marks, end_y)
    end = (
        (reach - 1.6, end_y - 0.3, 0.8), (max(reach + 1.5, outer - 1.0), end_y - 0.4, 1.2),
        (half - 3.5, end_y - 0.1, 1.7), (half + 1.5, end_y, 1.7),
    )  # fmt: skip
    wires = Wires(rim, tuple(bridges), end, pads)
    return Model(shape, marks, wires, wire_temple(marks.temple), *room_of(marks))


def rimless_front(marks: SizeMarks, bridge_y: float, end_y: float) -> Model:
    """Return a rimless model: drill mounts 3 mm inside the lenses' edges."""
    shape = Shape.RIMLESS
    x = nose_edge(shape, marks, bridge_y + 2)
    bridge = (
        (0, bridge_y, 0.85), (0.4 * x, bridge_y + 0.1, 0.85), (0.85 * x, bridge_y + 1.5, 0.8),
        (x + 3.2, bridge_y + 2.2, 0.9),
    )  # fmt: skip
    half, reach = marks.width / 2, side_edge(shape, marks, end_y)
    end = (
        (reach - 3.2, end_y, 0.9), (reach + 0.8, end_y - 0.3, 1.2), (half - 3.5, end_y - 0.2, 1.6),
        (half + 1.5, end_y, 1.6),
    )  # fmt: skip
    wires = Wires(0.65, (bridge,), end, (7.4, 6.0, 18.0))
    return Model(shape, marks, wires, wire_temple(marks.temple), *room_of(marks))


def arch(shape: Shape, marks: SizeMarks, y: float) -> tuple[Row, ...]:
    """Return a saddle bridge that is highest in the middle and meets the rims lower down."""
    root = nose_edge(shape, marks, y + 4.6)
    return (0, y, 0.9), (0.38 * root, y + 0.4, 0.85), (0.8 * root, y + 2.6, 0.75), (
        root + 0.8, y + 4.8, 0.7,
    )  # fmt: skip


def nose_edge(shape: Shape, marks: SizeMarks, y: float) -> float:
    """Return the x of the lens's nasal edge at this height."""
    edge = outline(shape, marks)
    near = edge[edge[:, 0] < marks.lens_centres / 2]
    return float(near[np.argmin(np.abs(near[:, 1] - y)), 0])


def side_edge(shape: Shape, marks: SizeMarks, y: float) -> float:
    """Return the x of the lens's edge towards the temple at this height."""
    edge = outline(shape, marks)
    far = edge[edge[:, 0] > marks.lens_centres / 2]
    return float(far[np.argmin(np.abs(far[:, 1] - y)), 0])


def wire_temple(length: float, sleeve: float | None = None) -> Side:
    """Return a metal temple: flat at the hinge, a slim wire, then an acetate tip."""
    heights = ((0.0, 1.6), (10.0, 1.2), (30.0, 0.9), (length - 66, 0.8), (length - 54, 1.6))
    ends = ((length - 30, 2.3), (length, WIRE_TIP))
    return Side((*heights, *ends), bend=length - 43, sleeve=sleeve or length - 60)


def room_of(marks: SizeMarks) -> tuple[float, float]:
    """Return how far the canvas reaches above and below the middle, mm."""
    reach = max(28.0, marks.lens_height / 2 + 9)
    return reach, reach


def hinge_of(model: Model) -> tuple[float, float]:
    """Return (x, y) of the model's hinge: on its end piece, 2.3 mm inside the front's width."""
    build = model.build
    if isinstance(build, tuple):
        rows = build[1].end
    elif isinstance(build, Milled | Wires):
        rows = build.end
    else:
        rows = build.bar
    x = model.marks.width / 2 - 2.3
    at, heights, _ = np.array(rows).T
    return x, round(float(np.interp(x, at, heights)), 1)
