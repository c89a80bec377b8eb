"""The photo's own softness and noise, so that what is painted into it has the same."""

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from webapp.fitting.scene import Camera, Head
from webapp.rendering.colour import Bytes, Light
from webapp.rendering.sheets import Box, around, empty, fitted

EYES = (33, 133, 362, 263, 70, 300, 105, 334)  # corners and brows: the sharpest edges of a face
CHEEKS = (50, 280, 151)  # smooth skin
WINDOW_PX = 320  # at most so much of the photo is looked at, at its full resolution
PATCH_PX = 24
REBLUR = 1.2  # pixels
SOFTNESS = (0.45, 4.0)  # pixels, sigma: a camera's own least, and the most that is believed
SHARPEST = 85  # percentile: lashes and brows are softer than the lens drew them
USUAL_SOFTNESS = 0.7  # where nothing in sight can tell
LEAST_WINDOW_PX = 12
LEAST_SLOPE = 12.0  # of Sobel's operator, an eighth of it levels a pixel: no edge at all
NOISE_MOST = 8.0  # levels
IMMERKAER = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32)
PATTERN_PX = 256  # noise repeats at this distance, too far to be noticed
SCATTER = 40_503  # odd, so that each seed has another part of the pattern: far from its neighbours
LEAST_NOISE = 0.15  # levels; less is lost in rounding
GRAIN_SOFT = 0.55  # pixels, sigma: neighbouring pixels share noise, after demosaicing and JPEG


@dataclass(frozen=True)
class Grain:
    """`softness`: sigma of the photo's blur, pixels. `noise`: sigma of its noise, levels of 255."""

    softness: float
    noise: float


def read_grain(photo: Bytes, camera: Camera, head: Head) -> Grain:
    """Return a photo's softness and noise about a face."""
    posed = camera.project(head.pose.apply(head.mesh))
    size = photo.shape[1], photo.shape[0]
    eyes = fitted(_bounded(around(posed[list(EYES)], 4)), size)
    patches = [around(posed[[i]], PATCH_PX // 2) for i in CHEEKS]
    return Grain(
        softness=_softness(_grey(photo, eyes)),
        noise=_noise([_grey(photo, fitted(patch, size)) for patch in patches]),
    )


def _bounded(box: Box) -> Box:
    """Return the box's right part, cut to `WINDOW_PX` on a side about the right eye's edge."""
    left, top, right, bottom = box
    middle = (top + bottom) // 2
    half = min(bottom - top, WINDOW_PX) // 2
    if right - left > WINDOW_PX:
        # Of a large face one eye is enough; which one matters little.
        right = left + WINDOW_PX
    return left, middle - half, right, middle + half


def _grey(photo: Bytes, box: Box) -> Light:
    left, top, right, bottom = box
    if empty(box):
        return np.zeros((1, 1), dtype=np.float32)
    grey = cv2.cvtColor(photo[top:bottom, left:right], cv2.COLOR_RGB2GRAY)
    return np.asarray(grey, dtype=np.float32)


def _softness(grey: Light) -> float:
    """Return the blur's sigma by how much a further blur flattens the steepest edges.

    An edge of blur s has a slope in proportion to 1 / s; blurred again by r, to
    1 / sqrt(s^2 + r^2) (Zhuo and Sim, "Defocus map estimation from a single image", 2011).
    """
    if min(grey.shape) < LEAST_WINDOW_PX:
        return USUAL_SOFTNESS
    sharp = _slope(grey)
    steepest = np.percentile(sharp, 98)
    if steepest < LEAST_SLOPE:
        return USUAL_SOFTNESS
    again = _slope(np.asarray(cv2.GaussianBlur(grey, (0, 0), REBLUR)))
    steep = sharp >= steepest
    ratio = float(np.percentile(sharp[steep] / np.maximum(again[steep], 1e-3), SHARPEST))
    sigma = REBLUR / np.sqrt(max(ratio**2 - 1, 1e-3))
    return float(np.clip(sigma, *SOFTNESS))


def _slope(grey: Light) -> Light:
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down))


def _noise(patches: list[Light]) -> float:
    """Return the noise's sigma on the calmest patch, levels.

    By the operator of Immerkaer, "Fast noise variance estimation", 1996. Skin has texture of
    its own, so the calmest patch comes nearest to noise alone.
    """
    sigmas = []
    for patch in patches:
        if min(patch.shape) >= 8:
            residual = cv2.filter2D(patch, -1, IMMERKAER)[1:-1, 1:-1]
            sigmas.append(float(np.abs(residual).mean()) * math.sqrt(math.pi / 2) / 6)
    return min(min(sigmas, default=1.0), NOISE_MOST)


def add_grain(picture: Bytes, painted: Light, box: Box, noise: float, seed: int) -> Bytes:
    """Return the pixels of `box` (h, w, 3) with noise where they are painted (h, w, 0 to 1).

    The noise at a pixel depends on its place and the seed alone.
    """
    if noise < LEAST_NOISE:
        return picture
    grain = cv2.multiply(painted, _cut(_pattern(), _moved(box, seed)), scale=noise)
    shares = cv2.merge([grain] * 3)
    return np.asarray(cv2.add(picture, shares, dtype=cv2.CV_8U), dtype=np.uint8)


def _cut(pattern: Light, box: Box) -> Light:
    """Return the pattern, laid side by side with itself, on the pixels of `box`."""
    left, top, right, bottom = box
    x, y = left % PATTERN_PX, top % PATTERN_PX
    wide, high = x + right - left, y + bottom - top
    tiles = -(-high // PATTERN_PX), -(-wide // PATTERN_PX)
    if tiles != (1, 1):
        pattern = np.tile(pattern, tiles)
    return pattern[y:high, x:wide]


def _moved(box: Box, seed: int) -> Box:
    """Return the box on another part of the pattern: as good as new noise, which takes longer."""
    across, down = divmod(seed * SCATTER % PATTERN_PX**2, PATTERN_PX)
    left, top, right, bottom = box
    return left + across, top + down, right + across, bottom + down


@lru_cache(maxsize=1)
def _pattern() -> Light:
    """Return a square of unit noise whose neighbours are alike, and which can be tiled."""
    noise = np.random.default_rng(0).standard_normal((PATTERN_PX, PATTERN_PX), np.float32)
    wrapped = cv2.copyMakeBorder(noise, 8, 8, 8, 8, cv2.BORDER_WRAP)
    soft = np.asarray(cv2.GaussianBlur(wrapped, (0, 0), GRAIN_SOFT))[8:-8, 8:-8]
    return np.asarray(soft / soft.std(), dtype=np.float32)
