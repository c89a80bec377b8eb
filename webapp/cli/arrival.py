"""`flask demo arrival`: the start page's pictures, and the faces to try without a photo."""

from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from webapp.cli.picture import worn
from webapp.drawn.heads import Likeness, reference_head, turned
from webapp.drawn.mannequin import draw
from webapp.fitting.fit import seat_frame
from webapp.fitting.scene import Camera
from webapp.rendering.codec import encode_jpeg
from webapp.rendering.compose import try_on

Picture = NDArray[np.uint8]

FACES = (1, 2, 3)  # seeds of the likenesses that stand in for a shopper's own
FACE_SIZE = (960, 1200)  # px, as a phone's photo that was made smaller
FACE_SCALE = 3.0  # px a millimetre
THUMB = 192  # px
DISTANCE = 700.0  # mm, an arm's length
ANGLES = (4.0, 2.0, -1.5)  # degrees: nobody holds a head quite straight
WEARER = 3  # of the large picture
FRAMES = (("merten", 0), ("aurel", 0), ("odette", 1), ("solane", 0))
SIDE, GAP = 640, 16  # px: one large portrait, four small ones of half its side, and between them
WIDTHS = (1312, 656)  # px, for dense screens and for others
ROUND = 14  # px of corners
QUALITY = 88


@click.command("arrival")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def arrival(folder: Path) -> None:
    """Draw the start page's picture and the faces to try without a photo into FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(FACES, 1):
        face = portrait(seed, FACE_SIZE, FACE_SCALE)
        (folder / f"face-{number}.jpg").write_bytes(encode_jpeg(face, QUALITY))
        head = Image.fromarray(face[150:870, 120:840])
        head.resize((THUMB, THUMB), Image.Resampling.LANCZOS).save(folder / f"face-{number}.webp")
    large = lineup()
    for width in WIDTHS:
        height = round(large.height * width / large.width)
        small = large.resize((width, height), Image.Resampling.LANCZOS)
        small.save(folder / f"arrival-{width}.webp", quality=82, method=6)


def portrait(
    seed: int, size: tuple[int, int], scale: float, frame: tuple[str, int] | None = None
) -> Picture:
    """Return a mannequin, (height, width, 3), at `scale` px a millimetre, that may wear a frame."""
    head = reference_head(Likeness(seed=seed, ripple=0.6))
    camera = Camera(DISTANCE * scale, (size[0] / 2, size[1] * 0.42))
    pose = turned(*ANGLES, distance=DISTANCE)
    photo = draw(head, camera, pose, size)
    if frame is None:
        return photo
    fit = seat_frame(camera, head.placed(pose), worn(*frame))
    return np.asarray(try_on(photo, fit, worn(*frame)), np.uint8)


def lineup() -> Image.Image:
    """Return one face without glasses, and beside it the same face with four frames."""
    half = (SIDE - GAP) // 2
    picture = Image.new("RGBA", (2 * SIDE + GAP + GAP, SIDE))
    paste(picture, portrait(WEARER, (SIDE, SIDE), 2.4), (0, 0))
    for number, frame in enumerate(FRAMES):
        left = SIDE + GAP + (number % 2) * (half + GAP)
        tile = portrait(WEARER, (half, half), 1.62, frame)
        paste(picture, tile, (left, (number // 2) * (half + GAP)))
    return picture.crop((0, 0, SIDE + GAP + 2 * half + GAP, SIDE))


def paste(picture: Image.Image, tile: Picture, at: tuple[int, int]) -> None:
    """Lay a tile with round corners on the picture."""
    image = Image.fromarray(tile)
    mask = Image.new("L", (4 * image.width, 4 * image.height))
    corners = (0, 0, mask.width - 1, mask.height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(corners, 4 * ROUND, fill=255)
    picture.paste(image, at, mask.resize(image.size, Image.Resampling.LANCZOS))
