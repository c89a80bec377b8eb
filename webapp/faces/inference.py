"""The two networks at work: arrays in, arrays out."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from webapp.errors import ModelUnusable
from webapp.faces.planned import Planned, can_plan
from webapp.faces.weights import SHIPPED, Model, read_model
from webapp.fitting.anatomy import mean_head

Runner = Callable[[np.ndarray], list[np.ndarray]]  # images (B, H, W, 3) uint8 RGB in, outputs out
_SURE = 1e-4  # neither network is believed to be surer than this
_ALL_BUT_SURE = 0.9995  # presence


class Networks:
    """The detector and the landmark network of one folder, and the thresholds of their cards.

    proposed: the detector's score from which a proposal is followed up.
    faint: the detector's score below which only a presence above 0.9995 would make it a face.
    sure: the detector's score from which no closer look is needed.
    hopeless: the presence below which a candidate gets no second crop.
    present: the presence from which it is a face.
    weight: how much presence counts beside the detector's score.
    passes: how often a candidate is cropped and read at most.
    """

    def __init__(self, folder: Path | None, threads: int) -> None:
        torch.set_num_threads(threads)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        detector = read_model(folder or SHIPPED, "detector", device)
        landmarks = read_model(folder or SHIPPED, "landmarks", device)
        self._detect, self._read = (runner(one.net, threads) for one in (detector, landmarks))
        self.proposed = _threshold(detector, "proposed")
        self.sure = _threshold(detector, "sure")
        self.hopeless = _threshold(landmarks, "hopeless")
        self.present = _threshold(landmarks, "present")
        self.weight = _threshold(landmarks, "weight")
        self.faint = unpooled(self.present, _ALL_BUT_SURE, self.weight)
        self.passes = int(_threshold(landmarks, "passes"))

    def detect(self, looks: list[np.ndarray]) -> list[np.ndarray]:
        """Return the detector's output for each look, (6, h / 8, w / 8) float32.

        Args:
            looks: (h, w, 3) uint8 RGB each, sides multiples of 32; equal shapes go together.
        """
        outputs: list[np.ndarray] = [np.empty(0)] * len(looks)
        by_shape: dict[tuple[int, ...], list[int]] = {}
        for index, look in enumerate(looks):
            by_shape.setdefault(look.shape, []).append(index)
        for indices in by_shape.values():
            told = self._detect(np.stack([looks[i] for i in indices]))[0]
            for index, output in zip(indices, told, strict=True):
                outputs[index] = output
        return outputs

    def read(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return landmarks (B, 478, 3), as the network gives them, and presence (B,) from 0 to 1.

        Args:
            crops: (B, 128, 128, 3) uint8 RGB.
        """
        landmarks, presence = self._read(crops)[:2]
        return landmarks, 1 / (1 + np.exp(-presence))

    def read_twice(self, crops: np.ndarray) -> np.ndarray:
        """Return landmarks (B, 478, 3) of faces that were found, by the readout if there is one.

        They are the mean with those of the mirror images: the network errs there in other ways, so
        that the mean of both readings errs less.
        """
        told = self._read(np.concatenate([crops, crops[:, :, ::-1]]))
        both = told[2] if len(told) > 2 else told[0]
        plain, mirrored = np.split(both, 2)
        mirrored = mirrored[:, mean_head().mirror] * np.array([-1, 1, 1], np.float32)
        return np.asarray((plain + mirrored) / 2)

    def pool(self, proposed: float, presence: float) -> float:
        """Return the score of a face that the networks give such scores, 0 to 1."""
        return pool(proposed, presence, self.weight)


def runner(net: nn.Module, threads: int) -> Runner:
    """Return a network, folded for inference, in the fastest form that this machine has."""
    device = next(net.parameters()).device
    if device.type == "cpu" and can_plan():
        return Planned(net, threads)

    def run(images: np.ndarray) -> list[np.ndarray]:
        pixels = torch.from_numpy(images).to(device).permute(0, 3, 1, 2)
        with torch.inference_mode():
            told = net(pixels.float().mul_(4 / 255).sub_(2))  # (value / 255 - 0.5) * 4
        several = told if isinstance(told, tuple) else (told,)
        return [one.float().cpu().numpy() for one in several]

    return run


def pool(proposed: float, presence: float, weight: float) -> float:
    """Return the score of a face, 0 to 1: the odds that both networks give, multiplied.

    Args:
        proposed: the detector's score; presence: the landmark network's; both 0 to 1.
        weight: the power of the second odds.
    """
    return 1 / (1 + math.exp(-_logit(proposed) - weight * _logit(presence)))


def unpooled(score: float, presence: float, weight: float) -> float:
    """Return the detector's score that pools with a presence to a face's score, 0 to 1."""
    return 1 / (1 + math.exp(weight * _logit(presence) - _logit(score)))


def _logit(share: float) -> float:
    kept = min(max(share, _SURE), 1 - _SURE)
    return math.log(kept / (1 - kept))


def _threshold(model: Model, name: str) -> float:
    try:
        return float(model.card["thresholds"][name])
    except (KeyError, TypeError, ValueError) as error:
        network = model.card["network"]
        reason = f"its card has no threshold {name!r}; restore it or train the model again"
        raise ModelUnusable(file=f"{network}.json", reason=reason) from error
