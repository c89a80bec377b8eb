"""The landmark network's readout: solved, narrowed, and read back."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save

from webapp.errors import ModelUnusable
from webapp.faces.networks import Detector, LandmarkNet, readout_in
from webapp.faces.training.readout import Sums, fit_readout, reduced, solved

SHAPE = 478 * 3


def pack(seed: int, count: int = 48) -> tuple[np.ndarray, np.ndarray]:
    """Return crops of two colours, and landmarks that lie where the colours tell."""
    rng = np.random.default_rng(seed)
    colours = rng.uniform(40, 215, (count, 2, 3))
    crops = np.repeat(colours[:, :, None], 64, axis=2).reshape(count, 128, 1, 3)
    crops = np.broadcast_to(crops, (count, 128, 128, 3)).astype(np.uint8)
    place = (colours[:, 0, 0] - colours[:, 1, 2]) / 4000
    told = np.ones((count, 1 + SHAPE), np.float32)
    told[:, 1:] = place[:, None] * np.linspace(-1, 1, SHAPE)
    return crops, told


def distance(net: LandmarkNet, crops: np.ndarray, told: np.ndarray) -> float:
    """Return the mean distance of a network's landmarks from those told."""
    pixels = torch.from_numpy(crops.copy()).permute(0, 3, 1, 2).float() * (4 / 255) - 2
    with torch.inference_mode():
        said = net.eval()(pixels)[-1 if net.readout else 0].numpy().reshape(len(crops), SHAPE)
    return float(np.abs(said - told[:, 1:]).mean())


def test_a_readout_tells_what_the_network_lacked():
    """On pictures that it was not fitted to; the rest of the weights stays as it was."""
    torch.manual_seed(4)
    net = LandmarkNet()
    torch.nn.init.zeros_(net.dec.weight)
    state = {name: value.clone() for name, value in net.state_dict().items()}
    proof = pack(99)

    added = solved(net, iter([pack(seed) for seed in range(8)]), 8, [pack(77)], rank=16)

    without, with_readout = LandmarkNet(), LandmarkNet(readout=readout_in(added))
    without.load_state_dict(state)
    with_readout.load_state_dict(state | added)
    assert readout_in(state) == 0
    assert readout_in(added) == 16
    assert distance(with_readout, *proof) < 0.3 * distance(without, *proof)


@pytest.mark.parametrize(
    "content", [b"no weights", save(Detector().state_dict())], ids=["text", "detector"]
)
def test_foreign_weights_are_refused(tmp_path: Path, content: bytes) -> None:
    """With what to give instead; before anything is decoded."""
    path = tmp_path / "landmarks.safetensors"
    path.write_bytes(content)

    with pytest.raises(ModelUnusable) as caught:
        fit_readout(path, data=tmp_path, out=tmp_path / "out")

    assert caught.value.params["file"] == str(path)
    assert "wrote" in caught.value.params["reason"]


def test_sums_of_parts_solve_as_all_at_once_does():
    """And what they solve is the map that made the wanted values, its bias too."""
    torch.manual_seed(5)
    features = torch.randn(400, 12) * torch.logspace(-1, 1, 12) + 3
    through, bias = torch.randn(12, 5), torch.randn(5)
    wanted = features @ through + bias
    together, parts = Sums(), Sums()

    weights = torch.rand(400) + 0.1

    together.add(features, wanted, weights)
    for start in range(0, 400, 100):
        some = slice(start, start + 100)
        parts.add(features[some], wanted[some], weights[some])

    for sums in (together, parts):
        told, beside = sums.solve(1e-9)
        torch.testing.assert_close(told, through, rtol=1e-2, atol=1e-2)
        torch.testing.assert_close(beside, bias, rtol=1e-2, atol=5e-2)
    torch.testing.assert_close(together.covariance, parts.covariance, rtol=1e-3, atol=1e-3)


def test_a_narrowed_map_keeps_what_the_features_use():
    """Of a map of rank two, two columns tell all; one tells the part that moves more."""
    torch.manual_seed(6)
    spread = torch.diag(torch.tensor([9.0, 1.0, 0.01]))
    through = torch.zeros(3, SHAPE)
    through[0, :300], through[1, 300:600] = 1.0, 1.0

    narrow, wide = reduced(through, spread, 2)
    torch.testing.assert_close((wide @ narrow).T, through, rtol=1e-4, atol=1e-5)

    narrow, wide = reduced(through, spread, 1)
    kept = (wide @ narrow).T
    torch.testing.assert_close(kept[0], through[0], rtol=1e-4, atol=1e-5)
    assert kept[1].abs().max() < 1e-5
