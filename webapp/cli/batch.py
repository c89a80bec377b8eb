"""`flask batch`: many photos with many frames, from folder to folder."""

import hashlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from tqdm import tqdm

from webapp.cli.problems import needs_database, told
from webapp.cli.writing import write_file
from webapp.jobs.batches import command_line
from webapp.jobs.keeping import Kept, listen_for_stop, stop
from webapp.jobs.on_ray import Driver
from webapp.shop import batch_folders, batches
from webapp.shop.batch_views import BatchView
from webapp.storage.places import BUCKETS

GLANCE = 0.5  # s between two looks at how far it is
MOST_ENDS = 10  # workers that died without a photo coming to an end since: something is wrong
MANIFEST = "manifest.jsonl"
ENGINES = ("builtin", "ray")

batch = AppGroup("batch", help="Many photos with many frames.")


@batch.command("run")
@click.argument("photos", metavar="DIR")
@click.option("--frames", required=True, help="Frames to wear: slug or slug/variant, by commas.")
@click.option("--out", required=True, help="The folder, or s3:// address, for the results.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; by default one a core.")
@click.option("--width", type=click.IntRange(64), help="Pixels; by default the photo's own width.")
@click.option("--manifest", "path", type=click.Path(path_type=Path), help="Default: in --out.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
@click.option("--retry-failed", is_flag=True, help="Try those again that failed before.")
@needs_database
@told
def run(
    photos: str,
    frames: str,
    out: str,
    workers: int | None,
    width: int | None,
    path: Path | None,
    engine: str,
    retry_failed: bool,
) -> None:
    """Render every frame on every photo in DIR and the folders below it.

    Pictures go to --out, with a manifest: one JSON line for every photo and frame, with its file
    or the reason why there is none. Stopped or killed, the same command goes on where it was; it
    also takes up photos that were added, and makes again what was deleted. The exit status is 1
    if an item failed. --engine ray (requirements-ray.txt) spreads the work over the cluster that
    RAY_ADDRESS names, or over this machine; photos and results must then lie where all of its
    machines see them.
    """
    source, target = address_of(photos), address_of(out)
    path = path or default_manifest(target)
    named = [name for name in frames.split(",") if name.strip()]
    with alone(target):
        view = batch_folders.begin(named, source=source, target=target, width=width)
        if retry_failed and view.failed:
            view = batches.retry(view.token, batches.COMMAND)
        attend_by = attend if engine == ENGINES[0] else attend_ray
        view = attend_by(view, path, workers or cores())
        write_manifest(view, path)
    tell(view, path)
    sys.exit(0 if view.state == "done" and not view.failed else 1)


@batch.command("list")
@needs_database
def list_() -> None:
    """Print the command line's batches, the latest first."""
    found, _ = batches.page(batches.COMMAND, most=100)
    for view in found:
        ended = f"{view.done} of {view.items} done, {view.failed} failed"
        click.echo(f"{view.created:%Y-%m-%d %H:%M}\t{view.state}\t{ended}\t{view.target}")


def address_of(place: str) -> str:
    """Return a folder's absolute path, or a bucket's address as it is."""
    return place if place.startswith(BUCKETS) else str(Path(place).resolve())


def default_manifest(target: str) -> Path:
    """Return where the manifest goes: beside the results, or here if they are in a bucket."""
    return Path(MANIFEST) if target.startswith(BUCKETS) else Path(target, MANIFEST)


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def alone(target: str) -> Iterator[None]:
    """Hold the right to work on what goes to `target`; it ends with the process, even if killed.

    Raises:
        click.ClickException: another run has it.
    """
    import fcntl  # where there is none, neither is gunicorn

    digest = hashlib.sha256(target.encode()).hexdigest()[:16]
    lock = Path(current_app.config["INSTANCE_DIR"], "locks", f"batch-{digest}")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise click.ClickException(f"Another run is at work on {target}.") from None
        yield


def attend(view: BatchView, path: Path, count: int) -> BatchView:
    """Keep workers going until the batch is done, paused, or somebody says stop."""
    signals = listen_for_stop()
    kept = [keep(view.token, slot) for slot in range(count)]
    ends_then = 0
    with Watch(view, path) as watch:
        try:
            while not signals and watch.view.state == "running":
                for one in kept:
                    one.tend()
                ends = sum(one.ends for one in kept)
                if watch.look():
                    ends_then = ends
                if ends - ends_then >= MOST_ENDS * count:
                    raise click.ClickException("The workers keep dying; see above.")
                time.sleep(GLANCE)
        finally:
            stop([one.process for one in kept if one.process])
    return batches.get(view.token, batches.COMMAND)


def attend_ray(view: BatchView, path: Path, count: int) -> BatchView:
    """Let Ray bring the batch to its end, or stop it between two answers if somebody says so."""
    signals = listen_for_stop()
    driver = Driver(view.token, f"ray-{os.getpid()}", count)
    with Watch(view, path) as watch:
        for _ in driver.run():
            watch.look()
            if signals:
                driver.give_back(strike=False)
                break
    return batches.get(view.token, batches.COMMAND)


def keep(token: str, slot: int) -> Kept:
    """Return a worker of this run, which is started again at once when it dies."""
    name = f"run-{os.getpid()}:{slot}"
    command = command_line("--batch", token, "--name", name)
    return Kept(f"worker {slot + 1}", command, environ(), longest=1.0)


def environ() -> dict[str, str]:
    """Return the environment in which a worker finds this command's shop."""
    names = ("DATABASE_URL", "FILES_DIR", "SECRET_KEY")
    return os.environ | {name: str(current_app.config[name]) for name in names}


class Watch:
    """A progress bar, and the manifest, to which a line is added as soon as an item has ended."""

    def __init__(self, view: BatchView, path: Path) -> None:
        self.view, self.path, self.last = view, path, 0
        ended = view.done + view.failed
        self.bar = tqdm(total=view.items, initial=ended, unit="picture", disable=None)

    def __enter__(self) -> "Watch":
        write_file(self.path, b"")
        return self

    def __exit__(self, *raised: object) -> None:
        self.look()
        self.bar.close()

    def look(self) -> bool:
        """Bring bar and manifest up to date; tell whether anything has ended since."""
        last = self.last
        while True:
            lines, self.last = batch_folders.told_since(self.view.token, self.last)
            if not lines:
                break
            with self.path.open("a", encoding="utf-8") as file:
                file.writelines(map(json_line, lines))
        self.view = view = batches.get(self.view.token, batches.COMMAND)
        self.bar.total = view.items
        self.bar.set_postfix(failed=view.failed, refresh=False)
        self.bar.update(view.done + view.failed - self.bar.n)
        return self.last != last


def json_line(told: dict[str, Any]) -> str:
    """Return a line of the manifest."""
    return json.dumps(told, ensure_ascii=False) + "\n"


def write_manifest(view: BatchView, path: Path) -> None:
    """Write the whole manifest, in order, in place of what was followed; never half of it."""
    draft = path.with_name(f".{path.name}.part")
    with draft.open("w", encoding="utf-8") as file:
        file.writelines(map(json_line, batch_folders.manifest(view.token)))
    draft.replace(path)


def tell(view: BatchView, path: Path) -> None:
    """Say how it ended, and what to do where it didn't."""
    reasons = batches.reasons(view.token, batches.COMMAND)
    click.echo(f"{view.done} of {view.items} pictures in {view.target}; manifest: {path}")
    for reason, count in Counter(reasons).most_common():
        click.echo(f"  {count} failed: {reason}")
    if view.state != "done":
        why = f"It stopped ({view.reason})." if view.reason else "It was stopped."
        click.echo(f"{why} The same command goes on where it was: {view.left} are left.", err=True)
