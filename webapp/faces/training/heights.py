"""How much lower a model sets eyelids than people do.

A linear map that is fitted between both, as for human68, would hide it; a frame drawn by the
landmarks does not.
"""

import math
from pathlib import Path

import numpy as np

from webapp.faces.finder import FaceFinder
from webapp.faces.training.chips import read_picture
from webapp.faces.training.evaluate import EYES68, FOUND_WITHIN, eye_error, read_known

# People's points on both eyes' upper and lower lids, and the landmarks there.
_LIDS = ((37, 160), (38, 158), (40, 153), (41, 144), (43, 385), (44, 387), (46, 373), (47, 380))


def lids_lower(finder: FaceFinder, folder: Path) -> dict[str, float]:
    """Measure portraits whose points are known: points68.json, {name: (68, 2)}.

    Their own pixels count, so that half of one is nothing.

    Returns:
        "lower", the mean over faces in % of the distance between the eyes, across the eye line;
        "sigma", that mean's standard deviation; "faces", how many.
    """
    theirs, ours = (list(side) for side in zip(*_LIDS, strict=True))
    lower = []
    for name, points in sorted(read_known(folder / "points68.json").items()):
        known = np.asarray(points, np.float64)
        right, left = eyes = np.array([known[part].mean(0) for part in EYES68])
        for face in finder.find(read_picture(folder / name)):
            if eye_error(face, eyes) < FOUND_WITHIN:
                along = (left - right) / np.linalg.norm(left - right) ** 2
                off = (face.landmarks[ours, :2] - known[theirs]).mean(0)
                lower.append(100 * float(off @ (-along[1], along[0])))
                break
    mean = float(np.mean(lower)) if lower else math.nan
    sigma = float(np.std(lower)) / math.sqrt(len(lower)) if lower else math.nan
    return {"lower": mean, "sigma": sigma, "faces": len(lower)}
