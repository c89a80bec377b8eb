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
from webapp.rendering.kept import Kept
from webapp.rendering.light import Lighting
from webapp.rendering.occlusion import Raster
from webapp.rendering.sheets import Map, Rays, Reals, front_of
from webapp.rendering.temples import Bar
from webapp.rendering.textures import TempleTextures, temple_texture
from webapp.rendering.wholes import in_light, whole_front

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
COVER_BYTES = 24 * 2**20  # kept: of some fifty frames
SPREAD = 0.55  # the light's slant is held to this, or shadows of low lamps run down the face


@dataclass(frozen=True)
class Cover:
    """How much the front covers, (h, w) float32 each: rims wholly, lenses by their tint.

    Blurred as a shadow at the skin is (`near`), one at `FAR`, and the dimness under a rim
    (`close`). Pixel = mm * `scale` + `zero`, both (x, y).
    """

    near: Light
    far: Light
    close: Light
    scale: tuple[float, float]
    zero: tuple[float, float]

    def maps(self, x: Reals, y: Reals) -> tuple[Map, Map]:
        """Return the pixels of (x, y) mm, float32."""
        (scale_x, scale_y), (zero_x, zero_y) = self.scale, self.zero
        return (x * scale_x + zero_x).astype(np.float32), (y * scale_y + zero_y).astype(np.float32)


_covers: Kept[Cover] = Kept(COVER_BYTES)


def cover_of(eyewear: Eyewear) -> Cover:
    """Return what a frame's front covers; it is the same for every face."""
    tint = LENS_DARKNESS * max(0.0, CLEAREST - eyewear.lens.transmittance)
    key = (eyewear.build.pads, tint)
    return _covers.get(eyewear.artwork, key, lambda: _cover(eyewear, tint))


def unpack_shadow(eyewear: Eyewear) -> None:
    """Make what a frame's shadow needs before anyone wears it."""
    cover_of(eyewear)
    _temple_of(eyewear)


def shadow(
    fit: Fit, eyewear: Eyewear, temples: Sequence[Bar], raster: Raster, light: Lighting
) -> Map:
    """Return the share of light left (rows, columns) on the raster, 1 where nothing is taken."""
    if not raster.skin.any():
        return np.ones_like(raster.depth)
    skin, pose, sheet = raster.skin_points, fit.frame_pose, front_of(eyewear)
    slanted = _slanted(light, fit)
    towards = (slanted @ pose.rotation).astype(np.float32)
    there = (skin - pose.translation.astype(np.float32)) @ pose.rotation.astype(np.float32)
    x, y, apart = sheet.meet(Rays(there, np.broadcast_to(towards, skin.shape)))
    cover = cover_of(eyewear)
    thrown = _taken(cover, cover.maps(x, y), np.maximum(apart, 0))
    thrown *= EVEN_SHADOW + (1 - EVEN_SHADOW) * light.contrast
    # The dimness right under a bridge or rim is there in every light: it hides half the room.
    below = np.ascontiguousarray(there[..., 0]), np.ascontiguousarray(there[..., 1])
    apart = np.maximum(there[..., 2] - sheet.rise(*below), 0)
    close = cv2.remap(cover.close, *cover.maps(*below), cv2.INTER_LINEAR) * np.exp(-apart / CLOSE)
    left = (1 - thrown) * (1 - CLOSE_DARKNESS * close)
    for bar in temples:
        left = left * (1 - TEMPLE_DARKNESS * _temple_cover(eyewear, bar, skin, slanted))
    return np.asarray(1 - (1 - left) * raster.skin_inside, dtype=np.float32)


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


def _taken(cover: Cover, maps: tuple[Map, Map], apart: Floats) -> Floats:
    """Return the share of light that the front and its lenses take where rays meet them."""
    near, far = (cv2.remap(one, *maps, cv2.INTER_LINEAR) for one in (cover.near, cover.far))
    share = np.clip(apart / FAR, 0, 1)
    dark = DARKNESS[0] + share * (DARKNESS[1] - DARKNESS[0])
    dark *= np.clip((GONE - apart) / (GONE - FAR), 0, 1)
    return np.asarray((near + share * (far - near)) * dark)


def _temple_of(eyewear: Eyewear) -> TempleTextures:
    """Return the temple as what is seen of its shadow: the same for every face."""
    return temple_texture(eyewear.artwork, TEMPLE_PX_PER_MM, TEMPLE_BLUR, 1.0, 1.0)


def _temple_cover(eyewear: Eyewear, bar: Bar, skin: Map, towards: Floats) -> Light:
    """Return how much of a temple stands between points of the skin (..., 3) and the light.

    Points and the direction `towards` the light are in camera coordinates. Solved at once for
    all: skin + t * towards = hinge + u * along + w * down.
    """
    sides = np.column_stack([bar.along, bar.down, -towards])
    if abs(np.linalg.det(sides)) < LEAST_CROSSING:
        return np.zeros(skin.shape[:2], dtype=np.float32)
    u, w, t = np.moveaxis((skin - bar.hinge) @ np.linalg.inv(sides).T, -1, 0)
    layer = _temple_of(eyewear).side
    alpha = np.ascontiguousarray(layer.paint[..., 3])
    map_x, map_y = u * layer.scale[0] + layer.zero[0], w * layer.scale[1] + layer.zero[1]
    map_x, map_y = map_x.astype(np.float32), map_y.astype(np.float32)
    cover = cv2.remap(alpha, map_x, map_y, cv2.INTER_LINEAR)
    return np.asarray(cover * ((t > 0) & (t < TEMPLE_REACH)), dtype=np.float32)


def _cover(eyewear: Eyewear, tint: float) -> Cover:
    """Return what the front covers, at `COVER_FINENESS` at most; `tint`: of its lenses."""
    artwork = eyewear.artwork
    whole = whole_front(artwork, pads=eyewear.build.pads).front.laid_out()
    k = min(1.0, COVER_FINENESS / artwork.scale)
    height, width = artwork.lenses.shape
    size = max(1, round(width * k)), max(1, round(height * k))
    kx, ky = size[0] / width, size[1] / height
    alpha = in_light(np.asarray(cv2.extractChannel(whole, 3), np.uint16))
    lenses = artwork.lenses * np.float32(tint / 255)
    share = cv2.resize(cv2.max(alpha, lenses), size, interpolation=cv2.INTER_AREA)
    near, far, close = (
        np.asarray(
            cv2.GaussianBlur(
                share, (0, 0), mm * artwork.scale * kx, borderType=cv2.BORDER_CONSTANT
            ),
            np.float32,
        )
        for mm in (NEAR_BLUR, FAR_BLUR, CLOSE_BLUR)
    )
    zero_x, zero_y = artwork.centre
    return Cover(
        near=near,
        far=far,
        close=close,
        scale=(artwork.scale * kx, artwork.scale * ky),
        zero=((zero_x + 0.5) * kx - 0.5, (zero_y + 0.5) * ky - 0.5),
    )
