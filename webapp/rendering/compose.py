"""From a photo, a fit and a frame to a picture of the frame worn.

Only a box about the frame is touched; all else stays as it was, bit for bit.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from webapp.eyewear.frame import Eyewear
from webapp.fitting.scene import Camera, Fit, Floats, Head
from webapp.rendering.codec import pixels_of
from webapp.rendering.colour import Bytes, Light, to_linear, to_srgb
from webapp.rendering.fronts import (
    View,
    front_in_sight,
    in_reach,
    pads_in_sight,
    paint_lenses,
    paint_pads,
    paint_rims,
    touches,
    view_front,
)
from webapp.rendering.grain import Grain, add_grain, read_grain
from webapp.rendering.hair import bare_ears, strands
from webapp.rendering.layers import alpha_of, open_base
from webapp.rendering.light import Lighting, in_tone, read_light
from webapp.rendering.occlusion import Raster, rasterise
from webapp.rendering.occlusion import extent as head_extent
from webapp.rendering.shadows import shaded, shadow, unpack_shadow
from webapp.rendering.sheets import Box, Map, around, empty, fitted, front_of, shared
from webapp.rendering.temples import Bar, Painted, Setting, bars, extent, paint_temples
from webapp.rendering.textures import Textures, front_textures
from webapp.rendering.wholes import whole_front, whole_temple

SHADOW_MM = 18.0  # about the front, so far a shadow may fall
UNSEEN_SHADOW = 0.996  # of the light left, a shadow under one level
AROUND = 32  # pixels about the face that its light and grain are read from
ROOM_WIDTH = 192  # pixels of the whole photo that tell the room's light
OWN_SOFTNESS = 0.40  # pixels, sigma: sampling a texture blurs by about this already


@dataclass(frozen=True)
class Scene:
    """What is the same for every frame on one face of one photo.

    `raster`: the head's depth, and `rough`, the same with half as many cells across and down.
    `ears`: how bare of hair the wearer's right and left ear are, 0 to 1. `strands`: how much
    hair hides of a temple, on the raster.
    """

    raster: Raster
    rough: Raster
    light: Lighting
    grain: Grain
    ears: tuple[float, float]
    strands: Map


@dataclass(frozen=True)
class Effects:
    """Which effects are drawn; a test switches off what it doesn't measure."""

    reflections: bool = True
    shadows: bool = True
    grain: bool = True


ALL = Effects()


def prepare(photo: Bytes, camera: Camera, head: Head, room: Bytes | None = None) -> Scene:
    """Return what every frame on this face shares: the head's depth, the light, the grain.

    Args:
        photo: (H, W, 3) uint8 sRGB.
        camera: the camera in pixels of `photo`.
        head: the head before that camera.
        room: the whole photo, small, where `photo` is only the part about the face.
    """
    light = read_light(photo, camera, head, room)
    raster = rasterise(camera, head)
    rough = raster.halved()
    ears = bare_ears(photo, camera, head, light.skin)
    hidden = strands(photo, camera, head, rough, light.skin, ears)
    return Scene(
        raster=raster,
        rough=rough,
        light=light,
        grain=read_grain(photo, camera, head),
        ears=ears,
        strands=np.asarray(cv2.resize(hidden, raster.depth.shape[::-1]), np.float32),
    )


def unpack(eyewear: Eyewear) -> None:
    """Make all that pictures of a frame share before anyone wears it; what is kept is bounded."""
    whole_front(eyewear.artwork, pads=eyewear.build.pads)
    whole_temple(eyewear.artwork)
    unpack_shadow(eyewear)


def region(fit: Fit, eyewear: Eyewear, size: tuple[int, int]) -> Box:
    """Return the box (left, top, right, bottom) of a `size` (width, height) photo that changes.

    Right and bottom are excluded. A frame that lies outside the photo has an empty box.
    """
    return _region(fit, eyewear, bars(fit, eyewear), size)


def _region(fit: Fit, eyewear: Eyewear, temples: list[Bar], size: tuple[int, int]) -> Box:
    margin = SHADOW_MM * _px_per_mm(fit)
    front = around(_front_outline(fit, eyewear), margin)
    sides = around(extent(fit, eyewear, temples), 2)
    low = min(front[0], sides[0]), min(front[1], sides[1])
    return fitted((*low, max(front[2], sides[2]), max(front[3], sides[3])), size)


