"""`flask demo picture`: the README's picture, of drawn frames on drawn heads."""

from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from webapp.drawn.catalogue import demo_frames
from webapp.drawn.heads import Likeness, reference_head, turned
from webapp.drawn.mannequin import draw
from webapp.eyewear.frame import Eyewear
from webapp.fitting.fit import seat_frame
from webapp.fitting.scene import Camera
from webapp.rendering.codec import encode_jpeg
from webapp.rendering.compose import try_on

Tile = NDArray[np.uint8]

SIDE = 480  # px of one portrait
DISTANCE = 900.0  # mm from the camera
PIXELS_PER_MM = 1.75
QUALITY = 88
# Who wears what: seed of the likeness, (yaw, pitch, roll) in degrees, frame, colourway's number
CAST = (
    (0, (0.0, 3.0, 0.0), "merten", 0),
    (1, (24.0, 2.0, -4.0), "delphine", 0),
    (2, (-22.0, 0.0, 5.0), "aurel", 0),
    (1, (-8.0, 4.0, 3.0), "odette", 1),
    (2, (14.0, 2.0, -2.0), "solane", 0),
    (0, (-28.0, 3.0, -3.0), "bastide", 1),
)


@click.command("picture")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def picture(out: Path) -> None:
    """Draw mannequins that wear frames of the demo catalogue into OUT, a JPEG."""
    tiles = [portrait(*part) for part in CAST]
    rows = [np.hstack(tiles[:3]), np.hstack(tiles[3:])]
    out.write_bytes(encode_jpeg(np.vstack(rows), QUALITY))


def portrait(seed: int, angles: tuple[float, float, float], frame: str, colourway: int) -> Tile:
    """Return a mannequin (SIDE, SIDE, 3) that wears a demo frame at its true size."""
    head = reference_head(Likeness(seed=seed, ripple=0.6))
    camera = Camera(DISTANCE * PIXELS_PER_MM, (SIDE / 2, SIDE * 0.44))
    pose = turned(*angles, distance=DISTANCE)
    photo = draw(head, camera, pose, (SIDE, SIDE))
    fit = seat_frame(camera, head.placed(pose), worn(frame, colourway))
    return np.asarray(try_on(photo, fit, worn(frame, colourway)), np.uint8)


def worn(frame: str, colourway: int) -> Eyewear:
    """Return a demo frame's colourway, drawn."""
    found = next(one for one in demo_frames() if one.slug == frame)
    variant = found.variants[colourway]
    return Eyewear(found.marks, variant.artwork(), found.build, variant.lens)
