"""What the detector should say of a scene, cell by cell."""

import numpy as np

from webapp.faces.conventions import DETECTOR_STRIDE, LOG_SIZE_UNIT

_SPREAD = 0.06  # of a face's size: the standard deviation of its bump in the heat map
_SPREAD_CELLS = (0.5, 1.4)
_TAUGHT_ABOVE = 0.5  # cells with more heat than this also learn centre, size and roll
_IGNORED_RADIUS = 0.45  # of the size of a face that is neither taught nor punished


def detector_targets(faces: np.ndarray, cells: int) -> np.ndarray:
    """Return a scene's target maps.

    Args:
        faces: (N, 5) x, y, size, roll, weight in pixels and radians.
        cells: the maps' side.

    Returns:
        (8, cells, cells) float32: heat from 0 to 1 (1 at a face's own cell), weight of the heat's
        loss, centre x and y (cells, from the cell's middle), log size, cosine and sine of the
        roll, weight of those five.
    """
    maps = np.zeros((8, cells, cells), np.float32)
    maps[1] = 1
    rows, columns = np.mgrid[:cells, :cells].astype(np.float32)
    for x, y, size, roll, weight in sorted(faces.tolist(), key=lambda face: face[4]):
        u, v = (np.array([x, y]) - (DETECTOR_STRIDE - 1) / 2) / DETECTOR_STRIDE
        away = (columns - u) ** 2 + (rows - v) ** 2
        if not weight:
            maps[1][away < (_IGNORED_RADIUS * size / DETECTOR_STRIDE) ** 2 + 1] = 0
            continue
        spread = np.clip(_SPREAD * size / DETECTOR_STRIDE, *_SPREAD_CELLS)
        bump = np.exp(-away / (2 * spread**2))
        own = np.clip(np.round([v, u]), 0, cells - 1).astype(int)
        bump[own[0], own[1]] = 1
        better = bump > maps[0]
        maps[0][better] = bump[better]
        maps[1][bump > _TAUGHT_ABOVE] = 1
        taught = better & (bump > _TAUGHT_ABOVE)
        told = (u - columns, v - rows, np.log(size / LOG_SIZE_UNIT), np.cos(roll), np.sin(roll))
        for channel, value in enumerate((*told, bump), start=2):
            maps[channel][taught] = np.broadcast_to(value, taught.shape)[taught]
    return maps
