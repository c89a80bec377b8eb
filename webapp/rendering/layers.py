"""Laying one layer over another in linear light."""

import cv2
import numpy as np

from webapp.rendering.colour import Light


def lay_over(base: Light, layer: Light, share: Light | None = None) -> None:
    """Lay `layer` (h, w, 4), colour times alpha and alpha, over `base` (h, w, 4), in place.

    `base`'s own fourth channel gathers how much of each pixel has been painted over. `share`
    (h, w): how much of the layer is in sight.
    """
    if share is not None:
        layer = times(layer, share)
    base[...] = cv2.add(times(base, 1 - layer[..., 3]), layer)


def times(picture: Light, factor: Light) -> Light:
    """Return every channel of `picture` (h, w, c) times `factor` (h, w)."""
    factors = cv2.merge([factor] * picture.shape[2])
    return np.asarray(cv2.multiply(picture, factors), dtype=np.float32)


def open_base(light: Light) -> Light:
    """Return linear RGB (h, w, 3) with a fourth channel of zeros: nothing painted yet."""
    return np.asarray(cv2.merge([*cv2.split(light), np.zeros(light.shape[:2], np.float32)]))
