"""From trained weights to a model that the finder opens: thresholds chosen, cards written.

Run it as `python -m webapp.faces.training.publish --detector FILE --landmarks FILE --out FOLDER`.
"""

import argparse
import datetime
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from webapp.errors import ModelUnusable
from webapp.faces.finder import Candidate, FaceFinder
from webapp.faces.inference import pool
from webapp.faces.networks import Detector
from webapp.faces.training.chips import Sources
from webapp.faces.training.grids import grids_of, lay_grids
from webapp.faces.training.packs import open_sources
from webapp.faces.training.scenes import SIDE, compose
from webapp.faces.weights import write_model

_OPEN = {
    "detector": {"proposed": 0.1, "sure": 0.6},
    "landmarks": {"hopeless": 0.0, "present": 0.0, "weight": 0.5, "passes": 2},
}  # thresholds while the scores are gathered: everything is let through
_WEIGHTS = (0.25, 0.5, 0.75, 1.0)
_FALSE_SHARE = 0.03  # false alarms per held-out scene or picture
_SPANNING = 64  # held-out scenes and faceless pictures each, by which the detector's grids are laid
_PROOF_SIZE = 16.0  # pixels; smaller faces in a scene do not count when thresholds are chosen
State = dict[str, torch.Tensor]
_DATA = (
    "FairFace photos (CC BY 4.0, Karkkainen & Joo, WACV 2021) with landmarks distilled from "
    "MediaPipe FaceMesh 0.10.21 (Apache-2.0); pictures without a face as negatives"
)


@dataclass(frozen=True)
class Scores:
    """The detector's score and presence, (N, 2), of faces and of false alarms in held-out scenes.

    there: how many faces there were; pictures: in how many scenes and pictures.
    """

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

    The detector is put into whole numbers; the landmark network is as the readout left it.

    Args:
        detector, landmarks: averaged weights, as the trainings write them.
        out: the model's folder.
        data: folder of the FairFace shards; cache: decoded chips.
        version: the model's name for people.
        scenes: how many held-out scenes choose the threshold.

    Raises:
        ModelUnusable: a file holds no weights, or not those of its network.
        TrainingDataBroken: a shard or a picture can't be read.
    """
    networks = {"detector": read_averaged(detector), "landmarks": read_averaged(landmarks)}
    net = _detector(networks["detector"], detector)
    sources = open_sources(data, cache, "validation")
    networks["detector"] |= lay_detector(net, sources)
    _write(out, networks, _OPEN, version)
    scores = gather_scores(FaceFinder(out), sources, scenes)
    weight, present = choose_thresholds(scores)
    chosen = {
        "detector": {**_OPEN["detector"], "proposed": _least_proposed(present, weight)},
        "landmarks": {
            "hopeless": round(present / 3, 3),
            "present": present,
            "weight": weight,
            "passes": _OPEN["landmarks"]["passes"],
        },
    }
    _write(out, networks, chosen, version)
    return {
        "present": present,
        "weight": weight,
        "faces there": scores.there,
        "proposed": len(scores.faces),
        "kept": int((_pooled(scores.faces, weight) >= present).sum()),
        "pictures": scores.pictures,
        "false": int((_pooled(scores.alarms, weight) >= present).sum()),
    }


def _write(out: Path, networks: dict[str, State], chosen: dict, version: str) -> None:
    made = datetime.datetime.now(datetime.UTC).date().isoformat()
    for name, state in networks.items():
        card = {"version": version, "made": made, "data": _DATA, "thresholds": chosen[name]}
        write_model(out, name, state, card)


def _detector(state: State, path: Path) -> Detector:
    """Return the detector of such weights, in whole numbers whose grids are still to be laid."""
    net = Detector(whole=True)
    try:
        net.load_state_dict(grids_of(net) | state)
    except RuntimeError as error:
        reason = "it holds no detector; give the file that `model train detector` wrote"
        raise ModelUnusable(file=str(path), reason=reason) from error
    return net


def lay_detector(net: Detector, sources: Sources) -> State:
    """Lay a detector's grids by held-out scenes and faceless pictures, and return their state."""
    seeds = [np.random.default_rng((_SPANNING, number)) for number in range(_SPANNING)]
    scenes = [compose(sources, seed)[0] for seed in seeds]
    empty = [cv2.resize(picture, (SIDE, SIDE)) for picture in sources.faceless[:_SPANNING]]
    # Nothing is cut off: the few largest values of a look are its faces.
    lay_grids(net, [np.stack(scenes + empty)], beyond=0)
    return grids_of(net)


def read_averaged(path: Path) -> State:
    """Return the weights that a training wrote. Raises `ModelUnusable`."""
    try:
        return load_file(str(path))
    except (OSError, SafetensorError) as error:
        reason = "it holds no weights; give the safetensors file that the training wrote"
        raise ModelUnusable(file=str(path), reason=reason) from error


def gather_scores(finder: FaceFinder, sources: Sources, count: int, seed: int = 77) -> Scores:
    """Return the scores of what an open-minded finder sees in held-out scenes and pictures."""
    faces: list[tuple[float, float]] = []
    alarms: list[tuple[float, float]] = []
    there = 0
    for number in range(count):
        image, known = compose(sources, np.random.default_rng((seed, number)))
        certain = known[(known[:, 4] > 0) & (known[:, 2] >= _PROOF_SIZE)]
        there += len(certain)
        for candidate in finder.candidates([image]):
            scores = candidate.proposed, candidate.presence
            if (_away(candidate, known) > 0.5).all():
                alarms.append(scores)
            elif (_away(candidate, certain) < 0.3).any():
                faces.append(scores)
    for picture in sources.faceless:
        alarms += [(c.proposed, c.presence) for c in finder.candidates([picture])]
    return Scores(np.array(faces), np.array(alarms), there, count + len(sources.faceless))


def _away(candidate: Candidate, faces: np.ndarray) -> np.ndarray:
    """Return a candidate's distance from each face, (N,), in units of that face's size."""
    return np.hypot(*(faces[:, :2] - candidate.frame[:2]).T) / np.maximum(faces[:, 2], 1)


def choose_thresholds(scores: Scores) -> tuple[float, float]:
    """Return the weight of presence and the least score of a face.

    They keep the most faces while false alarms are as rare as `_FALSE_SHARE` asks. Fewest errors
    in all would be the wrong aim: many faces of the scenes are harder than any shopper's.
    """
    best = (-1, 0.0, 1.0)
    for weight in _WEIGHTS:
        faces, alarms = (_pooled(some, weight) for some in (scores.faces, scores.alarms))
        allowed = int(_FALSE_SHARE * scores.pictures)
        highest = np.sort(alarms)[::-1][allowed] if allowed < len(alarms) else 0.0
        least = math.ceil(highest * 1000) / 1000
        best = max(best, (int((faces >= least).sum()), weight, least))
    return best[1], best[2]


def _least_proposed(present: float, weight: float) -> float:
    """Return the detector's score below which no presence lifts a candidate to `present`.

    Following up what cannot pass would cost time and change nothing.
    """
    scores = np.arange(_OPEN["detector"]["proposed"], 1, 0.005)
    passing = [s for s in scores if pool(float(s), 1.0, weight) >= present]
    return round(float(passing[0]) - 0.005, 3) if passing else 1.0


def _pooled(scores: np.ndarray, weight: float) -> np.ndarray:
    return np.array([pool(proposed, presence, weight) for proposed, presence in scores])


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
