"""How gunicorn serves the shop: one worker process, several threads.

One process, so that rate limits and the faces in memory hold without a server beside it.
No preload: a process that has run torch must not fork, and so no database connection is
opened before the fork either.
"""

import os
import signal
import threading
from pathlib import Path
from typing import Any

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
workers = 1
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS") or 4)
preload_app = False
control_socket_disable = True
graceful_timeout = 10  # s for requests under way when the server is told to stop
timeout = 120  # s without a sign of life from the worker
# The heartbeat file: on a busy disk, writing it can stall the worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108


def when_ready(server: Any) -> None:
    """Follow the supervisor, where there is one (webapp/jobs): end when it is gone.

    Not imported from there: what the arbiter has imported, its workers can't reload.
    """
    if os.environ.get("LIFELINE") == "stdin":
        threading.Thread(target=end_with_stdin, name="lifeline", daemon=True).start()


def end_with_stdin() -> None:
    """Wait until standard input closes, then ask the server to stop."""
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)
