"""`flask faces`: what the model and the fit see in photos, as JSON."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import click
import numpy as np
from flask.cli import with_appcontext

from webapp.cli.problems import told
from webapp.cli.reading import read_portrait
from webapp.errors import FaceError, LorgnetteError
from webapp.faces.finder import Face
from webapp.fitting.fit import head_of
from webapp.fitting.scene import Estimate
from webapp.shop import sight
from webapp.shop.sight import Finder

WARM_UP = (256, 256, 3)  # a first photo of this shape loads torch and the weights


@click.command
@click.argument(
    "photos", metavar="PHOTO...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@with_appcontext
@told
def faces(photos: tuple[Path, ...]) -> None:
    """Print one JSON line a photo: the faces in it, their landmarks and millimetres.

    Coordinates are pixels of the upright photo; x, y and z of a landmark have one unit.
    Angles are degrees: yaw is positive when the nose points to the picture's right, pitch
    when it points down, roll when the head leans clockwise in the picture. A face too
    small or turned too far to be measured has null there, and the reason as "unmeasured".
    "seconds" is reading, decoding and finding, with the model loaded beforehand.

    The exit status is 1 if a photo could not be used: its line has "error" instead.
    """
    finder = sight.current().finder
    finder.find(np.zeros(WARM_UP, np.uint8))
    failed = False
    for path in photos:
        line = look_at(path, finder)
        failed |= "error" in line
        click.echo(json.dumps(line, ensure_ascii=False))
    sys.exit(1 if failed else 0)


def look_at(path: Path, finder: Finder) -> dict[str, Any]:
    """Return what is told of one photo, or why nothing can be."""
    begin = time.perf_counter()
    try:
        portrait = read_portrait(path, whole=True)
        found = finder.find(portrait.pixels)
    except LorgnetteError as error:
        return {"photo": str(path), "error": error.code, "details": plain(error.params)}
    seconds = time.perf_counter() - begin
    width, height = portrait.size
    return {
        "photo": str(path),
        "width": width,
        "height": height,
        "faces": [describe(face, portrait.size, portrait.focal_35mm) for face in found],
        "seconds": round(seconds, 4),
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


def plain(params: dict[str, Any]) -> dict[str, Any]:
    """Return an error's parameters as JSON can hold them."""
    return json.loads(json.dumps(params, default=str))
