"""A chip's face turned further by its own 3-D landmarks: heads turned far are few among photos.

The face is a surface over its landmarks; the head about it and what lies behind are bands around
the face's outline, which turn along less the further out they lie. Only what is turned away
already is turned on: the other side would show what no photo shows.
"""

from itertools import pairwise

import cv2
import numpy as np

from webapp.drawn.heads import turned
from webapp.faces.conventions import FACE_OUTLINE
from webapp.fitting.anatomy import mean_head

_SIDES = (234, 454)  # of the wearer's face, by the ears, the right one first
_OUTLINE = np.array(FACE_OUTLINE)
# Bands around the outline: times its distance from the face's middle, depth behind the middle in
# face sizes, share of the turn. The first two are the head, the last is the background.
_BANDS = ((1.12, 0.1, 1.0), (1.35, 0.35, 1.0), (1.9, 0.45, 0.5), (4.0, 0.5, 0.0))
_LEAST_REACH = 0.38  # face sizes from the middle: where the outline is the silhouette, too
_AXIS_DEPTH = 0.3  # face sizes behind the middle, where the head turns about
_FINE = 2  # pixels drawn in a row for each one kept, so that outlines are smooth
_SUBPIXELS = 4  # bits
_FLAT = 0.05  # square pixels, twice the area: thinner triangles are left out
_SIZES = (0.8, 1.25)  # how much a turned face is enlarged at most, so that it fills its chip


def turn_of(landmarks: np.ndarray) -> np.ndarray:
    """Return how far heads are turned about the vertical, in degrees, (...) for (..., 478, 3)."""
    across = landmarks[..., _SIDES[1], :] - landmarks[..., _SIDES[0], :]
    return np.degrees(np.arctan2(across[..., 2], np.hypot(across[..., 0], across[..., 1])))


def turned_further(
    chip: np.ndarray, landmarks: np.ndarray, yaw: float, pitch: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return a chip whose face is turned further to the side that it is turned to, and landmarks.

    Args:
        chip: (S, S, 3) uint8; landmarks: (478, 3) in its pixels, z in the same unit.
        yaw: degrees, positive; pitch: degrees, positive when the nose is to point down.

    Returns:
        (S, S, 3) uint8 and (478, 3) float32: where a rigid head's landmarks would come.
    """
    yaw = float(np.copysign(yaw, turn_of(landmarks)))
    before, after = _surface(landmarks.astype(np.float64), yaw, pitch)
    after = _filling(after, landmarks)
    return _drawn(chip, before, after), after[: len(landmarks)].astype(np.float32)


def _surface(face: np.ndarray, yaw: float, pitch: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the points of face and bands, (P, 3), and where the turn moves them."""
    outline, size = face[_OUTLINE], float(np.ptp(face[:, :2], axis=0).max())
    middle = outline.mean(0)
    axis = middle + np.array([0, 0, _AXIS_DEPTH * size])
    before, after = [face], [(face - axis) @ turned(yaw, pitch).rotation.T + axis]
    for spread, depth, share in _BANDS:
        band = _band(outline, middle, size, spread)
        band[:, 2] += depth * size
        before.append(band)
        after.append((band - axis) @ turned(share * yaw, share * pitch).rotation.T + axis)
    return np.concatenate(before), np.concatenate(after)


def _band(outline: np.ndarray, middle: np.ndarray, size: float, spread: float) -> np.ndarray:
    away = outline[:, :2] - middle[:2]
    reach = np.linalg.norm(away, axis=1).clip(1)
    wanted = np.maximum(spread * reach, spread * _LEAST_REACH * size)
    band = outline.copy()
    band[:, :2] = middle[:2] + away * (wanted / reach)[:, None]
    flattened = min(1.0, spread - 1)  # the further out, the less like the outline
    band[:, 2] += flattened * (middle[2] - outline[:, 2])
    return band


def _filling(points: np.ndarray, face: np.ndarray) -> np.ndarray:
    """Return points placed and enlarged so that their face fills the chip as `face` did."""
    low, high = points[: len(face), :2].min(0), points[: len(face), :2].max(0)
    was_low, was_high = face[:, :2].min(0), face[:, :2].max(0)
    scale = float(np.clip((was_high - was_low).max() / (high - low).max(), *_SIZES))
    moved = points * scale
    moved[:, :2] += (was_low + was_high - scale * (low + high)) / 2
    return moved


def _triangles() -> np.ndarray:
    """Return the corners of the face's triangles and of the bands', (T, 3)."""
    around, first = len(_OUTLINE), len(mean_head().mean)
    rings = [_OUTLINE, *(first + around * k + np.arange(around) for k in range(len(_BANDS)))]
    bands = []
    for inner, outer in pairwise(rings):
        inner_next, outer_next = np.roll(inner, -1), np.roll(outer, -1)
        bands.append(np.stack([inner, outer, inner_next], axis=1))
        bands.append(np.stack([inner_next, outer, outer_next], axis=1))
    return np.concatenate([mean_head().triangles, *bands])


def _drawn(chip: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return the chip whose triangles were moved, the nearest drawn last."""
    triangles = _triangles()
    triangles = triangles[np.argsort(-after[triangles, 2].mean(1))]
    source, target = before[triangles][..., :2], after[triangles][..., :2]
    through, kept = _maps_back(source, target)
    side, fine = len(chip), len(chip) * _FINE
    seen = np.full((fine, fine), -1, np.int32)
    corners = ((target[kept] + 0.5) * _FINE - 0.5) * 2**_SUBPIXELS
    limit = 2**_SUBPIXELS * 4 * fine
    for index, triangle in enumerate(np.clip(np.rint(corners), -limit, limit).astype(np.int32)):
        cv2.fillConvexPoly(seen, triangle, index, cv2.LINE_8, _SUBPIXELS)
    rows, columns = np.mgrid[:fine, :fine]
    places = (np.stack([columns, rows, np.zeros_like(rows)], axis=-1) + 0.5) / _FINE - 0.5
    places[..., 2] = 1
    found = np.einsum("hwij,hwj->hwi", through[seen], places)
    found[seen < 0] = places[seen < 0, :2]
    x, y = np.moveaxis(found.astype(np.float32), -1, 0)
    way, edge = cv2.INTER_LINEAR, cv2.BORDER_REFLECT_101
    drawn = cv2.remap(chip, np.ascontiguousarray(x), np.ascontiguousarray(y), way, borderMode=edge)
    return cv2.resize(drawn, (side, side), interpolation=cv2.INTER_AREA)


def _maps_back(source: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return maps (K, 2, 3) from target to source pixels of the triangles that aren't flat.

    Args:
        source, target: (T, 3, 2) corners.

    Returns:
        The maps, and which triangles they belong to, (T,) bool.
    """
    sides = np.moveaxis(target[:, 1:] - target[:, :1], 1, 2)
    kept = np.abs(np.linalg.det(sides)) > _FLAT
    inner = np.moveaxis(source[kept, 1:] - source[kept, :1], 1, 2)
    linear = inner @ np.linalg.inv(sides[kept])
    shift = source[kept, 0] - np.einsum("nij,nj->ni", linear, target[kept, 0])
    return np.concatenate([linear, shift[..., None]], axis=2), kept
