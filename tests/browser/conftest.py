"""A real shop on a real port, and a real Chromium with a camera that sees a face."""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from tests.browser.serving import served
from webapp import create_app, storage
from webapp.config import ROOT
from webapp.drawn import catalogue as drawn
from webapp.shop import catalogue

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CAMERA = ("--use-fake-device-for-media-stream",)
ALLOWED = ("--use-fake-ui-for-media-stream",)
FRAMES = 3  # of the demo catalogue: each takes seconds to draw
FILM_PICTURES = 30
FACES = ROOT / "static" / "img" / "arrival"


@pytest.fixture(scope="session")
def shop_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A shop with the real model, renderer and demo frames."""
    app = create_app({"INSTANCE_DIR": str(tmp_path_factory.mktemp("instance"))})
    frames = drawn.demo_frames()[:FRAMES]
    with app.app_context(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "demo_frames", lambda: frames)
        storage.migrate()
        catalogue.load_demo()
    return app


@pytest.fixture(scope="session")
def address(shop_app: Flask) -> Iterator[str]:
    """Where it is served."""
    with served(shop_app) as address:
        yield address


@pytest.fixture(scope="session")
def photo_file(portrait: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample portrait as a file to upload."""
    path = tmp_path_factory.mktemp("photo") / "portrait.jpg"
    path.write_bytes(portrait)
    return path


@pytest.fixture(scope="session")
def two_people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo of two drawn people, side by side."""
    left, right = (Image.open(FACES / f"face-{number}.jpg") for number in (1, 2))
    both = Image.new("RGB", (left.width + right.width, left.height))
    both.paste(left, (0, 0))
    both.paste(right, (left.width, 0))
    path = tmp_path_factory.mktemp("two") / "two.jpg"
    both.save(path, quality=92)
    return path


@pytest.fixture(scope="session")
def film(portrait: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera sees: the portrait's upper part, standing still, as Motion JPEG."""
    with Image.open(io.BytesIO(portrait)) as image:
        upper = image.crop((0, 0, 512, 384)).resize((1280, 960), Image.Resampling.LANCZOS)
    picture = io.BytesIO()
    upper.save(picture, "JPEG", quality=92, subsampling="4:2:0")
    path = tmp_path_factory.mktemp("film") / "portrait.mjpeg"
    path.write_bytes(picture.getvalue() * FILM_PICTURES)
    return path


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Playwright's handle on Chromium; skips with a reason where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM} (CHROMIUM=... names another)")
    with sync_api.sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def browser(chromium: Any, film: Path) -> Iterator[Any]:
    """A browser whose camera sees the portrait, and whose owner allows it."""
    arguments = [*ARGUMENTS, *CAMERA, *ALLOWED, f"--use-file-for-fake-video-capture={film}"]
    browser = chromium.launch(executable_path=str(CHROMIUM), args=arguments)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def refusing_browser(chromium: Any) -> Iterator[Any]:
    """A browser with a camera that its owner doesn't allow."""
    browser = chromium.launch(executable_path=str(CHROMIUM), args=[*ARGUMENTS, *CAMERA])
    yield browser
    browser.close()
