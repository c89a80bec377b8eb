"""Reading a network's weights: checked against its card, batch norm folded, ready to run.

Weights are safetensors files (plain numbers, no code) with a JSON card of the same name beside
them: what the network is, the thresholds that belong to it, and the file's hash.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from webapp.faces import cards
from webapp.faces.cards import FORMAT, read_weights, unusable
from webapp.faces.networks import Detector, LandmarkNet, blocks_in, place, readout_in, whole_in

SHIPPED = cards.SHIPPED


@dataclass(frozen=True)
class Model:
    """A network ready for inference, and its card."""

    net: nn.Module
    card: dict[str, Any]


def read_model(folder: Path, name: str, device: str = "cpu") -> Model:
    """Return a network with its weights, in inference mode.

    Args:
        folder: holds `name`.safetensors and `name`.json.
        name: "detector" or "landmarks".

    Raises:
        ModelUnusable: a file is missing, damaged, foreign or of a newer format.
    """
    net, card = read_trained(folder, name)
    fold(net.eval())
    return Model(place(net, device).requires_grad_(False), card)


def read_trained(folder: Path, name: str) -> tuple[nn.Module, dict[str, Any]]:
    """Return a network as it was trained, its batch norms apart, and its card.

    Raises:
        ModelUnusable: as for `read_model`.
    """
    card, content = read_weights(folder, name)
    try:
        state = load(content)
        net = _network(name, state)
        net.load_state_dict(state)
    except (SafetensorError, RuntimeError, ValueError) as error:
        path = folder / f"{name}.safetensors"
        raise unusable(path, f"it holds no {name} weights that fit this Lorgnette") from error
    return net, card


def _network(name: str, state: dict[str, torch.Tensor]) -> nn.Module:
    """Return the network that has such weights, itself at random."""
    if name == "landmarks":
        return LandmarkNet(blocks_in(state), readout_in(state), whole_in(state))
    return Detector(whole_in(state))


def write_model(folder: Path, name: str, state: dict[str, torch.Tensor], card: dict) -> Path:
    """Write a network's weights and its card, and return the weights' file.

    Args:
        card: what is told of the network beside its format, name and hash.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content = save({key: _compact(value) for key, value in state.items()})
    told = {"format": FORMAT, "network": name, "sha256": hashlib.sha256(content).hexdigest()}
    path = folder / f"{name}.safetensors"
    path.write_bytes(content)
    (folder / f"{name}.json").write_text(json.dumps(told | card, indent=2) + "\n", "utf-8")
    return path


def _compact(value: torch.Tensor) -> torch.Tensor:
    """Return a tensor as stored: matrices and kernels in half precision, which costs no accuracy.

    Biases and the statistics of batch norm span too many magnitudes for that, and weigh little.
    """
    value = value.detach().cpu().contiguous()
    return value.half() if value.dim() > 1 else value


def fold(net: nn.Module) -> None:
    """Fold every batch norm into the convolution before it, in place.

    Inference then has one operation where there were two; the outputs stay the same up to
    rounding.
    """
    for module in list(net.modules()):
        if isinstance(module, nn.Sequential):
            _fold_sequence(module)


def _fold_sequence(sequence: nn.Sequential) -> None:
    for i in range(len(sequence) - 1):
        first, second = sequence[i], sequence[i + 1]
        if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
            sequence[i] = fuse_conv_bn_eval(first, second)
            sequence[i + 1] = nn.Identity()
