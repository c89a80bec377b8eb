"""Training of the detector.

Run it as `python -m webapp.faces.training.detector --data ../shared/faces --out FOLDER`; started
again on the same folder, it goes on from its last checkpoint.
"""

import argparse
import copy
import math
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors.torch import save_file
from torch.nn.functional import smooth_l1_loss
from tqdm import tqdm

from webapp.faces.looks import decode_heat, letterbox
from webapp.faces.networks import Detector, place
from webapp.faces.training.packs import PackQueue, SceneMaker, open_sources

BATCH = 32
_RATE = 2e-3
_WARM_UP = 300  # steps
_FLAT = 0.35  # of all steps at the full rate, then a cosine
_EMA = 0.998
_MINE_EVERY = 600  # steps
_MINE_AT = (192, 384)  # pixels
_HARDEST = 250
_KEEP_EVERY = 500


def train_detector(
    data: Path,
    out: Path,
    steps: int = 24_000,
    seed: int = 1,
    cache: Path | None = None,
    threads: int = 1,
) -> Path:
    """Train the detector on composed scenes and return the file of its averaged weights.

    Args:
        data: folder of the FairFace shards, with `faceless-train` beside it.
        out: folder for checkpoint.pt, log.csv and detector.safetensors; resumed if it has one.
        steps: of 32 scenes.
        cache: folder for decoded chips, 2.6 GB; by default `out`/chips.

    Raises:
        TrainingDataBroken: a data file or a record in it can't be read.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    out.mkdir(parents=True, exist_ok=True)
    cache = cache or out / "chips"
    run = Run(out, steps)
    queue = PackQueue(data, cache, seed, SceneMaker(BATCH))
    queue.hard = run.hard
    faceless = open_sources(data, cache).faceless
    try:
        packs = queue.packs(run.step, steps)
        for images, targets in tqdm(packs, total=steps, initial=run.step, unit="step"):
            run.learn(images, targets)
            if run.step % _MINE_EVERY == 0:
                run.hard = queue.hard = find_false_alarms(run.average, faceless)
            if run.step % _KEEP_EVERY == 0 or run.step == steps:
                run.keep()
    finally:
        queue.close()
    return run.weights


class Run:
    """A training's state: network, average, optimiser, step, known false alarms."""

    def __init__(self, out: Path, steps: int) -> None:
        self.out, self.steps, self.step = out, steps, 0
        self.weights = out / "detector.safetensors"
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.net = place(Detector(), self.device)
        self.average = copy.deepcopy(self.net).eval()
        self.optimiser = torch.optim.AdamW(self.net.parameters(), _RATE, weight_decay=0.02)
        self.hard = np.zeros((0, 4), np.float32)
        self.losses: list[list[float]] = []
        if (out / "checkpoint.pt").exists():
            self._resume(torch.load(out / "checkpoint.pt", weights_only=True))

    def _resume(self, saved: dict) -> None:
        self.net.load_state_dict(saved["net"])
        self.average.load_state_dict(saved["average"])
        self.optimiser.load_state_dict(saved["optimiser"])
        self.step = saved["step"]
        self.hard = saved["hard"].numpy()

    def learn(self, images: np.ndarray, targets: np.ndarray) -> None:
        """Take one step."""
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.step, self.steps)
        wanted = torch.from_numpy(targets).to(self.device)
        self.net.train()
        with half_precision(self.device):
            told = self.net(to_input(images, self.device))
        heat, place = detector_losses(told.float(), wanted)
        self.optimiser.zero_grad()
        (heat + place).backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 10.0)
        self.optimiser.step()
        self.step += 1
        follow(self.average, self.net, min(_EMA, self.step / (self.step + 10)))
        self.losses.append([float(heat.detach()), float(place.detach())])

    def keep(self) -> None:
        """Write the checkpoint, the averaged weights and a line of the log."""
        saved = {
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "hard": torch.from_numpy(self.hard),
        }
        torch.save(saved, self.out / "checkpoint.new")
        (self.out / "checkpoint.new").replace(self.out / "checkpoint.pt")
        save_file(
            {k: v.contiguous() for k, v in self.average.state_dict().items()}, str(self.weights)
        )
        heat, place = np.mean(self.losses, axis=0)
        with (self.out / "log.csv").open("a") as log:
            log.write(f"{self.step},{heat:.4f},{place:.4f},{len(self.hard)}\n")
        self.losses = []


