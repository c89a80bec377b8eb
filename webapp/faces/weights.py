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

from webapp.errors import ModelUnusable
from webapp.faces.networks import Detector, LandmarkNet, place

FORMAT = 1  # of the weights and their card; a file of a newer one is refused
SHIPPED = Path(__file__).parent / "weights"
NETWORKS: dict[str, type[nn.Module]] = {"detector": Detector, "landmarks": LandmarkNet}
_RESTORE = "restore webapp/faces/weights from the repository, or train the model again"
_UPGRADE = "update Lorgnette, or activate a model of this version"


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
    card = read_card(folder, name)
    path = folder / f"{name}.safetensors"
    content = _bytes_of(path)
    if hashlib.sha256(content).hexdigest() != card["sha256"]:
        raise ModelUnusable(file=path.name, reason=f"it does not match its card; {_RESTORE}")
    net = NETWORKS[name]()
    try:
        net.load_state_dict(load(content))
    except (SafetensorError, RuntimeError, ValueError) as error:
        reason = f"it holds no {name} weights that fit this version; {_RESTORE}"
        raise ModelUnusable(file=path.name, reason=reason) from error
    fold(net.eval())
    return Model(place(net, device).requires_grad_(False), card)


def read_card(folder: Path, name: str) -> dict[str, Any]:
    """Return the card of a network.

    Raises:
        ModelUnusable: it is missing, no card, another network's, or of a newer format.
    """
    path = folder / f"{name}.json"
    try:
        card = json.loads(_bytes_of(path))
    except ValueError as error:
        raise ModelUnusable(file=path.name, reason=f"it is no JSON; {_RESTORE}") from error
    if not isinstance(card, dict) or not {"format", "network", "sha256"} <= card.keys():
        raise ModelUnusable(file=path.name, reason=f"it is no model card; {_RESTORE}")
    if card["network"] != name:
        reason = f"it describes a {card['network']} network; {_RESTORE}"
        raise ModelUnusable(file=path.name, reason=reason)
    if card["format"] != FORMAT:
        reason = f"its format is {card['format']}, this version reads {FORMAT}; {_UPGRADE}"
        raise ModelUnusable(file=path.name, reason=reason)
    return card


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


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelUnusable(file=path.name, reason=f"it can't be read; {_RESTORE}") from error
