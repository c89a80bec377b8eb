"""How much lower a model sets eyes and mouth than people do.

A linear map that is fitted between both would hide it; a frame drawn by the landmarks does not.
"""

import math

import numpy as np

from webapp.faces.training.evaluate import EYES68, Human68

# People's points and the landmarks there: lids, corners of the eyes, corners of the mouth. They are
# as many on either side of the face, so that what is meant a little otherwise cancels sideways.
_LIDS = ((37, 160), (38, 158), (40, 153), (41, 144), (43, 385), (44, 387), (46, 373), (47, 380))
_CORNERS = ((36, 33), (39, 133), (42, 362), (45, 263), (48, 61), (54, 291))


def lower_than_people(seen: Human68) -> dict[str, float]:
    """Return, in % of the distance between the eyes, how a model's points lie beside people's.

    A model that reads mirror images too leans to neither side. So what people's points lie aside
    is their own, how their pixels were counted, and they lie as far down by it.

    Returns:
        "aside", how far to the picture's left the model's lie on average; "lower", how much lower,
        less that; "sigma", the standard deviation of "lower".
    """
    theirs, ours = (list(side) for side in zip(*_LIDS, *_CORNERS, strict=True))
    right, left = (seen.human[:, part].mean(1) for part in EYES68)
    apart = np.linalg.norm(left - right, axis=1)
    off = (seen.landmarks[:, ours, :2] - seen.human[:, theirs]).mean(1)
    across, down = 100 * off.T / apart
    lower = down - across
    return {
        "aside": -float(across.mean()),
        "lower": float(lower.mean()),
        "sigma": float(lower.std()) / math.sqrt(len(lower)),
    }