def _px_per_mm(fit: Fit) -> float:
    """Return photo pixels per millimetre at the frame's boxing centre."""
    return fit.camera.focal / float(fit.frame_pose.translation[2])


def _front_outline(fit: Fit, eyewear: Eyewear) -> Floats:
    """Return photo pixels (n, 2) of points all over the front artwork's face and back."""
    art = eyewear.artwork
    height, width = art.front.shape[:2]
    x = (np.linspace(0, width, 9) - art.centre[0]) / art.scale
    y = (np.linspace(0, height, 5) - art.centre[1]) / art.scale
    at_x, at_y = (grid.ravel() for grid in np.meshgrid(x, y))
    z = front_of(eyewear).rise(at_x, at_y)
    face = np.column_stack([at_x, at_y, z])
    points = np.concatenate([face, face + np.array([0, 0, eyewear.build.depth])])
    return fit.camera.project(fit.frame_pose.apply(points))


def try_on(
    photo: Bytes,
    fit: Fit,
    eyewear: Eyewear,
    *,
    seed: int = 0,
    scene: Scene | None = None,
    effects: Effects = ALL,
    in_place: bool = False,
) -> Bytes:
    """Return a picture of the photo with the frame worn.

    Args:
        photo: (H, W, 3) uint8 sRGB; left as it is, unless `in_place`.
        fit: the frame seated on the head, in pixels of `photo`.
        eyewear: the variant to draw.
        seed: of the grain; same input and seed, same bytes.
        scene: what `prepare` returned for this photo and head, to spare the work.
        effects: what to draw.
        in_place: paint into `photo` itself: a copy of a large one costs as much as the frame.
    """
    picture = photo if in_place else photo.copy()
    temples = bars(fit, eyewear)
    box = _region(fit, eyewear, temples, (photo.shape[1], photo.shape[0]))
    if not empty(box):
        scene = scene or prepare(photo, fit.camera, fit.head)
        _paint(picture, box, Worn(fit, eyewear, temples), scene, seed, effects)
    return picture


