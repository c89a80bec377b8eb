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
    base[...] = cv2.add(times(base, 1 - alpha_of(layer)), layer)


def backed(face: Light, body: Light) -> Light:
    """Return a solid's `face` with its `body` (both (h, w, 4)) wherever the face doesn't reach.

    The artwork's alpha is that of the whole solid, so the body adds nothing under the face, or
    translucent acetate would turn milky.
    """
    alpha = alpha_of(body)
    more = np.maximum(alpha - alpha_of(face), 0) / np.maximum(alpha, np.float32(1e-3))
    return np.asarray(cv2.add(face, times(body, more)), dtype=np.float32)


def alpha_of(layer: Light) -> Light:
    """Return the fourth channel of `layer` (h, w, 4) as a picture (h, w) of its own.

    numpy reads every fourth number of an array several times as slowly.
    """
    return np.asarray(cv2.extractChannel(layer, 3), dtype=np.float32)


def times(picture: Light, factor: Light) -> Light:
    """Return every channel of `picture` (h, w, c) times `factor` (h, w)."""
    factors = cv2.merge([factor] * picture.shape[2])
    return np.asarray(cv2.multiply(picture, factors), dtype=np.float32)


def open_base(light: Light) -> Light:
    """Return linear RGB (h, w, 3) with a fourth channel of zeros: nothing painted yet."""
    return np.asarray(cv2.merge([*cv2.split(light), np.zeros(light.shape[:2], np.float32)]))
