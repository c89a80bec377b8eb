"""From trained weights to a model that the finder opens: thresholds chosen, cards written.

Run it as `python -m webapp.faces.training.publish --detector FILE --landmarks FILE --out FOLDER`.
"""

import argparse
import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from safetensors.torch import load_file

from webapp.faces.finder import FaceFinder
from webapp.faces.training.chips import Sources
from webapp.faces.training.packs import open_sources
from webapp.faces.training.scenes import compose
from webapp.faces.weights import write_model

_OPEN = {
    "detector": {"proposed": 0.15, "sure": 0.6},
    "landmarks": {"hopeless": 0.02, "present": 0.02, "passes": 2},
}  # thresholds while the scores are gathered: nearly everything is let through
_PROOF_SIZE = 16.0  # pixels; smaller faces in a scene do not count when thresholds are chosen
_DATA = (
    "FairFace photos (CC BY 4.0, Karkkainen & Joo, WACV 2021) with landmarks distilled from "
    "MediaPipe FaceMesh 0.10.21 (Apache-2.0); pictures without a face as negatives"
)


@dataclass(frozen=True)
class Scores:
    """Scores on held-out scenes: of faces, of false alarms, and how many faces there were."""

    faces: np.ndarray
    alarms: np.ndarray
    there: int
    pictures: int


def publish(
    detector: Path,
    landmarks: Path,
    out: Path,
    data: Path,
    cache: Path,
    version: str,
    scenes: int = 1500,
) -> dict[str, Any]:
    """Write a model's two networks with cards into a folder and return what was chosen.

    Args:
        detector, landmarks: averaged weights, as the trainings write them.
        out: the model's folder.
        data: folder of the FairFace shards; cache: decoded chips.
        version: the model's name for people.
        scenes: how many held-out scenes choose the threshold.
    """
    _write(out, detector, landmarks, _OPEN, version)
    scores = gather_scores(FaceFinder(out), open_sources(data, cache, "validation"), scenes)
    present = choose_threshold(scores)
    chosen = {
        # A face's score is the geometric mean of two that are at most 1: less cannot pass.
        "detector": {**_OPEN["detector"], "proposed": round(present**2, 3)},
        "landmarks": {**_OPEN["landmarks"], "hopeless": round(present / 3, 3), "present": present},
    }
    _write(out, detector, landmarks, chosen, version)
    return {
        "present": present,
        "faces there": scores.there,
        "proposed": len(scores.faces),
        "kept": int((scores.faces >= present).sum()),
        "pictures": scores.pictures,
        "false": int((scores.alarms >= present).sum()),
    }


def _write(out: Path, detector: Path, landmarks: Path, chosen: dict, version: str) -> None:
    made = datetime.datetime.now(datetime.UTC).date().isoformat()
    for name, path in (("detector", detector), ("landmarks", landmarks)):
        card = {"version": version, "made": made, "data": _DATA, "thresholds": chosen[name]}
        write_model(out, name, load_file(str(path)), card)


def gather_scores(finder: FaceFinder, sources: Sources, count: int, seed: int = 77) -> Scores:
    """Return the scores of what an open-minded finder sees in held-out scenes."""
    faces: list[float] = []
    alarms: list[float] = []
    there = 0
    for number in range(count):
        image, known = compose(sources, np.random.default_rng((seed, number)))
        certain = known[(known[:, 4] > 0) & (known[:, 2] >= _PROOF_SIZE)]
        there += len(certain)
        for face in finder.find(image):
            middle = np.array(face.box[:2]) + np.array(face.box[2:]) / 2
            away = np.hypot(*(known[:, :2] - middle).T) / np.maximum(known[:, 2], 1)
            if (away > 0.5).all():
                alarms.append(face.score)
            elif (np.hypot(*(certain[:, :2] - middle).T) < 0.3 * certain[:, 2]).any():
                faces.append(face.score)
    for picture in sources.faceless:
        alarms += [face.score for face in finder.find(picture)]
    return Scores(np.array(faces), np.array(alarms), there, count + len(sources.faceless))


def choose_threshold(scores: Scores) -> float:
    """Return the score at which faces lost and false alarms are fewest together."""
    candidates = np.round(np.arange(0.3, 0.9, 0.01), 2)
    wrong = [(scores.faces < t).sum() + (scores.alarms >= t).sum() for t in candidates]
    return float(candidates[int(np.argmin(wrong))])


def main() -> None:
    """Publish from the command line."""
    parser = argparse.ArgumentParser(description="Choose thresholds and write a model's folder.")
    parser.add_argument("--detector", type=Path, required=True)
    parser.add_argument("--landmarks", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path("../shared/faces"))
    parser.add_argument("--cache", type=Path, default=Path("instance/training/chips"))
    parser.add_argument("--version", default="1")
    parser.add_argument("--scenes", type=int, default=1500)
    cv2.setNumThreads(1)
    for name, value in publish(**vars(parser.parse_args())).items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