def learning_rate(step: int, steps: int) -> float:
    """Return the rate of a step: warm-up, flat, cosine to a hundredth."""
    warm = min(1.0, (step + 1) / _WARM_UP)
    late = max(0.0, (step / steps - _FLAT) / (1 - _FLAT))
    return _RATE * warm * (0.01 + 0.99 * (1 + math.cos(math.pi * late)) / 2)


def detector_losses(told: torch.Tensor, wanted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the loss of the heat and that of centre, size and roll.

    The heat's is the penalty-reduced focal loss of CenterNet (Zhou et al. 2019), eq. 1.

    Args:
        told: (B, 6, h, w), the detector's output.
        wanted: (B, 8, h, w), as `detector_targets` gives it.
    """
    logit, heat, counts = told[:, 0], wanted[:, 0], wanted[:, 1]
    sure = torch.nn.functional.logsigmoid(logit)
    not_sure = torch.nn.functional.logsigmoid(-logit)
    share = torch.sigmoid(logit)
    own = (heat >= 1).float()
    hit = own * (1 - share) ** 2 * sure
    miss = (1 - own) * (1 - heat) ** 4 * share**2 * not_sure
    heat_loss = -((hit + miss) * counts).sum() / (own * counts).sum().clamp(min=1)
    weight = wanted[:, 7:8]
    distance = smooth_l1_loss(told[:, 1:], wanted[:, 2:7], reduction="none", beta=0.1)
    return heat_loss, (distance * weight).sum() / weight.sum().clamp(min=1)


def follow(average: torch.nn.Module, net: torch.nn.Module, keep: float) -> None:
    """Move an average of weights towards a network; running statistics are copied."""
    with torch.no_grad():
        for mean, weight in zip(average.parameters(), net.parameters(), strict=True):
            mean.lerp_(weight, 1 - keep)
        for held, now in zip(average.buffers(), net.buffers(), strict=True):
            held.copy_(now)


def half_precision(device: torch.device) -> torch.autocast:
    """Return a context in which convolutions use bfloat16 where the processor has it.

    There it is twice as fast; where it must be emulated (AVX2 alone) a hundred times slower.
    """
    has_it = device.type != "cpu" or torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.autocast(device.type, torch.bfloat16, enabled=bool(has_it))


def to_input(images: np.ndarray, device: torch.device) -> torch.Tensor:
    """Return (B, H, W, 3) uint8 RGB pictures as a network's (B, 3, H, W) float32 input."""
    pixels = torch.from_numpy(np.ascontiguousarray(images)).to(device).permute(0, 3, 1, 2)
    return (pixels.float() / 255 - 0.5) * 4


def find_false_alarms(net: torch.nn.Module, pictures: list[np.ndarray]) -> np.ndarray:
    """Return the detector's worst alarms on pictures without a face.

    Returns:
        (K, 4) float32: picture's index, x, y and size in its pixels, worst first.
    """
    device = next(net.parameters()).device
    alarms = []
    with torch.inference_mode():
        for index, picture in enumerate(pictures):
            for side in _MINE_AT:
                look, scale = letterbox(picture, side)
                told = net(to_input(look[None], device))[0].float().cpu().numpy()
                for x, y, size, _, score in decode_heat(told, least=0.05, most=4):
                    alarms.append((score, index, x / scale, y / scale, size / scale))
    worst = sorted(alarms, reverse=True)[:_HARDEST]
    return np.array([alarm[1:] for alarm in worst], np.float32).reshape(-1, 4)


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description="Train the face detector.")
    parser.add_argument("--data", type=Path, default=Path("../shared/faces"))
    parser.add_argument("--out", type=Path, default=Path("instance/training/detector"))
    parser.add_argument("--cache", type=Path, default=None)
    parser.add_argument("--steps", type=int, default=24_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    print(train_detector(**vars(options)))


if __name__ == "__main__":
    main()
