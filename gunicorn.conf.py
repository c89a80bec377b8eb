"""How gunicorn serves the shop: worker processes with several threads each.

One process by default, so that rate limits and the faces in memory hold without a server beside
it. No preload: a process that has run torch must not fork (its children hang), and so no
connection is opened before the fork either. For the same reason nothing here imports the shop:
what the arbiter has imported, its workers can't reload.
"""

import contextlib
import ctypes
import os
import runpy
import shutil
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MEMORY = Path("/dev/shm")  # noqa: S108 # nosec B108: files there never wait for a disk
M_ARENA_MAX, ARENAS = -8, 2  # glibc's option by its number in malloc.h; heaps of one worker
METRICS, COUNTS = "PROMETHEUS_MULTIPROC_DIR", "lorgnette-metrics-"


def setting(name: str, default: Any) -> Any:
    """Return a setting of webapp/config.py; a test holds the defaults together."""
    return type(default)(os.environ.get(name) or default)


bind = f"{setting('HOST', '127.0.0.1')}:{setting('PORT', 8000)}"
workers = setting("WEB_WORKERS", 1)
worker_class = "gthread"
threads = setting("WEB_THREADS", 16)
preload_app = False
control_socket_disable = True
graceful_timeout = setting("REQUEST_SECONDS", 30)  # s for requests under way at a stop or a reload
timeout = 120  # s without a sign of life from the worker
keepalive = 5  # s that a proxy may keep an idle connection
# The heartbeat file: on a busy disk, writing it can stall the worker.
worker_tmp_dir = str(MEMORY) if MEMORY.is_dir() else None
try:
    logconfig_dict = runpy.run_path(str(HERE / "webapp/telemetry/logs.py"))["settings"](
        setting("LOG_FORMAT", "text"), setting("LOG_LEVEL", "warning")
    )
except ValueError as error:
    sys.exit(str(error))

if workers > 1 and not os.environ.get("REDIS_URL"):
    sys.exit(
        f"WEB_WORKERS={workers} needs REDIS_URL: without it each worker would count rate limits "
        "on its own. One worker needs nothing: WEB_WORKERS=1"
    )
# Read once, when the Prometheus client is imported: never before this. A reload keeps it.
if METRICS not in os.environ:
    os.environ[METRICS] = tempfile.mkdtemp(prefix=f"{COUNTS}{os.getpid()}-", dir=worker_tmp_dir)


def on_starting(server: Any) -> None:
    """Begin counting at zero: what an earlier start left would be added to it."""
    folder = Path(os.environ[METRICS])
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.db"):
        left.unlink()
    for other in folder.parent.glob(f"{COUNTS}*"):
        if other != folder and not runs(other.name.removeprefix(COUNTS).partition("-")[0]):
            shutil.rmtree(other, ignore_errors=True)  # of an arbiter that was killed


def runs(pid: str) -> bool:
    """Return whether a process of this number runs, as far as can be told."""
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def when_ready(server: Any) -> None:
    """Follow the supervisor, where there is one (webapp/jobs/serving.py): end when it is gone."""
    if os.environ.get("LIFELINE") == "stdin":
        threading.Thread(target=end_with_stdin, name="lifeline", daemon=True).start()


def end_with_stdin() -> None:
    """Wait until standard input closes, then ask the server to stop."""
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def post_fork(server: Any, worker: Any) -> None:
    """Let a worker's threads share their heaps.

    By default glibc gives each thread one of its own, up to eight a core, and each stays as large
    as it ever was: a worker grew by 100 MB more, and for as long as threads met larger work.
    """
    if "MALLOC_ARENA_MAX" not in os.environ:
        with contextlib.suppress(OSError, AttributeError):  # not glibc
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


def post_worker_init(worker: Any) -> None:
    """Load model and artwork while the first pages are being looked at."""
    if setting("WARM_MODEL", "1") != "0":
        threading.Thread(target=warm, args=(worker,), name="warming", daemon=True).start()


def warm(worker: Any) -> None:
    """Load what a worker needs; that the model fails is told, and told again by the first photo."""
    from webapp.errors import LorgnetteError
    from webapp.shop import sight, wall

    with worker.wsgi.app_context():
        wall.warm_up()
        pages = worker.wsgi.jinja_env
        for name in pages.list_templates(filter_func=lambda one: one.endswith(".html")):
            pages.get_template(name)  # compiled, or the first visitor of each would wait for that
        try:
            sight.warm()
        except LorgnetteError as error:
            worker.log.error("The model was not loaded: %s", error.code)


def child_exit(server: Any, worker: Any) -> None:
    """Count a worker that has ended no longer among those that live."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    """Leave no counts behind."""
    folder = Path(os.environ[METRICS])
    for left in folder.glob("*.db"):
        left.unlink(missing_ok=True)
    if folder.name.startswith(COUNTS):
        folder.rmdir()
