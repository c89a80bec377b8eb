"""`flask bench serve`: try-ons a second, overload, reload and memory of a server of its own.

Server and clients share the machine, as they do not in a shop: the clients' part is small beside
a try-on's. Everything stays on loopback, in a folder that is removed afterwards.
"""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import click
import numpy as np
from flask.cli import with_appcontext
from PIL import Image

from webapp import storage
from webapp.cli.load import Call, Outcome, for_requests, for_seconds, form_with, press
from webapp.cli.served import Served, folder, furnished, serving
from webapp.cli.writing import write_json
from webapp.drawn.catalogue import demo_frames
from webapp.rendering.codec import encode_jpeg
from webapp.shop import api_keys, catalogue

SIZE = (1152, 864)  # px, one megapixel
CROWD = 64  # clients of the overload: many times what may wait
RELOADS = 3
RELOAD_CLIENTS = 4
SAMPLES = 40  # of memory
FLAT_KB = 1000.0  # growth per 1,000 requests that is called flat
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("serve")
@click.option("--clients", default="1,2,8,32", show_default=True, help="Numbers of clients.")
@click.option("--seconds", type=click.FloatRange(1), default=20, show_default=True)
@click.option("--requests", type=click.IntRange(0), default=5000, show_default=True,
              help="Over which memory is watched; 0: not at all.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True,
              help="Web workers; more than one need REDIS_URL.")  # fmt: skip
@click.option("--json", "report", type=FILE, help="Also write the figures here.")
@with_appcontext
def serve(clients: str, seconds: float, requests: int, workers: int, report: Path | None) -> None:
    """Serve a shop on loopback and measure it: speed, overload, reload, memory.

    A try-on is `POST /api/v1/try-ons` with a one-megapixel portrait: decoded, its face found, a
    frame fitted, rendered and encoded, every time anew.
    """
    numbers = [int(one) for one in clients.split(",")]
    with folder() as path:
        call = Call("POST", "/api/v1/try-ons", *prepared(path))
        settings = settings_in(path) | {"WEB_WORKERS": str(workers)}
        with serving(settings, path / "log") as served:
            figures = measure(served, call, numbers, seconds, requests)
    click.echo(table(figures))
    if report:
        write_json(report, figures)


def settings_in(path: Path) -> dict[str, str]:
    """Return the settings of a shop that lies in the folder, and whose limits nobody reaches."""
    return {
        "DATABASE_URL": f"sqlite:///{path / 'lorgnette.sqlite'}",
        "FILES_DIR": str(path / "files"),
        "SECRET_KEY": "of a bench that is gone with its folder",  # nosec B105: it opens nothing
        "API_CALLS_PER_MINUTE": "1000000000",
        "LOG_LEVEL": "error",
    }


def prepared(path: Path) -> tuple[dict[str, str], bytes]:
    """Make a shop with one frame in the folder; return the call's headers and its body.

    Raises:
        click.ClickException: it could not be made.
    """
    slug, token = furnished(settings_in(path)).split()
    kind, body = form_with(portrait(), frame=slug)
    return {"Authorization": f"Bearer {token}", "Content-Type": kind}, body


@click.command("furnish", hidden=True)
@with_appcontext
def furnish() -> None:
    """Bring an empty shop one frame and a key, and print the frame's slug and the key."""
    demo = demo_frames()[0]
    storage.migrate()
    catalogue.load_demo_frame(demo)
    _, token = api_keys.create("bench", attested=True)
    click.echo(f"{demo.slug} {token}")


def portrait() -> bytes:
    """Return a one-megapixel JPEG portrait, made from scikit-image's sample.

    Raises:
        click.ClickException: scikit-image is not installed.
    """
    try:
        from skimage.data import astronaut
    except ImportError:
        raise click.ClickException(
            "The sample portrait comes with scikit-image (requirements-dev.txt)."
        ) from None
    face = Image.fromarray(astronaut()).crop((0, 0, 512, 384))
    return encode_jpeg(np.asarray(face.resize(SIZE, Image.Resampling.BICUBIC)), 92)


@dataclass(frozen=True)
class Pressed:
    """An outcome in figures; times in milliseconds."""

    clients: int
    outcome: Outcome

    def told(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        one = self.outcome
        return {
            "clients": self.clients,
            "per_second": round(one.per_second, 2),
            "answered": len(one.seconds),
            "median_ms": milliseconds(one.seconds, 50),
            "p95_ms": milliseconds(one.seconds, 95),
            "turned_away": len(one.turned_away),
            "turned_away_p95_ms": milliseconds(one.turned_away, 95),
            "failures": dict(one.failures),
        }


def milliseconds(seconds: list[float], per_cent: int) -> int | None:
    """Return a percentile in whole milliseconds; None where there is nothing."""
    if len(seconds) < 2:
        return round(1000 * seconds[0]) if seconds else None
    return round(1000 * quantiles(seconds, n=100, method="inclusive")[per_cent - 1])


def measure(
    served: Served, call: Call, clients: list[int], seconds: float, requests: int
) -> dict[str, Any]:
    """Return all figures of a server that has just started."""
    press(served.port, call, clients=2, going_on=for_requests(6))  # loads the model
    steady = [steadily(served, call, n, seconds) for n in clients]
    crowd = press(served.port, call, clients=CROWD, going_on=for_seconds(seconds))
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "load_before": round(os.getloadavg()[0], 1),
        "photo": {"width": SIZE[0], "height": SIZE[1], "bytes": len(call.body)},
        "steady": steady,
        "overload": Pressed(CROWD, crowd).told(),
        "reload": Pressed(RELOAD_CLIENTS, reloaded(served, call, seconds)).told(),
        "memory": memory(served, call, requests) if requests else None,
    }


