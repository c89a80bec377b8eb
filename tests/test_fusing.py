"""Fused networks: the same answers as the plain ones."""

import pytest
import torch
from torch import nn

from webapp.faces.fusing import can_fuse, fuse
from webapp.faces.networks import Block, Detector, LandmarkNet, conv, place
from webapp.faces.weights import fold

pytestmark = pytest.mark.skipif(not can_fuse(), reason="this torch has no fused operations")


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


def pictures(count: int, height: int, width: int) -> torch.Tensor:
    """Return noise as the networks read it."""
    noise = torch.randn(count, height, width, 3, generator=torch.Generator().manual_seed(9))
    return noise.permute(0, 3, 1, 2)


@pytest.fixture(autouse=True)
def seeded():
    """Networks start from the same random weights in every run."""
    torch.manual_seed(8)


def test_a_fused_detector_says_the_same_for_looks_of_any_shape():
    """Weights packed for the first shape serve all others."""
    net = settled(Detector())
    looks = [pictures(1, 192, 160), pictures(3, 64, 96), pictures(2, 192, 192)]
    with torch.inference_mode():
        plain = [net(look) for look in looks]
        fused = fuse(net)
        for look, output in zip(looks, plain, strict=True):
            assert output.abs().max() > 0.1
            torch.testing.assert_close(fused(look), output, rtol=1e-4, atol=1e-4)


def test_a_fused_landmark_network_says_the_same():
    """Both outputs, for one crop and for many."""
    net = settled(LandmarkNet())
    crops = [pictures(1, 128, 128), pictures(5, 128, 128)]
    with torch.inference_mode():
        plain = [net(batch) for batch in crops]
        fused = fuse(net)
        for batch, (landmarks, presence) in zip(crops, plain, strict=True):
            told = fused(batch)
            torch.testing.assert_close(told[0], landmarks, rtol=1e-4, atol=1e-4)
            torch.testing.assert_close(told[1], presence, rtol=1e-4, atol=1e-4)


def test_what_a_caller_gives_is_never_written_over():
    """A block that comes first in its network leaves its input alone."""
    inner = nn.Sequential(Block(16, 16), *conv(16, 16, 3), Block(16, 16))
    net = settled(nn.Sequential(inner))
    given = torch.randn(1, 16, 8, 8, generator=torch.Generator().manual_seed(1))
    before = given.clone()
    with torch.inference_mode():
        plain = net(given)
        fused = fuse(net)
        torch.testing.assert_close(fused(given), plain, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(given, before, rtol=0, atol=0)
