"""Telling a frame from the plain paper, or the transparency, that it was photographed on."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.errors import BackgroundBusy, FrameCropped, NoFrameInPicture

Bytes = NDArray[np.uint8]
Field = NDArray[np.float32]

BAND = 0.04  # share of the picture's sides that is looked at for the paper
NEAR = 0.12  # of 0..1, how much paper varies under uneven light
PLAIN = 0.035  # of 0..1, the paper's typical distance from an even surface; grained card: 0.01
CLEAR = 0.02  # share of pixels that must be transparent for alpha to count as a cut-out
LEAST_SHOWN = 0.004  # share of the picture that a frame covers at least: a thin wire covers 0.02
EDGE = 0.05  # of 0..1 a pixel, the least slope of a frame's edge; shadows are softer


@dataclass(frozen=True)
class Seen:
    """A frame apart from its paper, all (H, W) or (H, W, c) float32, 0..1.

    `colour`: sRGB as photographed; `paper`: sRGB of the paper behind each pixel; `opacity`:
    how much of the paper each pixel hides at least; `transparent`: it came cut out.
    """

    colour: Field
    paper: Field
    opacity: Field
    transparent: bool


def seen_on_paper(picture: Bytes) -> Seen:
    """Return the frame apart from its paper.

    Args:
        picture: (H, W, 3) uint8 sRGB, or (H, W, 4) with straight alpha.

    Raises:
        BackgroundBusy: neither transparent nor on plain paper.
        NoFrameInPicture: nothing but paper.
    """
    values: Field = np.asarray(picture / np.float32(255), np.float32)
    if values.shape[2] == 4 and float((values[..., 3] < 0.5).mean()) > CLEAR:
        alpha = values[..., 3]
        mixed = values[..., :3] * alpha[..., None] + (1 - alpha[..., None])
        colour = np.asarray(mixed, np.float32)
        seen = Seen(colour, np.ones_like(colour), alpha, True)
    else:
        colour = values[..., :3]
        paper = paper_of(colour)
        seen = Seen(colour, paper, hidden(colour, paper), False)
    if float((seen.opacity > 0.25).mean()) < LEAST_SHOWN:
        raise NoFrameInPicture()
    return seen


def paper_of(colour: Field) -> Field:
    """Return the paper's colour behind each pixel: an even surface through the picture's rim.

    Raises:
        BackgroundBusy: the rim is no even surface.
    """
    rows, columns = colour.shape[:2]
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j].astype(np.float32)
    band = (np.abs(x) > 1 - 2 * BAND) | (np.abs(y) > 1 - 2 * BAND)
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)
    at, value = terms[band].astype(np.float64), colour[band].astype(np.float64)
    near = np.abs(value - np.median(value, axis=0)).max(axis=1)
    keep = near < NEAR  # a frame that runs out of the picture is no paper
    for _ in range(4):
        fit = np.linalg.lstsq(at[keep], value[keep], rcond=None)[0]
        off = np.abs(value - at @ fit).max(axis=1)
        keep = off < max(3 * float(np.median(off)), 0.01)
    if float(np.median(off)) > PLAIN or keep.mean() < 0.5:
        raise BackgroundBusy()
    return np.asarray(np.clip(terms @ fit.astype(np.float32), 0.02, 1), np.float32)


def hidden(colour: Field, paper: Field) -> Field:
    """Return the least opacity with which any ink could make the paper look so."""
    darker = 1 - colour / paper
    lighter = (colour - paper) / np.maximum(1 - paper, 0.25)
    return np.asarray(np.clip(np.maximum(darker, lighter).max(axis=2), 0, 1), np.float32)


def edges_of(seen: Seen) -> Field:
    """Return (H, W) how steeply the colour changes a pixel, the frame's edges alone."""
    layers = [*np.moveaxis(seen.colour, 2, 0)]
    if seen.transparent:
        layers.append(seen.opacity)
    slopes = []
    for layer in layers:
        soft = cv2.GaussianBlur(layer, (0, 0), 1.0)
        across = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3, scale=0.25)
        down = cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3, scale=0.25)
        slopes.append(np.hypot(across, down))
    return np.asarray(np.max(slopes, axis=0), np.float32)


def require_whole(mask: NDArray[np.bool_]) -> None:
    """Raise `FrameCropped` where the frame touches the picture's rim."""
    sides = {"left": mask[:, :2], "right": mask[:, -2:], "top": mask[:2], "bottom": mask[-2:]}
    for side, strip in sides.items():
        if strip.sum() > 3:
            raise FrameCropped(side=side)
