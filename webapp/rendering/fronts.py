"""The front: its lenses, then its rims with their thickness, then its face."""

from dataclasses import dataclass

import cv2
import numpy as np

from webapp.eyewear.frame import Eyewear
from webapp.fitting.scene import Fit, Floats
from webapp.rendering.colour import Light
from webapp.rendering.layers import lay_over, times
from webapp.rendering.lenses import LENS_BEHIND, mirrored, tint_of
from webapp.rendering.light import Lighting
from webapp.rendering.occlusion import Raster
from webapp.rendering.sheets import Box, Grid, Map, Rays, front_of, rays
from webapp.rendering.textures import Layer, Textures

GRID_PX = 6  # photo pixels between computed points of the maps
SLICE_PX = 1.2  # photo pixels between the slices of a rim's thickness
MOST_SLICES = 14
BIAS, SOFT = 9.0, 5.0  # mm: a front is hidden only by what stands well before it (the nose's side)
SIDE_LIGHT = 0.16  # how much brighter the front's lit end is than its middle, at full contrast


@dataclass(frozen=True)
class View:
    """The front as the photo's pixels of `grid.box` see it.

    `face` and `back`: (rows, columns, 2) frame millimetres where the grid's rays meet the
    front and, `build.depth` behind it, the rims' back. `seen`: (h, w) what the head leaves to
    be seen, or None where it hides nothing.
    """

    grid: Grid
    sight: Rays
    face: Floats
    back: Floats
    seen: Map | None

    def between(self, share: float) -> Floats:
        """Return where the rays meet the sheet `share` of the way from face to back."""
        return np.asarray(self.face + share * (self.back - self.face))


def view_front(fit: Fit, eyewear: Eyewear, raster: Raster, box: Box, px_per_mm: float) -> View:
    """Return where the rays through a box's pixels meet the front."""
    grid = Grid(box, int(np.clip(round(2.0 * px_per_mm), 2, 4 * GRID_PX)))
    sheet, pose = front_of(eyewear), fit.frame_pose
    sight = rays(fit.camera, pose, grid.positions())
    x, y, _ = sheet.meet(sight)
    back_x, back_y, _ = sheet.meet(sight, eyewear.build.depth)
    on_raster = rays(fit.camera, pose, raster.positions())
    seen = raster.share_before(sheet.meet(on_raster)[2], BIAS, SOFT)
    hidden = bool(seen.min() < 1)
    return View(
        grid=grid,
        sight=sight,
        face=np.dstack([x, y]),
        back=np.dstack([back_x, back_y]),
        seen=raster.lift(seen, box, outside=1.0) if hidden else None,
    )


def _sampled(picture: Light, layer: Layer, grid: Grid, at: Floats, border: int) -> Light:
    """Return a picture in `layer`'s pixels at frame millimetres `at`, for the box's pixels."""
    across, down = cv2.split(grid.enlarge(at * layer.scale + layer.zero))
    return np.asarray(cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderMode=border))


def paint_lenses(
    base: Light, view: View, fit: Fit, eyewear: Eyewear, textures: Textures, light: Lighting | None
) -> None:
    """Dim `base` (h, w, 4) behind the lenses and lay on what they mirror; no light, no mirror."""
    at = view.between(min(1.0, LENS_BEHIND / eyewear.build.depth))
    share = _sampled(textures.lenses, textures.front, view.grid, at, cv2.BORDER_CONSTANT)
    if view.seen is not None:
        share = share * view.seen
    shares = cv2.merge([share] * 3)
    through = tint_of(eyewear.lens, eyewear.artwork).at(at[..., 1])
    kept = 1 - cv2.multiply(shares, 1 - view.grid.enlarge(through))
    seen = cv2.multiply(np.ascontiguousarray(base[..., :3]), kept)
    if light is not None:
        sheet, points = front_of(eyewear), (at[..., 0], at[..., 1])
        shine = mirrored(eyewear.lens, light, sheet, fit.frame_pose, view.sight, points)
        seen = cv2.add(seen, cv2.multiply(shares, view.grid.enlarge(shine)))
    base[..., :3] = seen


def paint_rims(
    base: Light, view: View, eyewear: Eyewear, textures: Textures, light: Lighting
) -> None:
    """Paint the rims' sides and their face over `base` (h, w, 4)."""
    tone = _tone(view, light, eyewear)
    sides = _sides(view, textures)
    if sides is not None:
        lay_over(base, sides * tone, view.seen)
    face = _sampled(textures.front.paint, textures.front, view.grid, view.face, cv2.BORDER_CONSTANT)
    lay_over(base, face * tone, view.seen)


def _tone(view: View, light: Lighting, eyewear: Eyewear) -> Light:
    """Return (h, w, 4) factors: the light's strength, colour and side; 1 for alpha."""
    end = np.clip(view.face[..., 0] / (eyewear.marks.width / 2), -1, 1)
    side = 1 + SIDE_LIGHT * light.contrast * float(light.towards[0]) * 2 * end
    coarse = side[..., None] * np.append(light.exposure * light.tint, 0)
    coarse[..., 3] = 1
    return view.grid.enlarge(coarse)


def _sides(view: View, textures: Textures) -> Light | None:
    """Return the rims' sides (h, w, 4): the outline's sweep from the back to the face."""
    shift = np.abs(view.back - view.face).max() * textures.front.scale[0]
    step = view.grid.step
    spread = np.abs(view.face[1:-1, 2:-1] - view.face[1:-1, 1:-2]).mean() / step  # mm per pixel
    moved = float(shift / textures.front.scale[0] / max(float(spread), 1e-6))
    if moved < 0.4:
        return None
    count = int(np.clip(np.ceil(moved / SLICE_PX), 1, MOST_SLICES))
    alpha = np.ascontiguousarray(textures.front.paint[..., 3])
    swept = np.zeros(view.grid.shape, dtype=np.float32)
    for number in range(1, count + 1):
        at = view.between(number / count)
        cover = _sampled(alpha, textures.front, view.grid, at, cv2.BORDER_CONSTANT)
        np.maximum(swept, cover, out=swept)
    colour = _sampled(
        textures.front.side, textures.front, view.grid, view.between(0.5), cv2.BORDER_REPLICATE
    )
    return np.concatenate([times(colour, swept), swept[..., None]], axis=-1)
