"""Scenes composed ahead by other processes, the same ones for the same seed."""

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from webapp.faces.conventions import DETECTOR_STRIDE
from webapp.faces.training.balance import shares
from webapp.faces.training.chips import FACELESS_KEPT_OUT, Sources, load_chips, load_pictures
from webapp.faces.training.samples import Mix, make_sample
from webapp.faces.training.scenes import SIDE, compose
from webapp.faces.training.targets import detector_targets
from webapp.faces.training.views import load_views

Pack = tuple[np.ndarray, np.ndarray]
_AHEAD = 6  # packs a process
_MOST_PROCESSES = 16  # one step on a graphics card takes about as long as they compose a pack

_sources: Sources | None = None  # of a composing process


def open_sources(
    data: Path, cache: Path, part: str = "train", views: Path | None = None
) -> Sources:
    """Return the sources of the training scenes, or with "validation" those kept out of them.

    Args:
        data: the folder of FairFace shards; `faceless-train` lies beside it.
        cache: where the decoded chips are kept.
        views: folder of views drawn from the training rows, as `draw_views` writes it.
    """
    chips = load_chips(data, cache)
    pictures = load_pictures(data.parent / "faceless-train")
    cut = len(pictures) - FACELESS_KEPT_OUT
    faceless = pictures[:cut] if part == "train" else pictures[cut:]
    drawn = None if views is None else load_views(views)
    return Sources(chips, chips.rows[part], faceless, shares(data, chips.landmarks), drawn)


class SceneMaker:
    """Makes packs of scenes for the detector: (B, 192, 192, 3) uint8 and their target maps."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __call__(self, sources: Sources, key: tuple[int, int], hard: np.ndarray) -> Pack:
        """Return a pack; equal keys (seed and number) and `hard` give equal packs.

        Args:
            hard: (K, 4) known false alarms, as `compose` takes them.
        """
        images, targets = [], []
        for i in range(self._count):
            image, faces = compose(sources, np.random.default_rng((*key, i)), hard)
            images.append(image)
            targets.append(detector_targets(faces, SIDE // DETECTOR_STRIDE))
        return np.stack(images), np.stack(targets)


class CropMaker:
    """Makes packs of crops for the landmark network: (B, 128, 128, 3) uint8, then what they show.

    The second array is (B, 1 + 478 * 3) float32: 1 for a face, and its landmarks.
    """

    def __init__(
        self,
        count: int,
        mirror: np.ndarray,
        mix: Mix,
    ) -> None:
        self._count, self._mirror, self._mix = count, mirror, mix

    def __call__(self, sources: Sources, key: tuple[int, int], hard: np.ndarray) -> Pack:
        """Return a pack; equal keys (seed and number) and `hard` give equal packs."""
        crops, told = [], []
        for i in range(self._count):
            rng = np.random.default_rng((*key, i))
            crop, landmarks, present = make_sample(sources, rng, self._mirror, hard, self._mix)
            crops.append(crop)
            told.append(np.concatenate([[present], landmarks.ravel()]).astype(np.float32))
        return np.stack(crops), np.stack(told)


class PackQueue:
    """Yields packs in order, composed ahead in processes of their own, one a core but one.

    How many there are changes no pack; `hard` may be replaced at any time, and packs that are
    composed from then on use it.
    """

    def __init__(
        self,
        data: Path,
        cache: Path,
        seed: int,
        make: SceneMaker | CropMaker,
        views: Path | None = None,
    ) -> None:
        load_chips(data, cache)  # decode before another process begins to
        self.hard = np.zeros((0, 4), np.float32)
        self._seed, self._make = seed, make
        processes = min(_MOST_PROCESSES, max(1, (os.cpu_count() or 1) - 1))
        self._ahead = _AHEAD * processes
        self._pool = ProcessPoolExecutor(
            processes,
            multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(data, cache, views),
        )

    def packs(self, first: int, end: int) -> Iterator[Pack]:
        """Yield the packs numbered from `first` up to `end`."""
        waiting: deque[Future[Pack]] = deque()
        for number in range(first, end):
            key = (self._seed, number)
            waiting.append(self._pool.submit(_compose, self._make, key, self.hard))
            if len(waiting) > self._ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def close(self) -> None:
        """End the composing processes."""
        self._pool.shutdown(cancel_futures=True)


def _start(data: Path, cache: Path, views: Path | None) -> None:
    global _sources
    cv2.setNumThreads(1)
    os.nice(3)  # the training step itself goes first
    _sources = open_sources(data, cache, views=views)


def _compose(make: SceneMaker | CropMaker, key: tuple[int, int], hard: np.ndarray) -> Pack:
    if _sources is None:
        raise RuntimeError("a composing process was used before it was started")
    return make(_sources, key, hard)
