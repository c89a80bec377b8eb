"""Cutting a front out of its product photo: soft edges, translucent rims, lenses taken out."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.errors import LensesNotFound
from webapp.eyewear.backdrop import EDGE, Bytes, Field, Seen, edges_of, seen_on_paper
from webapp.eyewear.calibration import GROOVE, SLACK, Half, Points, folded
from webapp.eyewear.frame import SizeMarks
from webapp.eyewear.outline import Floats, find_outline

FINEST = 8.0  # pixels a millimetre of the artwork; more shows on no face
MARGIN = 2.5  # mm of empty artwork round the front
TALLEST = 45.0  # mm that a front reaches above or below its lenses' middle at most
GAP = 3.5  # mm between two edges of one rim that belong together
HOLE = 0.08  # opacity that a gap between a frame's parts has not
SOLID = 0.55  # opacity that no shadow on paper has
OPAQUE = (0.72, 0.88)  # opacity about a pixel from which a sheet counts as opaque: none, wholly
INK = 0.65  # what a dye hides at most in any colour: translucent acetate is milky, not glass
METAL = 0.25, 0.4  # the same of metal, whose highlights may be as bright as the paper
MOUNT = 6.0  # mm that the metal of a rimless front reaches over its lenses


@dataclass(frozen=True)
class Cut:
    """A cut-out front, as `Artwork` wants it.

    `front`: (H, W, 4) uint8 sRGB, straight alpha; `lenses`: (H, W) uint8; `scale`: pixels a
    millimetre; `centre`: (x, y) of the boxing centre. `glass`: (h, w, 3) float32, how much of
    the paper's light came through the middle of a lens, top to bottom, sRGB ratios.
    """

    front: Bytes
    lenses: Bytes
    scale: float
    centre: tuple[float, float]
    glass: Field


def cut_front(
    picture: Bytes, points: Points, marks: SizeMarks, *, opaque: bool, rimless: bool
) -> Cut:
    """Return the front cut out at the points.

    Args:
        picture: as of `propose`.
        opaque: nothing shines through its rims (metal); else that is judged by the picture.
        rimless: its metal lies on the lenses.

    Raises:
        BackgroundBusy, NoFrameInPicture, LensesNotFound: as `propose`.
    """
    seen = seen_on_paper(picture)
    photo_scale = float(np.linalg.norm(points.ends[1] - points.ends[0])) / marks.width
    scale = min(photo_scale, FINEST)
    level, centre = levelled(seen, points, marks, photo_scale, scale)
    edges = edges_of(level)
    shares = lens_shares(level, edges, centre, points, marks, photo_scale, scale)
    frame = belongs(level, edges, scale)
    alpha = opacity_of(level, frame, scale, opaque)
    taken_out = np.where(mounts(level, shares, scale), 0, shares) if rimless else shares
    alpha = alpha * (1 - taken_out)
    glass = level.colour / level.paper
    x, half = marks.lens_centres / 2 * scale, 0.15 * marks.lens_width * scale
    rows = slice(*(int(centre[1] + end * 0.38 * marks.lens_height * scale) for end in (-1, 1)))
    columns = slice(int(centre[0] + x - half), int(centre[0] + x + half))
    return Cut(
        coloured(level, alpha),
        grown(shares, GROOVE / 2 * scale),
        scale,
        centre,
        np.asarray(glass[rows, columns], np.float32),
    )


def levelled(
    seen: Seen, points: Points, marks: SizeMarks, photo_scale: float, scale: float
) -> tuple[Seen, tuple[float, float]]:
    """Return the frame level at `scale` on a canvas of its own, and the boxing centre there."""
    left, right = points.lenses
    turn = np.arctan2(*(right - left)[::-1])
    middle = (left + right) / 2
    size = (
        round((marks.width + 2 * MARGIN) * scale),
        round(2 * TALLEST * scale),
    )
    centre = (size[0] - 1) / 2, (size[1] - 1) / 2
    k = scale / photo_scale
    rotation = k * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    matrix = np.c_[rotation, np.array(centre) - rotation @ middle]

    def warp(field: Field, beyond: float) -> Field:
        if k < 0.8:  # finer than needed: averaged first, so that thin wires stay whole
            field = np.asarray(cv2.GaussianBlur(field, (0, 0), 0.36 / k), np.float32)
        value = (beyond,) * 4
        return np.asarray(
            cv2.warpAffine(field, matrix, size, flags=cv2.INTER_LINEAR, borderValue=value),
            np.float32,
        )

    paper = np.maximum(warp(seen.paper, 1.0), 0.02)
    level = Seen(warp(seen.colour, 1.0), paper, warp(seen.opacity, 0.0), seen.transparent)
    return level, centre


def lens_shares(
    level: Seen,
    edges: Field,
    centre: tuple[float, float],
    points: Points,
    marks: SizeMarks,
    photo_scale: float,
    scale: float,
) -> Field:
    """Return each pixel's share inside either lens. Raises `LensesNotFound`."""
    half: Half = folded(level.colour, edges, level.opacity, centre[0])
    apart = float(np.linalg.norm(points.lenses[1] - points.lenses[0])) / photo_scale * scale
    sides = np.array([marks.lens_width, marks.lens_height]) / 2 * scale
    spot = np.array([apart / 2, centre[1]])
    outline = find_outline((half.across, half.down), spot, sides, SLACK)
    if outline.score <= 0:
        raise LensesNotFound(score=outline.score)
    line = smooth_ring(outline.points)
    shares = np.zeros(level.opacity.shape, np.uint8)
    for side in (-1, 1):
        ring = line * [side, 1] + [centre[0], 0]
        fine = np.round(ring * 16).astype(np.int32)  # sixteenths of a pixel
        cv2.fillPoly(shares, [fine], 255, lineType=cv2.LINE_AA, shift=4)
    return np.asarray(shares / np.float32(255), np.float32)


