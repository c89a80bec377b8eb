"""From a photo, a fit and a frame to a picture of the frame worn.

Only a box about the frame is touched; all else stays as it was, bit for bit.
"""

from dataclasses import dataclass

import numpy as np

from webapp.eyewear.frame import Eyewear
from webapp.fitting.scene import Camera, Fit, Floats, Head
from webapp.rendering import shadows
from webapp.rendering.colour import Bytes, luminance, to_linear, to_srgb
from webapp.rendering.fronts import paint_lenses, paint_rims, view_front
from webapp.rendering.grain import Grain, add_grain, read_grain
from webapp.rendering.layers import open_base
from webapp.rendering.light import Lighting, read_light
from webapp.rendering.occlusion import Raster, rasterise
from webapp.rendering.sheets import Box, around, empty, fitted, front_of
from webapp.rendering.temples import Setting, extent, paint_temples
from webapp.rendering.textures import front_textures

SHADOW_MM = 9.0  # below and beside the front, so far a shadow may fall
OWN_SOFTNESS = 0.40  # pixels, sigma: sampling a texture blurs by about this already


@dataclass(frozen=True)
class Scene:
    """What is the same for every frame on one face of one photo."""

    raster: Raster
    light: Lighting
    grain: Grain


@dataclass(frozen=True)
class Effects:
    """Which effects are drawn; a test switches off what it doesn't measure."""

    reflections: bool = True
    shadows: bool = True
    grain: bool = True


ALL = Effects()


def prepare(photo: Bytes, camera: Camera, head: Head) -> Scene:
    """Return what every frame on this face shares: the head's depth, the light, the grain.

    Args:
        photo: (H, W, 3) uint8 sRGB.
        camera: the camera in pixels of `photo`.
        head: the head before that camera.
    """
    return Scene(
        raster=rasterise(camera, head),
        light=read_light(photo, camera, head),
        grain=read_grain(photo, camera, head),
    )


def region(fit: Fit, eyewear: Eyewear, size: tuple[int, int]) -> Box:
    """Return the box (left, top, right, bottom) of a `size` (width, height) photo that changes.

    Right and bottom are excluded. A frame that lies outside the photo has an empty box.
    """
    margin = SHADOW_MM * _px_per_mm(fit)
    front = around(_front_outline(fit, eyewear), margin)
    temples = around(extent(fit, eyewear), 2)
    return fitted(
        (
            min(front[0], temples[0]),
            min(front[1], temples[1]),
            max(front[2], temples[2]),
            max(front[3], temples[3]),
        ),
        size,
    )


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
) -> Bytes:
    """Return a new picture of the photo with the frame worn.

    Args:
        photo: (H, W, 3) uint8 sRGB; left as it is.
        fit: the frame seated on the head, in pixels of `photo`.
        eyewear: the variant to draw.
        seed: of the grain; same input and seed, same bytes.
        scene: what `prepare` returned for this photo and head, to spare the work.
        effects: what to draw.
    """
    picture = photo.copy()
    box = region(fit, eyewear, (photo.shape[1], photo.shape[0]))
    if empty(box):
        return picture
    scene = scene or prepare(photo, fit.camera, fit.head)
    left, top, right, bottom = box
    part = photo[top:bottom, left:right]
    picture[top:bottom, left:right] = _painted(part, box, fit, eyewear, scene, seed, effects)
    return picture


def _painted(
    part: Bytes, box: Box, fit: Fit, eyewear: Eyewear, scene: Scene, seed: int, effects: Effects
) -> Bytes:
    """Return the photo's pixels of `box` with the frame painted: shadow, temples, lenses, rims."""
    px_per_mm = _px_per_mm(fit)
    softness = float(np.sqrt(max(scene.grain.softness**2 - OWN_SOFTNESS**2, 0)))
    textures = front_textures(eyewear.artwork, px_per_mm, softness)
    base = open_base(to_linear(part))
    if effects.shadows and not shadows.nothing_in_sight(scene.raster):
        left = shadows.shadow(fit, eyewear, textures, scene.raster, scene.light)
        shadows.cast(base, box, scene.raster, left)
    paint_temples(base, box, fit, eyewear, Setting(px_per_mm, softness, scene.raster, scene.light))
    view = view_front(fit, eyewear, scene.raster, box, px_per_mm)
    paint_lenses(base, view, fit, eyewear, textures, scene.light if effects.reflections else None)
    paint_rims(base, view, eyewear, textures, scene.light)
    seen = np.ascontiguousarray(base[..., :3])
    if scene.light.grey:
        seen = np.repeat(luminance(seen)[..., None], 3, axis=-1)
    painted = to_srgb(seen)
    if not effects.grain:
        return painted
    return add_grain(painted, np.clip(base[..., 3], 0, 1), scene.grain.noise, seed)
