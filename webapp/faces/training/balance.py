"""How often each face is shown to the landmark network: the hard and the few come more often."""

from pathlib import Path

import numpy as np

from webapp.faces.training.chips import read_labels
from webapp.faces.training.turning import turn_of

_TURNED = 45.0  # degrees; faces turned less are shown less often, in proportion
_FRONTAL = 0.35  # but no less than this share
# Groups whose faces agreed least with the teacher on the rows kept for validation.
_MORE = {
    "race": {"Middle Eastern": 2.4, "White": 1.25, "Black": 1.25},
    "age": {"60-69": 1.5, "more than 70": 2.0},
}


def shares(data: Path, landmarks: np.ndarray) -> np.ndarray:
    """Return how often each row is shown, (N,) from 0 to 1, 1 for the row shown most.

    Args:
        data: folder of the FairFace shards.
        landmarks: (N, 478, 3) of their rows, shard after shard.

    Raises:
        TrainingDataBroken: a shard can't be read.
    """
    often = by_turn(landmarks)
    for column, more in _MORE.items():
        labels = read_labels(data, column)
        for group, times in more.items():
            often[labels == group] *= times
    return often / often.max()


def by_turn(landmarks: np.ndarray) -> np.ndarray:
    """Return the share that a head's turn to either side gives it, (N,) from 0.35 to 1."""
    return np.clip(np.abs(turn_of(landmarks)) / _TURNED, _FRONTAL, 1.0)
