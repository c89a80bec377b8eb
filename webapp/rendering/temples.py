"""Temples: flat bars in space from the hinge to the ear, hidden where the head is nearer.

Each temple is a bar: a solid in the colour of its edges, and on it the side that the camera sees,
as drawn. A plane maps to the photo by a homography, so a side is one warp.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from webapp.eyewear.frame import Eyewear
from webapp.fitting.scene import Camera, Fit, Floats
from webapp.rendering.colour import Light
from webapp.rendering.layers import backed, lay_over, times
from webapp.rendering.light import Lighting
from webapp.rendering.occlusion import Raster
from webapp.rendering.sheets import Box, Map, around, empty, front_of, shared
from webapp.rendering.textures import Layer, TempleTextures, temple_texture

BIAS, SOFT = 4.0, 4.0  # mm: a temple this little behind the skin is still seen; how softly it goes
INSIDE = 0.55  # brightness of a temple's inner side, which faces the head
MANY_PIXELS = 60_000  # a temple this large needs less antialiasing to look smooth
FULL = 65535  # a bar's edges are filled in 16 bits: half the memory of floats


@dataclass(frozen=True)
class Bar:
    """One temple in camera coordinates, mm: point = `hinge` + u * `along` + w * `down`.

    `u` and `w` are the artwork's millimetres from the joint. `out`: unit vector away from the
    head, across the temple's thickness; `hinge` lies on the outer sheet. `side`: 0 the wearer's
    right, 1 the left.
    """

    hinge: Floats
    along: Floats
    down: Floats
    out: Floats
    side: int

    def moved(self, inwards: float) -> "Bar":
        """Return the parallel sheet `inwards` mm nearer to the head."""
        return replace(self, hinge=self.hinge - inwards * self.out)

    def points(self, u: Floats, w: Floats) -> Floats:
        """Return points (n, 3) at artwork millimetres (n,)."""
        return self.hinge + np.outer(u, self.along) + np.outer(w, self.down)

    @property
    def shows_outside(self) -> bool:
        """True where the camera sees the side away from the head."""
        return bool(self.out @ self.hinge < 0)

    def to_photo(self, camera: Camera) -> Floats:
        """Return the homography (3, 3) from (u, w, 1) to photo pixels."""
        x, y = camera.centre
        project = np.array([[camera.focal, 0, x], [0, camera.focal, y], [0, 0, 1]])
        return np.asarray(project @ np.column_stack([self.along, self.down, self.hinge]))


def bars(fit: Fit, eyewear: Eyewear) -> list[Bar]:
    """Return both temples, the one farther from the camera first."""
    both = [_bar(fit, eyewear, side) for side in (-1, 1)]
    return sorted(both, key=lambda bar: -float(bar.hinge[2]))


def _bar(fit: Fit, eyewear: Eyewear, side: int) -> Bar:
    """Return the wearer's right (-1) or left (1) temple."""
    build, art = eyewear.build, eyewear.artwork
    x, y = build.hinge
    rise = float(front_of(eyewear).rise(np.array(x), np.array(y)))
    outer = x + build.temple_thickness / 2
    hinge = fit.seat.apply(np.array([side * outer, y, rise + build.depth * 0.8]))
    ear = fit.ears[(side + 1) // 2]
    down = fit.seat.rotation[:, 1]
    run, drop = (np.array(art.ear) - art.joint) / art.scale
    along = (ear - hinge - drop * down) / run
    out = side * np.cross(down, along)
    turn = fit.head.pose.rotation
    return Bar(
        hinge=fit.head.pose.apply(hinge),
        along=turn @ along,
        down=turn @ down,
        out=turn @ (out / np.linalg.norm(out)),
        side=(side + 1) // 2,
    )


def extent(fit: Fit, eyewear: Eyewear, temples: Sequence[Bar]) -> Floats:
    """Return the photo pixels (n, 2) of both temples' outlines, up to the ears."""
    pixels = []
    for bar in temples:
        for inwards in (0.0, eyewear.build.temple_thickness):
            pixels.append(fit.camera.project(_outline(bar.moved(inwards), eyewear)))
    return np.concatenate(pixels)


def _outline(bar: Bar, eyewear: Eyewear) -> Floats:
    """Return the corners (4, 3) of the artwork's part before the ear."""
    art = eyewear.artwork
    height = art.temple.shape[0]
    u = np.array([-art.joint[0], art.ear[0] - art.joint[0]]) / art.scale
    w = np.array([-art.joint[1], height - art.joint[1]]) / art.scale
    return bar.points(np.repeat(u, 2), np.tile(w, 2))


@dataclass(frozen=True)
class Setting:
    """What every temple of a picture shares: photo pixels per mm, softness, head, light.

    `ears`: how bare of hair the wearer's right and left ear are, 0 to 1. `strands`: how much
    hair hides of a temple, on the raster.
    """

    px_per_mm: float
    softness: float
    raster: Raster
    light: Lighting
    ears: tuple[float, float]
    strands: Map


@dataclass(frozen=True)
class Painted:
    """A layer (h, w, 4) float32, linear RGB times alpha and alpha, on the pixels of `box`."""

    box: Box
    layer: Light

    def lay_over(self, base: Light, box: Box) -> None:
        """Lay it over `base` (h, w, 4), the linear pixels of `box`, where the two boxes meet."""
        both = shared(self.box, box)
        if not empty(both):
            lay_over(_cut(base, box, both), _cut(self.layer, self.box, both))


def _cut(pixels: Light, box: Box, part: Box) -> Light:
    """Return the view of `part` in the pixels of `box`."""
    return pixels[part[1] - box[1] : part[3] - box[1], part[0] - box[0] : part[2] - box[0]]


def paint_temples(
    box: Box, fit: Fit, eyewear: Eyewear, temples: Sequence[Bar], setting: Setting
) -> list[Painted]:
    """Return both temples as far as they lie in `box`, the one to be laid first, first."""
    painted = (_paint(box, bar, fit, eyewear, setting) for bar in temples)
    return [temple for temple in painted if not empty(temple.box)]


def _paint(box: Box, bar: Bar, fit: Fit, eyewear: Eyewear, setting: Setting) -> Painted:
    """Paint one temple: its solid in its edges' colour, then the side that faces the camera."""
    thickness = eyewear.build.temple_thickness
    sheets = [bar, bar.moved(thickness)]
    corners = [fit.camera.project(_outline(sheet, eyewear)) for sheet in sheets]
    part = shared(around(np.concatenate(corners), 2), box)
    if empty(part):
        return Painted(part, np.zeros((0, 0, 4), dtype=np.float32))
    breadth = _breadth(corners[0])
    art, tone = eyewear.artwork, setting.light.exposure * setting.light.tint
    squeeze = breadth / (art.ear[0] / art.scale * setting.px_per_mm)
    bare = setting.ears[bar.side]
    texture = temple_texture(art, setting.px_per_mm, setting.softness, squeeze, bare)
    layer = _solid(sheets, texture, fit.camera, part) * np.append(tone, 1).astype(np.float32)
    # A side narrower than a few pixels is all seams: the solid's edge stands for it.
    broad = float(np.clip((breadth - 2) / 4, 0, 1))
    if broad > 0:
        facing = sheets[0] if bar.shows_outside else sheets[1]
        side = _warp(texture.side.paint, texture.side, facing, fit.camera, part)
        bright = tone * (1.0 if bar.shows_outside else INSIDE)
        layer = backed(side * np.append(bright * broad, broad).astype(np.float32), layer)
    raster, cells = setting.raster.under(part)
    left = _in_sight(bar, raster) * (1 - setting.strands[cells])
    return Painted(part, times(layer, raster.lift(left, part, outside=1.0)))


def _solid(sheets: list[Bar], texture: TempleTextures, camera: Camera, part: Box) -> Light:
    """Return the bar between two sheets (h, w, 4) in its edges' colour, as `part` sees it.

    The hulls of short lengths of the bar are filled at several times the resolution, from the
    ear to the hinge, which is nearer; lengths overlap, so that no seam shows.
    """
    along, upper, lower = texture.profile.T
    rims = [sheet.points(along, edge) for sheet in sheets for edge in (upper, lower)]
    pixels = camera.project(np.stack(rims, axis=1)) - np.array(part[:2])  # (n, 4, 2)
    height, width = part[3] - part[1], part[2] - part[0]
    finer = 4 if height * width < MANY_PIXELS else 2
    filled = np.zeros((height * finer, width * finer, 4), dtype=np.uint16)
    edge = np.rint(texture.edge * FULL)
    fixed = np.rint(((pixels + 0.5) * finer - 0.5) * 16).astype(np.int32)  # 4 bits of fraction
    for first in range(len(fixed) - 2, -1, -1):
        hull = cv2.convexHull(fixed[first : first + 3].reshape(-1, 2))
        colour = [float(channel) for channel in edge[first]]
        cv2.fillConvexPoly(filled, hull, colour, lineType=cv2.LINE_8, shift=4)
    small = cv2.resize(filled, (width, height), interpolation=cv2.INTER_AREA)
    return small * np.float32(1 / FULL)


def _breadth(corners: Floats) -> float:
    """Return how far apart a sheet's hinge and ear ends look, pixels, square to its height.

    Seen almost edge on the two ends slide past each other: their distance says nothing.
    """
    hinge_top, hinge_low, ear_top, ear_low = corners
    upright = (hinge_low - hinge_top) + (ear_low - ear_top)
    away = (ear_top + ear_low - hinge_top - hinge_low) / 2
    return float(abs(upright[0] * away[1] - upright[1] * away[0]) / np.linalg.norm(upright))


def _in_sight(bar: Bar, raster: Raster) -> Map:
    """Return how much of the temple's plane the head leaves to be seen, on the raster."""
    normal = np.cross(bar.along, bar.down)
    slant = raster.sights @ normal.astype(np.float32)
    slant = np.where(np.abs(slant) < 1e-6, np.float32(1e-6), slant)
    depth = np.float32(bar.hinge @ normal) / slant
    far = bar.points(np.array([130.0]), np.array([0.0]))[0, 2]
    return raster.share_before(np.clip(depth, 0, max(far, bar.hinge[2])), BIAS, SOFT)


def _warp(paint: Light, texture: Layer, bar: Bar, camera: Camera, part: Box) -> Light:
    """Return a sheet's picture (h, w, 4) as the photo's pixels of `part` see it."""
    to_part = np.array([[1, 0, -part[0]], [0, 1, -part[1]], [0, 0, 1.0]]) @ bar.to_photo(camera)
    (sx, sy), (zx, zy) = texture.scale, texture.zero
    to_mm = np.array([[1 / sx, 0, -zx / sx], [0, 1 / sy, -zy / sy], [0, 0, 1]])
    to_photo = to_part @ to_mm
    size = part[2] - part[0], part[3] - part[1]
    return np.asarray(cv2.warpPerspective(paint, to_photo, size, flags=cv2.INTER_LINEAR))
