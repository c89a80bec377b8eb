"""`flask bench`: seconds by stage, as ratios to the codec's own time in the same run.

The floor is what no fitting room can avoid: decoding the very photo and encoding a picture
of its size with Pillow. Floor, whole try-on and further frames take turns in every round,
so that a busy machine slows them alike.
"""

import os
import struct
from pathlib import Path
from typing import Any

import click
import numpy as np
from flask import current_app
from flask.cli import with_appcontext
from PIL import Image
from tqdm import tqdm

from webapp.cli.bench_batch import bench_batch
from webapp.cli.bench_serve import furnish, serve
from webapp.cli.placement import placement
from webapp.cli.problems import told
from webapp.cli.product import product
from webapp.cli.reading import read_bytes
from webapp.cli.sides import sides
from webapp.cli.takes import takes
from webapp.cli.trials import (
    FLOOR,
    GRID,
    LARGE,
    P3,
    PAGE,
    WALL,
    WHOLE,
    Bench,
    peak_megabytes,
    wear,
)  # fmt: skip
from webapp.cli.wall import wall
from webapp.cli.wide_colour import display_p3
from webapp.cli.worn import worn
from webapp.cli.writing import write_json
from webapp.drawn.catalogue import demo_frames
from webapp.rendering.codec import encode_jpeg
from webapp.shop import sight

SIZE = (4000, 3000)  # px, 12 megapixels
NOISE = 5.0  # of 255: makes 2.7 MB, as phones do of 12 megapixels; smooth, it would code faster
BARS = (  # what is measured, the most it may be, and its unit
    ("whole_over_floor", 1.4, "x"),
    ("p3_over_floor", 3.0, "x"),
    ("wall_ms", 8.0, "ms"),
    ("large_ms", 40.0, "ms"),
    ("page_ms", 250.0, "ms"),
    ("peak_mb", 300.0, "MB"),
)
FILE = click.Path(path_type=Path, dir_okay=False)


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
    """Time a try-on by stage against decoding and encoding the same photo, on one core.

    Figures are medians over interleaved rounds after one that does not count, which loads
    torch and the weights. A further frame is timed from what memory holds after the first:
    the photo's pixels, the scene on it and the frame's textures; encoding included.
    """
    if context.invoked_subcommand:
        return
    bind_to_one_core()
    data = read_bytes(photo) if photo else portrait()
    quality = current_app.config["JPEG_QUALITY"]
    frames = [wear(frame) for frame in demo_frames()[:GRID]]
    run = Bench(data, quality, sight.current().finder, frames, in_wide_colour(data))
    peak = peak_megabytes(run)
    run.round()
    run.watch.clear()
    for _ in tqdm(range(rounds), unit="round", disable=None):
        run.round()
    figures = summary(run, rounds, peak)
    click.echo(table(figures))
    if report:
        write_json(report, figures)


bench.add_command(placement)
bench.add_command(worn)
bench.add_command(takes)
bench.add_command(sides)
bench.add_command(bench_batch)
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


def bind_to_one_core() -> None:
    """Keep to one core, where the system lets a process choose."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def in_wide_colour(data: bytes) -> bytes | None:
    """Return a JPEG said to be in Display P3, its pixels untouched; None for other formats."""
    if data[:2] != b"\xff\xd8":
        return None
    profile = b"ICC_PROFILE\0\1\1" + display_p3()
    marked = b"\xff\xe2" + struct.pack(">H", len(profile) + 2) + profile
    return data[:2] + marked + data[2:]


def summary(run: Bench, rounds: int, peak: float | None = None) -> dict[str, Any]:
    """Return the figures: seconds by stage, their sums, ratios to the floor, and targets.

    Args:
        peak: megabytes by which the process grew over a whole try-on.
    """
    stages = run.watch.medians()
    floor = sum(stages[name] for name in FLOOR)
    whole = sum(stages[name] for name in WHOLE)
    measured = {
        "whole_over_floor": whole / floor,
        "p3_over_floor": (whole - stages[WHOLE[0]] + stages[P3]) / floor if P3 in stages else None,
        "wall_ms": 1000 * stages[WALL],
        "large_ms": 1000 * stages[LARGE],
        "page_ms": 1000 * stages[PAGE],
        "peak_mb": peak,
    }
    return {
        "photo": {"width": run.size[0], "height": run.size[1], "bytes": len(run.data)},
        "rounds": rounds,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "seconds": stages,
        "floor_seconds": floor,
        "whole_seconds": whole,
        **measured,
        "reached": {
            name: value <= most for name, most, _ in BARS if (value := measured[name]) is not None
        },
    }


def table(figures: dict[str, Any]) -> str:
    """Return the figures as lines of text."""
    photo, floor = figures["photo"], figures["floor_seconds"]
    megapixels = photo["width"] * photo["height"] / 1e6

    def line(name: str, seconds: float) -> str:
        return f"{name:<28}{1000 * seconds:>9.1f} ms{seconds / floor:>8.2f} x"

    stages = figures["seconds"]
    rest = [name for name in stages if name not in (*FLOOR, *WHOLE)]
    return "\n".join(
        (
            f"{photo['width']} x {photo['height']} ({megapixels:.1f} megapixels, "
            f"{photo['bytes'] / 1e6:.1f} MB), medians of {figures['rounds']} rounds",
            *(line(name, stages[name]) for name in FLOOR),
            line("floor", floor),
            *(line(name, stages[name]) for name in WHOLE),
            line("whole try-on", figures["whole_seconds"]),
            *(line(name, stages[name]) for name in rest),
            *(bar(figures, *each) for each in BARS if each[0] in figures["reached"]),
        )
    )


def bar(figures: dict[str, Any], name: str, most: float, unit: str) -> str:
    """Return a line that sets a figure beside the most it may be."""
    word = "reached" if figures["reached"][name] else "missed"
    return f"{name:<28}{figures[name]:>9.2f} {unit}, at most {most:g}: {word}"
