"""`python -m tests.soak [MINUTES]`: a real shop under mixed load while things go wrong.

Shoppers, people with broken pictures, an admin and a program with batches use a shop that `flask
serve` runs, and every few seconds something is killed, locked or cut. In the second half the web
worker is spared, and its memory watched. At the end everything acknowledged must be there,
everything deleted gone, rows equal to files, the database sound and memory flat. Figures go to
instance/reports/soak.json; the exit status tells whether all was well.
"""

import contextlib
import io
import json
import math
import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests
from PIL import Image
from skimage import data
from sqlalchemy import select

from tests.factories import on_disk, published
from tests.processes import free_port, runs
from tests.shoppers import EMAIL, PASSWORD
from tests.soak import people
from tests.soak.faults import FAULTS, SPARING, Shop
from tests.soak.ledger import Ledger
from webapp import create_app, storage
from webapp.config import ROOT
from webapp.jobs.serving import answers
from webapp.shop import accounts, api_keys, sweep
from webapp.storage import database, files
from webapp.storage.database import reading
from webapp.storage.tables import Image as Row

REPORT = ROOT / "instance" / "reports" / "soak.json"
FAULT_SECONDS = (3.0, 7.0)
SAMPLE_SECONDS = 2.0
MOST_GROWTH = 1.15  # of a worker's memory, its last third over its first, warmed up
WARM_PHOTOS = 20  # that a worker must have taken in before its memory is looked at,
WARM_SECONDS = 60.0  # and how long it must have lived: what it keeps for FACES_MINUTES is full then
DEEDS = ("photos", "try-ons", "deletions", "broken pictures", "admin edits", "batches")
CAST = (
    people.shop_for_glasses,
    people.shop_for_glasses,
    people.send_broken_pictures,
    people.keep_shop,
    people.ask_for_batches,
)


def prepare(folder: Path) -> tuple[dict[str, str], str]:
    """Make a shop with two frames, an admin and an API key; return its environment and the key."""
    port = free_port()
    settings = {
        "DATABASE_URL": f"sqlite:///{folder / 'lorgnette.sqlite'}",
        "FILES_DIR": str(folder / "files"),
        "SECRET_KEY": "of a soak that is gone with its folder",
        "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "UPLOADS_PER_HOUR": "1000000",
        "LOGINS_PER_HOUR": "1000000",
        "API_CALLS_PER_MINUTE": "1000000",
        "SWEEP_MINUTES": "1",
        "SWEEP_GRACE_MINUTES": "1",
        "FACES_MINUTES": "1",
        "BATCH_WORKERS": "1",
        "LOG_LEVEL": "warning",
    }
    app = create_app({"INSTANCE_DIR": str(folder), **settings})
    with app.app_context():
        storage.migrate()
        published("ada")
        published("bea")
        accounts.create(EMAIL, PASSWORD, "owner")
        _, key = api_keys.create("soak", attested=True)
        database.dispose()
    return {**os.environ, **settings}, key


@contextlib.contextmanager
def serving(environ: dict[str, str], folder: Path) -> Iterator[Shop]:
    """Serve the shop, and stop it in order."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    shop = Shop(process.pid, int(environ["PORT"]), folder / "lorgnette.sqlite")
    try:
        while not answers(shop.port):
            if process.poll() is not None:
                raise AssertionError((folder / "log").read_text())
            time.sleep(0.5)
        yield shop
    finally:
        process.send_signal(signal.SIGTERM)
        family = shop.family()
        process.wait(60)
        for pid in [pid for pid in family if runs(pid)]:
            os.kill(pid, signal.SIGKILL)


def portrait() -> bytes:
    """Return a photo with a face."""
    file = io.BytesIO()
    Image.fromarray(data.astronaut()).save(file, "JPEG", quality=92)
    return file.getvalue()


def memory_of(pid: int) -> float:
    """Return what a process has taken itself, megabytes; 0 where it has ended.

    Pages of its programs and libraries are left out: they count as its own whenever no other
    process happens to have them loaded (+80 MB of torch, when a batch worker ends).
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    taken = [int(line.split()[1]) for line in lines if line.startswith(("RssAnon", "RssShmem"))]
    return sum(taken) / 1000


Sample = tuple[float, float, int]  # seconds, megabytes, photos taken in so far


def run(shop: Shop, key: str, minutes: float) -> tuple[Ledger, dict[int, list[Sample]]]:
    """Let everybody use the shop while things go wrong; return what came of it, and memory."""
    ledger, stop, memory = Ledger(), threading.Event(), dict[int, list[Sample]]()
    photo, base = portrait(), f"http://127.0.0.1:{shop.port}"
    threads = []
    for seed, deed in enumerate(CAST):
        person = people.Person(base, ledger, stop, photo, key, seed)
        threads.append(threading.Thread(target=person.live, args=[deed]))
    watch = threading.Thread(target=sample, args=[shop, stop, memory, ledger])
    for thread in (*threads, watch):
        thread.start()
    started = time.monotonic()
    while (passed := time.monotonic() - started) < 60 * minutes:
        shop.strike(list(FAULTS) if passed < 30 * minutes else SPARING, ledger.done)
        time.sleep(random.uniform(*FAULT_SECONDS))
    stop.set()
    for thread in (*threads, watch):
        thread.join()
    return ledger, memory


