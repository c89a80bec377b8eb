"""The teacher's landmarks of drawn views: MediaPipe FaceMesh, in an environment of its own.

`make teacher VIEWS=FOLDER` installs it and labels what `webapp.faces.training.views` drew there.
Each label is the mean of four readings, as those of the training data are: of the view, of its
mirror image, and of both turned.
"""

import argparse
import multiprocessing
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from webapp.faces.conventions import LANDMARKS
from webapp.faces.training.views import DISAGREEMENT, LABELS, PHOTOS
from webapp.fitting.anatomy import LEFT_IRIS, RIGHT_IRIS

_SIDE = 224  # pixels, the size that the photos of the training data were read at
_TURNED = 12.0  # degrees
_SURE = 0.3  # the teacher's own score of a face, 0.5 as it comes: heads turned far get less


def label_views(folder: Path, mirror: Path) -> int:
    """Write labels.npy (N, 478, 3) and disagreement.npy (N,), and return how many were read.

    Labels are in the views' pixels, z in the same unit; disagreement is the mean distance of the
    four readings in distances of the pupils; both are NaN where a face was not seen.

    Args:
        folder: of photos.npy, as `draw_views` writes it.
        mirror: file of which landmark each becomes when a picture is mirrored.
    """
    photos = np.load(folder / PHOTOS, mmap_mode="r")
    labels = np.full((len(photos), LANDMARKS, 3), np.nan, np.float32)
    disagreement = np.full(len(photos), np.nan, np.float32)
    processes = multiprocessing.get_context("spawn")
    with processes.Pool(os.cpu_count(), _start, (folder, np.load(mirror))) as pool:
        read = pool.imap(_label, range(len(photos)), chunksize=32)
        for number, label in enumerate(tqdm(read, "teacher", len(photos))):
            if label is not None:
                labels[number], disagreement[number] = label
    np.save(folder / LABELS, labels)
    np.save(folder / DISAGREEMENT, disagreement)
    return int(np.isfinite(disagreement).sum())


class Teacher:
    """MediaPipe FaceMesh with refined irises, for unrelated photos of one face."""

    def __init__(self, mirror: np.ndarray) -> None:
        """Take which landmark each becomes when a picture is mirrored, (478,)."""
        import mediapipe

        self._mirror = mirror
        self._mesh: Any = mediapipe.solutions.face_mesh.FaceMesh(
            static_image_mode=True, refine_landmarks=True, min_detection_confidence=_SURE
        )

    def read(self, photo: np.ndarray) -> np.ndarray | None:
        """Return four readings, (4, 478, 3) in the photo's pixels, or None where one saw no face.

        Args:
            photo: (S, S, 3) uint8 RGB.
        """
        size = _SIDE, _SIDE
        plain = cv2.resize(photo, size, interpolation=cv2.INTER_CUBIC)
        middle = (_SIDE - 1) / 2
        turn = cv2.getRotationMatrix2D((middle, middle), _TURNED, 1)
        readings = []
        for mirrored in (False, True):
            view = np.ascontiguousarray(plain[:, ::-1]) if mirrored else plain
            for turned in (False, True):
                shown = view
                if turned:
                    shown = cv2.warpAffine(view, turn, size, borderMode=cv2.BORDER_REPLICATE)
                landmarks = self._landmarks(shown)
                if landmarks is None:
                    return None
                if turned:
                    landmarks[:, :2] -= turn[:, 2]
                    landmarks[:, :2] = landmarks[:, :2] @ np.linalg.inv(turn[:, :2]).T
                if mirrored:
                    landmarks = landmarks[self._mirror]
                    landmarks[:, 0] = 2 * middle - landmarks[:, 0]
                readings.append(landmarks)
        told = np.stack(readings) * (len(photo) / _SIDE)
        told[..., :2] += (len(photo) / _SIDE - 1) / 2
        return told

    def _landmarks(self, shown: np.ndarray) -> np.ndarray | None:
        found = self._mesh.process(shown).multi_face_landmarks
        if not found:
            return None
        told = np.array([(one.x, one.y, one.z) for one in found[0].landmark]) * _SIDE
        told[:, :2] -= 0.5  # whole numbers at the pixels' centres
        told[:, 2] -= told[:, 2].mean()
        return told


_teacher: Teacher | None = None  # of a reading process
_photos: np.ndarray | None = None


def _start(folder: Path, mirror: np.ndarray) -> None:
    global _teacher, _photos
    cv2.setNumThreads(1)
    _teacher, _photos = Teacher(mirror), np.load(folder / PHOTOS, mmap_mode="r")


def _label(number: int) -> tuple[np.ndarray, float] | None:
    if _teacher is None or _photos is None:
        raise RuntimeError("a reading process was used before it was started")
    readings = _teacher.read(_photos[number])
    return None if readings is None else (readings.mean(0), _apart(readings))


def _apart(readings: np.ndarray) -> float:
    """Return the mean distance of the readings from each other, in distances of the pupils."""
    mean = readings.mean(0)
    pupils = float(np.linalg.norm(mean[RIGHT_IRIS] - mean[LEFT_IRIS]))
    first, second = np.triu_indices(len(readings), 1)
    away = readings[first, :, :2] - readings[second, :, :2]
    return float(np.linalg.norm(away, axis=2).mean()) / pupils


def main() -> None:
    """Label from the command line."""
    parser = argparse.ArgumentParser(description="Let the teacher label drawn views.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mirror", type=Path, default=Path("../shared/faces/mirror478.npy"))
    print(label_views(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
