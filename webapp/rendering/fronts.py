"""The front: its lenses, then its rims with their thickness, then its face.

All that varies smoothly is computed once on a coarse grid; pixels are painted tile by tile, so
that little memory is touched and tiles without a piece of the front cost nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.eyewear.frame import Eyewear
from webapp.fitting.scene import Fit, Floats
from webapp.rendering.colour import Bytes, Light
from webapp.rendering.layers import backed, lay_over, times
from webapp.rendering.lenses import LENS_BEHIND, mirrored, tint_of
from webapp.rendering.light import Lighting
from webapp.rendering.occlusion import Raster
from webapp.rendering.pads import BEHIND as PADS_BEHIND
from webapp.rendering.pads import BIAS as PADS_BIAS
from webapp.rendering.pads import SOFT as PADS_SOFT
from webapp.rendering.sheets import Box, Front, Grid, Map, Slices, front_of, rays
from webapp.rendering.textures import Layer, Textures
from webapp.rendering.wholes import in_light

CELL_MM = 2.0  # between computed points of the maps
CELLS_PX = (2, 24)  # and at least and at most so many photo pixels
TILE_PX = (512, 256)  # width and height of what is painted at once: it stays in the cache
SLICE_PX = 1.6  # photo pixels between the slices of a rim's thickness
MOST_SLICES = 8  # a larger picture has wider rims too, so gaps do not open
ROW = 256  # pixels: what is picked out of a tile is worked on in rows of so many
LEAST_SHIFT = 0.4  # photo pixels; a rim whose back lies no further off shows no side
BIAS, SOFT = 9.0, 5.0  # mm: a front is hidden only by what stands well before it (the nose's side)
SIDE_LIGHT = 0.32  # how much brighter the front's lit end is than its middle, at full contrast


@dataclass(frozen=True)
class View:
    """The front as the photo's pixels of `grid.box` see it, on the grid (rows, columns, c).

    `face` and `back`: where its rays meet the front and, `build.depth` behind, the rims' back;
    `glass`: where they meet the lenses, `pads`: where the plane of the nose pads: frame
    millimetres (x, y). `tone`: RGB factors of the
    light on the frame, and 1. `dim`: what the lenses keep back, linear RGB, and 0. `shine`: what
    they mirror, linear RGB, nothing if that is switched off, and 0.
    """

    grid: Grid
    face: Floats
    back: Floats
    glass: Floats
    pads: Floats
    tone: Floats
    dim: Floats
    shine: Floats

    def tiles(self) -> Iterator["View"]:
        """Yield the view's tiles."""
        for grid, cells in self.grid.tiles(*TILE_PX):
            yield self._cut(grid, cells)

    def part(self, wanted: NDArray[np.bool_]) -> "View | None":
        """Return the box about the `wanted` positions (rows, columns); None without any."""
        part = self.grid.part(wanted)
        return None if part is None else self._cut(*part[:2])

    def _cut(self, grid: Grid, cells: Slices) -> "View":
        return replace(
            self,
            grid=grid,
            face=self.face[cells],
            back=self.back[cells],
            glass=self.glass[cells],
            pads=self.pads[cells],
            tone=self.tone[cells],
            dim=self.dim[cells],
            shine=self.shine[cells],
        )


def view_front(
    fit: Fit, eyewear: Eyewear, light: Lighting, box: Box, px_per_mm: float, *, shiny: bool
) -> View:
    """Return how a box's pixels see the front; not `shiny`: its lenses mirror nothing."""
    grid = Grid(box, int(np.clip(round(CELL_MM * px_per_mm), *CELLS_PX)))
    sheet, pose, build = front_of(eyewear), fit.frame_pose, eyewear.build
    sight = rays(fit.camera, pose, grid.positions()).single()
    x, y, _ = sheet.meet(sight)
    face, back = np.dstack([x, y]), np.dstack(sheet.meet(sight, build.depth)[:2])
    glass = face + min(1.0, LENS_BEHIND / build.depth) * (back - face)
    pads = face + PADS_BEHIND / build.depth * (back - face)
    at = glass[..., 0], glass[..., 1]
    return View(
        grid=grid,
        face=face,
        back=back,
        glass=glass,
        pads=pads,
        tone=_tone(x / (eyewear.marks.width / 2), light, pose.rotation),
        dim=_with_zero(1 - tint_of(eyewear.lens, eyewear.artwork).at(at[1])),
        shine=_with_zero(mirrored(eyewear.lens, light, sheet, pose, sight, at))
        if shiny
        else np.zeros((*x.shape, 4), np.float32),
    )


def _with_zero(colours: Floats) -> Floats:
    """Return (h, w, 3) with a fourth channel of zeros: lenses paint over nothing."""
    whole = np.zeros((*colours.shape[:2], 4), np.float32)
    whole[..., :3] = colours
    return whole


