"""A canvas that parts are laid on, from the back to the front, in linear light."""

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.drawn.fields import Field, Grid
from webapp.drawn.studio import shown, to_srgb


class Canvas:
    """Linear RGB (H, W, 3), premultiplied by alpha (H, W), over one grid."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.light = np.zeros((grid.height, grid.width, 3), np.float32)
        self.alpha = np.zeros((grid.height, grid.width), np.float32)

    def window(self, rows: slice, columns: slice) -> "Canvas":
        """Return the canvas that looks on these pixels of this one; what it paints stays here."""
        part = object.__new__(Canvas)
        part.grid = self.grid.window(rows, columns)
        part.light, part.alpha = self.light[rows, columns], self.alpha[rows, columns]
        return part

    def lay(self, light: Field, alpha: Field) -> None:
        """Lay a part over what is there: its own `light` ((H, W, 3) or (3,)) by `alpha`."""
        keep = 1 - alpha
        self.light *= keep[..., None]
        self.light += np.minimum(light, 8) * alpha[..., None]
        self.alpha *= keep
        self.alpha += alpha

    def shine(self, light: Field, within: Field) -> None:
        """Add white reflected light (H, W) where `within`; it hides what lies behind it."""
        glint = shown(light) * within
        self.light += glint[..., None]
        self.alpha += (1 - self.alpha) * glint

    def darken(self, share: Field) -> None:
        """Take this share (H, W) of the light that the canvas shows (a shadow on the parts)."""
        self.light *= (1 - share)[..., None]

    def picture(self, reduce: int) -> NDArray[np.uint8]:
        """Return (h, w, 4) uint8, sRGB with straight alpha, `reduce` times smaller."""
        size = (self.grid.width // reduce, self.grid.height // reduce)
        light = cv2.resize(self.light, size, interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(self.alpha, size, interpolation=cv2.INTER_AREA)
        straight = np.asarray(light / np.maximum(alpha, 1e-4)[..., None], np.float32)
        rgba = np.dstack([to_srgb(shown(straight)), np.clip(alpha, 0, 1)])
        rgba[alpha < 1 / 512] = 0
        return np.round(rgba * 255).astype(np.uint8)
