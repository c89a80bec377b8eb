"""The two networks: a detector of faces in a whole picture, and a landmark network for one face.

Both take RGB pixels as `(value / 255 - 0.5) * 4` and use small dense 3x3 convolutions, which on
CPUs beat depthwise ones. Every channel count is a multiple of 16: torch 2.13's CPU build corrupts
memory in the backward pass of 12, 24, 40, 56 or 72 channels.

Both can be put into whole numbers: what lies between two layers is then a byte, kernels are small
whole numbers, and sums are exact on every processor. The first layer, which reads pixels, and the
last ones, which tell the result, stay as they are.
"""

import re
from typing import TypeVar

import torch
from torch import nn
from torch.nn.functional import conv2d

from webapp.faces.conventions import DETECTOR_OUTPUTS, LANDMARKS

Network = TypeVar("Network", bound=nn.Module)
_FIRST_OF_BLOCK = r"body\.\d+\.f\.0\.weight"
STAGES = (16, 32, 64, 96)  # channels of the landmark network, at 64, 32, 16 and 8 cells a side
SHALLOW = (1, 2, 2, 2)  # blocks of each stage
_COEFFICIENTS = 128  # of a face's shape
STEPS = 256  # of a grid
_LARGEST = 64  # of a rounded kernel's whole numbers
_HEAD = 16  # the head's channels; those beyond DETECTOR_OUTPUTS stay unused


def place(net: Network, device: str | torch.device) -> Network:
    """Move a network to a device, channels last: the layout that convolutions are fastest in."""
    return net.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


class Grid(nn.Module):
    """Values between two layers on a grid of 256 even steps, as whole numbers hold them.

    step: the distance of two steps, 0 until it is known: then values pass as they are.
    zero: which step is 0.
    """

    step: torch.Tensor
    zero: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("step", torch.zeros(()))
        self.register_buffer("zero", torch.zeros(()))

    def span(self, least: float, most: float) -> None:
        """Lay the grid over a range, which is widened to hold 0."""
        least, most = min(least, 0.0), max(most, 1e-3)
        step = (most - least) / (STEPS - 1)
        self.step.fill_(step)
        self.zero.fill_(round(-least / step))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if float(self.step) == 0:
            return x
        zero = self.zero.to(torch.int32)
        return torch.fake_quantize_per_tensor_affine(x.float(), self.step, zero, 0, STEPS - 1)


class RoundedConv2d(nn.Conv2d):
    """A convolution whose kernels are whole numbers from -64 to 64, times a factor a channel.

    So small that two products of them with a byte fit 16 bits: processors whose instructions
    add those in pairs stay exact, too.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        whole, factor = self.whole()
        return conv2d(x, whole * factor, self.bias, self.stride, self.padding)

    def whole(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the whole numbers, as the kernels are laid out, and the factors (C, 1, 1, 1)."""
        largest = self.weight.detach().abs().amax((1, 2, 3), keepdim=True)
        factor = largest.clamp(min=1e-12) / _LARGEST
        return (self.weight.detach() / factor).round(), factor


