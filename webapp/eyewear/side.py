"""Cutting a temple out of a frame's side photo."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.errors import SideUnreadable
from webapp.eyewear.backdrop import EDGE, Bytes, Field, Seen, edges_of, require_whole, seen_on_paper
from webapp.eyewear.cutting import FINEST, belongs, coloured, opacity_of

WORKED_AT = 1400  # px
GAP = 7  # px between two edges of one temple that belong together
THICK = 0.12  # of its length, the thickest that a temple is; fronts are three times that
TALL = 2.0  # times a temple's height, from which a column shows the front edge-on
FRONT_SHARE = 0.3  # of the picture's frame, at most, that the front seen edge-on takes
MARGIN = 2.0  # mm of empty artwork round the temple
STEM = 0.45, 0.65  # shares of the temple's way that are before its bend: they say what level is
ROOT = 0.03  # share of the temple beside the front, whose middle is taken from what follows
BEND = np.radians(20.0)  # downwards of level, from which on a temple bends behind the ear


@dataclass(frozen=True)
class Temple:
    """A cut-out temple, as `Artwork` wants it: the wearer's left one, hinge at the left.

    `picture`: (h, w, 4) uint8, straight alpha; `joint`, `ear`: (x, y) in it, pixels; `scale`:
    pixels a millimetre.
    """

    picture: Bytes
    joint: tuple[float, float]
    ear: tuple[float, float]
    scale: float


def cut_temple(picture: Bytes, length: float, scale: float, *, opaque: bool) -> Temple:
    """Return the temple of a side photo, the front edge-on at either of its ends.

    Args:
        picture: (H, W, 3) uint8 on plain paper, or (H, W, 4).
        length: the temple's, mm.
        scale: pixels a millimetre that are wanted.

    Raises:
        BackgroundBusy, NoFrameInPicture, FrameCropped: what is wrong with the picture.
        SideUnreadable: no long temple with a front at one end is in it.
    """
    k = min(1.0, WORKED_AT / picture.shape[1])
    size = round(picture.shape[1] * k), round(picture.shape[0] * k)
    work = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    seen = seen_on_paper(work)
    require_whole(edges_of(seen) > EDGE)
    mask = solid(seen)
    if front_is_right(mask):
        colour, paper, opacity = (
            np.ascontiguousarray(one[:, ::-1]) for one in (seen.colour, seen.paper, seen.opacity)
        )
        seen = Seen(colour, paper, opacity, seen.transparent)
        mask = mask[:, ::-1]
    line, height = spine(mask)
    steps = np.hypot(*np.diff(line, axis=0).T)
    way = np.r_[0, np.cumsum(steps)]
    photo_scale = float(way[-1]) / length
    ear = bend(line, way, height)
    return laid_out(seen, line[0], ear, photo_scale, min(scale, FINEST), opaque, line)


def solid(seen: Seen) -> NDArray[np.bool_]:
    """Return where the frame is. Raises `SideUnreadable` where that is no long thing."""
    strong = ((edges_of(seen) > EDGE) | (seen.opacity > 0.5)).astype(np.uint8)
    closed = cv2.morphologyEx(strong, cv2.MORPH_CLOSE, np.ones((GAP, GAP), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed)
    if count < 2:
        raise SideUnreadable()
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    width, height = (int(stats[largest, at]) for at in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT))
    mask = np.asarray(labels == largest, np.bool_)
    if width < 2 * height or float(np.median(spans(mask))) > THICK * width:
        raise SideUnreadable()
    return mask


def spans(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return how far the mask reaches from top to bottom, in each column that it is in."""
    inside = mask[:, mask.any(axis=0)]
    bottom = inside.shape[0] - np.argmax(inside[::-1], axis=0)
    return np.asarray(bottom - np.argmax(inside, axis=0), np.intp)