def sample(
    shop: Shop, stop: threading.Event, memory: dict[int, list[Sample]], ledger: Ledger
) -> None:
    """Note the web workers' memory every few seconds."""
    while not stop.is_set():
        for pid in shop.workers():
            now = time.monotonic(), memory_of(pid), ledger.done["photos"]
            memory.setdefault(pid, []).append(now)
        time.sleep(SAMPLE_SECONDS)


def look_back(shop: Shop, ledger: Ledger) -> None:
    """Fetch all that was acknowledged, and all that was deleted."""
    for pictures, wanted in ((ledger.kept, 200), (ledger.gone, 404)):
        for address, cookies in pictures.items():
            answer = requests.get(
                f"http://127.0.0.1:{shop.port}{address}", cookies=cookies, timeout=60
            )
            if answer.status_code != wanted:
                ledger.note(f"at the end, {address}: {answer.status_code}, not {wanted}")


def look_inside(environ: dict[str, str], folder: Path, ledger: Ledger) -> int:
    """Check the stopped shop's database and files; return how many pictures are stored."""
    settings = {name: environ[name] for name in ("DATABASE_URL", "FILES_DIR", "SECRET_KEY")}
    app = create_app({"INSTANCE_DIR": str(folder), **settings})
    with app.app_context():
        then = time.time() - 3600
        for name in on_disk():
            os.utime(files.folder() / name, (then, then))
        sweep.run()
        with reading() as session:
            rows = set(session.scalars(select(Row.file)))
        if rows != on_disk():
            ledger.note(f"rows and files differ: {sorted(rows ^ on_disk())[:9]}")
        database.dispose()
    with contextlib.closing(sqlite3.connect(folder / "lorgnette.sqlite")) as connection:
        (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok" or connection.execute("PRAGMA foreign_key_check").fetchall():
            ledger.note("the database is damaged")
    return len(rows)


def growth_of(memory: dict[int, list[Sample]]) -> dict[str, float]:
    """Return how the memory of the longest-lived worker grew once it was warm.

    Warm: what it keeps on purpose (artwork, what was seen in the last minute) is full.
    """
    longest = max(memory.values(), key=len)
    born, _, before = longest[0]
    warm = [
        megabytes
        for at, megabytes, photos in longest
        if at >= born + WARM_SECONDS and photos >= before + WARM_PHOTOS
    ]
    third = len(warm) // 3
    if third < 3:
        return {"samples": len(warm)}
    first, last = (statistics.median(part) for part in (warm[:third], warm[-third:]))
    return {
        "samples": len(warm),
        "photos meanwhile": longest[-1][2] - before,
        "first third, MB": round(first, 1),
        "last third, MB": round(last, 1),
        "growth": round(last / first, 3),
        "most, MB": round(max(megabytes for _, megabytes, _ in longest), 1),
    }


def undone(ledger: Ledger, minutes: float) -> list[str]:
    """Return what was done so rarely that the soak proves nothing about it."""
    return [deed for deed in DEEDS if ledger.done[deed] < minutes]


def main(minutes: float) -> bool:
    """Soak a shop; write the report, say what came of it, and return whether all was well."""
    with tempfile.TemporaryDirectory(prefix="soak") as name:
        folder = Path(name)
        environ, key = prepare(folder)
        with serving(environ, folder) as shop:
            ledger, memory = run(shop, key, minutes)
            look_back(shop, ledger)
        stored = look_inside(environ, folder, ledger)
        log = (folder / "log").read_text(errors="replace")
        faulty = [line for line in log.splitlines() if "Traceback" in line]
    grown = growth_of(memory)
    report: dict[str, Any] = {
        "minutes": minutes,
        "done": dict(ledger.done),
        "faults": shop.struck,
        "calm refusals": {str(status): n for status, n in ledger.refused.items()},
        "connections cut": dict(ledger.lost),
        "kept to the end": len(ledger.kept),
        "gone to the end": len(ledger.gone),
        "pictures stored": stored,
        "memory of a web worker": grown,
        "tracebacks logged": len(faulty),
        "too rarely done": undone(ledger, minutes),
        "odd": ledger.odd,
    }
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n")
    (REPORT.with_suffix(".log")).write_text(log)
    print(json.dumps(report, indent=2))
    flat = grown.get("growth", math.inf) <= MOST_GROWTH
    return flat and not (ledger.odd or faulty or report["too rarely done"])


if __name__ == "__main__":
    sys.exit(0 if main(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0) else 1)
