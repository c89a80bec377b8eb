"""Ways to make a photo of a face worse, step by step: dark, bright, blurred, small, cut off."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

_READ_NOISE, _SHOT_NOISE = 0.0015, 0.00015  # of full scale, linear: a phone's sensor in dim light


@dataclass(frozen=True)
class Sample:
    """A photo, (H, W, 3) uint8 RGB, and where some of its landmarks lie.

    which: (K,) landmarks; places: (K, 2) in pixels; unit: the 3-D distance between the pupils in
    pixels, 0 where only the finder can tell it; eyes: (2, 2) the eyes' centres; box: left, top,
    right, bottom of the face, pixels.
    """

    photo: np.ndarray
    which: np.ndarray
    places: np.ndarray
    unit: float
    eyes: np.ndarray
    box: np.ndarray


@dataclass(frozen=True)
class Ladder:
    """A way to make photos worse, step by step: `worsen` takes the sample and the step's amount.

    It returns the photo, and by how much the sample's pixels were scaled and then shifted, (3,).
    """

    name: str
    code: str
    amounts: tuple[float, ...]
    worsen: Callable[[Sample, float], tuple[np.ndarray, np.ndarray]]


STILL = np.array([1.0, 0.0, 0.0])


def darken(sample: Sample, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the photo with `share` of its light, and the noise of a sensor that got so little."""
    light = _linear(sample.photo) * share
    noise = np.random.default_rng(0).normal(size=light.shape)
    return _coded(light + noise * np.sqrt(_READ_NOISE**2 + _SHOT_NOISE * light)), STILL


def brighten(sample: Sample, times: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the photo with `times` its light, white where a sensor is full."""
    return _coded(_linear(sample.photo) * times), STILL


def blur(sample: Sample, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the photo blurred, by a standard deviation of `width` % of the PD."""
    sigma = width / 100 * float(np.linalg.norm(sample.eyes[1] - sample.eyes[0]))
    return cv2.GaussianBlur(sample.photo, (0, 0), sigma), STILL


def shrink(sample: Sample, gap: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the photo with `gap` pixels between the eyes."""
    scale = gap / float(np.linalg.norm(sample.eyes[1] - sample.eyes[0]))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(sample.photo, None, fx=scale, fy=scale, interpolation=way)
    return small, np.array([scale, 0, 0])


def cut(side: int) -> Callable[[Sample, float], tuple[np.ndarray, np.ndarray]]:
    """Return what cuts off a share, in %, of the face; side: 0 left, 1 top, 2 right, 3 bottom."""

    def worsen(sample: Sample, share: float) -> tuple[np.ndarray, np.ndarray]:
        size = sample.box[2:] - sample.box[:2]
        inwards = size[side % 2] * share / 100 * (1 if side < 2 else -1)
        at = int(max(1, np.round(sample.box[side] + inwards)))
        kept = slice(at, None) if side < 2 else slice(0, at)
        part = sample.photo[:, kept] if side % 2 == 0 else sample.photo[kept]
        shift = np.array([1.0, -at if side == 0 else 0.0, -at if side == 1 else 0.0])
        return np.ascontiguousarray(part), shift

    return worsen


def _linear(photo: np.ndarray) -> np.ndarray:
    coded = photo / 255
    linear: np.ndarray = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return linear


def _coded(light: np.ndarray) -> np.ndarray:
    light = light.clip(0, 1)
    coded = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(coded * 255).astype(np.uint8)


LADDERS = (
    Ladder("light left", "too-dark", (0.5, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01), darken),
    Ladder("times the light", "too-bright", (2, 3, 4, 6, 9, 14), brighten),
    Ladder("px between the eyes", "too-small", (48, 40, 34, 28, 24, 20, 16, 12), shrink),
    Ladder("blur, % of the PD", "blurred", (1, 2, 3, 4, 5, 6, 8, 10), blur),
    Ladder("% of the width cut off, left", "cut-off", (5, 10, 15, 20, 25, 30), cut(0)),
    Ladder("% of the width cut off, right", "cut-off", (5, 10, 15, 20, 25, 30), cut(2)),
    Ladder("% of the height cut off, top", "cut-off", (5, 10, 15, 20, 25, 30), cut(1)),
    Ladder("% of the height cut off, bottom", "cut-off", (10, 20, 30, 40, 50), cut(3)),
)
