"""Networks made faster for inference on a CPU: a convolution, what is added and ReLU in one.

torch runs small convolutions of a single picture by a slow path of its own, and ReLU and the sum
of a residual block as further walks through memory. oneDNN, which comes with torch, does all in
one walk; `torch.compile` calls the same operations, but needs a C++ compiler at run time. Where
a build of torch lacks them, networks run as they are, only slower.
"""

from typing import Any

import torch
from torch import nn

from webapp.faces.networks import Block


def can_fuse() -> bool:
    """Tell whether this build of torch has the fused operations."""
    needed = "_convolution_pointwise", "_convolution_pointwise_", "_reorder_convolution_weight"
    available = torch.backends.mkldnn.is_available()
    return available and all(hasattr(torch.ops.mkldnn, name) for name in needed)


def fuse(net: nn.Module) -> nn.Module:
    """Replace convolutions, their ReLUs and residual sums by fused ones, in place.

    The outputs stay the same up to rounding. For inference on CPUs alone.

    Args:
        net: in inference mode, its batch norms folded.

    Returns:
        The network given.
    """
    for name, child in list(net.named_children()):
        if isinstance(child, nn.Sequential):
            setattr(net, name, Fused(_steps(child)))
        elif isinstance(child, nn.Conv2d):
            setattr(net, name, Fused([FusedConv(child, relu=False)]))
        elif isinstance(child, Block):
            setattr(net, name, Fused([FusedBlock(child, owns_input=False)]))
        else:
            fuse(child)
    return net


class Fused(nn.Module):
    """Steps in a row, called without what a module's call costs, which adds up for small ones."""

    def __init__(self, steps: "list[Step]") -> None:
        super().__init__()
        self._steps = steps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for step in self._steps:
            x = step(x)
        return x


class FusedConv:
    """A convolution with a bias, ReLU after it if wanted, and a summand before that."""

    def __init__(self, conv: nn.Conv2d, relu: bool) -> None:
        self._weight, self._bias = conv.weight.detach(), conv.bias
        self._packed: torch.Tensor | None = None
        self._shape = list(conv.padding), list(conv.stride), list(conv.dilation), conv.groups
        self._how: tuple[Any, ...] = (*self._shape, "relu" if relu else "none", [], "")
        self._how_added: tuple[Any, ...] = (*self._shape, "add", 1.0, "relu", [], "")
        self._convolve: Any = torch.ops.mkldnn._convolution_pointwise.default
        self._convolve_to: Any = torch.ops.mkldnn._convolution_pointwise_.binary

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        packed = self._weights(x)
        told: torch.Tensor = self._convolve(x, packed, self._bias, *self._how)
        return told

    def add_to(self, total: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        """Return relu(total + convolution of x), written over `total`."""
        packed = self._weights(x)
        told: torch.Tensor = self._convolve_to(total, x, packed, self._bias, *self._how_added)
        return told

    def _weights(self, x: torch.Tensor) -> torch.Tensor:
        """Return the weights in the order that oneDNN wants, which it says at the first input.

        For an input of another shape it may want another and reorders them then, on its own.
        """
        if self._packed is None:
            reorder = torch.ops.mkldnn._reorder_convolution_weight
            packed: torch.Tensor = reorder(self._weight, *self._shape, list(x.shape))
            self._packed = packed
            return packed
        return self._packed


class FusedBlock:
    """A residual block in two operations, or three with a shortcut of its own."""

    def __init__(self, block: Block, owns_input: bool) -> None:
        """Take the block's layers.

        Args:
            owns_input: nobody else reads the input, so that the sum may be written over it.
        """
        first, second = (layer for layer in block.f if isinstance(layer, nn.Conv2d))
        shortcut = None if block.d is None else block.d[0]
        self._owns_input = owns_input
        self._first, self._second = FusedConv(first, relu=True), FusedConv(second, relu=True)
        self._shortcut = FusedConv(shortcut, False) if isinstance(shortcut, nn.Conv2d) else None

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        inner = self._first(x)
        if self._shortcut is not None:
            return self._second.add_to(self._shortcut(x), inner)
        return self._second.add_to(x if self._owns_input else x.clone(), inner)


Step = FusedConv | FusedBlock | nn.Module


def _steps(sequence: nn.Sequential) -> list[Step]:
    """Return the layers fused, each ReLU drawn into the convolution before it."""
    layers = [layer for layer in sequence if not isinstance(layer, nn.Identity)]
    steps: list[Step] = []
    for layer, after in zip(layers, [*layers[1:], None], strict=True):
        before = steps[-1] if steps else None
        if isinstance(layer, nn.Conv2d):
            steps.append(FusedConv(layer, relu=isinstance(after, nn.ReLU)))
        elif isinstance(layer, Block):
            steps.append(FusedBlock(layer, owns_input=isinstance(before, FusedConv | FusedBlock)))
        elif not (isinstance(layer, nn.ReLU) and isinstance(before, FusedConv)):
            steps.append(fuse(layer))
    return steps
