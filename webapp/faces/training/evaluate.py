"""Measures of the model, on data that never touches its weights.

Run it as `python -m webapp.faces.training.evaluate --shared ../shared`.
"""

import argparse
import json
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import cv2
import numpy as np
from tqdm import tqdm

from webapp.errors import TrainingDataBroken
from webapp.faces.crops import apply, eye_centres
from webapp.faces.finder import Face, FaceFinder
from webapp.faces.training.chips import read_picture

IRISES = list(range(468, 478))
BRIDGE = [168, 6, 197, 195]
SIDES = [127, 356, 234, 454]
_IRIS_CENTRES = (468, 473)
FOUND_WITHIN = 0.15  # of the distance between the eyes
_FOLDS = 5
_RIDGE = 3e-4  # keeps the map from 478 landmarks to 68 points from following noise
EYES68 = (slice(36, 42), slice(42, 48))  # the eye on the picture's left first
_PARTS68 = {
    "inner": slice(17, 68),
    "eyes": slice(36, 48),
    "bridge": slice(27, 29),
    "all": slice(0, 68),
}


@dataclass(frozen=True)
class Detection:
    """How many faces were found, missed and invented in a folder's pictures.

    missed: names of pictures with a face that was not found; invented: with a false one.
    """

    faces: int
    found: int
    false: int
    missed: list[str]
    invented: list[str]


def evaluate_photos(finder: FaceFinder, folder: Path) -> Detection:
    """Measure portraits whose eyes are known: points68.json, {name: (68, 2)}.

    A face is found when both its eyes' centres are within 0.15 of the distance between the eyes.
    """
    known = _read_known(folder / "points68.json")
    missed, invented, false = [], [], 0
    for name, points in tqdm(sorted(known.items()), desc="photos", disable=None):
        eyes = np.array([np.mean(points[part], axis=0) for part in EYES68])
        faces = finder.find(read_picture(folder / name))
        hits = [face for face in faces if eye_error(face, eyes) < FOUND_WITHIN]
        if not hits:
            missed.append(name)
        if len(faces) > len(hits):
            invented.append(name)
        false += len(faces) - len(hits)
    return Detection(len(known), len(known) - len(missed), false, missed, invented)


def evaluate_turned(finder: FaceFinder, folder: Path, degrees: float) -> Detection:
    """Measure the portraits of `evaluate_photos` turned about the face, clockwise as seen."""
    known = _read_known(folder / "points68.json")
    missed, false = [], 0
    for name, points in tqdm(sorted(known.items()), desc=f"turned {degrees:g}", disable=None):
        eyes = np.array([np.mean(points[part], axis=0) for part in EYES68])
        photo = read_picture(folder / name)
        size = photo.shape[1], photo.shape[0]
        matrix = cv2.getRotationMatrix2D(tuple(map(float, eyes.mean(0))), -degrees, 1.0)
        turned = cv2.warpAffine(photo, matrix, size, borderMode=cv2.BORDER_REPLICATE)
        faces = finder.find(turned)
        hits = [f for f in faces if eye_error(f, apply(matrix, eyes)) < FOUND_WITHIN]
        missed += [] if hits else [name]
        false += len(faces) - len(hits)
    return Detection(len(known), len(known) - len(missed), false, missed, [])


def eye_error(face: Face, eyes: np.ndarray) -> float:
    """Return the worse eye's distance in units of the distance between the eyes."""
    away = np.linalg.norm(eye_centres(face.landmarks) - eyes, axis=1)
    return float(away.max() / np.linalg.norm(eyes[1] - eyes[0]))


def evaluate_faceless(finder: FaceFinder, folder: Path) -> Detection:
    """Measure pictures without a face: each one found is false."""
    paths = sorted(folder.glob("*.jpg"))
    if not paths:  # or a missing folder would be a perfect result
        raise TrainingDataBroken(file=str(folder), record=-1)
    counts = {
        path.name: len(finder.find(read_picture(path)))
        for path in tqdm(paths, desc="faceless", disable=None)
    }
    return Detection(0, 0, sum(counts.values()), [], [n for n, count in counts.items() if count])


