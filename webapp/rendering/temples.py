"""Temples: flat bars in space from the hinge to the ear, hidden where the head is nearer.

Each temple is a stack of parallel sheets, from the side away from the camera to the side that
faces it; a plane maps to the photo by a homography, so each sheet is one warp.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from webapp.eyewear.frame import Eyewear
from webapp.fitting.scene import Camera, Fit, Floats, Pose
from webapp.rendering.colour import Light
from webapp.rendering.layers import lay_over
from webapp.rendering.light import Lighting
from webapp.rendering.occlusion import Raster
from webapp.rendering.sheets import Box, Map, around, empty, front_of, rays
from webapp.rendering.textures import Layer, temple_texture

BIAS, SOFT = 4.0, 4.0  # mm: a temple this little behind the skin is still seen; how softly it goes
INSIDE = 0.55  # brightness of a temple's inner side, which faces the head
SLICE_PX = 1.2  # photo pixels between the sheets of a temple's thickness
MOST_SLICES = 12
IN_CAMERA = Pose(np.eye(3), np.zeros(3))
LEAST_AREA = 1e-7  # of a homography's determinant; below, the sheet is seen exactly edge on


@dataclass(frozen=True)
class Bar:
    """One temple in camera coordinates, mm: point = `hinge` + u * `along` + w * `down`.

    `u` and `w` are the artwork's millimetres from the joint. `out`: unit vector away from the
    head, across the temple's thickness; `hinge` lies on the outer sheet.
    """

    hinge: Floats
    along: Floats
    down: Floats
    out: Floats

    def moved(self, inwards: float) -> "Bar":
        """Return the parallel sheet `inwards` mm nearer to the head."""
        return Bar(self.hinge - inwards * self.out, self.along, self.down, self.out)

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
    )


def extent(fit: Fit, eyewear: Eyewear) -> Floats:
    """Return the photo pixels (n, 2) of both temples' outlines, up to the ears."""
    pixels = []
    for bar in bars(fit, eyewear):
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
    """What every temple of a picture shares: photo pixels per mm, softness, head, light."""

    px_per_mm: float
    softness: float
    raster: Raster
    light: Lighting


def paint_temples(base: Light, box: Box, fit: Fit, eyewear: Eyewear, setting: Setting) -> None:
    """Paint both temples over `base` (h, w, 4), the linear pixels of `box`."""
    for bar in bars(fit, eyewear):
        _paint(base, box, bar, fit, eyewear, setting)


def _paint(base: Light, box: Box, bar: Bar, fit: Fit, eyewear: Eyewear, setting: Setting) -> None:
    thickness = eyewear.build.temple_thickness
    sheets = [bar, bar.moved(thickness)]
    corners = [fit.camera.project(_outline(sheet, eyewear)) for sheet in sheets]
    part = _within(around(np.concatenate(corners), 2), box)
    if empty(part):
        return
    view = base[part[1] - box[1] : part[3] - box[1], part[0] - box[0] : part[2] - box[0]]
    art = eyewear.artwork
    squeeze = _breadth(corners[0]) / (art.ear[0] / art.scale * setting.px_per_mm)
    texture = temple_texture(art, setting.px_per_mm, setting.softness, squeeze)
    seen = setting.raster.lift(_in_sight(bar, fit, setting.raster), part, outside=1.0)
    shift = float(np.abs(corners[0] - corners[1]).max())
    count = int(np.clip(np.ceil(shift / SLICE_PX), 1, MOST_SLICES))
    depths = np.linspace(thickness, 0, count + 1)  # inwards from the outer sheet, far ones first
    if not bar.shows_outside:
        depths = depths[::-1]
    for number, inwards in enumerate(depths):
        paint = _sheet_paint(texture, number == count, bar.shows_outside, setting.light)
        warped = _warp(paint, texture, bar.moved(float(inwards)), fit.camera, part)
        if warped is not None:
            lay_over(view, warped, seen)


def _breadth(corners: Floats) -> float:
    """Return how far apart a sheet's hinge and ear ends look, pixels, square to its height.

    Seen almost edge on the two ends slide past each other: their distance says nothing.
    """
    hinge_top, hinge_low, ear_top, ear_low = corners
    upright = (hinge_low - hinge_top) + (ear_low - ear_top)
    away = (ear_top + ear_low - hinge_top - hinge_low) / 2
    return float(abs(upright[0] * away[1] - upright[1] * away[0]) / np.linalg.norm(upright))


def _within(box: Box, outer: Box) -> Box:
    left, top, right, bottom = outer
    across = min(max(box[0], left), right), min(max(box[2], left), right)
    downwards = min(max(box[1], top), bottom), min(max(box[3], top), bottom)
    return across[0], downwards[0], across[1], downwards[1]


def _in_sight(bar: Bar, fit: Fit, raster: Raster) -> Map:
    """Return how much of the temple's plane the head leaves to be seen, on the raster."""
    sight = rays(fit.camera, IN_CAMERA, raster.positions()).directions
    normal = np.cross(bar.along, bar.down)
    slant = sight @ normal
    slant = np.where(np.abs(slant) < 1e-6, 1e-6, slant)
    depth = (bar.hinge @ normal) / slant
    far = bar.points(np.array([130.0]), np.array([0.0]))[0, 2]
    return raster.share_before(np.clip(depth, 0, max(far, bar.hinge[2])), BIAS, SOFT)


def _sheet_paint(texture: Layer, facing: bool, outside: bool, light: Lighting) -> Light:
    """Return the texture of a sheet: the facing side as drawn, those behind it as its edge."""
    tone = light.exposure * light.tint
    if facing:
        tone = tone * (1.0 if outside else INSIDE)
        return texture.paint * np.append(tone, 1).astype(np.float32)
    alpha = texture.paint[..., 3:]
    return np.concatenate([texture.side * alpha * tone.astype(np.float32), alpha], axis=-1)


def _warp(paint: Light, texture: Layer, bar: Bar, camera: Camera, part: Box) -> Light | None:
    """Return the sheet (h, w, 4) as the photo's pixels of `part` see it."""
    to_part = np.array([[1, 0, -part[0]], [0, 1, -part[1]], [0, 0, 1.0]]) @ bar.to_photo(camera)
    (sx, sy), (zx, zy) = texture.scale, texture.zero
    to_mm = np.array([[1 / sx, 0, -zx / sx], [0, 1 / sy, -zy / sy], [0, 0, 1]])
    to_photo = to_part @ to_mm
    if abs(np.linalg.det(to_photo / to_photo[2, 2])) < LEAST_AREA:
        return None
    size = part[2] - part[0], part[3] - part[1]
    return np.asarray(cv2.warpPerspective(paint, to_photo, size, flags=cv2.INTER_LINEAR))
