"""Agreement with the teacher on FairFace rows kept out of training: agreement, not truth."""

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from webapp.faces.conventions import FACE_OUTLINE, LEFT_LIDS, OUTER_LIPS, RIGHT_LIDS
from webapp.faces.crops import CLOSE_MARGIN, face_frames, in_photo, upright_crops
from webapp.faces.inference import Networks
from webapp.faces.training.chips import LABELS_LOW, TEST_ROWS, decode_test_rows
from webapp.faces.training.evaluate import mesh_errors
from webapp.fitting.camera import camera_of
from webapp.fitting.pose import first_pose

_BATCH = 64
_DRAWS = 2000
_SURE = 4.0  # % of the distance between the pupils, by which the teacher's views of a face differ
_GROUPS = ("race", "gender", "age")
YAWS = (0, 15, 30, 45)  # degrees, where the bins of the head's turn begin
REGIONS = {  # contours of the face-mesh topology
    "eyelids": [*RIGHT_LIDS, *LEFT_LIDS],
    "brows": [
        *(70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
        *(300, 293, 334, 296, 336, 285, 295, 282, 283, 276),
    ],
    "lips": [*OUTER_LIPS],
    "face's outline": [*FACE_OUTLINE],
}


@dataclass(frozen=True)
class Reading:
    """What the teacher and the model say of the same chips.

    photos: (N, 160, 160, 3) uint8 RGB; labels, landmarks: (N, 478, 3) in their pixels.
    groups: FairFace's labels, each (N,), and the head's turn by the teacher's landmarks.
    doubt: (N,) how far the teacher's four views of a chip, whose mean its label is, lie apart, in
        % of the distance between the pupils.
    """

    photos: np.ndarray
    labels: np.ndarray
    landmarks: np.ndarray
    groups: dict[str, np.ndarray]
    doubt: np.ndarray

    @property
    def errors(self) -> np.ndarray:
        """Each landmark's error, (N, 478), in % of the face's distance between the pupils."""
        apart = np.linalg.norm(self.labels[:, 468] - self.labels[:, 473], axis=1)[:, None]
        away = np.linalg.norm(self.landmarks[..., :2] - self.labels[..., :2], axis=2)
        return 100 * away / apart


def read_test_rows(weights: Path | None, data: Path) -> Reading:
    """Return what the landmark network reads in the rows kept out of training.

    The first crop is the label's own, the second, closer one that of the landmarks read from the
    first; it is read with its mirror image, as in `FaceFinder`.

    Raises:
        TrainingDataBroken: a shard can't be read.
    """
    photos, labels = decode_test_rows(data)
    landmarks = _read(Networks(weights, 1), photos, face_frames(labels))
    columns = _test_columns(data)
    doubt = 100 * columns.pop("disagreement")
    turns = {"yaw": yaw_bins(labels, photos.shape[2])}
    return Reading(photos, labels, landmarks, columns | turns, doubt)


def agreement_figures(reading: Reading) -> dict[str, Any]:
    """Return {"all": errors by region, "race": {group: {"mesh": its error, "faces": N}}, ...}.

    "level" beside "mesh" is the group's error were its heads turned as everyone's are, and "doubt"
    how far the teacher's own views of it lie apart: how hard its photos are. "race over best" is as
    `over_best` returns it, with the same of the faces on which the teacher is sure.
    """
    errors = reading.errors
    regions = {name: float(errors[:, points].mean()) for name, points in REGIONS.items()}
    overall = mesh_errors(reading.landmarks, reading.labels)
    given = replace(reading, labels=reading.labels + np.array([0, LABELS_LOW, 0], np.float32))
    overall["mesh, labels as given"] = float(given.errors.mean())
    report: dict[str, Any] = {"faces": len(errors), "all": overall | regions}
    of_face, turns = errors.mean(1), reading.groups["yaw"]
    for group, values in reading.groups.items():
        report[group] = {
            str(name): {
                "mesh": float(of_face[values == name].mean()),
                "level": at_equal_turns(of_face, values == name, turns),
                "doubt": float(reading.doubt[values == name].mean()),
                "faces": int((values == name).sum()),
            }
            for name in np.unique(values)
        }
    race = reading.groups["race"]
    report["race over best"] = over_best(of_face, race) | _where_sure(of_face, race, reading.doubt)
    report["race over best"]["labels as given"] = _ratio(_by_group(given.errors.mean(1), race))
    return report


def _where_sure(errors: np.ndarray, groups: np.ndarray, doubt: np.ndarray) -> dict[str, float]:
    """Return the worst group's mean error over the best's on the faces the teacher is sure of."""
    sure = doubt <= _SURE
    return {
        "sure": _ratio(_by_group(errors[sure], groups[sure])),
        "sure faces": int(sure.sum()),
        "sure to": _SURE,
    }


def over_best(errors: np.ndarray, groups: np.ndarray) -> dict[str, float]:
    """Return how much chance there is in the worst group's mean error over the best group's.

    Args:
        errors: (N,) of faces; groups: (N,) each face's.

    Returns:
        "low" and "high", between which it lies for 95 % of draws of as many faces from each group,
        and "alike", its median where all faces are dealt to groups of these sizes by chance.
    """
    rng = np.random.default_rng(1)
    members = _by_group(errors, groups)
    drawn = [_ratio([rng.choice(own, len(own)) for own in members]) for _ in range(_DRAWS)]
    cuts = np.cumsum([len(own) for own in members])[:-1]
    dealt = [_ratio(np.split(rng.permutation(errors), cuts)) for _ in range(_DRAWS)]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return {"low": float(low), "high": float(high), "alike": float(np.median(dealt))}


def _by_group(errors: np.ndarray, groups: np.ndarray) -> list[np.ndarray]:
    return [errors[groups == name] for name in np.unique(groups)]


def _ratio(errors: list[np.ndarray]) -> float:
    means = [float(own.mean()) for own in errors]
    return max(means) / max(min(means), 1e-9)


def at_equal_turns(errors: np.ndarray, members: np.ndarray, turns: np.ndarray) -> float:
    """Return a group's mean error were its heads turned as often as everyone's.

    Args:
        errors: (N,) of all faces; members: (N,) bool; turns: (N,) each head's bin of turn.
    """
    bins = [turns == turn for turn in np.unique(turns[members])]
    weights = [own.mean() for own in bins]
    return float(np.average([errors[members & own].mean() for own in bins], weights=weights))


def yaw_bins(landmarks: np.ndarray, side: int) -> np.ndarray:
    """Return each head's turn to either side as a bin's name, (N,) str: "0-15" degrees and so on.

    Args:
        landmarks: (N, 478, 3) in pixels of square photos.
        side: the photos' side in pixels.
    """
    camera = camera_of((side, side))
    yaws = [abs(first_pose(own.astype(np.float64), camera)[0].angles[0]) for own in landmarks]
    names = [f"{low}-{high}" for low, high in pairwise(YAWS)]
    return np.array([*names, f"over {YAWS[-1]}"])[np.digitize(yaws, YAWS) - 1]


def _read(networks: Networks, photos: np.ndarray, frames: np.ndarray) -> np.ndarray:
    found = []
    for start in tqdm(range(0, len(photos), _BATCH), desc="agreement", disable=None):
        some, own = photos[start : start + _BATCH], frames[start : start + _BATCH]
        crops, matrices = upright_crops(some, own)
        own = face_frames(_placed(networks.read(crops)[0], matrices))
        crops, matrices = upright_crops(some, own, CLOSE_MARGIN)
        found.append(_placed(networks.read_twice(crops), matrices))
    return np.concatenate(found)


def _placed(shapes: np.ndarray, matrices: list[np.ndarray]) -> np.ndarray:
    """Return the landmarks of crops in the pixels of their photos."""
    return np.stack([in_photo(*both) for both in zip(shapes, matrices, strict=True)])


def _test_columns(data: Path) -> dict[str, np.ndarray]:
    """Return what the shards tell of the rows kept out of training, beside their landmarks."""
    columns: dict[str, list[np.ndarray]] = {name: [] for name in (*_GROUPS, "disagreement")}
    for number in range(4):
        with np.load(data / f"fairface-{number}.npz") as shard:
            for name, parts in columns.items():
                parts.append(shard[name][-TEST_ROWS:])
    return {name: np.concatenate(parts) for name, parts in columns.items()}