def evaluate_groups(finder: FaceFinder, folder: Path) -> Detection:
    """Measure group pictures: boxes.json, {name: [[left, top, width, height], ...]}.

    A box counts as found when a face's middle lies in it and their sizes differ by less than 2.
    Faces outside every box need not be false: the boxes leave some faces out.
    """
    known = _read_known(folder / "boxes.json")
    total = found = false = 0
    missed, invented = [], []
    for name, boxes in tqdm(sorted(known.items()), desc="groups", disable=None):
        faces = finder.find(read_picture(folder / name))
        hits = [[_fits(face, box) for face in faces] for box in boxes]
        got = sum(any(row) for row in hits)
        extra = sum(not any(column) for column in zip(*hits, strict=True)) if faces else 0
        total, found, false = total + len(boxes), found + got, false + extra
        if got < len(boxes):
            missed.append(f"{name} ({len(boxes) - got})")
        if extra:
            invented.append(f"{name} ({extra})")
    return Detection(total, found, false, missed, invented)


def _fits(face: Face, box: list[float]) -> bool:
    x, y, width, height = face.box
    inside_x = box[0] <= x + width / 2 <= box[0] + box[2]
    inside_y = box[1] <= y + height / 2 <= box[1] + box[3]
    return inside_x and inside_y and 0.5 < max(width, height) / max(box[2:]) < 2


def mesh_errors(landmarks: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return mean landmark errors in % of the 3-D distance between the pupils.

    Args:
        landmarks, labels: (N, 478, 3) in the same pixels; z is compared about its mean.
    """
    ours, theirs = landmarks.astype(np.float64).copy(), labels.astype(np.float64).copy()
    ours[..., 2] -= ours[..., 2].mean(1, keepdims=True)
    theirs[..., 2] -= theirs[..., 2].mean(1, keepdims=True)
    pupils = theirs[:, _IRIS_CENTRES[0]] - theirs[:, _IRIS_CENTRES[1]]
    apart = np.linalg.norm(pupils, axis=1)[:, None]
    error = 100 * np.linalg.norm(ours[..., :2] - theirs[..., :2], axis=2) / apart
    return {
        "mesh": float(error.mean()),
        "irises": float(error[:, IRISES].mean()),
        "bridge": float(error[:, BRIDGE].mean()),
        "sides": float(error[:, SIDES].mean()),
        "p95 of faces": float(np.percentile(error.mean(1), 95)),
        "depth": float(100 * (np.abs(ours[..., 2] - theirs[..., 2]) / apart).mean()),
    }


@dataclass(frozen=True)
class Human68:
    """The faces found among those whose 68 points people set.

    rows: (N,) their records; landmarks: (N, 478, 3), human: (N, 68, 2), in the same pixels;
    there: how many faces there were.
    """

    rows: np.ndarray
    landmarks: np.ndarray
    human: np.ndarray
    there: int


def evaluate_human68(finder: FaceFinder, path: Path, most: int | None = None) -> dict[str, float]:
    """Measure against 68 points set by people, by a linear map fitted in 5 folds.

    Returns:
        Mean errors in % of the distance between the outer eye corners, and the share found.
    """
    return human68_figures(read_human68(finder, path, most))


def human68_figures(seen: Human68) -> dict[str, float]:
    """Return the mean errors by part of the face, %, and the share of faces found."""
    error = human68_errors(seen.landmarks, seen.human)
    means = {name: float(error[:, part].mean()) for name, part in _PARTS68.items()}
    return {**means, "found": len(seen.rows) / seen.there, "faces": seen.there}


def read_human68(finder: FaceFinder, path: Path, most: int | None = None) -> Human68:
    """Return the landmarks of the faces in human68.npz, those that are found.

    Args:
        most: read only so many records.

    Raises:
        TrainingDataBroken: a record can't be decoded.
    """
    jpeg, offset, points = open_human68(path)
    found: list[tuple[int, np.ndarray]] = []
    rows = range(min(most or len(points), len(points)))
    for row in tqdm(rows, desc="human68", disable=None):
        faces = finder.find(decode_record(jpeg[offset[row] : offset[row + 1]], path, row))
        eyes = np.array([points[row, part].mean(0) for part in EYES68])
        found += [(row, face.landmarks) for face in faces if eye_error(face, eyes) < 0.5][:1]
    kept = np.array([row for row, _ in found], int)
    return Human68(kept, np.array([own for _, own in found]), points[kept], len(rows))


def open_human68(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the JPEGs' bytes, their offsets (N + 1,), and the points (N, 68, 2) in pixels.

    Raises:
        TrainingDataBroken: the file can't be read.
    """
    try:
        # Opened here: numpy leaves a file that is no archive open.
        with path.open("rb") as file, np.load(file) as data:
            return data["jpeg"], data["offset"], data["points68_x32"] / 32
    except (OSError, ValueError, KeyError, BadZipFile, zlib.error) as error:
        raise TrainingDataBroken(file=str(path), record=-1) from error


def _read_known(path: Path) -> dict[str, Any]:
    """Return what is known of a folder's pictures, by their names."""
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise TrainingDataBroken(file=str(path), record=-1) from error


def decode_record(record: np.ndarray, path: Path, row: int) -> np.ndarray:
    """Return a stored JPEG as (H, W, 3) uint8 RGB. Raises `TrainingDataBroken`."""
    bgr = cv2.imdecode(record, cv2.IMREAD_COLOR) if len(record) else None
    if bgr is None:
        raise TrainingDataBroken(file=str(path), record=row)
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)