def conv(
    c_in: int, c_out: int, kernel: int = 1, stride: int = 1, kind: type[nn.Conv2d] = nn.Conv2d
) -> list[nn.Module]:
    """Return a convolution with batch norm and ReLU."""
    return [
        kind(c_in, c_out, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(c_out),
        nn.ReLU(True),
    ]


class Block(nn.Module):
    """A residual block of two dense 3x3 convolutions, in whole numbers if they are wished."""

    def __init__(self, c_in: int, c_out: int, stride: int = 1, whole: bool = False):
        super().__init__()
        kind = _kind(whole)
        tail = [kind(c_out, c_out, 3, 1, 1, bias=False), nn.BatchNorm2d(c_out)]
        self.f = nn.Sequential(*_joined(conv(c_in, c_out, 3, stride, kind), whole), *tail)
        same = stride == 1 and c_in == c_out
        shortcut = [kind(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out)]
        self.d = None if same else nn.Sequential(*shortcut)
        self.a: nn.Module = nn.ReLU(True)
        if whole:
            self.a = nn.Sequential(self.a, Grid())
            self.f.append(Grid())
            if self.d is not None:
                self.d.append(Grid())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.a(self.f(x) + (x if self.d is None else self.d(x)))


def _kind(whole: bool) -> type[nn.Conv2d]:
    return RoundedConv2d if whole else nn.Conv2d


def _joined(layers: list[nn.Module], whole: bool) -> list[nn.Module]:
    """Return layers of `conv`, whose last one puts its values on a grid if that is wished.

    It keeps its place, so that weights keep their names.
    """
    return [*layers[:-1], nn.Sequential(layers[-1], Grid())] if whole else layers


class Detector(nn.Module):
    """A small U-shaped network that says at every eighth pixel whether a face is centred there.

    Input (B, 3, H, W), H and W multiples of 32. Output (B, 6, H / 8, W / 8): heat as a logit,
    offset of the centre from the cell's middle (x, y, in cells), log of the size over 32 pixels,
    cosine and sine of the roll (positive clockwise as seen). The size is the larger extent of
    the landmarks in the frame where the eyes are level; the centre is that extent's centre.
    """

    def __init__(self, whole: bool = False) -> None:
        """Lay out the network; whole: whether it computes in whole numbers, as `whole_in` tells."""
        super().__init__()

        def layers(c_in: int, c_out: int, kernel: int = 1, stride: int = 1) -> list[nn.Module]:
            return _joined(conv(c_in, c_out, kernel, stride, _kind(whole)), whole)

        first = _joined(conv(3, 16, 3, 2), whole)
        self.to8 = nn.Sequential(
            *first, *layers(16, 32, 3, 2), *layers(32, 64, 3, 2), Block(64, 64, whole=whole)
        )
        self.to16 = nn.Sequential(*layers(64, 96, 3, 2), Block(96, 96, whole=whole))
        self.to32 = nn.Sequential(
            *layers(96, 128, 3, 2), Block(128, 128, whole=whole), Block(128, 128, whole=whole)
        )
        self.from32 = nn.Sequential(*layers(128, 96))
        self.at16 = nn.Sequential(*layers(96, 96, 3))
        self.from16 = nn.Sequential(*layers(96, 64))
        self.at8 = nn.Sequential(*layers(64, 64, 3))
        self.sum16, self.sum8 = (Grid() if whole else nn.Identity() for _ in range(2))
        self.head = nn.Conv2d(64, _HEAD, 1)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        start = torch.zeros(_HEAD)
        start[0] = -4.6  # heat starts at 1 %: most cells hold no face
        self.head.bias = nn.Parameter(start)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        eighth = self.to8(x)
        sixteenth = self.to16(eighth)
        deep = self.from32(self.to32(sixteenth))
        sixteenth = self.at16(self.sum16(sixteenth + self.up(deep)))
        eighth = self.at8(self.sum8(eighth + self.up(self.from16(sixteenth))))
        return self.head(eighth)[:, :DETECTOR_OUTPUTS]


class LandmarkNet(nn.Module):
    """Residual blocks, then 128 shape coefficients and a linear decoder; beside it, presence.

    A readout, where there is one, adds what all features tell of the landmarks by a linear map,
    which is solved for rather than learnt step by step. It is right for crops as those it was
    solved on, of a face that was found: where the first crop lies elsewhere, it harms.

    Input (B, 3, 128, 128) of a square crop 1.25 times the landmarks' larger extent, eyes level.
    Output: landmarks (B, 478, 3), x and y from -1 to 1 across the crop (x right, y down), z on
    the same scale, negative towards the camera, mean zero; and presence (B,), the logit that
    the crop holds a face where one was expected; and with a readout, the landmarks by it.
    """

    def __init__(
        self, blocks: tuple[int, ...] = SHALLOW, readout: int = 0, whole: bool = False
    ) -> None:
        """Lay out the network.

        Args:
            blocks: how many in each stage; readout: its rank, 0 for none; whole: whether blocks
                compute in whole numbers. Versions differ in all three; `blocks_in`, `readout_in`
                and `whole_in` tell.
        """
        super().__init__()
        layers, c = _joined(conv(3, STAGES[0], 3, 2), whole), STAGES[0]  # (B, 16, 64, 64)
        self.stage_starts: list[int] = []  # in `body`
        for c_out, count in zip(STAGES, blocks, strict=True):
            self.stage_starts.append(len(layers))
            for _ in range(count):
                layers.append(Block(c, c_out, 1 if c_out == c else 2, whole))
                c = c_out
        self.body = nn.Sequential(*layers)  # (B, 96, 8, 8)
        self.squeeze = nn.Sequential(*conv(c, 32))
        self.coef = nn.Linear(32 * 64, _COEFFICIENTS)
        self.dec = nn.Linear(_COEFFICIENTS, LANDMARKS * 3)
        self.readout = _readout(c * 64, readout) if readout else None
        self.presence = nn.Sequential(
            *conv(c, 64, 3, 2),  # (B, 64, 4, 4)
            nn.Flatten(),
            nn.Linear(64 * 16, 32),
            nn.ReLU(True),
            nn.Linear(32, 1),
        )

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        features = self.body(x)
        shape, presence = self.read(features)
        if self.readout is None:
            return shape, presence
        more = self.readout(features.flatten(1)).view(-1, LANDMARKS, 3)
        return shape, presence, shape + more

    def read(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the landmarks and presence that features of the body tell."""
        shape = self.dec(self.coef(self.squeeze(features).flatten(1)))
        return shape.view(-1, LANDMARKS, 3), self.presence(features).flatten()


def _readout(features: int, rank: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(features, rank, bias=False), nn.Linear(rank, LANDMARKS * 3))


def blocks_in(state: dict[str, torch.Tensor]) -> tuple[int, ...]:
    """Return how many blocks a landmark network's weights have in each stage."""
    first = [w.shape[0] for name, w in state.items() if re.fullmatch(_FIRST_OF_BLOCK, name)]
    return tuple(first.count(channels) for channels in STAGES)


def readout_in(state: dict[str, torch.Tensor]) -> int:
    """Return the rank of the readout in a landmark network's weights, 0 where there is none."""
    return state["readout.0.weight"].shape[0] if "readout.0.weight" in state else 0


def whole_in(state: dict[str, torch.Tensor]) -> bool:
    """Tell whether weights are those of a network that computes in whole numbers."""
    return any(name.endswith(".step") for name in state)


def deepened(state: dict[str, torch.Tensor], blocks: tuple[int, ...]) -> dict[str, torch.Tensor]:
    """Return a landmark network's weights for one with more blocks, which says the same.

    A block added to a stage's end begins as the identity: its last batch norm multiplies by
    zero. What it lacks otherwise is left to chance.
    """
    moved = {name: w for name, w in state.items() if not name.startswith("body.")}
    stem = 3  # convolution, batch norm, ReLU
    moved |= {n: w for n, w in state.items() if re.match(r"body\.[012]\.", n)}
    old = new = stem
    for channels, had, wanted in zip(STAGES, blocks_in(state), blocks, strict=True):
        for i in range(had):
            before, after = f"body.{old + i}.", f"body.{new + i}."
            moved |= {after + n[len(before) :]: w for n, w in state.items() if n.startswith(before)}
        for i in range(had, wanted):
            moved[f"body.{new + i}.f.4.weight"] = torch.zeros(channels)
        old, new = old + had, new + wanted
    return moved