def front_is_right(mask: NDArray[np.bool_]) -> bool:
    """Return whether the front stands at the right: it is thin, a temple's tip hangs far out."""
    tall = mask.sum(axis=0)
    columns = np.flatnonzero(tall)
    first, last = int(columns[0]), int(columns[-1])
    part = max(int(0.12 * (last - first)), 1)
    return int(tall[last - part : last + 1].max()) > int(tall[first : first + part].max())


def spine(mask: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the temple's middle line (n, 2) from hinge to tip, and its height there, pixels.

    Raises:
        SideUnreadable: the front takes too much of the picture.
    """
    tall = mask.sum(axis=0).astype(float)
    columns = np.flatnonzero(tall)
    first, last = int(columns[0]), int(columns[-1])
    usual = float(np.median(tall[columns]))
    reach = int(FRONT_SHARE * (last - first))
    front = np.flatnonzero(tall[first : first + reach] > TALL * usual)
    start = first + (int(front[-1]) + 1 if len(front) else 0)
    if len(front) and front[-1] >= reach - 2:
        raise SideUnreadable()
    at = np.arange(start, last + 1)
    rows = np.arange(mask.shape[0])[:, None]
    part = mask[:, at]
    middle = (rows * part).sum(axis=0) / np.maximum(part.sum(axis=0), 1)
    settled = max(round(ROOT * len(at)), 2)  # before it, the front's edge still shows
    middle[:settled] = np.median(middle[settled : 2 * settled])
    kernel = np.hanning(23) / np.hanning(23).sum()
    middle = np.convolve(np.pad(middle, 11, mode="edge"), kernel, "valid")
    return np.stack([at, middle], axis=1).astype(float), part.sum(axis=0).astype(float)


def bend(
    line: NDArray[np.float64], way: NDArray[np.float64], height: NDArray[np.float64]
) -> tuple[float, float]:
    """Return where the temple's underside lies on the ear: where it begins to bend down."""
    share = way / way[-1]
    stem = (share > STEM[0] - 0.25) & (share < STEM[1])
    level = np.polyfit(line[stem, 0], line[stem, 1], 1)[0]
    slope = np.gradient(line[:, 1], line[:, 0])
    down = np.arctan(slope) - np.arctan(level)
    late = np.flatnonzero((share > STEM[1] - 0.1) & (share < 0.92) & (down > BEND))
    at = int(late[0]) if len(late) else int(np.searchsorted(share, 0.7))
    return float(line[at, 0]), float(line[at, 1] + height[at] / 2)


def laid_out(
    seen: Seen,
    joint: NDArray[np.float64],
    ear: tuple[float, float],
    photo_scale: float,
    scale: float,
    opaque: bool,
    line: NDArray[np.float64],
) -> Temple:
    """Return the temple on a canvas of its own, cut where it meets the front."""
    k, pad = scale / photo_scale, MARGIN * scale
    top = float(line[:, 1].min()) - 12 * photo_scale
    bottom = float(line[:, 1].max()) + 13 * photo_scale
    width = int((float(line[-1, 0]) - joint[0]) * k + 2 * pad + 4 * k * 2)
    size = (width, int((bottom - top) * k))
    matrix = np.array([[k, 0, pad - joint[0] * k], [0, k, -top * k]])

    def warp(field: Field, beyond: float) -> Field:
        out = cv2.warpAffine(field, matrix, size, flags=cv2.INTER_LINEAR, borderValue=(beyond,) * 4)
        return np.asarray(out, np.float32)

    level = Seen(
        warp(seen.colour, 1.0), np.maximum(warp(seen.paper, 1.0), 0.02), warp(seen.opacity, 0.0),
        seen.transparent,
    )  # fmt: skip
    alpha = opacity_of(level, belongs(level, edges_of(level), scale), scale, opaque)
    alpha = alpha * np.clip(np.arange(size[0]) - pad + 0.5, 0, 1).astype(np.float32)
    spots = [(x * k + matrix[0, 2], y * k + matrix[1, 2]) for x, y in (joint, ear)]
    return Temple(coloured(level, np.asarray(alpha, np.float32)), spots[0], spots[1], scale)
