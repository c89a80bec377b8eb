"""`flask bench takes`: how much a PD varies from one take of a photo to the next.

The takes are the photo itself, four crops of it, four sizes and four exposures. Another person in
the photo may be the largest face of a take: the one meant is known by where the eyes must lie.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np
from flask.cli import with_appcontext
from tqdm import tqdm

from webapp.cli.problems import told
from webapp.cli.reading import read_bytes
from webapp.errors import FaceError, LorgnetteError
from webapp.faces.crops import eye_centres
from webapp.fitting.fit import head_of
from webapp.fitting.scene import Floats
from webapp.rendering.codec import Pixels
from webapp.shop import sight
from webapp.shop.portraits import read_picture
from webapp.shop.sight import Finder

MOST = 0.7  # mm, the standard deviation that is aimed at
SIDE = 2000  # px, the photo's longer side, at most
ROOM = (  # left, above, right and below the face, in its widths and heights
    (0.6, 0.6, 0.6, 0.6),
    (0.3, 0.8, 0.9, 0.5),
    (0.9, 0.4, 0.4, 0.9),
    (0.45, 0.3, 0.5, 0.35),
)
SIZES = (0.75, 0.87, 1.1, 1.2)
EXPOSURES = (0.6, 0.8, 1.2, 1.5)  # times the light
GAMMA = 2.2
SAME = 0.3  # of the distance between the eyes: so near is the same person's


@dataclass(frozen=True)
class Take:
    """A photo taken once more: its pixels, and where a point of the first photo lies in it.

    (x, y) comes to lie at ((x, y) - corner) * scale.
    """

    pixels: Pixels
    scale: float = 1.0
    corner: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Spread:
    """What all takes of a photo tell of one person: how many found the face, their PDs' mm."""

    found: int
    mean: float
    deviation: float


@click.command("takes")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@with_appcontext
@told
def takes(folder: Path) -> None:
    """Measure how the PD varies between takes of each photo of FOLDER."""
    finder, spreads = sight.current().finder, []
    for path in tqdm(sorted(folder.glob("*.jpg")), unit="photo", disable=None):
        try:
            photo = read_picture(read_bytes(path)).pixels()
        except LorgnetteError as error:
            click.echo(f"{path.name}: left out, {error.code}", err=True)
            continue
        spread = spread_of(finder, photo)
        if spread is None:
            click.echo(f"{path.name}: left out, no face to measure", err=True)
            continue
        spreads.append(spread)
        told_of = f"{spread.mean:6.1f} mm  sd {spread.deviation:4.2f}  {spread.found} takes"
        click.echo(f"{path.name:<24}{told_of}")
    if not spreads:
        raise click.ClickException(f"There is no photo with a face in {folder}.")
    click.echo(summed(spreads))


def summed(spreads: list[Spread]) -> str:
    """Return in a line how many photos are within the aim, their mean, the worst."""
    own = np.array([spread.deviation for spread in spreads])
    within = int((own <= MOST).sum())
    lost = sum(1 + len(ROOM) + len(SIZES) + len(EXPOSURES) - spread.found for spread in spreads)
    return (
        f"sd at most {MOST:g} mm: {within} of {len(own)} photos; "
        f"mean {own.mean():.2f}, worst {own.max():.2f} mm; takes without the face: {lost}"
    )


def spread_of(finder: Finder, photo: Pixels) -> Spread | None:
    """Return how the PD of the photo's largest face varies; None where none can be measured."""
    shrink = SIDE / max(photo.shape[:2])
    if shrink < 1:
        photo = _resized(photo, shrink)
    faces = finder.find(photo)
    if not faces:
        return None
    eyes = eye_centres(faces[0].landmarks).astype(np.float64)
    told = [pd_in(finder, take, eyes) for take in takes_of(photo, faces[0].box)]
    seen = np.array([pd for pd in told if pd is not None])
    if not seen.size:
        return None
    return Spread(len(seen), float(seen.mean()), float(seen.std()))


def takes_of(photo: Pixels, face: tuple[float, float, float, float]) -> Iterator[Take]:
    """Yield a photo (H, W, 3) as it is, cropped about a face's box, resized, and exposed anew."""
    yield Take(photo)
    x, y, width, height = face
    for left, above, right, below in ROOM:
        low = max(0, int(x - left * width)), max(0, int(y - above * height))
        end = int(x + width + right * width), int(y + height + below * height)
        yield Take(np.ascontiguousarray(photo[low[1] : end[1], low[0] : end[0]]), corner=low)
    for scale in SIZES:
        yield Take(_resized(photo, scale), scale)
    for times in EXPOSURES:
        levels = np.minimum((np.arange(256) / 255) ** GAMMA * times, 1) ** (1 / GAMMA) * 255
        exposed = cv2.LUT(photo, np.rint(levels).astype(np.uint8))
        yield Take(np.asarray(exposed, np.uint8))


def pd_in(finder: Finder, take: Take, eyes: Floats) -> float | None:
    """Return the PD, mm, of the face whose eyes (2, 2) the first photo has there.

    None if it is lost, or too small or too far turned to be measured.
    """
    meant = (eyes - take.corner) * take.scale
    within = SAME * float(np.linalg.norm(meant[1] - meant[0]))
    for face in finder.find(take.pixels):
        if np.linalg.norm(eye_centres(face.landmarks) - meant, axis=1).max() < within:
            height, width = take.pixels.shape[:2]
            try:
                return head_of(face.landmarks, (width, height))[1].pd.value
            except FaceError:
                return None
    return None


def _resized(photo: Pixels, scale: float) -> Pixels:
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=way), np.uint8)
