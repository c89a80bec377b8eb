"""Faces with known points placed into larger drawn scenes: does the detector find them there?"""

from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from webapp.faces.crops import apply
from webapp.faces.finder import FaceFinder
from webapp.faces.training.backdrops import drawn_backdrop
from webapp.faces.training.evaluate import (
    EYES68,
    FOUND_WITHIN,
    decode_record,
    eye_error,
    open_human68,
)
from webapp.faces.training.pasting import blend

SIDE = 640  # pixels, the scene's
SHARES = (0.06, 0.95)  # of the scene's width, from the smallest face to the largest
_FADING = 0.08  # of the pasted picture's side, over which its border fades into the scene
SEED = 68
_FOUND68 = 0.5  # of the distance between the eyes: beyond it, it is another face or none


def evaluate_placed(
    finder: FaceFinder, path: Path, most: int | None = None
) -> dict[str, int | list[int]]:
    """Return how the faces of human68.npz are found in scenes.

    Args:
        most: place only so many records.

    Returns:
        "faces" there; "found", as in human68 itself within half of the distance between the
        eyes; "close", as in portraits within 0.15 of it; "false" ones; the records "missed".

    Raises:
        TrainingDataBroken: a record can't be decoded.
    """
    samples = read_samples(path, most)
    close = false = 0
    missed = []
    for row, (photo, points) in enumerate(tqdm(samples, desc="placed", disable=None)):
        scene, there = place(photo, points, np.random.default_rng((SEED, row)))
        eyes = np.array([there[part].mean(0) for part in EYES68])
        away = np.array([eye_error(face, eyes) for face in finder.find(scene)])
        missed += [] if (away < _FOUND68).any() else [row]
        close += bool((away < FOUND_WITHIN).any())
        false += int((away >= _FOUND68).sum())
    found = len(samples) - len(missed)
    return {"faces": len(samples), "found": found, "close": close, "false": false, "missed": missed}


def read_samples(path: Path, most: int | None = None) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return each photo of human68.npz with its 68 points. Raises `TrainingDataBroken`."""
    jpeg, offset, points = open_human68(path)
    rows = range(min(most or len(points), len(points)))
    return [
        (decode_record(jpeg[offset[row] : offset[row + 1]], path, row), points[row]) for row in rows
    ]


def scene_of(path: Path, row: int) -> np.ndarray:
    """Return the scene in which a record was sought, (SIDE, SIDE, 3) uint8 RGB."""
    photo, points = read_samples(path, row + 1)[row]
    return place(photo, points, np.random.default_rng((SEED, row)))[0]


def place(
    photo: np.ndarray, points: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return a drawn scene with a photo of a face laid into it, and the face's points there.

    The face is wholly in the scene, at any place, its width any share of the scene's between
    `SHARES` (each factor as likely as another).

    Args:
        photo: (s, s, 3) uint8 RGB.
        points: (N, 2) of the face, in its pixels.
    """
    low, high = points.min(0), points.max(0)
    share = float(np.exp(rng.uniform(*np.log(SHARES))))
    size = (high - low) * share * SIDE / (high - low)[0]
    size *= min(1.0, 0.95 * SIDE / size.max())  # a long face is not wider than it may be high
    scale = float(size[0] / (high - low)[0])
    corner = rng.uniform(0, 1, 2) * (SIDE - size)
    matrix = np.column_stack([np.eye(2) * scale, corner - scale * low])
    scene = drawn_backdrop(rng, SIDE).copy()
    # Sampling skips pixels where it reduces, so the reduction is done first, by averaging.
    side = max(8, round(photo.shape[0] * min(1.0, scale)))
    factor = photo.shape[0] / side
    small = cv2.resize(photo, (side, side), interpolation=cv2.INTER_AREA)
    to_scene = np.column_stack([matrix[:, :2] * factor, matrix[:, 2] + scale * (factor - 1) / 2])
    blend(scene, small, _fading(side), to_scene)
    return scene, apply(matrix, points)


def _fading(side: int) -> np.ndarray:
    """Return a (side, side) uint8 mask: 255 within, falling to 0 at the border."""
    along = np.minimum(np.arange(side) + 0.5, side - np.arange(side) - 0.5) / (_FADING * side)
    ramp = np.clip(along, 0, 1)
    return np.round(255 * np.outer(ramp, ramp)).astype(np.uint8)
