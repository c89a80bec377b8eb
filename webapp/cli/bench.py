"""`flask bench`: seconds by stage, as ratios to the codec's own time in the same run.

The floor is what no fitting room can avoid: decoding the very photo and encoding a picture
of its size with Pillow. Floor, whole try-on and further frames take turns in every round,
so that a busy machine slows them alike.
"""

import io
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import numpy as np
from flask import current_app
from flask.cli import with_appcontext
from PIL import Image
from tqdm import tqdm

from webapp.cli.bench_serve import furnish, serve
from webapp.cli.placement import placement
from webapp.cli.problems import told
from webapp.cli.product import product
from webapp.cli.reading import read_bytes
from webapp.cli.timing import Stopwatch
from webapp.cli.wall import wall
from webapp.cli.writing import write_json
from webapp.drawn.catalogue import DemoFrame, demo_frames
from webapp.errors import NoFace
from webapp.eyewear.frame import Eyewear
from webapp.fitting.fit import head_of, seat_frame
from webapp.fitting.scene import Camera, Head
from webapp.rendering.codec import Pixels, encode_jpeg, read_stored
from webapp.rendering.compose import Scene, prepare, try_on
from webapp.shop import sight
from webapp.shop.portraits import read_picture
from webapp.shop.sight import Finder

SIZE = (4000, 3000)  # px, 12 megapixels
NOISE = 5.0  # of 255: makes 2.7 MB, as phones do of 12 megapixels; smooth, it would code faster
WALL_WIDTH = 480  # px, a picture on the wall
MOST_WHOLE = 2.0  # times the floor
MOST_WALL_MS = 25.0
FLOOR = ("floor: decode", "floor: encode")
WHOLE = (
    "read and decode", "find faces", "fit the head", "prepare the scene", "seat and render",
    "encode",
)  # fmt: skip
FULL = "one more frame, full size"
FILE = click.Path(path_type=Path, dir_okay=False)
WALL = f"one more frame, {WALL_WIDTH} px"


@click.group(invoke_without_command=True)
@click.option(
    "--photo",
    type=click.Path(path_type=Path),
    help="Default: a 12-megapixel portrait made from scikit-image's sample.",
)
@click.option("--rounds", type=click.IntRange(1), default=9, show_default=True)
@click.option("--json", "report", type=FILE, help="Also write the figures here.")
@click.pass_context
@with_appcontext
@told
def bench(context: click.Context, photo: Path | None, rounds: int, report: Path | None) -> None:
    """Time a try-on by stage against decoding and encoding the same photo.

    Figures are medians over interleaved rounds after one that does not count, which loads
    torch and the weights. A further frame is timed from what memory holds after the first:
    the photo's pixels and the scene on it; at full size and at 480 px, encoding included.
    """
    if context.invoked_subcommand:
        return
    data = read_bytes(photo) if photo else portrait()
    quality = current_app.config["JPEG_QUALITY"]
    run = Bench(data, quality, sight.current().finder, [wear(frame) for frame in demo_frames()[:3]])
    run.round()
    run.watch.clear()
    for _ in tqdm(range(rounds), unit="round", disable=None):
        run.round()
    figures = summary(run, rounds)
    click.echo(table(figures))
    if report:
        write_json(report, figures)


bench.add_command(placement)
bench.add_command(serve)
bench.add_command(furnish)
bench.add_command(product)
bench.add_command(wall)


def portrait() -> bytes:
    """Return a 12-megapixel JPEG portrait: an enlarged sample with a camera's noise.

    Raises:
        click.ClickException: scikit-image, which brings the sample, is not installed.
    """
    try:
        from skimage.data import astronaut
    except ImportError:
        raise click.ClickException(
            "The sample portrait comes with scikit-image (requirements-dev.txt); "
            "or name a photo: --photo me.jpg"
        ) from None
    face = Image.fromarray(astronaut()).crop((0, 0, 512, 384))
    pixels = np.asarray(face.resize(SIZE, Image.Resampling.BICUBIC), np.float32)
    rng = np.random.default_rng(12)
    pixels = pixels + rng.normal(0, NOISE, pixels.shape).astype(np.float32)
    return encode_jpeg(np.clip(pixels, 0, 255).astype(np.uint8), 92)


def wear(frame: DemoFrame) -> Eyewear:
    """Return a demo frame's first colourway as a thing to fit and render."""
    variant = frame.variants[0]
    return Eyewear(frame.marks, variant.artwork(), frame.build, variant.lens)


