"""How long the finder takes, and how large the model is."""

import time
from pathlib import Path

import cv2
import numpy as np

from webapp.faces.cards import NETWORKS
from webapp.faces.finder import FaceFinder
from webapp.faces.weights import read_trained

SIDE = 1280  # pixels, the longer side of the photos that are timed
BATCH = 32
_ROUNDS = 5  # the best of so many counts: a busy machine only ever adds


def measure_speed(folder: Path, photos: list[np.ndarray]) -> dict[str, float]:
    """Return milliseconds of the whole finder on one thread, after a first photo.

    Args:
        folder: of the version.
        photos: portraits, (H, W, 3) uint8 RGB; each is resized to a longer side of 1280 pixels.

    Returns:
        "median" and "p90" over the photos one by one, "batch" each when 32 are read together.
    """
    finder = FaceFinder(folder, threads=1)
    resized = [_resized(photo) for photo in photos]
    finder.find(resized[0])
    alone = [_best(finder, [photo]) for photo in resized]
    together = (resized * (BATCH // len(resized) + 1))[:BATCH]
    return {
        "median": float(np.median(alone)),
        "p90": float(np.percentile(alone, 90)),
        "batch": _best(finder, together) / BATCH,
    }


def measure_size(folder: Path) -> dict[str, dict[str, int]]:
    """Return each network's bytes on disk and its number of parameters."""
    return {
        name: {
            "bytes": (folder / f"{name}.safetensors").stat().st_size,
            "parameters": sum(own.numel() for own in read_trained(folder, name)[0].parameters()),
        }
        for name in NETWORKS
    }


def _resized(photo: np.ndarray) -> np.ndarray:
    scale = SIDE / max(photo.shape[:2])
    size = round(photo.shape[1] * scale), round(photo.shape[0] * scale)
    return cv2.resize(photo, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def _best(finder: FaceFinder, photos: list[np.ndarray]) -> float:
    """Return the shortest time, ms, in which the photos were read together."""
    times = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        finder.find_many(photos)
        times.append(1000 * (time.perf_counter() - start))
    return min(times)