def _tone(across: Floats, light: Lighting, turn: Floats) -> Floats:
    """Return (..., 4) factors of the light's strength, colour and side, and 1 for alpha.

    `across`: from -1 to 1 over the front, onlooker's left to right.
    """
    sideways = float(light.towards @ turn[:, 0])
    side = 1 + SIDE_LIGHT * light.contrast * sideways * np.clip(across, -1, 1)
    tone = np.ones((*across.shape, 4), np.float32)
    tone[..., :3] = side[..., None] * (light.exposure * light.tint)
    return tone


def front_in_sight(fit: Fit, sheet: Front, raster: Raster) -> Map | None:
    """Return how much of the front the head leaves to be seen, on the raster; None if all."""
    sight = raster.rays(fit.frame_pose)
    seen = raster.share_before(sheet.meet(sight)[2], BIAS, SOFT)
    if seen.min() >= 1:
        return None
    # Where the nose ends, depths jump from cell to cell: the rim would end in their steps.
    return np.asarray(cv2.GaussianBlur(seen, (0, 0), 0.8), np.float32)


def pads_in_sight(fit: Fit, sheet: Front, raster: Raster) -> Map:
    """Return how much of the nose pads' plane the head leaves to be seen, on the raster."""
    sight = raster.rays(fit.frame_pose)
    return raster.share_before(sheet.meet(sight, PADS_BEHIND)[2], PADS_BIAS, PADS_SOFT)


def touches(view: View, textures: Textures) -> tuple[bool, bool]:
    """Tell whether lenses, and whether rims, are seen in a view."""
    layer = textures.front
    low, high = _extent([view.face, view.back])
    low = np.floor(low * layer.scale + layer.zero) - 1
    high = np.ceil(high * layer.scale + layer.zero) + 2
    columns = slice(max(0, int(low[0])), max(0, int(high[0])))
    rows = slice(max(0, int(low[1])), max(0, int(high[1])))
    return _any(textures.lenses[rows, columns]), _any(textures.solid[rows, columns])


def in_reach(view: View, textures: Textures) -> NDArray[np.bool_]:
    """Return which positions (rows, columns) of a view's grid the artwork's box lies over."""
    layer, (height, width) = textures.front, textures.solid.shape
    (left, top), (right, bottom) = (
        (np.array(corner) - layer.zero) / layer.scale for corner in ((-1, -1), (width, height))
    )
    reached = np.zeros(view.face.shape[:2], dtype=bool)
    for place in (view.face, view.back):
        x, y = place[..., 0], place[..., 1]
        reached |= (x > left) & (x < right) & (y > top) & (y < bottom)
    return reached


def _extent(places: list[Floats]) -> tuple[Floats, Floats]:
    """Return the least and the greatest (x, y) of arrays (..., 2).

    Each axis by itself: along pairs, numpy takes several times as long.
    """
    least = [min(float(one[..., axis].min()) for one in places) for axis in (0, 1)]
    most = [max(float(one[..., axis].max()) for one in places) for axis in (0, 1)]
    return np.array(least), np.array(most)


def _any(shares: NDArray[np.uint8] | Map) -> bool:
    """Tell whether anything of (h, w) is above zero; numpy's own way reads floats slowly."""
    return bool(shares.size and cv2.countNonZero(shares))


def paint_pads(base: Light, view: View, pads: Layer, seen: Map) -> None:
    """Paint the nose pads over `base` (h, w, 4), where they touch it."""
    pixels = view.pads * pads.scale + pads.zero
    height, width = pads.paint.shape[:2]
    within = np.asarray(((pixels > -1) & (pixels < [width, height])).all(axis=-1))
    part = view.grid.part(within)
    if part is None:
        return
    grid, cells, (rows, columns) = part
    painted = _sampled(pads.paint, grid.enlarge(pixels[cells]))
    lit = cv2.multiply(painted, grid.enlarge(view.tone[cells]))
    lay_over(base[rows, columns], np.asarray(lit, dtype=np.float32), seen[rows, columns])


def paint_lenses(base: Light, view: View, textures: Textures, seen: Map | None) -> None:
    """Dim `base` (h, w, 4) behind the lenses and lay on what they mirror."""
    maps = _maps(view, textures, view.glass)
    share = _sampled(textures.lenses, maps)
    if seen is not None:
        share = share * seen
    # base * (1 - share * dim) + share * shine, in as few walks as can be
    change = cv2.multiply(base, view.grid.enlarge(view.dim))
    cv2.subtract(change, view.grid.enlarge(view.shine), dst=change)
    cv2.multiply(change, cv2.merge([share] * 4), dst=change)
    cv2.subtract(base, change, dst=base)


