"""The grids of a landmark network that computes in whole numbers: how far they reach.

Bytes times small whole numbers take a processor a fraction of the time that floating point does.
Each grid is laid over nearly all of the values that crops give it; the few beyond are cut off, as
a wider grid would be coarser for all.
"""

import numpy as np
import torch
from tqdm import tqdm

from webapp.faces.networks import Grid, LandmarkNet
from webapp.faces.training.detector import to_input

_BEYOND = 1e-4  # of the values, on either side


def lay_grids(net: LandmarkNet, packs: list[np.ndarray]) -> None:
    """Lay every grid of a network by what crops give it, in floating point so far.

    Args:
        net: laid out for whole numbers, its batch norms apart.
        packs: of crops, (B, 128, 128, 3) uint8 RGB each.
    """
    grids = [layer for layer in net.modules() if isinstance(layer, Grid)]
    for grid in grids:
        grid.step.zero_()
    spans: dict[Grid, list[np.ndarray]] = {grid: [] for grid in grids}

    def look(grid: torch.nn.Module, given: tuple[torch.Tensor], _: torch.Tensor) -> None:
        values = given[0].flatten().numpy()
        spans[grid].append(np.quantile(values, (_BEYOND, 1 - _BEYOND)))  # type: ignore[index]

    watching = [grid.register_forward_hook(look) for grid in grids]
    net.eval()
    with torch.inference_mode():
        for crops in tqdm(packs, "grids"):
            net(to_input(crops, torch.device("cpu")))
    for hook in watching:
        hook.remove()
    for grid, seen in spans.items():
        least, most = np.mean(seen, axis=0)
        grid.span(float(least), float(most))


def grids_of(net: LandmarkNet) -> dict[str, torch.Tensor]:
    """Return the state of a network's grids, by name."""
    return {k: v for k, v in net.state_dict().items() if k.endswith((".step", ".zero"))}
