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
    return torch.backends.mkldnn.is_available() and hasattr(
        torch.ops.mkldnn, "_convolution_pointwise"
    )


def fuse(net: nn.Module) -> nn.Module:
    """Replace convolutions, their ReLUs and residual sums by fused ones, in place.

    The outputs stay the same up to rounding. For inference on CPUs alone.

    Args:
        net: in inference mode, its batch norms folded.

    Returns:
        The network given.
    """
    for name, child in list(net.named_children()):
        if isinstance(child, Block):
            setattr(net, name, FusedBlock(child, owns_input=False))
        elif isinstance(child, nn.Conv2d):
            setattr(net, name, FusedConv(child, relu=False))
        elif isinstance(child, nn.Sequential):
            setattr(net, name, _fused_sequence(child))
        else:
            fuse(child)
    return net


class FusedConv(nn.Module):
    """A convolution with a bias, ReLU after it if wanted, and a summand before that."""

    def __init__(self, conv: nn.Conv2d, relu: bool) -> None:
        super().__init__()
        self._weight, self._bias = conv.weight.detach(), conv.bias
        self._packed: torch.Tensor | None = None
        self._shape = list(conv.padding), list(conv.stride), list(conv.dilation), conv.groups
        self._relu = "relu" if relu else "none"

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        how: tuple[Any, ...] = (*self._shape, self._relu, [], "")
        told = torch.ops.mkldnn._convolution_pointwise(x, self._weights(x), self._bias, *how)
        return torch.as_tensor(told)

    def add_to(self, total: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        """Return relu(total + convolution of x), written over `total`."""
        how: tuple[Any, ...] = (*self._shape, "add", 1.0, "relu", [], "")
        add = torch.ops.mkldnn._convolution_pointwise_
        return torch.as_tensor(add(total, x, self._weights(x), self._bias, *how))

    def _weights(self, x: torch.Tensor) -> Any:
        """Return the weights in the order that oneDNN wants, which it says at the first input.

        For an input of another shape it may want another and reorders them then, on its own.
        """
        if self._packed is None:
            reorder = torch.ops.mkldnn._reorder_convolution_weight
            self._packed = reorder(self._weight, *self._shape, list(x.shape))
        return self._packed


class FusedBlock(nn.Module):
    """A residual block in two operations, or three with a shortcut of its own."""

    def __init__(self, block: Block, owns_input: bool) -> None:
        """Take the block's layers.

        Args:
            owns_input: nobody else reads the input, so that the sum may be written over it.
        """
        super().__init__()
        self._owns_input = owns_input
        first, second = (layer for layer in block.f if isinstance(layer, nn.Conv2d))
        shortcut = None if block.d is None else block.d[0]
        self.first, self.second = FusedConv(first, relu=True), FusedConv(second, relu=True)
        self.shortcut = FusedConv(shortcut, False) if isinstance(shortcut, nn.Conv2d) else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inner = self.first(x)
        if self.shortcut is not None:
            return self.second.add_to(self.shortcut(x), inner)
        return self.second.add_to(x if self._owns_input else x.clone(), inner)


def _fused_sequence(sequence: nn.Sequential) -> nn.Sequential:
    """Return the layers fused, each ReLU drawn into the convolution before it."""
    layers = [layer for layer in sequence if not isinstance(layer, nn.Identity)]
    fused: list[nn.Module] = []
    for layer, after in zip(layers, [*layers[1:], None], strict=True):
        if isinstance(layer, nn.Conv2d):
            fused.append(FusedConv(layer, relu=isinstance(after, nn.ReLU)))
        elif isinstance(layer, Block):
            fused.append(FusedBlock(layer, owns_input=bool(fused) and _is_fused(fused[-1])))
        elif not (isinstance(layer, nn.ReLU) and fused and isinstance(fused[-1], FusedConv)):
            fused.append(fuse(layer))
    return nn.Sequential(*fused)


def _is_fused(layer: nn.Module) -> bool:
    return isinstance(layer, FusedConv | FusedBlock)