def steadily(served: Served, call: Call, clients: int, seconds: float) -> dict[str, Any]:
    """Return what came of so many clients for a while, with the processor time of each answer.

    It tells what a try-on costs on a machine that has other work too. What was turned away is in
    it as well, so that it is a try-on's own while nobody is.
    """
    before = served.cpu_seconds()
    outcome = press(served.port, call, clients=clients, going_on=for_seconds(seconds))
    spent = served.cpu_seconds() - before
    told = Pressed(clients, outcome).told()
    return told | {"cpu_ms": round(1000 * spent / max(1, told["answered"]))}


def reloaded(served: Served, call: Call, seconds: float) -> Outcome:
    """Return what came of requests while the server was reloaded several times."""

    def reload() -> None:
        for _ in range(RELOADS):
            time.sleep(seconds / (RELOADS + 1))
            served.reload()

    turner = threading.Thread(target=reload)
    turner.start()
    outcome = press(served.port, call, clients=RELOAD_CLIENTS, going_on=for_seconds(1.5 * seconds))
    turner.join()
    return outcome


def memory(served: Served, call: Call, requests: int) -> dict[str, Any]:
    """Return the memory of all processes over so many requests, and how it grew.

    The slope is that of the second half: in the first, caches and pools still fill.
    """
    samples: list[tuple[int, int]] = []
    going_on = watched(for_requests(requests), samples, served.kilobytes, requests)
    outcome = press(served.port, call, clients=2, going_on=going_on)
    samples.append((requests, served.kilobytes()))
    return {
        "requests": requests,
        "failures": dict(outcome.failures),
        "megabytes_first": round(samples[0][1] / 1024, 1),
        "megabytes_median": round(median(kb for _, kb in samples) / 1024, 1),
        "megabytes_last": round(samples[-1][1] / 1024, 1),
        "kb_per_1000_requests": slope_of(samples[len(samples) // 2 :]),
    }


def watched(
    going_on: Callable[[int, float], bool],
    samples: list[tuple[int, int]],
    look: Callable[[], int],
    requests: int,
) -> Callable[[int, float], bool]:
    """Go on as before, and look at the memory every so many requests."""
    every = max(1, requests // SAMPLES)

    def go_on(begun: int, since: float) -> bool:
        if begun % every == 0 and begun < requests:
            samples.append((begun, look()))
        return going_on(begun, since)

    return go_on


def slope_of(samples: list[tuple[int, int]]) -> float:
    """Return by how many kilobytes memory grew per 1,000 requests, by least squares."""
    if len(samples) < 2:
        return 0.0
    at, kilobytes = np.array(sorted(samples), float).T
    return round(1000 * float(np.polyfit(at, kilobytes, 1)[0]), 1)


def table(figures: dict[str, Any]) -> str:
    """Return the figures as lines of text."""
    steady = [
        line(f"{one['clients']} clients", one) + f"   processor {one['cpu_ms']} ms each"
        for one in figures["steady"]
    ]
    crowd, turned, kept = figures["overload"], figures["reload"], figures["memory"]
    told = [
        f"one-megapixel try-ons; {figures['cores']} cores, load before {figures['load_before']}",
        *steady,
        line(f"{crowd['clients']} clients, overload", crowd),
        f"{'':<24}{crowd['turned_away']} told to come back, p95 {crowd['turned_away_p95_ms']} ms",
        line(f"{turned['clients']} clients, {RELOADS} reloads", turned),
    ]
    if kept:
        flat = "flat" if kept["kb_per_1000_requests"] <= FLAT_KB else "growing"
        told.append(
            f"memory over {kept['requests']} requests: {kept['megabytes_first']} to "
            f"{kept['megabytes_last']} MB, {kept['kb_per_1000_requests']} kB per 1,000 in the "
            f"second half: {flat}"
        )
    return "\n".join(told)


def line(name: str, one: dict[str, Any]) -> str:
    """Return a phase in a line."""
    failed = ", ".join(f"{number} x {what}" for what, number in one["failures"].items())
    return (
        f"{name:<24}{one['per_second']:>7.2f} a second   median {one['median_ms']} ms   "
        f"p95 {one['p95_ms']} ms   failures: {failed or 'none'}"
    )
