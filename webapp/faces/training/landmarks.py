"""Training of the landmark network and its presence score.

Run it as `python -m webapp.faces.training.landmarks --data ../shared/faces --out FOLDER`; started
again on the same folder, it goes on from its last checkpoint.
"""

import argparse
import copy
import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, smooth_l1_loss
from tqdm import tqdm

from webapp.errors import TrainingDataBroken
from webapp.faces.conventions import INNER_LIPS, LANDMARKS, LEFT_LIDS, OUTER_LIPS, RIGHT_LIDS
from webapp.faces.networks import Detector, LandmarkNet, deepened, place, whole_in
from webapp.faces.training.detector import find_false_alarms, follow, half_precision, to_input
from webapp.faces.training.packs import CropMaker, PackQueue, open_sources
from webapp.faces.training.samples import USUAL, Mix
from webapp.faces.weights import fold

BATCH = 64
BLOCKS = (1, 2, 3, 4)  # of the landmark network
_HELD = 2  # stages whose large maps cost most of a step, and which a training may leave as they are
_FLAT = 0.3  # of all steps at the full rate, then a cosine
_EMA = 0.999
# Of half the crop: below it the loss is quadratic. A quarter of a pixel, well below the error of
# about one: the mean distance is what is measured, and guesses at hidden sides pull less.
_KNEE = 0.004
_DEPTH_WEIGHT = 0.5
_PRESENCE_WEIGHT = 0.05  # its loss is far larger than the landmarks'
_KEEP_EVERY = 500
FIRST_IRIS = 468
_SEATS = [168, 6, 197, 195, 127, 356, 234, 454]  # bridge of the nose, sides by the ears
# The lips too: they move most, and at weight 1 were what people's points agreed least with.
_LIPS = [*OUTER_LIPS, *INNER_LIPS]
_HEAVY = [*RIGHT_LIDS, *LEFT_LIDS, *_SEATS, *_LIPS, *range(FIRST_IRIS, LANDMARKS)]
_HEAVY_WEIGHT = 4.0
_IRIS_WEIGHT = 6.0  # the weakest region, and what the PD is measured by


