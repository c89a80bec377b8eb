"""Agreement with the teacher on FairFace rows kept out of training: agreement, not truth."""

from pathlib import Path

import numpy as np

from webapp.faces.conventions import LANDMARKS_INPUT
from webapp.faces.crops import crop_matrix, face_frames, in_photo, warp_crop
from webapp.faces.inference import Networks
from webapp.faces.training.chips import Chips, load_chips
from webapp.faces.training.evaluate import mesh_errors

_BATCH = 64
_GROUPS = ("race", "gender", "age")


def evaluate_agreement(
    weights: Path | None, data: Path, cache: Path
) -> dict[str, dict[str, float]]:
    """Return errors on the last 500 rows of each shard, in % of the 3-D pupil distance.

    The first crop is the label's own, the second that of the landmarks read from the first.

    Returns:
        {"all": errors by region, "race": mean mesh error by group, ...}.
    """
    chips = load_chips(data, cache)
    rows = chips.rows["test"]
    landmarks = _read_rows(Networks(weights, 1), chips, rows)
    labels = np.array(chips.landmarks[rows])
    report = {"all": mesh_errors(landmarks, labels)}
    for group, values in _group_columns(data).items():
        report[group] = {
            str(name): mesh_errors(landmarks[values[rows] == name], labels[values[rows] == name])[
                "mesh"
            ]
            for name in np.unique(values[rows])
        }
    return report


def _read_rows(networks: Networks, chips: Chips, rows: np.ndarray) -> np.ndarray:
    found = []
    for start in range(0, len(rows), _BATCH):
        some = rows[start : start + _BATCH]
        photos, frames = chips.photos[0][some], chips.frames[some].astype(np.float64)
        landmarks = np.empty((len(some), *chips.landmarks.shape[1:]), np.float32)
        for _ in range(networks.passes):
            matrices = [crop_matrix(frame, LANDMARKS_INPUT) for frame in frames]
            pairs = zip(photos, matrices, strict=True)
            shapes, _ = networks.read(
                np.stack([warp_crop(p, m, LANDMARKS_INPUT) for p, m in pairs])
            )
            landmarks = np.stack([in_photo(*both) for both in zip(shapes, matrices, strict=True)])
            frames = face_frames(landmarks)
        found.append(landmarks)
    return np.concatenate(found)


def _group_columns(data: Path) -> dict[str, np.ndarray]:
    columns: dict[str, list[np.ndarray]] = {group: [] for group in _GROUPS}
    for number in range(4):
        with np.load(data / f"fairface-{number}.npz") as shard:
            for group in _GROUPS:
                columns[group].append(shard[group])
    return {group: np.concatenate(parts) for group, parts in columns.items()}