def human68_errors(landmarks: np.ndarray, human: np.ndarray) -> np.ndarray:
    """Return the errors of 68 points mapped linearly from 478 landmarks.

    Both are brought into the frame of the landmarks' own eyes first, so that the map has neither
    place, size nor turn to learn.

    Args:
        landmarks: (N, 478, 3); human: (N, 68, 2), in the same pixels.

    Returns:
        (N, 68), % of the distance between the outer eye corners.
    """
    eyes = eye_centres(landmarks) @ np.array([1, 1j])
    middle, along = eyes.mean(1)[:, None], (eyes[:, 1] - eyes[:, 0])[:, None]
    ours = (landmarks[..., :2] @ np.array([1, 1j]) - middle) / along
    theirs = (human @ np.array([1, 1j]) - middle) / along
    features = np.concatenate([ours.real, ours.imag, np.ones((len(ours), 1))], axis=1)
    wanted = np.concatenate([theirs.real, theirs.imag], axis=1)
    told = np.empty_like(wanted)
    fold = np.arange(len(features)) % _FOLDS
    for k in range(_FOLDS):
        fit, rest = features[fold != k], fold == k
        ridge = _RIDGE * len(fit) * np.eye(fit.shape[1])
        through = np.linalg.solve(fit.T @ fit + ridge, fit.T @ wanted[fold != k])
        told[rest] = features[rest] @ through
    away = np.abs(told[:, :68] + 1j * told[:, 68:] - theirs)
    return 100 * away / np.abs(theirs[:, 45] - theirs[:, 36])[:, None]


def evaluate(weights: Path | None, shared: Path) -> dict[str, Any]:
    """Return every measure of the model in a folder (None: the shipped one).

    Args:
        shared: the folder that holds photos, groups, faceless and faces.
    """
    finder = FaceFinder(weights)
    return {
        "photos": asdict(evaluate_photos(finder, shared / "photos")),
        "faceless": asdict(evaluate_faceless(finder, shared / "faceless")),
        "groups": asdict(evaluate_groups(finder, shared / "groups")),
        "human68": evaluate_human68(finder, shared / "faces" / "human68.npz"),
    }


def main() -> None:
    """Print the measures as JSON."""
    parser = argparse.ArgumentParser(description="Measure the model.")
    parser.add_argument("--weights", type=Path, default=None)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    options = parser.parse_args()
    print(json.dumps(evaluate(options.weights, options.shared), indent=2))


if __name__ == "__main__":
    main()
