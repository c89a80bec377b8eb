"""Views of training faces, drawn turned further than photographed, with the teacher's landmarks.

Of 23,000 training faces 1,000 are turned over 45 degrees: a network learns those by heart.
`python -m webapp.faces.training.views` draws more of them from photos of heads that are turned a
little; then `webapp.faces.training.teacher` labels them; then a training that is told their folder
shows them among the photos.
"""

import argparse
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from webapp.errors import TrainingDataBroken
from webapp.faces.crops import face_frames
from webapp.faces.training.chips import CHIP_SIDES, Chips, Views, load_chips
from webapp.faces.training.turning import turn_of, turned_further
from webapp.fitting.anatomy import LEFT_IRIS, RIGHT_IRIS

PHOTOS, TURNED, ROWS = "photos.npy", "turned.npy", "rows.npy"
LABELS, DISAGREEMENT = "labels.npy", "disagreement.npy"
_FROM = (9, 55)  # degrees; heads that are turned so far are turned further
_BY = (8, 34)  # degrees
_FARTHEST = 68  # degrees
_NODDING = 7  # degrees, the deviation of the turn up or down
# A label counts where the teacher agrees with itself as it does on nearly all photos of heads so
# turned, and where it lies near the landmarks that were turned with the head.
_MOST_DISAGREEMENT = 0.065  # of the distance between the pupils
_MOST_AWAY = 0.14


def draw_views(data: Path, cache: Path, out: Path, seed: int = 5, each: int = 2) -> int:
    """Draw views of the training rows whose heads are turned, and return how many.

    Args:
        data: folder of the FairFace shards; cache: of the decoded chips.
        out: folder for photos.npy (N, 160, 160, 3) uint8 RGB, turned.npy (N, 478, 3) float32, the
            landmarks turned with them, and rows.npy (N,), the rows they come from.
        each: how many of a head.

    Raises:
        TrainingDataBroken: a shard or a record of it can't be read.
    """
    chips = load_chips(data, cache)
    rows = chips.rows["train"]
    turns = np.abs(turn_of(chips.landmarks[rows]))
    rows = np.repeat(rows[(turns > _FROM[0]) & (turns < _FROM[1])], each)
    out.mkdir(parents=True, exist_ok=True)
    side = CHIP_SIDES[0]
    shape = len(rows), side, side, 3
    photos = np.lib.format.open_memmap(out / PHOTOS, "w+", np.uint8, shape)
    turned = np.empty((len(rows), *chips.landmarks.shape[1:]), np.float32)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), spawn, _start, (data, cache)) as pool:
        jobs = ((int(row), seed, number) for number, row in enumerate(rows))
        views = pool.map(_view, jobs, chunksize=64)
        for number, view in enumerate(tqdm(views, "views", len(rows))):
            photos[number], turned[number] = view
    photos.flush()
    np.save(out / TURNED, turned)
    np.save(out / ROWS, rows)
    return len(rows)


_chips: Chips | None = None  # of a drawing process


def _start(data: Path, cache: Path) -> None:
    global _chips
    cv2.setNumThreads(1)
    _chips = load_chips(data, cache)


def _view(job: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    if _chips is None:
        raise RuntimeError("a drawing process was used before it was started")
    row, seed, number = job
    rng = np.random.default_rng((seed, number))
    landmarks = np.array(_chips.landmarks[row])
    left = max(_FARTHEST - abs(float(turn_of(landmarks))), 1.2 * _BY[0])
    yaw = rng.uniform(_BY[0], min(_BY[1], left))
    photo = np.asarray(_chips.photos[0][row])
    return turned_further(photo, landmarks, yaw, rng.normal(0, _NODDING))


def load_views(folder: Path) -> Views:
    """Return the views whose labels can be trusted.

    Raises:
        TrainingDataBroken: a file is missing or is none: draw them, then let the teacher label
            them.
    """
    read = {}
    for name in (PHOTOS, TURNED, ROWS, LABELS, DISAGREEMENT):
        try:
            read[name] = np.load(folder / name, mmap_mode="r")
        except (OSError, ValueError) as error:
            raise TrainingDataBroken(file=str(folder / name), record=-1) from error
    kept = trusted(read[LABELS], read[TURNED], read[DISAGREEMENT])
    labels = read[LABELS][kept]
    frames = face_frames(labels).astype(np.float32)
    return Views(read[PHOTOS], kept, labels, frames, read[ROWS][kept])


def trusted(labels: np.ndarray, turned: np.ndarray, disagreement: np.ndarray) -> np.ndarray:
    """Return the indices of labels that count.

    Args:
        labels: (N, 478, 3) by the teacher, NaN where it saw no face; turned: (N, 478, 3).
        disagreement: (N,) mean distance of the teacher's readings, in pupil distances.
    """
    apart = np.linalg.norm(labels[:, RIGHT_IRIS] - labels[:, LEFT_IRIS], axis=1)
    away = np.linalg.norm(labels[..., :2] - turned[..., :2], axis=2).mean(1) / apart
    return np.flatnonzero((disagreement < _MOST_DISAGREEMENT) & (away < _MOST_AWAY))


def main() -> None:
    """Draw from the command line."""
    parser = argparse.ArgumentParser(description="Draw turned views of training faces.")
    parser.add_argument("--data", type=Path, default=Path("../shared/faces"))
    parser.add_argument("--cache", type=Path, default=Path("instance/training/chips"))
    parser.add_argument("--out", type=Path, default=Path("instance/training/views"))
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--each", type=int, default=2)
    print(draw_views(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
