"""Workers on batches: processes that wait for the bell and work until nothing is left.

A worker has a name. Whoever starts one under the same name, because the last died, ends the
leases that it left; those of a machine that is gone end by their time.
"""

import logging
import os
import socket
import sys
import threading
import time

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp.errors import LorgnetteError
from webapp.jobs.keeping import listen_for_stop
from webapp.shop import batches
from webapp.shop.batch_work import Worker

GLANCE = 20.0  # s between two looks into the database by who has not heard the bell
SOON = 0.3  # s between two looks at a batch of which others hold the last photos
REST = 5.0  # s after a fault that is no photo's
NICENESS = 10  # shoppers come first

log = logging.getLogger(__name__)


def command_line(*options: str) -> tuple[str, ...]:
    """Return the command that starts a worker which ends with its parent."""
    worker = (sys.executable, "-m", "flask", "--app", "wsgi", "batch-worker", "--follow")
    return (*worker, *options)


def name_here(slot: int) -> str:
    """Return the name of this machine's worker number `slot`."""
    return f"{socket.gethostname()[:40]}:{slot}"


@click.command("batch-worker")
@click.option("--name", help="The same for the same worker whenever it is started again.")
@click.option("--batch", "token", hidden=True)
@click.option("--follow", is_flag=True, hidden=True)
@with_appcontext
def batch_worker(name: str | None, token: str | None, follow: bool) -> None:
    """Work on batches until told to stop.

    Any number of workers may run, on any number of machines that share the database and the
    pictures.
    """
    import cv2  # slow to import

    cv2.setNumThreads(1)  # one worker a core: more threads only wait for each other
    told = listen_for_stop()
    if follow:
        end_with_stdin(told)
    if token is None:
        os.nice(NICENESS)
    owner = name or f"{name_here(0)}:{os.getpid()}"
    work(Worker(owner, token), told)


def end_with_stdin(told: list[int]) -> None:
    """Add to `told` once standard input closes: whoever started this process is gone."""

    def watch() -> None:
        os.read(0, 1)
        told.append(0)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def work(worker: Worker, told: list[int]) -> None:
    """Take photos and dress them until told to stop, or nothing is left of the worker's batch."""
    begun = False
    while not told:
        with current_app.app_context():  # its end gives the database's session back
            try:
                if not begun:
                    worker.give_back(strike=True)
                    begun = True
                taken = worker.step()
            except LorgnetteError as fault:
                log.warning("batches rest: %s", fault)
                taken = 0 if worker.token else rest(told)
            except Exception:
                log.exception("batches rest after a fault")
                begun = False  # what is still held is given back before the next step
                taken = rest(told)
            if taken:
                continue
            if worker.token is not None and not going_on(worker.token):
                return
            if worker.token is not None:
                time.sleep(SOON)
            elif not told:
                batches.bell().heard(GLANCE)


def rest(told: list[int]) -> int:
    """Wait a while after a fault, unless told to stop, and return that nothing was taken."""
    deadline = time.monotonic() + REST
    while not told and time.monotonic() < deadline:
        time.sleep(SOON)
    return 0


def going_on(token: str) -> bool:
    """Tell whether there may be more to do in a batch of the command line."""
    return batches.get(token, batches.COMMAND).state == "running"