def try_on_image(image: Image.Image, fit: Fit, eyewear: Eyewear, *, seed: int = 0) -> None:
    """Paint the frame into an RGB image, of which only the part about the face becomes an array.

    Args: as of `try_on`; the camera is in pixels of `image`.
    """
    whole, face = region(fit, eyewear, image.size), head_extent(fit.camera, fit.head)
    if empty(whole):
        return
    low = min(whole[0], face[0] - AROUND), min(whole[1], face[1] - AROUND)
    high = max(whole[2], face[2] + AROUND), max(whole[3], face[3] + AROUND)
    left, top, right, bottom = fitted((*low, *high), image.size)
    near = replace(fit, camera=fit.camera.cropped(left, top))
    part = pixels_of(image.crop((left, top, right, bottom)))
    skip = max(1, image.width // ROOM_WIDTH)
    size = max(1, image.width // skip), max(1, image.height // skip)
    room = pixels_of(image.resize(size, Image.Resampling.NEAREST))
    scene = prepare(part, near.camera, near.head, room)
    try_on(part, near, eyewear, seed=seed, scene=scene, in_place=True)
    image.paste(Image.fromarray(part), (left, top))


@dataclass(frozen=True)
class Worn:
    """A frame seated on a face, with its temples in space."""

    fit: Fit
    eyewear: Eyewear
    temples: list[Bar]


def _paint(picture: Bytes, box: Box, worn: Worn, scene: Scene, seed: int, effects: Effects) -> None:
    """Paint the frame into the pixels of `box`: shadow, temples, lenses, rims, tile by tile."""
    fit, eyewear, temples = worn.fit, worn.eyewear, worn.temples
    px_per_mm = _px_per_mm(fit)
    softness = float(np.sqrt(max(scene.grain.softness**2 - OWN_SOFTNESS**2, 0)))
    textures = front_textures(eyewear.artwork, px_per_mm, softness, pads=eyewear.build.pads)
    setting = Setting(px_per_mm, softness, scene.raster, scene.light, scene.ears, scene.strands)
    stage = Stage(
        scene=scene,
        textures=textures,
        temples=paint_temples(box, fit, eyewear, temples, setting),
        shadow=shadow(fit, eyewear, temples, scene.rough, scene.light)
        if effects.shadows
        else np.ones_like(scene.rough.depth),
        seen=front_in_sight(fit, front_of(eyewear), scene.rough),
        pads_seen=pads_in_sight(fit, front_of(eyewear), scene.rough) if textures.pads else None,
        noise=scene.grain.noise if effects.grain else 0.0,
        seed=seed,
    )
    view = view_front(fit, eyewear, scene.light, box, px_per_mm, shiny=effects.reflections)
    # The darkest about: between cells, and between the positions of the view, it is no darker.
    darkest = np.asarray(cv2.erode(stage.shadow, np.ones((5, 5), np.uint8)), np.float32)
    for whole in view.tiles():
        tile = whole.part(_wanted(whole, stage, darkest))
        if tile is not None:
            left, top, right, bottom = tile.grid.box
            _paint_tile(picture[top:bottom, left:right], tile, stage)


@dataclass(frozen=True)
class Stage:
    """All that the tiles of one picture share, ready to be painted.

    `shadow`: the light left on the rough raster. `seen`: what the head leaves of the front
    there, None if all; `pads_seen`: of the nose pads, None without any. `noise`: sigma of the
    grain, levels.
    """

    scene: Scene
    textures: Textures
    temples: list[Painted]
    shadow: Map
    seen: Map | None
    pads_seen: Map | None
    noise: float
    seed: int


def _wanted(tile: View, stage: Stage, darkest: Map) -> NDArray[np.bool_]:
    """Return which positions (rows, columns) of a tile's grid may change.

    Of the box about a frame and all its shadow, two thirds of the pixels don't.
    """
    x, y = tile.grid.axes()
    step, size = tile.grid.step, (len(x), len(y))
    dark = stage.scene.rough.lift_at(darkest, (x[0], y[0]), step, size, outside=1.0)
    wanted = in_reach(tile, stage.textures)
    wanted |= dark <= UNSEEN_SHADOW
    for temple in stage.temples:
        left, top, right, bottom = temple.box
        across, down = (
            (x >= left - step) & (x < right + step),
            (y >= top - step) & (y < bottom + step),
        )
        wanted |= down[:, None] & across
    return wanted


def _paint_tile(pixels: Bytes, tile: View, stage: Stage) -> None:
    """Paint one tile into its `pixels` (h, w, 3), where anything of the frame touches it."""
    box, raster = tile.grid.box, stage.scene.rough
    lenses, rims = touches(tile, stage.textures)
    temples = [temple for temple in stage.temples if not empty(shared(temple.box, box))]
    left = raster.lift(stage.shadow, box, outside=1.0)
    if not (lenses or rims or temples) and left.min() > UNSEEN_SHADOW:
        return
    base = open_base(shaded(to_linear(pixels), left))
    for temple in temples:
        temple.lay_over(base, box)
    seen = None if stage.seen is None else raster.lift(stage.seen, box, outside=1.0)
    if rims and stage.textures.pads and stage.pads_seen is not None:
        in_sight = raster.lift(stage.pads_seen, box, outside=1.0)
        paint_pads(base, tile, stage.textures.pads, in_sight)
    if lenses:
        paint_lenses(base, tile, stage.textures, seen)
    if rims:
        paint_rims(base, tile, stage.textures, seen)
    pixels[...] = _developed(base, box, stage)


def _developed(base: Light, box: Box, stage: Stage) -> Bytes:
    """Return painted linear pixels (h, w, 4) of `box` as sRGB, with the photo's grain."""
    light = np.asarray(cv2.cvtColor(base, cv2.COLOR_RGBA2RGB), dtype=np.float32)
    if stage.scene.light.tone is not None:
        light = in_tone(light, stage.scene.light.tone)
    painted = np.clip(alpha_of(base), 0, 1)
    return add_grain(to_srgb(light), painted, box, stage.noise, stage.seed)
