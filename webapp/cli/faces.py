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
from webapp.errors import LorgnetteError
from webapp.shop import sight
from webapp.shop.faces import told_of

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
    sight.current().finder.find(np.zeros(WARM_UP, np.uint8))
    failed = False
    for path in photos:
        line = look_at(path)
        failed |= "error" in line
        click.echo(json.dumps(line, ensure_ascii=False))
    sys.exit(1 if failed else 0)


def look_at(path: Path) -> dict[str, Any]:
    """Return what is told of one photo, or why nothing can be."""
    begin = time.perf_counter()
    try:
        seen = told_of(read_portrait(path, whole=True))
    except LorgnetteError as error:
        return {"photo": str(path), "error": error.code, "details": plain(error.params)}
    seconds = time.perf_counter() - begin
    return {"photo": str(path), **seen, "seconds": round(seconds, 4)}


def plain(params: dict[str, Any]) -> dict[str, Any]:
    """Return an error's parameters as JSON can hold them."""
    return json.loads(json.dumps(params, default=str))
