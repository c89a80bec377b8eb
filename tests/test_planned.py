"""Planned networks: the same answers as torch's own."""

import threading

import numpy as np
import pytest
import torch
from torch import nn

from webapp.faces.networks import Block, Detector, LandmarkNet, conv, place
from webapp.faces.planned import AT_ONCE, Planned
from webapp.faces.weights import fold


def settled(net: nn.Module) -> nn.Module:
    """Return a network whose batch norms have seen something, folded for inference."""
    generator = torch.Generator().manual_seed(4)
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d):
            assert layer.running_mean is not None
            assert layer.running_var is not None
            layer.running_mean.normal_(0, 0.2, generator=generator)
            layer.running_var.uniform_(0.5, 2, generator=generator)
            layer.weight.data.uniform_(0.5, 1.5, generator=generator)
            layer.bias.data.normal_(0, 0.2, generator=generator)
    fold(net.eval())
    return place(net, "cpu").requires_grad_(False)


def pictures(count: int, height: int, width: int) -> np.ndarray:
    """Return noise, (count, height, width, 3) uint8."""
    return np.random.default_rng(9).integers(0, 256, (count, height, width, 3), np.uint8)


def by_torch(net: nn.Module, images: np.ndarray) -> list[np.ndarray]:
    """Return what torch makes of images."""
    with torch.inference_mode():
        told = net((torch.from_numpy(images).permute(0, 3, 1, 2) / 255 - 0.5) * 4)
    return [one.numpy() for one in (told if isinstance(told, tuple) else (told,))]


@pytest.fixture(autouse=True)
def seeded():
    """Networks start from the same random weights in every run."""
    torch.manual_seed(8)


def test_a_planned_detector_says_the_same_for_looks_of_any_shape():
    """One plan serves photos of all proportions, alone and together."""
    net = settled(Detector())
    planned = Planned(net, threads=1)

    for look in (pictures(1, 192, 160), pictures(3, 64, 96), pictures(2, 192, 192)):
        (wanted,), (told,) = by_torch(net, look), planned(look)
        assert np.abs(wanted).max() > 0.1
        np.testing.assert_allclose(told, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("blocks", "readout"), [((1, 2, 2, 2), 0), ((1, 2, 3, 4), 0), ((1, 2, 3, 4), 32)], ids=str
)
def test_a_planned_landmark_network_says_the_same(blocks, readout):
    """Both outputs, for one crop and for many."""
    net = settled(LandmarkNet(blocks, readout))
    planned = Planned(net, threads=1)

    for crops in (
        pictures(1, 128, 128),
        pictures(5, 128, 128),
        pictures(2 * AT_ONCE + 3, 128, 128),
    ):
        for told, wanted in zip(planned(crops), by_torch(net, crops), strict=True):
            np.testing.assert_allclose(told, wanted, rtol=1e-4, atol=1e-4)


def test_threads_share_a_plan():
    """A worker's threads read photos at the same time."""
    planned = Planned(settled(LandmarkNet()), threads=1)
    crops = [pictures(count, 128, 128) for count in (1, 2, 3, 4)]
    wanted = [planned(crop) for crop in crops]
    told: dict[int, list[np.ndarray]] = {}

    def read(index: int) -> None:
        for _ in range(5):
            told[index] = planned(crops[index])

    threads = [threading.Thread(target=read, args=(index,)) for index in range(len(crops))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for index, own in enumerate(wanted):
        for one, other in zip(told[index], own, strict=True):
            np.testing.assert_array_equal(one, other)


def test_an_operation_that_is_not_known_is_named():
    """Whoever changes a network is told what the plan lacks, not given wrong landmarks."""
    net = nn.Sequential(Block(3, 16), *conv(16, 16, 3), nn.Softplus())

    with pytest.raises(ValueError, match="no plan for Softplus"):
        Planned(settled(net), threads=1)
