"""`flask bench batch`: how fast a batch is, beside what decoding and encoding alone take.

First one process dresses photos and recodes them by turns, and the processor's own time tells how
far a batch is from the codec's floor, whatever else the machine does. Then real batches run with
one worker and with several, beside as many processes that only recode, all by turns and over
again: a machine's pace changes within minutes, and medians count. Rates leave the start-up out:
they count from the first photo that came to an end to the last.
"""

import hashlib
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
from flask import current_app
from flask.cli import with_appcontext
from PIL import Image

from webapp.cli import codec_floor
from webapp.cli.bench_serve import portrait
from webapp.cli.codec_floor import recode
from webapp.cli.problems import needs_database, told
from webapp.cli.timing import Stopwatch
from webapp.cli.writing import write_json
from webapp.config import ROOT
from webapp.rendering.codec import encode_jpeg
from webapp.shop import batches
from webapp.shop.batch_dressing import TOGETHER, Raw
from webapp.shop.batch_orders import Order
from webapp.shop.batch_views import BatchView
from webapp.storage import clock

PIXELS = 1e6
MOST_CPU = 10  # groups that are dressed and recoded by turns
ASKED = 35.0  # photos a second on two cores: a million in eight hours


@click.command("batch")
@click.option("--photos", type=click.Path(path_type=Path, exists=True), help="Default: a sample.")
@click.option("--count", type=click.IntRange(32), default=2000, show_default=True)
@click.option("--frame", default="juno", show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="Medians.")
@click.option("--engine", type=click.Choice(("builtin", "ray")), multiple=True, help="Repeat it.")
@click.option("--json", "report", type=click.Path(path_type=Path), help="Also write figures here.")
@with_appcontext
@needs_database
@told
def bench_batch(
    photos: Path | None,
    count: int,
    frame: str,
    workers: int,
    rounds: int,
    engine: tuple[str, ...],
    report: Path | None,
) -> None:
    """Measure a batch of one-megapixel photos against the codec's floor."""
    with tempfile.TemporaryDirectory(prefix="batch-") as top:
        many, few = Path(top, "many"), Path(top, "few")
        fill(many, photos, count)
        fill(few, photos, max(32, count // workers))  # as many for one as each of several has
        figures: dict[str, Any] = {"count": count, "workers": workers, "rounds": rounds}
        figures |= floors(few, frame)
        turns = [turn(few, many, frame, workers, engine or ("builtin",)) for _ in range(rounds)]
    figures |= {name: statistics.median(one[name] for one in turns) for name in turns[0]}
    click.echo(table(figures))
    if report:
        write_json(report, figures)


def turn(
    few: Path, many: Path, frame: str, workers: int, engines: tuple[str, ...]
) -> dict[str, float]:
    """Return photos a second of the codec alone and of batches, by one process and by several."""
    with tempfile.TemporaryDirectory(prefix="round-") as top:
        told = {"codec_1": codec_rate(few, 1)}
        told["builtin_1"] = rate(few, Path(top, "one"), frame, 1, "builtin")
        told["codec_n"] = codec_rate(many, workers)
        for one in engines:
            told[f"{one}_n"] = rate(many, Path(top, one), frame, workers, one)
    if "builtin_n" in told:
        told["scaling"] = told["builtin_n"] / told["builtin_1"]
        told["codec_scaling"] = told["codec_n"] / told["codec_1"]
        told["scaling_share"] = told["scaling"] / told["codec_scaling"]
    return told


def fill(folder: Path, photos: Path | None, count: int) -> None:
    """Put photos of one megapixel into a folder, repeated up to `count`."""
    folder.mkdir()
    found = sorted(photos.glob("*.jpg")) if photos else []
    made = [megapixel(path.read_bytes()) for path in found] or [portrait()]
    for number in range(count):
        (folder / f"{number:05d}.jpg").write_bytes(made[number % len(made)])


def megapixel(data: bytes) -> bytes:
    """Return a photo's bytes at one megapixel."""
    import io

    image = Image.open(io.BytesIO(data)).convert("RGB")
    scale = (PIXELS / (image.width * image.height)) ** 0.5
    size = round(image.width * scale), round(image.height * scale)
    return encode_jpeg(np.asarray(image.resize(size, Image.Resampling.LANCZOS)))


def floors(folder: Path, frame: str) -> dict[str, float]:
    """Return the processor's milliseconds a photo, dressed and only recoded, and their ratio."""
    cv2.setNumThreads(1)  # as in a worker
    order = Order(0, tuple(batches.looks_of([frame])), None, clock.now(), None, None)
    dresser, watch = order.dresser(), Stopwatch()
    quality = current_app.config["JPEG_QUALITY"]
    photos = [path.read_bytes() for path in sorted(folder.iterdir())]
    groups = [photos[at : at + TOGETHER] for at in range(0, len(photos), TOGETHER)]
    groups = [group for group in groups if len(group) == TOGETHER][:MOST_CPU]
    for turn, group in enumerate([groups[0], *groups]):
        if turn == 1:
            watch.clear()  # the first one loaded torch and the weights
        raws = [
            Raw(key, data, int(hashlib.sha256(data).hexdigest()[:8], 16))
            for key, data in enumerate(group)
        ]
        with watch.stage("dress"):
            list(dresser.dress(raws))
        with watch.stage("recode"):
            for data in group:
                recode(data, quality)
    dress, floor = (1000 * watch.medians()[name] / TOGETHER for name in ("dress", "recode"))
    return {"dress_ms": dress, "floor_ms": floor, "over_floor": dress / floor}


def codec_rate(folder: Path, processes: int) -> float:
    """Return photos a second that independent processes recode together."""
    quality = str(current_app.config["JPEG_QUALITY"])
    program = (sys.executable, "-P", codec_floor.__file__, str(folder), quality)
    running = [
        subprocess.Popen(  # noqa: S603
            (*program, str(part), str(processes)), cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for part in range(processes)
    ]
    return sum(float(one.communicate()[0]) for one in running)


def rate(folder: Path, out: Path, frame: str, workers: int, engine: str) -> float:
    """Return photos a second of a batch, from the first that came to an end to the last."""
    from webapp.cli.batch import ENGINES, attend, attend_ray
    from webapp.shop import batch_folders

    view = batch_folders.begin([frame], source=str(folder), target=str(out))
    attend_by = attend if engine == ENGINES[0] else attend_ray
    view = attend_by(view, out / "manifest.jsonl", workers)
    try:
        return steady(view)
    finally:
        batches.delete(view.token, batches.COMMAND)


def steady(view: BatchView) -> float:
    """Return a batch's photos a second without its start-up."""
    moments = batches.ends(view.token, batches.COMMAND)
    seconds = (moments[-1] - moments[0]).total_seconds()
    later = sum(moment > moments[0] for moment in moments)
    return later / seconds if seconds else 0.0


def table(figures: dict[str, Any]) -> str:
    """Return the figures as lines of text."""
    n = figures["workers"]
    lines = [
        f"{figures['count']} photos, medians of {figures['rounds']} rounds",
        f"one photo, processor's time: {figures['dress_ms']:.1f} ms; "
        f"decoding and encoding alone {figures['floor_ms']:.1f} ms: "
        f"{figures['over_floor']:.2f} x the floor",
        f"codec alone, photos a second: {figures['codec_1']:.1f} by one process, "
        f"{figures['codec_n']:.1f} by {n}",
        f"batch, one worker: {figures['builtin_1']:.1f} photos a second",
    ]
    for name in ("builtin", "ray"):
        if f"{name}_n" in figures:
            reached = "reached" if figures[f"{name}_n"] >= ASKED else "missed"
            lines.append(
                f"batch, {n} workers, {name}: {figures[f'{name}_n']:.1f} photos a second "
                f"(target {ASKED:g}: {reached})"
            )
    if "scaling" in figures:
        lines.append(
            f"{n} workers are {figures['scaling']:.2f} x one, {n} codec processes "
            f"{figures['codec_scaling']:.2f} x: {figures['scaling_share']:.0%} (target 95 %)"
        )
    return "\n".join(lines)
