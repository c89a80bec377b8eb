"""Background work: the sweep's clock, and the supervisor that keeps clock and server going.

`flask serve` starts the web server and what works beside it. Each has the end of a pipe as its
standard input, and nothing is ever written to it: when the supervisor is gone, even by kill -9,
the pipe closes, and all see that and end too.
"""

from flask import Flask

from webapp.jobs import batches, clock, serving


def init_app(app: Flask) -> None:
    """Add the commands `sweep`, `worker`, `batch-worker` and `serve`."""
    for command in (clock.sweep, clock.worker, batches.batch_worker, serving.serve):
        app.cli.add_command(command)
