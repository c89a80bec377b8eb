"""Lenses: what they let through, and what they mirror.

Both in linear light: out = seen through * transmittance + mirrored.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from webapp.eyewear.frame import Artwork, Lens, LensKind
from webapp.fitting.scene import Floats, Pose
from webapp.rendering.light import Lighting
from webapp.rendering.sheets import Front, Rays

LENS_BEHIND = 1.2  # mm from the rim's front to the lens's
HORIZON = 0.15  # half the height of the sky's edge in a lens, as the sine of its elevation
SKY, GROUND = 1.0, 0.28  # brightness of what is mirrored above and below, beside white
SEEN = 0.4  # how much the photo's own upper and lower parts tell of it
WINDOW = (0.10, 0.15)  # the main light's half width and half height in a lens, as sines
WINDOW_EDGE = 0.07  # over which it ends
WINDOW_GAIN = 1.3
POLARISED = 0.5  # half of what glares is polarised, and a polarised lens swallows that half
COATING = 0.2  # lenses that are no mirrors are coated: they mirror this share of their marks'


@dataclass(frozen=True)
class Tint:
    """How a lens's transmittance runs over its height: `top` and `bottom` edge, mm."""

    lens: Lens
    top: float
    bottom: float

    def at(self, y: NDArray[np.floating]) -> Floats:
        """Return the transmittance, linear RGB (..., 3), at heights y (mm, down)."""
        return self.lens.passes((y - self.top) / max(self.bottom - self.top, 1e-6))


def tint_of(lens: Lens, artwork: Artwork) -> Tint:
    """Return the run of a lens's transmittance over the height that its artwork gives it."""
    rows = np.flatnonzero((artwork.lenses > 127).any(axis=1))
    if rows.size == 0:
        rows = np.flatnonzero(artwork.lenses.any(axis=1))
    top, bottom = (rows[[0, -1]] - artwork.centre[1]) / artwork.scale
    return Tint(lens, float(top), float(bottom))


def mirrored(
    lens: Lens, light: Lighting, front: Front, pose: Pose, sight: Rays, at: tuple[Floats, Floats]
) -> Floats:
    """Return the linear RGB (..., 3) that a lens mirrors towards the camera at points `at` (x, y).

    Fresnel's share by Schlick's approximation, of an even sky and ground with the main light
    as a soft window in it. A polarised lens swallows glare; a mirror's coating lies before the
    polariser, so that its own image stays whole.
    """
    normal, towards, window = front.normals(*at), sight.directions, _window(light)
    flat = np.float32(1) / np.sqrt(np.einsum("...i,...i", towards, towards))
    facing = np.einsum("...i,...i", towards, normal) * flat
    image = lens.reflectance if lens.kind is LensKind.MIRROR else 0.0
    base = image or lens.reflectance * COATING
    glare = base - image + (1 - base) * (1 - np.clip(np.abs(facing), 0, 1)) ** 5
    share = image + glare * (POLARISED if lens.polarised else 1.0)
    # What matters of the way out: how far down it leads, and how far aside from the window.
    axes = pose.rotation.T @ np.array([[0, -window[2]], [1, 0], [0, window[0]]])
    axes = axes.astype(towards.dtype)
    out = (towards @ axes) * flat[..., None] - (2 * facing)[..., None] * (normal @ axes)
    seen = _surroundings(light, out[..., 0], out[..., 1], float(window[1]))
    return np.asarray(share[..., None] * seen * np.asarray(lens.mirror_tint, seen.dtype))


def _surroundings(light: Lighting, down: Floats, aside: Floats, window: float) -> Floats:
    """Return the linear RGB (..., 3) of what lies in directions so far `down` and `aside`.

    Both as sines: down from the camera's level, aside from the main light, which stands
    `window` down.
    """
    rise = _eased(0.5 - down / (2 * HORIZON))
    # What a lens mirrors stands before the face, out of the photo, in the light that lights it.
    unseen = light.exposure * light.tint
    sky = SEEN * light.upper + (1 - SEEN) * SKY * unseen
    ground = SEEN * light.lower + (1 - SEEN) * GROUND * unseen
    glow = _eased((WINDOW[0] - np.abs(aside)) / WINDOW_EDGE + 0.5)
    glow *= _eased((WINDOW[1] - np.abs(down - window)) / WINDOW_EDGE + 0.5)
    shown = WINDOW_GAIN * light.contrast * light.exposure * light.tint
    mixed = np.stack([np.ones_like(rise), rise, glow], axis=-1)
    return np.asarray(mixed @ np.stack([ground, sky - ground, shown]).astype(rise.dtype))


def _eased(share: Floats) -> Floats:
    """Return shares, clipped to 0 to 1, with a soft beginning and end."""
    share = np.clip(share, 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def _window(light: Lighting) -> Floats:
    """Return the direction in which the main light stands as a window does: not overhead."""
    towards = np.array([light.towards[0], np.clip(light.towards[1], -0.5, 0.3), -0.8])
    return np.asarray(towards / np.linalg.norm(towards))
