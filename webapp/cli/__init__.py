"""The flask commands: faces and try-ons of files, the catalogue, admins, the model, the bench.

The background work has its own (`webapp.jobs`): sweep, worker and serve.
"""

from flask import Flask

from webapp.cli.admin import admin
from webapp.cli.bench import bench
from webapp.cli.demo import demo
from webapp.cli.faces import faces
from webapp.cli.model import model
from webapp.cli.settings import settings
from webapp.cli.tryon import try_on


def init_app(app: Flask) -> None:
    """Add the commands."""
    for command in (faces, try_on, demo, admin, model, bench, settings):
        app.cli.add_command(command)
