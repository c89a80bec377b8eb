"""Nose pads: bodies of their own behind the front, beside the nose that they rest on.

An artwork shows them flat among the rims. They are told apart by where they are, taken out of the
front and laid, before lenses and rims, on a plane as far behind the front as they bear.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.eyewear.frame import Artwork

BEHIND = 5.0  # mm behind the front's face at which pads bear (`webapp.fitting.seat`)
BIAS, SOFT = 2.5, 2.5  # mm: a pad so far behind the skin is still seen; how softly it goes
RIM = 1.7  # mm about a lens that may be its rim
REACH = 6.0  # mm beyond where the lenses come nearest to each other
ABOVE = -4.0  # mm below the datum line, the highest that a pad's middle lies
LEAST_AREA = 5.0  # mm2; less is a solder joint


def pads_of(artwork: Artwork) -> NDArray[np.bool_]:
    """Return where (H, W) a front's picture shows nose pads and the arms that hold them.

    What lies between the lenses, off their rims, and doesn't reach across the middle as a
    bridge does.
    """
    scale, (middle, datum) = artwork.scale, artwork.centre
    side = 2 * round(RIM * scale) + 1
    rims = cv2.dilate(artwork.lenses, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    apart = (artwork.front[..., 3] > 16) & (rims < 128)
    off = np.abs(np.arange(apart.shape[1]) - middle)
    apart &= (
        off < off[(artwork.lenses > 127).any(axis=0)].min(initial=apart.shape[1]) + REACH * scale
    )
    count, labels, stats, centres = cv2.connectedComponentsWithStats(apart.astype(np.uint8))
    pads = np.zeros_like(apart)
    for label in range(1, count):
        left, _, width, _, area = stats[label]
        crosses = left <= middle <= left + width
        if (
            not crosses
            and area > LEAST_AREA * scale**2
            and centres[label, 1] > datum + ABOVE * scale
        ):
            pads |= labels == label
    return pads
