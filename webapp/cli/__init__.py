"""The flask commands: faces and try-ons of files, the catalogue, admins, the model, the bench.

The background work has its own (`webapp.jobs`): sweep, worker, batch-worker
and serve.
"""

from flask import Flask

from webapp.cli import (
    admin,
    api_key,
    backup,
    batch,
    bench,
    demo,
    faces,
    frames,
    model,
    settings,
    tryon,
)

COMMANDS = (
    faces.faces,
    tryon.try_on,
    demo.demo,
    admin.admin,
    api_key.api_key,
    backup.backup,
    backup.restore,
    model.model,
    bench.bench,
    batch.batch,
    frames.frames,
    settings.settings,
)


def init_app(app: Flask) -> None:
    """Add the commands."""
    for command in COMMANDS:
        app.cli.add_command(command)
