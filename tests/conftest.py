"""What every test may use: a shop of its own, a visitor, commands, a portrait."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.ctx import AppContext
from flask.testing import FlaskClient, FlaskCliRunner
from PIL import Image
from skimage import data
from werkzeug.test import TestResponse

from tests.factories import published
from tests.servers import postgres_server as postgres_server  # what tests name is found here
from tests.servers import redis_server as redis_server
from webapp import create_app, storage
from webapp.faces.finder import Face, FaceFinder


class TidyClient(FlaskClient):
    """Closes what it sent: Werkzeug leaves the file of a large body to the garbage collector."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **kwargs)
        for sent in (answer, *answer.history):
            sent.request.environ["wsgi.input"].close()
        return answer


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file without a row: copying it is quicker than migrating anew."""
    instance = tmp_path_factory.mktemp("template")
    app = create_app({"INSTANCE_DIR": str(instance)})
    with app.app_context():
        storage.migrate()
        storage.database.dispose()
    return instance / "lorgnette.sqlite"


@pytest.fixture
def app(tmp_path: Path, empty_database: Path) -> Flask:
    """A shop with an empty catalogue, whose database and files are the test's own."""
    instance = tmp_path / "instance"
    instance.mkdir()
    shutil.copy(empty_database, instance)
    shop = create_app({"TESTING": True, "PAINT_AHEAD": 0, "INSTANCE_DIR": str(instance)})
    shop.test_client_class = TidyClient
    return shop


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Path:
    """An instance with two published frames, ada and bea: copying it is quicker than drawing."""
    instance = tmp_path_factory.mktemp("stock")
    shutil.copy(empty_database, instance)
    app = create_app({"INSTANCE_DIR": str(instance)})
    with app.app_context():
        published("ada")
        published("bea", ("green",))
        storage.database.dispose()
    return instance


@pytest.fixture
def shop(app: Flask) -> Iterator[AppContext]:
    """Lets a test call the use cases directly; not for tests that send requests too.

    A request inside this context would share its `g` with the test and with other requests.
    """
    with app.app_context() as context:
        yield context


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser, with cookies and without JavaScript."""
    return app.test_client()


@pytest.fixture
def commands(app: Flask) -> FlaskCliRunner:
    """Runs `flask ...` commands in the test's shop."""
    return app.test_cli_runner()


@pytest.fixture(scope="session")
def portrait() -> bytes:
    """A JPEG of one face that looks at the camera, 512 x 512 (public domain, by NASA)."""
    jpeg = io.BytesIO()
    Image.fromarray(data.astronaut()).save(jpeg, "JPEG", quality=95)
    return jpeg.getvalue()


@pytest.fixture(scope="session")
def finder() -> FaceFinder:
    """The shipped model."""
    return FaceFinder()


@pytest.fixture(scope="session")
def astronaut() -> np.ndarray:
    """A portrait that scikit-image ships: (512, 512, 3) uint8 RGB."""
    return data.astronaut()


@pytest.fixture(scope="session")
def face(finder: FaceFinder, astronaut: np.ndarray) -> Face:
    """The face in it."""
    return finder.find(astronaut)[0]
