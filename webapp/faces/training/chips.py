"""The training data: FairFace chips with their landmarks, and pictures without a face.

The chips are decoded once into memory-mapped arrays at four sizes, so that composing a scene
never decodes a JPEG and never reduces a chip by more than two.
"""

import zlib
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import cv2
import numpy as np

from webapp.errors import TrainingDataBroken
from webapp.faces.crops import face_frames

TEST_ROWS = 500  # at the end of each shard: never trained on
VALIDATION_ROWS = 250  # before them: for choosing thresholds
CHIP_SIDES = (160, 80, 40, 20)
FACELESS_KEPT_OUT = 40  # of the faceless training pictures, the last ones: for thresholds
# The labels lie too low: the teacher tells places from pixels' edges, and they were taken as if
# from centres. To the sides its readings of mirror images make up for it. `training.heights`
# measures what is left.
LABELS_LOW = 0.5  # chip px
PLACES = f"raised-{LABELS_LOW:g}.npy"  # of the chips' landmarks among the decoded chips
_SHARDS = tuple(f"fairface-{i}.npz" for i in range(4))


@dataclass(frozen=True)
class Chips:
    """Decoded faces.

    photos: four arrays (N, s, s, 3) uint8 RGB, s as in `CHIP_SIDES`.
    landmarks: (N, 478, 3) float32, x and y in pixels of the 160-pixel chip, z in the same unit;
        the labels raised by `LABELS_LOW`.
    frames: (N, 4) float32, each face's x, y, size, roll on the 160-pixel chip.
    rows: {"train": ..., "validation": ..., "test": ...}, index arrays.
    """

    photos: tuple[np.ndarray, ...]
    landmarks: np.ndarray
    frames: np.ndarray
    rows: dict[str, np.ndarray]


@dataclass(frozen=True)
class Views:
    """Chips drawn from others: the same faces turned further.

    photos: (N, 160, 160, 3) uint8 RGB, more than are used.
    indices: (M,) of those that are; rows: (M,) of the chips they were drawn from.
    landmarks: (M, 478, 3) and frames: (M, 4), both float32, as of `Chips`.
    """

    photos: np.ndarray
    indices: np.ndarray
    landmarks: np.ndarray
    frames: np.ndarray
    rows: np.ndarray


@dataclass(frozen=True)
class Sources:
    """What scenes are made of: chips, the rows of them to use, and pictures without a face.

    shares: how often each chip is shown where the hard ones come more often, (N,) 0 to 1.
    views: of some of those rows, or None.
    """

    chips: Chips
    rows: np.ndarray
    faceless: list[np.ndarray]
    shares: np.ndarray
    views: Views | None = None


def load_chips(data: Path, cache: Path) -> Chips:
    """Return the chips, decoding them into `cache` at the first call.

    Args:
        data: folder with fairface-0.npz to fairface-3.npz.
        cache: folder for about 2.6 GB of decoded chips.

    Raises:
        TrainingDataBroken: a shard or a record of it cannot be read; names both.
    """
    cache.mkdir(parents=True, exist_ok=True)
    done = cache / "rows.npz"
    places = cache / PLACES
    if not done.exists() or not places.exists():
        _decode_all(data, cache, done, places)
    photos = tuple(np.load(cache / f"chips-{side}.npy", mmap_mode="r") for side in CHIP_SIDES)
    landmarks = np.load(places, mmap_mode="r")
    with np.load(done) as rows:
        split = {name: rows[name] for name in ("train", "validation", "test")}
    return Chips(photos, landmarks, np.load(cache / "frames.npy"), split)


