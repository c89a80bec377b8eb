"""The grids of a network that computes in whole numbers: how far they reach.

Bytes times small whole numbers take a processor a fraction of the time that floating point does.
A grid that holds every value that pictures give it is coarser for all than one that cuts off the
few beyond.
"""

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from webapp.faces.networks import Grid
from webapp.faces.training.detector import to_input

_PARTS = (".step", ".zero")


def lay_grids(net: nn.Module, packs: list[np.ndarray], beyond: float) -> None:
    """Lay every grid of a network by what pictures give it, in floating point so far.

    Args:
        net: laid out for whole numbers, its batch norms apart.
        packs: of crops or looks, (B, H, W, 3) uint8 RGB each.
        beyond: the share of each pack's values that is cut off on either side.
    """
    grids = [layer for layer in net.modules() if isinstance(layer, Grid)]
    for grid in grids:
        grid.step.zero_()
    spans: dict[Grid, list[np.ndarray]] = {grid: [] for grid in grids}

    def look(grid: nn.Module, given: tuple[torch.Tensor], _: torch.Tensor) -> None:
        values = given[0].flatten().numpy()
        spans[grid].append(np.quantile(values, (beyond, 1 - beyond)))  # type: ignore[index]

    watching = [grid.register_forward_hook(look) for grid in grids]
    net.eval()
    with torch.inference_mode():
        for pictures in tqdm(packs, "grids"):
            net(to_input(pictures, torch.device("cpu")))
    for hook in watching:
        hook.remove()
    for grid, seen in spans.items():
        least, most = np.mean(seen, axis=0)
        grid.span(float(least), float(most))


def grids_of(net: nn.Module) -> dict[str, torch.Tensor]:
    """Return the state of a network's grids, by name."""
    return {k: v for k, v in net.state_dict().items() if k.endswith(_PARTS)}


def without_grids(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return weights without the grids among them."""
    return {k: v for k, v in state.items() if not k.endswith(_PARTS)}
