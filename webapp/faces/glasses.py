"""Whether a face wears glasses already: a score from the edges about its eyes.

Rims, bridge and temples draw edges where faces without glasses have none: across the nose,
below the eyes, beside them. How strong they are, by place and direction, is weighed by a
logistic regression. `python -m webapp.faces.training.glasses` finds the weights and says how
often they are right; it is advice that shoppers can pass over, and never refuses anybody.
"""

import cv2
import numpy as np

from webapp.faces.crops import eye_centres, warp_crop

BAND = (120, 60)  # pixels of what is looked at, the eyes level in it
SPAN, EYES_AT = 2.3, 0.47  # its width in the distance between the eyes; the eyes' height in it
CELLS = (8, 4)  # across and down
TURNS = 4  # directions of edges: upright, falling to the right, level, rising
DARKEST = 8.0  # of 255, added before the logarithm: noise in shadows is no edge
LIKELY = 0.36  # from here on people are told; chosen on the training faces: 95 % wear some
BIAS = -6.5
WEIGHTS = (  # a line for each direction's row of cells, from the side of the face to the nose
    (0.03, 0.17, -0.1, -0.16),
    (0.48, 0.47, -0.52, 0.4),
    (0.17, 0.3, 0.04, 1.51),
    (0.09, -0.57, -0.82, -0.76),
    (-0.04, 0.29, 0.42, -0.9),
    (0.74, -0.4, -1.18, 0.47),
    (0.23, 0.76, -0.98, 1.24),
    (-0.53, -0.27, -0.3, -0.15),
    (-0.83, 0.15, 0.39, -0.46),
    (1.81, -0.04, -0.12, 1.37),
    (0.8, -0.46, -0.6, 0.37),
    (-0.58, 0.72, 0.61, -0.1),
    (-0.94, -0.35, 0.35, 0.27),
    (1.33, -0.27, -1.1, 0.92),
    (1.5, -0.34, -0.45, 2.48),
    (-0.67, -0.25, 0.3, -0.01),
)  # fmt: skip


def wears_glasses(photo: np.ndarray, landmarks: np.ndarray) -> float:
    """Return how likely a face wears glasses, 0 to 1.

    Args:
        photo: (H, W, 3) uint8 RGB.
        landmarks: (478, 2 or 3) in its pixels.
    """
    score = BIAS + float(np.ravel(WEIGHTS) @ edges(photo, landmarks))
    return float(1 / (1 + np.exp(-np.clip(score, -30, 30))))


def edges(photo: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """Return how strong edges are about the eyes, beside their mean, both halves as one.

    Returns:
        (`TURNS` * rows * half the columns,): direction by direction, row by row, from the side
        of the face to the nose.
    """
    band = warp_crop(photo, _band_matrix(eye_centres(landmarks)), *BAND)
    grey = np.log(cv2.cvtColor(band, cv2.COLOR_RGB2GRAY).astype(np.float32) + DARKEST)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    turn = (np.arctan2(down, across) % np.pi) * (TURNS / np.pi)
    strength = cv2.magnitude(across, down)
    table = np.stack([_in_cells(turn, strength, number) for number in range(TURNS)])
    table = np.sqrt(table / (table.mean() + 1e-6))
    mirrored = table[-np.arange(TURNS) % TURNS, :, ::-1]
    return ((table + mirrored) / 2)[:, :, : CELLS[0] // 2].ravel()


def _band_matrix(eyes: np.ndarray) -> np.ndarray:
    """Return the (2, 3) transform from photo pixels to the band's, for eyes (2, 2) as (x, y)."""
    left, right = eyes.astype(np.float64)
    along = right - left
    cos, sin = along * BAND[0] / SPAN / max(float(along @ along), 1e-6)
    turn = np.array([[cos, sin], [-sin, cos]])
    middle = np.array([BAND[0] / 2, BAND[1] * EYES_AT])
    return np.column_stack([turn, middle - turn @ ((left + right) / 2)])


def _in_cells(turn: np.ndarray, strength: np.ndarray, number: int) -> np.ndarray:
    """Return the mean strength of edges of about one direction in each cell (rows, columns)."""
    off = np.abs((turn - number + TURNS / 2) % TURNS - TURNS / 2)
    return cv2.resize(np.clip(1 - off, 0, 1) * strength, CELLS, interpolation=cv2.INTER_AREA)
