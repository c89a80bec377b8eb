"""Networks in whole numbers: nearly the same answers, from exact arithmetic."""

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from torch import nn

from tests.test_planned import by_torch, pictures, settled
from webapp.faces.networks import Detector, Grid, LandmarkNet, RoundedConv2d, whole_in
from webapp.faces.planned import Planned, graph_of
from webapp.faces.training.grids import grids_of, lay_grids
from webapp.faces.weights import fold, read_model, write_model

BLOCKS = (1, 2, 3, 4)


def whole_network() -> LandmarkNet:
    """Return a network whose grids are laid by noise, its batch norms apart."""
    torch.manual_seed(8)
    net = LandmarkNet(BLOCKS, readout=16, whole=True)
    lay_grids(net, [pictures(6, 128, 128)], 1e-4)
    return net


@pytest.fixture(scope="module")
def net() -> LandmarkNet:
    """Return such a network."""
    return whole_network()


def test_rounding_changes_little(net):
    """Less than a tenth of how far apart the landmarks of different pictures are."""
    plain = LandmarkNet(BLOCKS, readout=16)
    plain.load_state_dict({k: v for k, v in net.state_dict().items() if k not in grids_of(net)})
    crops = pictures(12, 128, 128)
    crops[::2] //= 2  # darker

    wanted, told = by_torch(plain.eval(), crops), by_torch(net.eval(), crops)

    for one, other in zip(wanted, told, strict=True):
        assert np.abs(one - other).mean() < 0.1 * one.std(axis=0).mean()


def test_a_plan_computes_in_whole_numbers_what_torch_says(net):
    """For one crop and several; torch remains the definition."""
    folded = whole_network()
    fold(folded.eval())
    folded.requires_grad_(False)
    planned = Planned(folded, threads=1)

    for crops in (pictures(1, 128, 128), pictures(5, 128, 128)):
        for told, wanted in zip(planned(crops), by_torch(folded, crops), strict=True):
            spread = np.abs(wanted).mean()
            assert np.abs(told - wanted).mean() < 0.02 * spread

    graph = onnx.load_from_string(graph_of(folded)).graph
    kernels = [numpy_helper.to_array(one) for one in graph.initializer if one.data_type == 3]
    rounded = [layer for layer in folded.modules() if isinstance(layer, RoundedConv2d)]
    assert len(kernels) == len(rounded) == 2 * sum(BLOCKS) + 3
    # Two products with a byte fit 16 bits, which some processors add them in.
    assert all(2 * 255 * np.abs(one.astype(int)).max() < 2**15 for one in kernels)


def test_a_detector_in_whole_numbers_says_the_same_for_looks_of_any_shape():
    """Its maps are added and enlarged as bytes; torch remains the definition."""
    torch.manual_seed(8)
    net = Detector(whole=True)
    lay_grids(net, [pictures(4, 192, 192)], 0)
    fold(net.eval())
    net.requires_grad_(False)
    planned = Planned(net, threads=1)

    for look in (pictures(1, 192, 160), pictures(3, 64, 96)):
        (wanted,), (told,) = by_torch(net, look), planned(look)
        spread = np.abs(wanted - wanted.mean((2, 3), keepdims=True)).mean()
        assert np.abs(told - wanted).mean() < 0.02 * spread


def test_rounded_kernels_survive_the_file(tmp_path, net):
    """Written in half precision and folded again, they are the same whole numbers."""
    write_model(tmp_path, "landmarks", net.state_dict(), {"version": "t"})
    read = read_model(tmp_path, "landmarks").net
    assert whole_in(read.state_dict())

    folded = whole_network()
    fold(folded.eval())
    ours, theirs = (
        [m.whole()[0] for m in one.modules() if isinstance(m, RoundedConv2d)]
        for one in (folded, read)
    )
    changed = [(a != b).float().mean() for a, b in zip(ours, theirs, strict=True)]
    assert max(changed) < 0.02
    assert max((a - b).abs().max() for a, b in zip(ours, theirs, strict=True)) <= 1


def test_a_grid_holds_nearly_all_that_it_was_laid_by(net):
    """And zero itself, which borders are made of, exactly."""
    seen: list[torch.Tensor] = []
    first = net.body[2]
    assert isinstance(first, nn.Sequential)
    grid = first[1]
    assert isinstance(grid, Grid)
    hook = grid.register_forward_hook(lambda _, given, told: seen.extend((given[0], told)))
    by_torch(net.eval(), pictures(6, 128, 128))
    hook.remove()

    before, after = seen
    assert float((before - after).abs().quantile(0.99)) <= float(grid.step) / 2 + 1e-5
    assert torch.all(after[before == 0] == 0)


def test_a_grid_that_is_not_laid_lets_values_pass():
    """So that a network can be watched before its grids are known."""
    values = torch.randn(5)

    assert torch.equal(Grid()(values), values)


def test_rounded_kernels_need_a_grid_to_be_planned():
    """A network is not run in a form that it was not laid out for."""
    net = settled(LandmarkNet(BLOCKS, whole=True))

    with pytest.raises(ValueError, match="on no grid"):
        Planned(net, threads=1)
