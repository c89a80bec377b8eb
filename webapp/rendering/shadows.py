"""The shadow that a frame throws on the face: close and dark at the bridge, soft on the cheeks.

For each point of the skin a ray goes towards the light; what it meets of the frame takes light
away. Computed on a raster of the head (about two millimetres) and blurred the more, the farther the
frame is from the skin.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from webapp.eyewear.frame import Eyewear
from webapp.fitting.scene import Fit, Floats
from webapp.rendering.colour import Light
from webapp.rendering.light import Lighting
from webapp.rendering.occlusion import Raster
from webapp.rendering.sheets import Map, Rays, front_of
from webapp.rendering.temples import Bar
from webapp.rendering.textures import Textures, temple_texture

NEAR_BLUR, FAR_BLUR = 0.9, 2.6  # mm, sigma of a shadow's edge: at the skin, and at FAR
FAR = 14.0  # mm from the skin to the frame along the light
GONE = 30.0  # mm; from here on a shadow is too soft to be seen
DARKNESS = (0.72, 0.72)  # light taken by a rim at the skin, and at FAR
EVEN_SHADOW = 0.65  # a shadow's strength in even light beside that in hard light
CLOSE, CLOSE_BLUR = 7.0, 1.6  # mm: how fast the dimness ends with distance; its blur's sigma
CLOSE_DARKNESS = 0.75
# Of what is taken, red, green and blue: skin scatters red light into its shadows from beside them.
WARMTH = (0.78, 1.0, 1.0)
TEMPLE_DARKNESS = 0.4  # light taken by a temple on the skin beside it
TEMPLE_REACH = 30.0  # mm; a temple further from the skin throws nothing that could be seen
LEAST_CROSSING = 0.02  # sine; light that runs along a temple meets its edge alone
TEMPLE_PX_PER_MM, TEMPLE_BLUR = 1.0, 1.6  # its shadow's resolution, and softness in such pixels
LENS_DARKNESS = 0.6  # a tinted lens's shadow beside an opaque rim's
CLEAREST = 0.9  # a lens that lets through so much throws no shadow that could be seen
COVER_FINENESS = 2.0  # pixels a millimetre are plenty for a blurred cover
SPREAD = 0.55  # the light's slant is held to this, or shadows of low lamps run down the face


@dataclass(frozen=True)
class Cover:
    """How much the front covers, (h, w) float32: rims wholly, lenses by their tint.

    Its pixel = mm * `scale` + `zero`, both (x, y).
    """

    share: Light
    scale: tuple[float, float]
    zero: tuple[float, float]

    def at(self, x: Floats, y: Floats, blur_mm: float) -> Light:
        """Return how much is covered at (x, y) mm, blurred by so many mm."""
        blur = blur_mm * self.scale[0]
        soft = cv2.GaussianBlur(self.share, (0, 0), blur, borderType=cv2.BORDER_CONSTANT)
        map_x = (x * self.scale[0] + self.zero[0]).astype(np.float32)
        map_y = (y * self.scale[1] + self.zero[1]).astype(np.float32)
        return np.asarray(cv2.remap(soft, map_x, map_y, cv2.INTER_LINEAR), dtype=np.float32)


def shadow(
    fit: Fit,
    eyewear: Eyewear,
    temples: Sequence[Bar],
    textures: Textures,
    raster: Raster,
    light: Lighting,
) -> Map:
    """Return the share of light left (rows, columns) on the raster, 1 where nothing is taken."""
    if not raster.skin.any():
        return np.ones_like(raster.depth)
    depth = np.where(raster.skin, raster.depth, raster.depth[raster.skin].mean())
    skin = raster.sights * np.asarray(depth, dtype=np.float32)[..., None]
    pose = fit.frame_pose
    turn = pose.rotation.astype(np.float32)
    slanted = _slanted(light, fit)
    towards = (slanted @ pose.rotation).astype(np.float32)
    there = (skin - pose.translation.astype(np.float32)) @ turn
    sight = Rays(there, np.broadcast_to(towards, skin.shape))
    x, y, apart = front_of(eyewear).meet(sight)
    cover = _cover_of(eyewear, textures)
    thrown = _taken(cover, x, y, np.maximum(apart, 0))
    thrown *= EVEN_SHADOW + (1 - EVEN_SHADOW) * light.contrast
    # The dimness right under a bridge or rim is there in every light: it hides half the room.
    ahead = Rays(sight.origin, np.broadcast_to(np.array([0, 0, -1.0], np.float32), skin.shape))
    x, y, apart = front_of(eyewear).meet(ahead)
    close = cover.at(x, y, CLOSE_BLUR) * np.exp(-np.clip(apart, 0, None) / CLOSE)
    left = (1 - thrown) * (1 - CLOSE_DARKNESS * close)
    for bar in temples:
        left = left * (1 - TEMPLE_DARKNESS * _temple_cover(eyewear, bar, skin, slanted))
    taken = 1 - left
    taken[~raster.skin] = 0
    edge = cv2.GaussianBlur(raster.skin.astype(np.float32), (0, 0), 1.0)
    return np.asarray(1 - taken * np.minimum(1, edge * 1.2), dtype=np.float32)


def shaded(light: Light, left: Map) -> Light:
    """Return linear RGB (h, w, 3) in a shadow that leaves the share `left` (h, w)."""
    channels = [cv2.addWeighted(left, part, left, 0, 1 - part) for part in WARMTH]
    return np.asarray(cv2.multiply(light, cv2.merge(channels)), np.float32)


def _slanted(light: Lighting, fit: Fit) -> Floats:
    """Return the direction towards the light, held near to the way the face looks."""
    ahead = -fit.head.pose.rotation[:, 2]
    across = light.towards - (light.towards @ ahead) * ahead
    length = float(np.linalg.norm(across))
    across *= min(1.0, SPREAD / max(length, 1e-6))
    towards = ahead + across
    return np.asarray(towards / np.linalg.norm(towards))


def _taken(cover: Cover, x: Floats, y: Floats, apart: Floats) -> Floats:
    """Return the share of light that the front and its lenses take where rays meet them."""
    near, far = cover.at(x, y, NEAR_BLUR), cover.at(x, y, FAR_BLUR)
    share = np.clip(apart / FAR, 0, 1)
    dark = DARKNESS[0] + share * (DARKNESS[1] - DARKNESS[0])
    dark *= np.clip((GONE - apart) / (GONE - FAR), 0, 1)
    return np.asarray((near + share * (far - near)) * dark)


def _temple_cover(eyewear: Eyewear, bar: Bar, skin: Map, towards: Floats) -> Light:
    """Return how much of a temple stands between points of the skin (..., 3) and the light.

    Points and the direction `towards` the light are in camera coordinates. Solved at once for
    all: skin + t * towards = hinge + u * along + w * down.
    """
    sides = np.column_stack([bar.along, bar.down, -towards])
    if abs(np.linalg.det(sides)) < LEAST_CROSSING:
        return np.zeros(skin.shape[:2], dtype=np.float32)
    u, w, t = np.moveaxis((skin - bar.hinge) @ np.linalg.inv(sides).T, -1, 0)
    layer = temple_texture(eyewear.artwork, TEMPLE_PX_PER_MM, TEMPLE_BLUR, 1.0, 1.0).side
    alpha = np.ascontiguousarray(layer.paint[..., 3])
    map_x, map_y = u * layer.scale[0] + layer.zero[0], w * layer.scale[1] + layer.zero[1]
    map_x, map_y = map_x.astype(np.float32), map_y.astype(np.float32)
    cover = cv2.remap(alpha, map_x, map_y, cv2.INTER_LINEAR)
    return np.asarray(cover * ((t > 0) & (t < TEMPLE_REACH)), dtype=np.float32)


def _cover_of(eyewear: Eyewear, textures: Textures) -> Cover:
    """Return what the front covers, at `COVER_FINENESS` at most."""
    layer = textures.front
    alpha, lenses = cv2.extractChannel(layer.paint, 3), textures.lenses
    k = min(1.0, COVER_FINENESS / layer.scale[0])
    height, width = lenses.shape
    size = max(1, round(width * k)), max(1, round(height * k))
    tint = LENS_DARKNESS * max(0.0, CLEAREST - eyewear.lens.transmittance)
    whole = cv2.max(alpha, lenses * np.float32(tint))
    kx, ky = size[0] / width, size[1] / height
    return Cover(
        share=np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.float32),
        scale=(layer.scale[0] * kx, layer.scale[1] * ky),
        zero=((layer.zero[0] + 0.5) * kx - 0.5, (layer.zero[1] + 0.5) * ky - 0.5),
    )