def train_landmarks(
    data: Path,
    out: Path,
    steps: int = 20_000,
    seed: int = 2,
    cache: Path | None = None,
    threads: int = 1,
    start: Path | None = None,
    detector: Path | None = None,
    presence_only: bool = False,
    rate: float = 2e-3,
    late_only: bool = False,
    mix: Mix = USUAL,
    views: Path | None = None,
) -> Path:
    """Train the landmark network and return the file of its averaged weights.

    Args:
        data: folder of the FairFace shards, with `faceless-train` beside it.
        out: folder for checkpoint.pt, log.csv and landmarks.safetensors; resumed if it has one.
        steps: of 64 crops.
        cache: folder for decoded chips, 2.6 GB; by default `out`/chips.
        start: weights to begin with; those it lacks begin at random.
        detector: weights of a detector whose false alarms serve as examples of no face.
        presence_only: leave the landmarks as they are and train the presence score alone.
        rate: the learning rate after the warm-up.
        late_only: leave the stem and the first two stages as they are; a third less a step.
        mix: what is shown; with `presence_only` half of it are faces.
        views: folder of turned views, of which `mix` takes its share.

    Raises:
        TrainingDataBroken: a data file or a record in it can't be read.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    out.mkdir(parents=True, exist_ok=True)
    cache = cache or out / "chips"
    run = Run(out, steps, rate, start, presence_only, late_only)
    maker = CropMaker(BATCH, read_mirror(data), replace(mix, faces=0.5) if presence_only else mix)
    queue = PackQueue(data, cache, seed, maker, views)
    if detector is not None:
        queue.hard = _false_alarms(detector, data, cache)
    try:
        for pack in tqdm(queue.packs(run.step, steps), "train", steps, initial=run.step):
            run.learn(*pack)
            if run.step % _KEEP_EVERY == 0 or run.step == steps:
                run.keep()
    finally:
        queue.close()
    return run.weights


def read_mirror(data: Path) -> np.ndarray:
    """Return which landmark each becomes when a picture is mirrored, (478,).

    Raises:
        TrainingDataBroken: the table is missing or is none.
    """
    try:
        mirror = np.load(data / "mirror478.npy")
    except (OSError, ValueError) as error:
        raise TrainingDataBroken(file=str(data / "mirror478.npy"), record=-1) from error
    if mirror.shape != (LANDMARKS,):
        raise TrainingDataBroken(file=str(data / "mirror478.npy"), record=-1)
    return mirror


def _false_alarms(weights: Path, data: Path, cache: Path) -> np.ndarray:
    state = load_file(str(weights))
    net = Detector(whole_in(state))
    net.load_state_dict(state)
    return find_false_alarms(place(net.eval(), "cpu"), open_sources(data, cache).faceless)


def read_start(path: Path) -> dict[str, torch.Tensor]:
    """Return weights to begin with: this network's, or the first experiment's under its names.

    The experiment had no presence score, and its last convolution stood in the body.
    """
    state = load_file(str(path))
    if any(name.startswith("squeeze.") for name in state):
        return state
    for old, new in (("body.10.", "squeeze.0."), ("body.11.", "squeeze.1.")):
        state = {
            new + name.removeprefix(old) if name.startswith(old) else name: tensor
            for name, tensor in state.items()
        }
    return state


class Run:
    """A training's state: network, average, optimiser, step."""

    def __init__(
        self,
        out: Path,
        steps: int,
        rate: float,
        start: Path | None,
        presence_only: bool,
        late_only: bool = False,
    ) -> None:
        self.out, self.steps, self.rate, self.step = out, steps, rate, 0
        self.weights = out / "landmarks.safetensors"
        self.presence_only = presence_only
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.net = place(LandmarkNet(BLOCKS), self.device)
        if start is not None:
            self.net.load_state_dict(deepened(read_start(start), BLOCKS), strict=False)
        self.average = copy.deepcopy(self.net).eval()
        self.held = 0
        if late_only:
            self.held = self.net.stage_starts[_HELD]
            self.net.body[: self.held].requires_grad_(False)
        learnt = self.net.presence if presence_only else self.net
        wanted = [one for one in learnt.parameters() if one.requires_grad]
        self.optimiser = torch.optim.AdamW(wanted, rate, weight_decay=0.01)
        self.losses: list[list[float]] = []
        if (out / "checkpoint.pt").exists():
            saved = torch.load(out / "checkpoint.pt", weights_only=True)
            self.net.load_state_dict(saved["net"])
            self.average.load_state_dict(saved["average"])
            self.optimiser.load_state_dict(saved["optimiser"])
            self.step = saved["step"]
        self.early = self._early()

    def _early(self) -> nn.Module:
        """Return the layers that are held still, ready for inference."""
        early = nn.Sequential(copy.deepcopy(self.net.body[: self.held])).eval()
        fold(early)
        return place(early, self.device)

    def learn(self, crops: np.ndarray, told: np.ndarray) -> None:
        """Take one step.

        Args:
            crops: (B, 128, 128, 3) uint8; told: (B, 1 + 478 * 3), as `CropMaker` gives it.
        """
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate * rate_share(self.step, self.steps)
        wanted = torch.from_numpy(told).to(self.device)
        landmarks, presence = self._losses(to_input(crops, self.device), wanted)
        self.optimiser.zero_grad()
        (presence if self.presence_only else landmarks + _PRESENCE_WEIGHT * presence).backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        follow(self.average, self.net, min(_EMA, self.step / (self.step + 10)))
        self.losses.append([float(landmarks.detach()), float(presence.detach())])

    def _losses(
        self, crops: torch.Tensor, wanted: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        with half_precision(self.device):
            if self.presence_only:
                self.net.eval()
                self.net.presence.train()
                with torch.no_grad():
                    features = self.net.body(crops)
                presence, shapes = self.net.presence(features).flatten(), wanted[:, 1:]
            else:
                self.net.train()
                with torch.no_grad():
                    crops = self.early(crops)
                shapes, presence = self.net.read(self.net.body[self.held :](crops))
        real = wanted[:, 0]
        landmarks = landmark_loss(shapes.float().reshape(len(real), -1), wanted[:, 1:], real)
        return landmarks, binary_cross_entropy_with_logits(presence.float(), real)

    def keep(self) -> None:
        """Write the checkpoint, the averaged weights and a line of the log."""
        saved = {
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
        }
        torch.save(saved, self.out / "checkpoint.new")
        (self.out / "checkpoint.new").replace(self.out / "checkpoint.pt")
        state = {k: v.contiguous() for k, v in self.average.state_dict().items()}
        save_file(state, str(self.weights))
        landmarks, presence = np.mean(self.losses, axis=0)
        with (self.out / "log.csv").open("a") as log:
            log.write(f"{self.step},{landmarks:.5f},{presence:.4f}\n")
        self.losses = []


def rate_share(step: int, steps: int) -> float:
    """Return the share of the learning rate at a step: warm-up, flat, cosine to a hundredth."""
    warm = min(1.0, (step + 1) / 200)
    late = max(0.0, (step / steps - _FLAT) / (1 - _FLAT))
    return warm * (0.01 + 0.99 * (1 + math.cos(math.pi * late)) / 2)


def loss_weights(device: torch.device | str) -> torch.Tensor:
    """Return how much each coordinate counts, (478, 3)."""
    weight = torch.ones(LANDMARKS, 3, device=device)
    weight[_HEAVY] = _HEAVY_WEIGHT
    weight[FIRST_IRIS:] = _IRIS_WEIGHT
    weight[:, 2] *= _DEPTH_WEIGHT
    return weight


def landmark_loss(told: torch.Tensor, wanted: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """Return the mean loss of the landmarks of the crops that show a face.

    Args:
        told, wanted: (B, 478 * 3); real: (B,), 1 for a face.
    """
    weight = loss_weights(told.device)
    each = smooth_l1_loss(told, wanted, reduction="none", beta=_KNEE) * weight.flatten()
    return (each.sum(1) / weight.sum() * real).sum() / real.sum().clamp(min=1)


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description="Train the landmark network.")
    parser.add_argument("--data", type=Path, default=Path("../shared/faces"))
    parser.add_argument("--out", type=Path, default=Path("instance/training/landmarks"))
    parser.add_argument("--cache", type=Path, default=None)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--start", type=Path, default=None)
    parser.add_argument("--detector", type=Path, default=None)
    parser.add_argument("--presence-only", action="store_true")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--late-only", action="store_true")
    parser.add_argument("--untouched", type=float, default=Mix.untouched)
    parser.add_argument("--margin", type=float, default=Mix.margin)
    parser.add_argument("--close", type=float, default=Mix.close)
    parser.add_argument("--views", type=Path, default=None)
    parser.add_argument("--turned", type=float, default=Mix.turned)
    options = vars(parser.parse_args())
    mix = Mix(**{name: options.pop(name) for name in ("untouched", "margin", "close", "turned")})
    print(train_landmarks(**options, mix=mix))


if __name__ == "__main__":
    main()