def paint_rims(base: Light, view: View, textures: Textures, seen: Map | None) -> None:
    """Paint the rims' sides and their face over `base` (h, w, 4).

    They are a small part of it, so what takes long is done for their pixels alone.
    """
    face, moved = _maps(view, textures, view.face), _shift(view)
    reached = _solid(textures, face)
    if moved >= LEAST_SHIFT:
        back = _maps(view, textures, view.back)
        swept = _swept(textures, face, back, moved)
        reached = np.asarray(cv2.max(reached, swept), dtype=np.uint8)
    where = _rows_of(np.flatnonzero(reached))
    if not where.size:
        return
    face = _at(where, face)
    rims = _sampled(textures.front.paint, face)
    if moved >= LEAST_SHIFT:
        rims = backed(rims, _sides(textures, face, _at(where, back), swept.ravel()[where]))
    tone = view.grid.enlarge(view.tone).reshape(-1, 4)[where]
    lit = np.asarray(cv2.multiply(rims, tone), dtype=np.float32)
    under = base.reshape(-1, 4)
    mixed = under[where]
    lay_over(mixed, lit, None if seen is None else seen.ravel()[where])
    under[where] = mixed


def _rows_of(indices: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return flat indices as rows of equal length, the last index repeated to fill them.

    OpenCV takes pictures, and none with more than 32,767 rows or columns.
    """
    rows = -(-indices.size // ROW)
    return (
        np.pad(indices, (0, rows * ROW - indices.size), mode="edge").reshape(rows, ROW)
        if rows
        else indices
    )


def _maps(view: View, textures: Textures, at: Floats) -> Map:
    """Return the texture pixels (h, w, 2), x and y, of frame millimetres `at` on the grid."""
    return view.grid.enlarge(at * textures.front.scale + textures.front.zero)


def _between(first: Map, last: Map, share: float) -> Map:
    """Return maps `share` of the way from the first to the last."""
    return np.asarray(cv2.addWeighted(first, 1 - share, last, share, 0), dtype=np.float32)


def _looked_up(picture: np.ndarray, maps: Map, border: int = cv2.BORDER_CONSTANT) -> np.ndarray:
    """Return a picture's values, as it holds them, where `maps` (h, w, 2) point."""
    how = cv2.INTER_LINEAR
    return np.asarray(cv2.remap(picture, maps, None, how, borderMode=border))  # type: ignore[call-overload]


def _sampled(picture: Light, maps: Map) -> Light:
    return np.asarray(_looked_up(picture, maps), np.float32)


def _shift(view: View) -> float:
    """Return how many photo pixels apart the rims' face and back look, at most."""
    apart = float(np.linalg.norm(view.back - view.face, axis=-1).max())
    cell = float(np.linalg.norm(view.face[:, 1:] - view.face[:, :-1], axis=-1).mean())
    return apart * view.grid.step / max(cell, 1e-6)


def _at(where: NDArray[np.intp], maps: Map) -> Map:
    """Return maps at flat indices (n, m) alone."""
    return maps.reshape(-1, 2)[where]


def _solid(textures: Textures, maps: Map) -> Bytes:
    return np.asarray(_looked_up(textures.solid, maps), dtype=np.uint8)


def _swept(textures: Textures, face: Map, back: Map, moved: float) -> Bytes:
    """Return how solid the rims' sides are (h, w): the outline's sweep from the back to the face.

    moved: photo pixels between the two, at most.
    """
    count = int(np.clip(np.ceil(moved / SLICE_PX), 1, MOST_SLICES))
    swept = _solid(textures, back)
    for number in range(1, count):
        cv2.max(swept, _solid(textures, _between(face, back, number / count)), dst=swept)
    return swept


def _sides(textures: Textures, face: Map, back: Map, swept: Bytes) -> Light:
    """Return the rims' sides (h, w, 4) where they are `swept` (h, w) so far."""
    alpha = np.asarray(swept, dtype=np.float32) * np.float32(1 / 255)
    steps = _looked_up(textures.edge, _on_edge(textures, face, back), cv2.BORDER_REPLICATE)
    colour = in_light(np.asarray(steps, np.uint16))
    return np.asarray(cv2.merge([*cv2.split(times(colour, alpha)), alpha]), dtype=np.float32)


def _on_edge(textures: Textures, face: Map, back: Map) -> Map:
    """Return maps half way from the face to the back, in pixels of the edge's colours."""
    (rows, columns), (high, wide) = textures.edge.shape[:2], textures.solid.shape
    smaller = np.array([columns / wide, rows / high], np.float32)
    half = _between(face, back, 0.5)
    half += np.float32(0.5)
    half *= smaller
    half -= np.float32(0.5)
    return half
