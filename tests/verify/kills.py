"""Processes killed at every step of what they do, and what is left of it afterwards.

`python -m tests.verify.kills INSTANCE MOST` tells each story again and again, each time in a child
of its own that is killed at another step, and checks from a fresh child, as a shop that starts
again would: what was promised is there, what was deleted is gone, and after the sweep each file
has its row and each row its file. A line of JSON is printed for each.
"""

import hashlib
import itertools
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select, text, update

from tests.factories import VISIT, FakeFinder, on_disk, see_with
from tests.verify.steps import Steps
from tests.verify.stories import LOOKS, STORIES
from webapp import create_app
from webapp.config import ROOT
from webapp.errors import NotFound
from webapp.shop import batches, catalogue, photos, sweep, tryons
from webapp.shop.batch_work import Worker
from webapp.storage import clock, database, files
from webapp.storage.batch_tables import BatchPhoto
from webapp.storage.database import reading, writing
from webapp.storage.tables import Image, Photo

Promises = list[tuple[str, str]]
LEASED = BatchPhoto.lease_until.is_not(None)
NEVER = 10**9  # the number of a step that no story has


def run(instance: Path, most: int) -> list[dict[str, Any]]:
    """Kill processes at `most` steps of each story, spread over it, or at all where it has fewer.

    Args:
        instance: a shop with the frame ada; it is copied for each kill, next to it.

    Returns:
        What became of each: `story`, `step`, `at` (the step's name), `killed` (false for the one
        that was let run to its end), `promises` made before, `faults` found after.
    """
    command = [sys.executable, "-m", "tests.verify.kills", str(instance), str(most)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def tell_of(instance: Path, story: str, step: int) -> dict[str, Any]:
    """Tell the story in a copy of the instance up to the step, then look at what is left."""
    work = instance.with_name(f"{instance.name}-{story}-{step}")
    shutil.copytree(instance, work)
    try:
        killed, promises, steps = in_child(lambda pipe: tell(work, story, step, pipe))
        _, found, _ = in_child(lambda pipe: check(work, promises, pipe))
    finally:
        shutil.rmtree(work)
    faults = [what for kind, what in found if kind == "fault"]
    return {
        "story": story,
        "step": len(steps),
        "at": steps[-1] if steps else "",
        "killed": killed,
        "promises": len(promises),
        "faults": faults,
    }


def in_child(work: Callable[[int], None]) -> tuple[bool, Promises, list[str]]:
    """Run `work(pipe)` in a child; return whether it was killed, what it told, and its steps."""
    mine, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(mine)
        try:
            work(theirs)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(mine) as pipe:
        told = [tuple(json.loads(line)) for line in pipe]
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
        raise AssertionError("a child failed; see above")
    promises = [(kind, what) for kind, what in told if kind != "step"]
    return os.WIFSIGNALED(status), promises, [what for kind, what in told if kind == "step"]


def tell(work: Path, story: str, step: int, pipe: int) -> None:
    """Tell the story until the step."""

    def say(kind: str, what: str) -> None:
        os.write(pipe, (json.dumps([kind, what]) + "\n").encode())

    class Told(Steps):
        def take(self, name: str) -> None:
            say("step", name)
            super().take(name)

    numbers = itertools.count()
    # The same names each time, so that the same folders have to be made.
    secrets.token_hex = lambda nbytes=None: hashlib.md5(b"%d" % next(numbers)).hexdigest()
    with shop(work).app_context():
        Told(step).watch()
        STORIES[story](say)


def check(work: Path, promises: Promises, pipe: int) -> None:
    """Tell of every promise that was broken, before the sweep and after it."""

    def fault(what: str) -> None:
        os.write(pipe, (json.dumps(["fault", what]) + "\n").encode())

    with shop(work).app_context():
        keep_promises(promises, fault)
        keep_batches(promises, fault)
        then = time.time() - 3600
        for name in on_disk():
            os.utime(files.folder() / name, (then, then))
        sweep.run()
        keep_promises(promises, fault)
        with reading() as session:
            rows = {
                row.file: row.sha256 for row in session.execute(select(Image.file, Image.sha256))
            }
            if session.scalar(text("PRAGMA integrity_check")) != "ok":
                fault("the database is damaged")
        if set(rows) != on_disk():
            fault(f"rows and files differ: {sorted(set(rows) ^ on_disk())}")
        for name, digest in rows.items():
            if hashlib.sha256(files.read(name)).hexdigest() != digest:
                fault(f"{name} is not what its row says")
        if sweep.run().broken:
            fault("artwork is missing")
        database.dispose()


def keep_promises(promises: Promises, fault: Callable[[str], None]) -> None:
    """Compare what is there with what was promised."""
    leaving = {what for kind, what in promises if kind in ("going", "gone")}
    all_gone = ("all gone", "") in promises
    for kind, what in promises:
        if kind == "kept" and what not in leaving and not there(photos.jpeg, what):
            fault(f"photo {what} was kept and is lost")
        if kind == "made" and not leaving and not there(tryons.jpeg, what):
            fault(f"try-on {what} was made and is lost")
        if (kind == "gone" or (all_gone and kind == "going")) and there(photos.jpeg, what):
            fault(f"photo {what} was deleted and is back")
        if kind == "frame" and not any(frame.slug == what for frame in catalogue.all_frames()):
            fault(f"frame {what} was added and is lost")
        if kind == "variant":
            slug, colour = what.split("/")
            if not catalogue.picture(slug, colour):
                fault(f"variant {what} was added and is lost")
        if kind == "published" and catalogue.frame(what).status != "published":
            fault(f"frame {what} was published and is not")
    if all_gone:
        with reading() as session:
            left = [token for token in session.scalars(select(Photo.token)) if token in leaving]
        if left:
            fault(f"photos {left} expired and are back")


def keep_batches(promises: Promises, fault: Callable[[str], None]) -> None:
    """Let another worker go on with the batches, and see that each item was done exactly once."""
    with writing() as session:  # as time would: the killed worker's leases run out
        ended = clock.now() - timedelta(hours=1)
        session.execute(update(BatchPhoto).values(lease_until=ended).where(LEASED))
    while Worker("second").step():
        pass
    for kind, token in promises:
        if kind == "batch":
            view = batches.get(token, VISIT)
            items, _ = batches.items(token, VISIT)
            told = [(item.number, item.frame) for item in items]
            if (view.state, view.done, view.failed) != ("done", 4, 0):
                fault(f"a batch is {view.state}, {view.done} done, {view.failed} failed")
            if sorted(told) != sorted({(number, look) for number in (1, 2) for look in LOOKS}):
                fault(f"a batch's items are {told}")
            for number in (1, 2):
                for look in range(len(LOOKS)):
                    if not batches.result(token, VISIT, number, look):
                        fault(f"a batch lacks {number}, {look}")
        if kind == "batch gone":
            try:
                batches.get(token, VISIT)
                fault("a batch was deleted and is back")
            except NotFound:
                pass


def there(read: Callable[..., bytes], token: str) -> bool:
    """Return whether a visit's picture can be read."""
    try:
        return bool(read(token, VISIT))
    except NotFound:
        return False


def shop(work: Path) -> Flask:
    """Return the shop at an instance, which sees a face in every photo."""
    app = create_app({"INSTANCE_DIR": str(work), "TESTING": True})
    with app.app_context():
        see_with(FakeFinder())
    return app


def main(instance: Path, most: int) -> None:
    """Let each story run to its end once, then kill it at its steps; print each outcome."""
    shop(instance)  # imports what the children would each import anew; connects to nothing
    for story in STORIES:
        whole = tell_of(instance, story, NEVER)
        print(json.dumps(whole), flush=True)
        steps = whole["step"]
        kills = min(most, steps)
        for step in sorted({1 + number * (steps - 1) // (kills - 1) for number in range(kills)}):
            print(json.dumps(tell_of(instance, story, step)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
