"""Lorgnette, a fitting room for eyewear: one photo in, every frame on your face."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from webapp.config import ROOT, load

# numpy's small matrices gain nothing from OpenBLAS's threads, which wait for each other in busy
# loops: on a loaded machine the fit of a head took 3 s in place of 0.1. Read when numpy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if TYPE_CHECKING:
    from flask import Flask


def create_app(overrides: Mapping[str, Any] | None = None) -> "Flask":
    """Return the shop, ready to serve and to take commands.

    `overrides` wins over the environment's settings; its INSTANCE_DIR, where given, is the
    folder that holds this installation's database, files and secret key.

    Raises:
        SettingInvalid: a setting has a value that can't be used.
    """
    # Imported here: whoever takes a pure room alone gets neither Flask nor SQLAlchemy with it.
    from flask import Flask

    from webapp import api, cli, jobs, pages, storage, telemetry, web

    given = dict(overrides or {})
    instance = Path(given.pop("INSTANCE_DIR", ROOT / "instance")).resolve()
    app = Flask(
        __name__,
        instance_path=str(instance),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.update(load(instance))
    app.config.update(given)
    for area in (telemetry, storage, web, pages, api, cli, jobs):
        area.init_app(app)
    return app
