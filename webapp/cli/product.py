"""`flask bench product`: how near proposals on product photos come to the truth, in millimetres."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from PIL import Image
from tqdm import tqdm

from webapp.cli.problems import told
from webapp.cli.writing import write_json
from webapp.drawn.catalogue import DemoFrame, demo_frames
from webapp.drawn.shooting import ProductPhoto, Shot, photograph, random_shot
from webapp.errors import ProductPhotoError
from webapp.eyewear.backdrop import Bytes
from webapp.eyewear.calibration import Proposal, propose
from webapp.eyewear.frame import Eyewear

TOLERANCE = 1.5  # mm
BAR = 0.9  # share of frames whose lenses and hinges must all lie within it
SEED = 0  # of development; figures to report come from others
FILE = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True)
class Tried:
    """One photo of one frame: errors in mm, the worse of the two sides; or why it was refused."""

    frame: str
    lens: float | None
    hinge: float | None
    refused: str | None

    @property
    def good(self) -> bool:
        """Whether lenses and hinges lie within the tolerance."""
        return self.lens is not None and max(self.lens, self.hinge or 0.0) <= TOLERANCE


@click.command()
@click.option("--seed", type=int, default=SEED, show_default=True, help="Of the photos' look.")
@click.option("--shots", type=click.IntRange(1), default=3, show_default=True, help="A frame.")
@click.option("--frames", type=click.IntRange(1), help="Only the first so many of the catalogue.")
@click.option("--json", "report", type=FILE, help="Also write the figures here.")
@told
def product(seed: int, shots: int, frames: int | None, report: Path | None) -> None:
    """Measure proposed lenses and hinges on product photos of the demo catalogue's frames.

    Each frame is photographed with random paper or none, shadow, tilt, blur, noise and JPEG
    quality, each time in another of its colourways. A frame counts as found when the lenses'
    middles and the hinges of most of its photos lie within 1.5 mm of where they were drawn.
    """
    tried: list[Tried] = []
    for number, demo in enumerate(tqdm(demo_frames()[:frames], unit="frame", disable=None)):
        rng = np.random.default_rng([seed, number])
        tried += [try_frame(demo, shot, rng) for shot in range(shots)]
    figures = summary(tried, seed)
    click.echo(table(tried, figures))
    if report:
        write_json(report, figures)
    if figures["frames_found_share"] < BAR:
        raise SystemExit(1)


def try_frame(demo: DemoFrame, shot: int, rng: np.random.Generator) -> Tried:
    """Photograph a frame in one of its colourways and propose its points."""
    variant = demo.variants[shot % len(demo.variants)]
    eyewear = Eyewear(demo.marks, variant.artwork(), demo.build, variant.lens)
    how = random_shot(rng)
    photo = photograph(eyewear, how, rng)
    try:
        found = propose(stored(photo, how), demo.marks)
    except ProductPhotoError as error:
        return Tried(demo.slug, None, None, str(error))
    return Tried(demo.slug, *errors_of(photo, found), None)


def stored(photo: ProductPhoto, shot: Shot) -> Bytes:
    """Return the photo's pixels as its file gives them: a JPEG's, or a PNG's unchanged."""
    if photo.pixels.shape[2] == 4:
        return photo.pixels
    file = io.BytesIO()
    Image.fromarray(photo.pixels).save(file, "JPEG", quality=shot.quality)
    return np.array(Image.open(file))


def errors_of(photo: ProductPhoto, found: Proposal) -> tuple[float, float]:
    """Return how far the lenses and the hinges are off, mm, the worse of each two."""
    pairs = ((found.points.lenses, photo.lenses), (found.points.hinges, photo.hinges))
    off = [float(np.linalg.norm(one - true, axis=1).max()) / photo.scale for one, true in pairs]
    return off[0], off[1]


def summary(tried: list[Tried], seed: int) -> dict[str, Any]:
    """Return the figures of a run."""
    frames = sorted({one.frame for one in tried})
    share = {name: np.mean([one.good for one in tried if one.frame == name]) for name in frames}
    found = {
        kind: [value for one in tried if (value := getattr(one, kind)) is not None]
        for kind in ("lens", "hinge")
    }
    return {
        "seed": seed,
        "photos": len(tried),
        "photos_found_share": float(np.mean([one.good for one in tried])),
        "frames": len(frames),
        "frames_found_share": float(np.mean([share[name] > 0.5 for name in frames])),
        "refused": sum(one.refused is not None for one in tried),
        **{
            f"{kind}_mm_{name}": float(np.percentile(values, at)) if values else None
            for kind, values in found.items()
            for name, at in (("median", 50), ("p90", 90), ("worst", 100))
        },
    }


def table(tried: list[Tried], figures: dict[str, Any]) -> str:
    """Return the figures as lines, and each photo that missed."""
    lines = [f"{name}: {value:.3f}" if isinstance(value, float) else f"{name}: {value}"
             for name, value in figures.items()]  # fmt: skip
    for one in tried:
        if not one.good:
            told_ = one.refused or f"lens {one.lens:.2f} mm, hinge {one.hinge:.2f} mm"
            lines.append(f"missed: {one.frame}: {told_}")
    return "\n".join(lines)
