"""Finds the weights of `webapp.faces.glasses`, and says how often they are right.

Run it as `python -m webapp.faces.training.glasses --data ../shared/faces`, with
`--photos ../shared/photos` for whole photos too. `glasses.json` beside this file says which faces
wear glasses, as people saw it on contact sheets: rows of FairFace for training; others, and faces
of human68 and whole photos, for testing alone. Faces on which it can't be seen are left out.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from webapp.errors import TrainingDataBroken
from webapp.faces import glasses
from webapp.faces.finder import FaceFinder
from webapp.faces.training.chips import raised, read_picture

LABELS = Path(__file__).with_name("glasses.json")
HELD_BACK = 0.02  # how strongly the weights are drawn to zero
ROUNDS = 300


@dataclass(frozen=True)
class Faces:
    """What is seen of faces: `edges` (N, F), and `worn` (N,), whether they wear glasses."""

    edges: np.ndarray
    worn: np.ndarray


@dataclass(frozen=True)
class Rightness:
    """How many faces wear glasses, are said to, and both."""

    worn: int
    said: int
    both: int
    faces: int

    def __str__(self) -> str:
        """Return precision and recall in a line."""
        precision, recall = self.both / max(self.said, 1), self.both / max(self.worn, 1)
        return (
            f"{self.faces} faces, {self.worn} with glasses: precision {precision:.2f} "
            f"({self.both} of {self.said}), recall {recall:.2f}"
        )


def labelled(data: Path, parts: dict[str, Any], finder: FaceFinder) -> Faces:
    """Return the labelled faces of shards, `parts` being a part of `glasses.json`.

    Raises:
        TrainingDataBroken: a record is no picture.
    """
    seen = [one for name, rows in parts.items() for one in _of_shard(data, name, rows, finder)]
    return Faces(np.array([edges for edges, _ in seen]), np.array([worn for _, worn in seen]))


def _of_shard(
    data: Path, name: str, rows: dict[str, list[int]], finder: FaceFinder
) -> Iterator[tuple[np.ndarray, bool]]:
    with np.load(data / f"{name}.npz") as shard:
        jpeg, offset = shard["jpeg"], shard["offset"]
        landmarks = raised(shard["landmarks_x32"]) if "landmarks_x32" in shard else None
    for worn, chosen in ((True, rows["worn"]), (False, rows["bare"])):
        for row in chosen:
            bgr = cv2.imdecode(jpeg[offset[row] : offset[row + 1]], cv2.IMREAD_COLOR)
            if bgr is None:
                raise TrainingDataBroken(file=name, record=row)
            photo = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
            if landmarks is not None:
                yield glasses.edges(photo, landmarks[row]), worn
            elif found := finder.find(photo):
                face = max(found, key=lambda face: face.box[2])
                yield glasses.edges(photo, face.landmarks), worn


def in_photos(folder: Path, wearers: Sequence[str], finder: FaceFinder) -> Faces:
    """Return the largest face of every photo in a folder."""
    edges, worn = [], []
    for path in sorted(folder.glob("*.jpg")):
        photo = read_picture(path)
        if found := finder.find(photo):
            face = max(found, key=lambda face: face.box[2])
            edges.append(glasses.edges(photo, face.landmarks))
            worn.append(path.stem in wearers)
    return Faces(np.array(edges), np.array(worn))


def fitted(faces: Faces) -> tuple[np.ndarray, float]:
    """Return weights (F,) and bias of the logistic regression, by L-BFGS, weights held back."""
    mean, spread = faces.edges.mean(axis=0), faces.edges.std(axis=0) + 1e-6
    inputs = torch.tensor((faces.edges - mean) / spread, dtype=torch.float64)
    worn = torch.tensor(faces.worn, dtype=torch.float64)
    weights = torch.zeros(inputs.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=ROUNDS)

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        surprise = torch.nn.functional.binary_cross_entropy_with_logits(
            inputs @ weights + bias, worn
        )
        whole = surprise + HELD_BACK * (weights**2).sum()
        whole.backward()
        return whole

    optimiser.step(loss)
    scaled = weights.detach().numpy() / spread
    return scaled, float(bias.item() - scaled @ mean)


def rightness(faces: Faces, weights: np.ndarray, bias: float) -> Rightness:
    """Return how often faces said to wear glasses do, and the other way round."""
    odds = faces.edges @ weights + bias
    said = odds > np.log(glasses.LIKELY / (1 - glasses.LIKELY))
    both = int((said & faces.worn).sum())
    return Rightness(int(faces.worn.sum()), int(said.sum()), both, len(said))


def main() -> None:
    """Print weights, precision and recall."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the shards")
    parser.add_argument("--photos", type=Path, help="folder of whole photos")
    parser.add_argument("--shipped", action="store_true", help="measure the weights that ship")
    options = parser.parse_args()
    labels = json.loads(LABELS.read_text())
    finder = FaceFinder()
    weights, bias = np.ravel(glasses.WEIGHTS), glasses.BIAS
    if not options.shipped:
        weights, bias = fitted(labelled(options.data, labels["train"], finder))
        weights, bias = weights.round(2), round(bias, 2)
        print(f"BIAS = {bias:g}")
        for row in weights.reshape(-1, glasses.CELLS[0] // 2):
            print("    (" + ", ".join(f"{weight:g}" for weight in row) + "),")
    for name, rows in labels["test"].items():
        print(name, rightness(labelled(options.data, {name: rows}, finder), weights, bias))
    if options.photos:
        photos = in_photos(options.photos, labels["photos"], finder)
        print("photos", rightness(photos, weights, bias))


if __name__ == "__main__":
    main()