def decode_test_rows(data: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the photos and landmarks kept for testing, without a cache: seconds, not minutes.

    Returns:
        (N, 160, 160, 3) uint8 RGB and (N, 478, 3) float32 in their pixels, raised by `LABELS_LOW`,
        shard after shard.

    Raises:
        TrainingDataBroken: a shard or a record of it cannot be read; names both.
    """
    photos, landmarks = [], []
    for name in _SHARDS:
        shard = _open_shard(data / name)
        count = len(shard["landmarks_x32"])
        photos += [_decode(shard, row, data / name) for row in range(count - TEST_ROWS, count)]
        landmarks.append(raised(shard["landmarks_x32"][-TEST_ROWS:]))
    return np.stack(photos), np.concatenate(landmarks)


def raised(labels_x32: np.ndarray) -> np.ndarray:
    """Return a shard's landmarks, (N, 478, 3) float32 in px, half a pixel higher than labelled."""
    landmarks: np.ndarray = (labels_x32 / np.float32(32)).astype(np.float32)
    landmarks[..., 1] -= LABELS_LOW
    return landmarks


def _decode_all(data: Path, cache: Path, done: Path, places: Path) -> None:
    shards = [_open_shard(data / name) for name in _SHARDS]
    counts = [len(shard["landmarks_x32"]) for shard in shards]
    landmarks = raised(np.concatenate([shard["landmarks_x32"] for shard in shards]))
    np.save(places, landmarks)
    np.save(cache / "frames.npy", face_frames(landmarks).astype(np.float32))
    levels = [
        np.lib.format.open_memmap(
            cache / f"chips-{side}.npy", "w+", np.uint8, (sum(counts), side, side, 3)
        )
        for side in CHIP_SIDES
    ]
    at = 0
    for name, shard in zip(_SHARDS, shards, strict=True):
        for row in range(len(shard["landmarks_x32"])):
            chip = _decode(shard, row, data / name)
            for level in levels:
                size = level.shape[1:3]
                level[at] = (
                    chip if size[0] == 160 else cv2.resize(chip, size, interpolation=cv2.INTER_AREA)
                )
            at += 1
    split = _split(counts)
    np.savez(done, train=split["train"], validation=split["validation"], test=split["test"])


def read_labels(data: Path, column: str) -> np.ndarray:
    """Return what FairFace says of every row, (N,) str: "race", "age" or "gender".

    Raises:
        TrainingDataBroken: a shard can't be read.
    """
    return np.concatenate([_open_shard(data / name, (column,))[column] for name in _SHARDS])


def _open_shard(
    path: Path, columns: tuple[str, ...] = ("jpeg", "offset", "landmarks_x32")
) -> dict[str, np.ndarray]:
    try:
        # Opened here: numpy leaves a file that is no archive open.
        with path.open("rb") as file, np.load(file) as shard:
            return {key: shard[key] for key in columns}
    except (OSError, ValueError, KeyError, BadZipFile, zlib.error) as error:
        raise TrainingDataBroken(file=str(path), record=-1) from error


def _decode(shard: dict[str, np.ndarray], row: int, path: Path) -> np.ndarray:
    record = shard["jpeg"][shard["offset"][row] : shard["offset"][row + 1]]
    chip = cv2.imdecode(record, cv2.IMREAD_COLOR) if len(record) else None
    if chip is None or chip.shape != (160, 160, 3):
        raise TrainingDataBroken(file=str(path), record=row)
    return cv2.cvtColor(chip, cv2.COLOR_BGR2RGB)


def _split(counts: list[int]) -> dict[str, np.ndarray]:
    parts: dict[str, list[np.ndarray]] = {"train": [], "validation": [], "test": []}
    start = 0
    for count in counts:
        test = start + count - TEST_ROWS
        validation = test - VALIDATION_ROWS
        parts["train"].append(np.arange(start, validation))
        parts["validation"].append(np.arange(validation, test))
        parts["test"].append(np.arange(test, start + count))
        start += count
    return {name: np.concatenate(rows) for name, rows in parts.items()}


def load_pictures(folder: Path) -> list[np.ndarray]:
    """Return every JPEG of a folder as (H, W, 3) uint8 RGB, in the order of their names.

    Raises:
        TrainingDataBroken: there is none, or one cannot be read.
    """
    paths = sorted(folder.glob("*.jpg"))
    if not paths:
        raise TrainingDataBroken(file=str(folder), record=-1)
    pictures = []
    for number, path in enumerate(paths):
        pictures.append(read_picture(path, number))
    return pictures


def read_picture(path: Path, record: int = -1) -> np.ndarray:
    """Return a trusted file's picture, upright, (H, W, 3) uint8 RGB.

    Raises:
        TrainingDataBroken: it can't be read.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise TrainingDataBroken(file=str(path), record=record)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
