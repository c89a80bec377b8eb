"""A frame's product picture: its front with its lenses, seen square on, on nothing."""

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.eyewear.frame import Artwork, Lens
from webapp.rendering.codec import Pixels
from webapp.rendering.lenses import tint_of

Layer = NDArray[np.float32]

MARGIN = 0.04  # of the width, left empty on each side
STUDIO = 0.9  # linear light of the white tent that a mirrored lens shows in a product photo


def product_picture(artwork: Artwork, lens: Lens, width: int = 800) -> Pixels:
    """Return (H, W, 4) uint8 sRGB, straight alpha, `width` px wide: the front, lenses tinted.

    Over white the lenses look as their transmittance says; over any light page they darken
    it in the same proportion.
    """
    front = artwork.front.astype(np.float32) / 255
    glass = lens_layer(artwork, lens)
    alpha = front[..., 3:] + glass[..., 3:] * (1 - front[..., 3:])
    colour = front[..., :3] * front[..., 3:]
    colour = colour + glass[..., :3] * glass[..., 3:] * (1 - front[..., 3:])
    layer = framed(np.concatenate([colour, alpha], axis=-1), width)  # premultiplied
    seen = np.maximum(layer[..., 3:], 1e-4)
    straight = np.concatenate([layer[..., :3] / seen, layer[..., 3:]], axis=-1)
    return np.asarray(np.round(np.clip(straight, 0, 1) * 255), dtype=np.uint8)


def lens_layer(artwork: Artwork, lens: Lens) -> Layer:
    """Return the lenses alone, (H, W, 4) float32 0 to 1, sRGB, straight alpha."""
    rows = (np.arange(artwork.lenses.shape[0]) - artwork.centre[1]) / artwork.scale
    mirror = lens.reflectance * STUDIO * np.asarray(lens.mirror_tint)
    shown = np.clip(tint_of(lens, artwork).at(rows) + mirror, 0, 1)  # (H, 3), before white
    shown = np.where(shown <= 0.0031308, 12.92 * shown, 1.055 * shown ** (1 / 2.4) - 0.055)
    # The least alpha with which some colour gives `shown` over white.
    alpha = np.clip(1 - shown.min(axis=-1, keepdims=True), 1 / 255, 1)
    colour = np.clip((shown - (1 - alpha)) / alpha, 0, 1)
    height, width = artwork.lenses.shape
    layer = np.empty((height, width, 4), np.float32)
    layer[..., :3] = colour[:, None]
    layer[..., 3] = alpha * (artwork.lenses.astype(np.float32) / 255)
    return layer


def framed(layer: Layer, width: int) -> Layer:
    """Return the layer cut to what it shows, reduced, with `MARGIN` round it, `width` px wide."""
    rows = np.flatnonzero((layer[..., 3] > 0.01).any(axis=1))
    columns = np.flatnonzero((layer[..., 3] > 0.01).any(axis=0))
    cut = layer[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    edge = round(MARGIN * width)
    inner = width - 2 * edge
    height = max(1, round(cut.shape[0] * inner / cut.shape[1]))
    smooth = cv2.INTER_AREA if inner < cut.shape[1] else cv2.INTER_CUBIC
    small = np.clip(cv2.resize(cut, (inner, height), interpolation=smooth), 0, 1)
    return np.asarray(np.pad(small, ((edge, edge), (edge, edge), (0, 0))), dtype=np.float32)
