"""Masks to cut patches out with, and patches that are made of faces yet are none."""

import cv2
import numpy as np

from webapp.faces.training.backdrops import faceless_piece
from webapp.faces.training.chips import Sources

_MASK = 64  # pixels; masks are drawn this small and enlarged: they are soft anyway
_PATCH = 160


def cutout_mask(rng: np.random.Generator, side: int, landmarks: np.ndarray | None) -> np.ndarray:
    """Return a (side, side) uint8 mask of a random shape and softness.

    Args:
        landmarks: (478, 2) in pixels of the patch, for masks that follow the face; or None.
    """
    mask: np.ndarray = np.zeros((_MASK, _MASK), np.uint8)
    kind = rng.integers(5)
    middle = tuple(int(v) for v in rng.normal(_MASK / 2, 1.5, 2))
    if kind == 0 and landmarks is not None:
        hull = cv2.convexHull((landmarks * _MASK / side).astype(np.float32))
        cv2.fillConvexPoly(mask, hull.astype(np.int32), 255)
        grow = int(rng.integers(1, 8))
        mask = cv2.dilate(mask, np.ones((grow, grow), np.uint8))
    elif kind <= 1:
        axes = tuple(int(v) for v in rng.uniform(0.36, 0.5, 2) * _MASK)
        cv2.ellipse(mask, middle, axes, rng.uniform(-20, 20), 0, 360, 255, -1)
    elif kind == 2:
        angles = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(7, 14)))
        radii = rng.uniform(0.38, 0.62, len(angles)) * _MASK
        points = np.stack([np.cos(angles), np.sin(angles)], 1) * radii[:, None] + middle
        cv2.fillPoly(mask, [points.astype(np.int32)], 255)
    else:
        inset = rng.integers(0, 7, 4)
        mask[inset[0] : _MASK - inset[1], inset[2] : _MASK - inset[3]] = 255
    if rng.random() < 0.75:
        mask[0] = mask[-1] = 0
        mask[:, 0] = mask[:, -1] = 0
        mask = cv2.GaussianBlur(mask, (0, 0), float(np.exp(rng.uniform(-1.0, 1.8))))
    return cv2.resize(mask, (side, side), interpolation=cv2.INTER_LINEAR)


def non_face(sources: Sources, rng: np.random.Generator) -> np.ndarray:
    """Return a (160, 160, 3) uint8 patch without a face, often made of pieces of one."""
    kind = rng.random()
    if kind < 0.25:
        return faceless_piece(sources.faceless, rng, _PATCH)
    row = int(rng.choice(sources.rows))
    chip = sources.chips.photos[0][row]
    if kind < 0.42:
        return _shuffled(chip, rng)
    if kind < 0.55:
        return np.ascontiguousarray(chip[::-1, :: rng.choice((-1, 1))])
    if kind < 0.75:
        return _without_features(chip, sources.chips.landmarks[row, :, :2], sources, rng)
    if kind < 0.95:
        return _piece(chip, rng)
    return _two_halves(chip, sources, rng)


def _shuffled(chip: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a chip's quarters or ninths in another order, none left in its place."""
    parts = int(rng.integers(2, 4))
    side = _PATCH // parts
    image = chip.copy()
    shift = int(rng.integers(1, parts * parts))
    for i in range(parts * parts):
        j = (i + shift) % (parts * parts)
        yi, xi, yj, xj = (v * side for v in (*divmod(i, parts), *divmod(j, parts)))
        image[yi : yi + side, xi : xi + side] = chip[yj : yj + side, xj : xj + side]
    return image


def _without_features(
    chip: np.ndarray, landmarks: np.ndarray, sources: Sources, rng: np.random.Generator
) -> np.ndarray:
    """Return a head whose face is smeared or replaced, hair and outline kept."""
    mask = np.zeros((_PATCH, _PATCH), np.uint8)
    hull = cv2.convexHull(landmarks.astype(np.float32)).astype(np.int32)
    cv2.fillConvexPoly(mask, hull, 255)
    mask = cv2.blur(mask, (15, 15))[..., None].astype(np.uint16)
    if rng.random() < 0.6:
        few = int(rng.integers(2, 4))
        tiny = cv2.resize(chip[30:130, 20:140], (few, few), interpolation=cv2.INTER_AREA)
        inside = cv2.resize(tiny, (_PATCH, _PATCH), interpolation=cv2.INTER_LINEAR)
    else:
        inside = faceless_piece(sources.faceless, rng, _PATCH)
    return ((inside * mask + chip * (255 - mask)) // 255).astype(np.uint8)


def _piece(chip: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a small piece of a chip enlarged: an eye, a cheek, hair, cloth, background."""
    side = int(rng.integers(24, 64))
    x, y = rng.integers(0, _PATCH - side, 2)
    size = (_PATCH, _PATCH)
    return cv2.resize(chip[y : y + side, x : x + side], size, interpolation=cv2.INTER_LINEAR)


def _two_halves(chip: np.ndarray, sources: Sources, rng: np.random.Generator) -> np.ndarray:
    """Return one half of a chip beside a piece without a face."""
    image = faceless_piece(sources.faceless, rng, _PATCH)
    half = _PATCH // 2
    if rng.random() < 0.5:
        image[half:] = chip[:half]  # the brow and eyes where the mouth should be
    else:
        image[:half] = chip[half:]
    return image
