"""The faces in a photo as programs read them: one shape for the API and the command line."""

from typing import Any

import numpy as np

from webapp.errors import FaceError
from webapp.faces.finder import Face
from webapp.fitting.fit import head_of
from webapp.fitting.scene import Estimate
from webapp.shop import figures, sight
from webapp.shop.portraits import Portrait, read_portrait
from webapp.shop.stages import stage


def look(data: bytes) -> dict[str, Any]:
    """Return what is told of the faces in a photo's bytes, of which nothing is stored.

    Raises:
        PhotoError: the bytes are no acceptable picture.
        Busy: no model slot came free in time.
    """
    with figures.refusals_counted(), sight.current().slot():
        with stage("decode"):
            portrait = read_portrait(data, whole=True)
        return told_of(portrait)


def told_of(portrait: Portrait) -> dict[str, Any]:
    """Return the photo's size and every face that is found in it, as JSON has them."""
    with stage("find"):
        found = sight.current().finder.find(portrait.photo)
    width, height = portrait.size
    return {
        "width": width,
        "height": height,
        "faces": [describe(face, portrait.size, portrait.focal_35mm) for face in found],
    }


def describe(face: Face, size: tuple[int, int], focal_35mm: float | None) -> dict[str, Any]:
    """Return a face as JSON has it; size: (width, height) of the photo, pixels."""
    seen: dict[str, Any] = {
        "box": [round(float(side), 2) for side in face.box],
        "score": round(face.score, 4),
        "landmarks": face.landmarks.astype(np.float64).round(2).tolist(),
    }
    try:
        _, head = head_of(face.landmarks, size, focal_35mm=focal_35mm)
    except FaceError as error:
        nothing = dict.fromkeys(("pose", "pd_mm", "face_width_mm"))
        return seen | nothing | {"unmeasured": error.code}
    angles = zip(("yaw", "pitch", "roll"), head.pose.angles, strict=True)
    return seen | {
        "pose": {name: round(degrees, 2) for name, degrees in angles},
        "pd_mm": millimetres(head.pd) | {"method": head.pd.method},
        "face_width_mm": millimetres(head.width),
    }


def millimetres(estimate: Estimate) -> dict[str, float]:
    """Return a length and its standard deviation, rounded to hundredths."""
    return {"value": round(estimate.value, 2), "sigma": round(estimate.sigma, 2)}