@dataclass
class Bench:
    """One photo, some frames, and a round of everything that is timed."""

    data: bytes
    quality: int
    finder: Finder
    frames: list[Eyewear]
    watch: Stopwatch = field(default_factory=Stopwatch)
    turn: int = 0
    size: tuple[int, int] = (0, 0)

    def round(self) -> None:
        """Time the floor, a whole try-on, and one more frame at both sizes."""
        self.turn += 1
        self.floor()
        pixels, camera, head, scene = self.whole()
        self.further(FULL, pixels, camera, head, scene)
        small = read_stored(encode_jpeg(pixels, self.quality), WALL_WIDTH)
        camera = camera.scaled(small.shape[1] / pixels.shape[1])
        self.further(WALL, small, camera, head, prepare(small, camera, head))

    def eyewear(self) -> Eyewear:
        """Return the frame whose turn it is."""
        return self.frames[self.turn % len(self.frames)]

    def floor(self) -> None:
        """Decode and encode the photo with Pillow alone."""
        with self.watch.stage(FLOOR[0]):
            image = Image.open(io.BytesIO(self.data)).convert("RGB")
        with self.watch.stage(FLOOR[1]):
            image.save(io.BytesIO(), "JPEG", quality=self.quality, subsampling=2)

    def whole(self) -> tuple[Pixels, Camera, Head, Scene]:
        """Try a frame on, from the photo's bytes to a JPEG of its full size."""
        stage = self.watch.stage
        with stage(WHOLE[0]):
            picture = read_picture(self.data)
            pixels = picture.pixels()
        with stage(WHOLE[1]):
            faces = self.finder.find(pixels)
        if not faces:
            raise NoFace()
        self.size = (pixels.shape[1], pixels.shape[0])
        with stage(WHOLE[2]):
            camera, head = head_of(faces[0].landmarks, self.size, focal_35mm=picture.focal_35mm)
        with stage(WHOLE[3]):
            scene = prepare(pixels, camera, head)
        with stage(WHOLE[4]):
            eyewear = self.eyewear()
            fit = seat_frame(camera, head, eyewear)
            worn = try_on(pixels, fit, eyewear, scene=scene, in_place=True)  # as the shop does
        with stage(WHOLE[5]):
            encode_jpeg(worn, self.quality)
        return pixels, camera, head, scene

    def further(self, name: str, pixels: Pixels, camera: Camera, head: Head, scene: Scene) -> None:
        """Try the next frame on a face that memory holds."""
        self.turn += 1
        eyewear = self.eyewear()
        with self.watch.stage(name):
            worn = try_on(pixels, seat_frame(camera, head, eyewear), eyewear, scene=scene)
            encode_jpeg(worn, self.quality)


def summary(run: Bench, rounds: int) -> dict[str, Any]:
    """Return the figures: seconds by stage, their sums, ratios to the floor, and targets."""
    stages = run.watch.medians()
    floor = sum(stages[name] for name in FLOOR)
    whole = sum(stages[name] for name in WHOLE)
    return {
        "photo": {"width": run.size[0], "height": run.size[1], "bytes": len(run.data)},
        "rounds": rounds,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "seconds": stages,
        "floor_seconds": floor,
        "whole_seconds": whole,
        "whole_over_floor": whole / floor,
        "wall_ms": 1000 * stages[WALL],
        "reached": {
            "whole_over_floor": whole / floor <= MOST_WHOLE,
            "wall_ms": 1000 * stages[WALL] <= MOST_WALL_MS,
        },
    }


def table(figures: dict[str, Any]) -> str:
    """Return the figures as lines of text."""
    photo, floor = figures["photo"], figures["floor_seconds"]
    megapixels = photo["width"] * photo["height"] / 1e6

    def line(name: str, seconds: float, remark: str = "") -> str:
        return f"{name:<28}{1000 * seconds:>9.1f} ms{seconds / floor:>8.2f} x  {remark}".rstrip()

    stages = figures["seconds"]
    told_whole = f"target {MOST_WHOLE:g} x: {verdict(figures, 'whole_over_floor')}"
    told_wall = f"target {MOST_WALL_MS:g} ms: {verdict(figures, 'wall_ms')}"
    return "\n".join(
        (
            f"{photo['width']} x {photo['height']} ({megapixels:.1f} megapixels, "
            f"{photo['bytes'] / 1e6:.1f} MB), medians of {figures['rounds']} rounds",
            *(line(name, stages[name]) for name in FLOOR),
            line("floor", floor),
            *(line(name, stages[name]) for name in WHOLE),
            line("whole try-on", figures["whole_seconds"], told_whole),
            line(FULL, stages[FULL]),
            line(WALL, stages[WALL], told_wall),
        )
    )


def verdict(figures: dict[str, Any], target: str) -> str:
    """Return whether a target was reached, in a word."""
    return "reached" if figures["reached"][target] else "missed"
