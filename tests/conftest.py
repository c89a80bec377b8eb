"""What every test may use: a shop of its own, a visitor, a portrait."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from PIL import Image

from webapp import create_app


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A shop with an empty catalogue whose database and files are the test's own."""
    app = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "for-tests-alone",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'lorgnette.sqlite'}",
            "FILES_DIR": str(tmp_path / "files"),
        }
    )
    with app.app_context():
        yield app


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
    data = pytest.importorskip("skimage.data")
    jpeg = io.BytesIO()
    Image.fromarray(data.astronaut()).save(jpeg, "JPEG", quality=95)
    return jpeg.getvalue()