def smooth_ring(points: Floats) -> Floats:
    """Return the closed line without the steps of its search."""
    kernel = np.hanning(9)[1:-1] / np.hanning(9).sum()
    padded = np.vstack([points[-3:], points, points[:3]])
    return np.stack([np.convolve(column, kernel, "valid") for column in padded.T], axis=1)


def belongs(level: Seen, edges: Field, scale: float) -> Field:
    """Return 1 where the frame is, 0 where paper and shadows are, soft between."""
    strong = ((edges > EDGE) | (level.opacity > SOLID)).astype(np.uint8)
    closed = cv2.morphologyEx(strong, cv2.MORPH_CLOSE, disc(GAP / 2 * scale))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed)
    least = 4.0 * scale**2  # mm2; dust is smaller, every part of a frame larger
    kept = [n for n in range(1, count) if stats[n, cv2.CC_STAT_AREA] > least]
    whole = np.isin(labels, kept)
    count, labels = cv2.connectedComponents((~whole).astype(np.uint8), connectivity=4)
    shown = np.bincount(labels.ravel(), level.opacity.ravel()) / np.bincount(labels.ravel())
    inside = [n for n in range(1, count) if shown[n] > HOLE and n not in labels[0]]
    whole |= np.isin(labels, inside)  # a broad bridge's clear middle
    mask = np.asarray(whole, np.float32)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.12 * scale), np.float32)


def opacity_of(level: Seen, frame: Field, scale: float, opaque: bool) -> Field:
    """Return the front's alpha: as it hides the paper, wholly where it is opaque."""
    seen = level.opacity * frame
    if level.transparent:
        return np.asarray(seen, np.float32)
    about = np.asarray(cv2.dilate(seen, disc(1.0 * scale)), np.float32)
    about = np.asarray(cv2.GaussianBlur(about, (0, 0), 0.5 * scale), np.float32)
    cover = np.clip(seen / np.maximum(about, 0.12), 0, 1)
    cover = np.asarray(cv2.morphologyEx(cover, cv2.MORPH_CLOSE, disc(1.2 * scale)), np.float32)
    cover = np.clip(1.25 * cover, 0, 1) * frame
    low, high = METAL if opaque else OPAQUE
    near = cv2.GaussianBlur(cv2.dilate(seen, disc(2.0 * scale)), (0, 0), 0.5 * scale)
    solid = np.clip((near - low) / (high - low), 0, 1)
    body = np.clip(seen / INK, 0, 1)
    return np.asarray(body + solid * np.maximum(cover - body, 0), np.float32)


def mounts(level: Seen, shares: Field, scale: float) -> NDArray[np.bool_]:
    """Return where a rimless front's metal lies on its lenses, near their edges."""
    deep = cv2.erode(shares, disc(MOUNT * scale)) > 0.5
    metal = (level.opacity > 0.3) & (shares > 0) & ~deep
    return np.asarray(metal, np.bool_)


def coloured(level: Seen, alpha: Field) -> Bytes:
    """Return the frame's own colour under its alpha, (H, W, 4) uint8."""
    share = alpha[..., None]
    ink = (level.colour - (1 - share) * level.paper) / np.maximum(share, 1e-3)
    ink = np.where(share > 0.02, ink, level.colour)
    return np.asarray(np.round(np.clip(np.dstack([ink, share]), 0, 1) * 255), np.uint8)


def grown(shares: Field, by: float) -> Bytes:
    """Return the lenses reaching `by` pixels under the rims, 0 to 255."""
    larger = cv2.dilate(shares, disc(by))
    return np.round(np.clip(larger, 0, 1) * 255).astype(np.uint8)


def disc(radius: float) -> Bytes:
    """Return a round kernel, at least one pixel in radius."""
    side = 2 * max(round(radius), 1) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
