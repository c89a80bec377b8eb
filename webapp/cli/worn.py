"""`flask bench worn`: where a frame is drawn beside where people wear their own.

`worn.json` holds, for photos of people with glasses, each lens's box as it was marked by hand: the
middles of its four sides in photo pixels, the wearer's right lens first, and whether the frame
rests on pads. A frame of the same measures is seated on the face and its lens centres compared.
What it cannot tell: the scale, since the frame's millimetres are read off the same photo.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from flask.cli import with_appcontext

from webapp.cli.problems import told
from webapp.cli.reading import read_portrait
from webapp.drawn.catalogue import demo_frames
from webapp.eyewear.frame import Build, Eyewear, SizeMarks
from webapp.fitting.fit import seat_frame
from webapp.fitting.scene import Floats, Head
from webapp.shop.standing import seat

MARKED = Path(__file__).with_name("worn.json")
BEFORE = 25.0  # mm, so far a front stands before the eyes
TRIM = 8.0  # mm that a front is wider than its lenses and bridge; it matters to nothing here
RIGHT, LEFT, UP, DOWN = range(4)  # of a lens's box, in the photo


@dataclass(frozen=True)
class Offset:
    """How far a drawn frame lies off the worn one, mm: `across` to the picture's right, `down`.

    `below`: how far the worn lenses' centres lie below the pupils.
    """

    across: float
    down: float
    below: float


@click.command("worn")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@with_appcontext
@told
def worn(folder: Path) -> None:
    """Compare drawn frames with those that people wear in the photos of FOLDER."""
    found = {}
    for name, marks in json.loads(MARKED.read_text()).items():
        path = folder / f"{name}.jpg"
        if path.exists():
            found[name] = (offset(path, marks), bool(marks["pads"]))
    if not found:
        raise click.ClickException(f"None of the {MARKED.name} photos is in {folder}.")
    for name, (off, pads) in found.items():
        kind = "pads" if pads else "bridge"
        click.echo(f"{name:<16}{kind:<8}down {off.down:+5.1f}  across {off.across:+5.1f} mm")
    for kind, those in (
        ("pads", [off for off, pads in found.values() if pads]),
        ("all", [off for off, _ in found.values()]),
    ):
        click.echo(f"{kind:<24}{summed(those)}")


def summed(offsets: list[Offset]) -> str:
    """Return the mean and the standard deviation of offsets, mm."""
    if len(offsets) < 2:
        return "too few"
    down, across = (np.array([getattr(off, way) for off in offsets]) for way in ("down", "across"))
    return (
        f"down {down.mean():+.1f} (sd {down.std(ddof=1):.1f})  "
        f"across {across.mean():+.1f} (sd {across.std(ddof=1):.1f}) mm"
    )


def offset(path: Path, marks: dict[str, Any]) -> Offset:
    """Return how far a frame like the marked one is drawn from it. Raises as `read_portrait`."""
    portrait = read_portrait(path)
    portrait, face, camera, head = seat(portrait, 0, None)
    boxes = np.array([marks["right"], marks["left"]])  # (2, 4, 2) photo pixels
    scale = camera.focal / (float(head.pose.translation[2]) - BEFORE)
    fit = seat_frame(camera, head, like(boxes, scale, head, pads=bool(marks["pads"])))
    half = np.array([float(fit_width(boxes, scale, head)) / 2, 0.0, 0.0])
    drawn = camera.project(fit.frame_pose.apply(np.stack([-half, half])))
    level = level_of(face.landmarks)
    moved = ((drawn.mean(axis=0) - boxes.mean(axis=(0, 1))) @ level) / scale
    eyes = face.landmarks[[468, 473], :2].mean(axis=0)
    below = (boxes.mean(axis=(0, 1)) - eyes) @ level[:, 1] / scale
    return Offset(float(moved[0]), float(moved[1]), float(below))


def level_of(landmarks: Floats) -> Floats:
    """Return (2, 2): unit vectors, as columns, along the eyes' line and down the face."""
    across = landmarks[473, :2] - landmarks[468, :2]
    across = across / np.linalg.norm(across)
    return np.array([[across[0], -across[1]], [across[1], across[0]]], dtype=np.float64)


def fit_width(boxes: Floats, scale: float, head: Head) -> float:
    """Return the distance between the lenses' centres, mm, the head's turn taken out."""
    apart = np.linalg.norm(boxes[1].mean(axis=0) - boxes[0].mean(axis=0))
    return float(apart / scale / np.cos(np.radians(head.pose.angles[0])))


def like(boxes: Floats, scale: float, head: Head, *, pads: bool) -> Eyewear:
    """Return a frame of the marked boxes' measures; its artwork is a demo frame's."""
    width = np.linalg.norm(boxes[:, LEFT] - boxes[:, RIGHT], axis=1).mean() / scale
    width = float(np.clip(width / np.cos(np.radians(head.pose.angles[0])), 30, 70))
    height = float(np.linalg.norm(boxes[:, DOWN] - boxes[:, UP], axis=1).mean() / scale)
    bridge = float(np.clip(fit_width(boxes, scale, head) - width, 10, 30))
    marks = SizeMarks(width, max(height, 16.0), bridge, 140.0, 2 * width + bridge + TRIM)
    build = Build(pads=pads, depth=2.2 if pads else 4.0, wrap=4.0)
    return Eyewear(marks, demo_frames()[0].variants[0].artwork(), build)
