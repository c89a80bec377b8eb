"""Scenes composed ahead by other processes, the same ones for the same seed."""

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from webapp.faces.conventions import DETECTOR_STRIDE
from webapp.faces.training.chips import FACELESS_KEPT_OUT, Sources, load_chips, load_pictures
from webapp.faces.training.scenes import SIDE, compose
from webapp.faces.training.targets import detector_targets

Pack = tuple[np.ndarray, np.ndarray]
_AHEAD = 6  # packs

_sources: Sources | None = None  # of a composing process


def open_sources(data: Path, cache: Path, part: str = "train") -> Sources:
    """Return the sources of the training scenes, or with "validation" those kept out of them.

    Args:
        data: the folder of FairFace shards; `faceless-train` lies beside it.
        cache: where the decoded chips are kept.
    """
    chips = load_chips(data, cache)
    pictures = load_pictures(data.parent / "faceless-train")
    cut = len(pictures) - FACELESS_KEPT_OUT
    faceless = pictures[:cut] if part == "train" else pictures[cut:]
    return Sources(chips, chips.rows[part], faceless)


def make_pack(sources: Sources, key: tuple[int, int], count: int, hard: np.ndarray) -> Pack:
    """Return `count` scenes, (B, 192, 192, 3) uint8, and targets, (B, 8, 24, 24) float32.

    Args:
        key: seed and number of the pack: equal keys give equal packs.
        hard: (K, 4) known false alarms, as `compose` takes them.
    """
    images, targets = [], []
    for i in range(count):
        image, faces = compose(sources, np.random.default_rng((*key, i)), hard)
        images.append(image)
        targets.append(detector_targets(faces, SIDE // DETECTOR_STRIDE))
    return np.stack(images), np.stack(targets)


class PackMaker:
    """Yields packs in order, composed ahead in processes of their own.

    `hard` may be replaced at any time; packs composed from then on use it.
    """

    def __init__(self, data: Path, cache: Path, seed: int, count: int, workers: int = 1) -> None:
        load_chips(data, cache)  # decode before the processes race to do it
        self.hard = np.zeros((0, 4), np.float32)
        self._seed, self._count = seed, count
        self._pool = ProcessPoolExecutor(
            workers, multiprocessing.get_context("spawn"), _start, (data, cache)
        )

    def packs(self, first: int, end: int) -> Iterator[Pack]:
        """Yield the packs numbered from `first` up to `end`."""
        waiting: deque = deque()
        for number in range(first, end):
            key = (self._seed, number)
            waiting.append(self._pool.submit(_compose_pack, key, self._count, self.hard))
            if len(waiting) > _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def close(self) -> None:
        """End the composing processes."""
        self._pool.shutdown(cancel_futures=True)


def _start(data: Path, cache: Path) -> None:
    global _sources
    cv2.setNumThreads(1)
    os.nice(3)  # the training step itself goes first
    _sources = open_sources(data, cache)


def _compose_pack(key: tuple[int, int], count: int, hard: np.ndarray) -> Pack:
    if _sources is None:
        raise RuntimeError("a composing process was used before it was started")
    return make_pack(_sources, key, count, hard)
