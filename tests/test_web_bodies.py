"""What a request brought is gone with it."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api_clients import ROOT, program
from tests.factories import photo
from tests.shoppers import open_shop, upload
from webapp.shop import photos

HANDLES = Path("/proc/self/fd")  # of Linux
PART = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
LARGE = PART + bytes(900_000)  # what is larger than half a megabyte goes to a temporary file


@pytest.fixture
def uncollected() -> Iterator[None]:
    """No collector tidies up behind the request."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.skipif(not HANDLES.exists(), reason="this system lists no open files in /proc")
@pytest.mark.parametrize("ending", [b"", b"\r\n--b--\r\n"], ids=["cut off", "whole"])
@pytest.mark.usefixtures("uncollected")
def test_an_upload_leaves_no_file_open(app: Flask, stock: Path, ending: bytes):
    open_shop(app, stock)
    headers = {"Authorization": f"Bearer {program(app).token}"}
    kind = "multipart/form-data; boundary=b"
    before = unnamed_files()

    answer = app.test_client().post(
        f"{ROOT}/try-ons", data=LARGE + ending, content_type=kind, headers=headers
    )

    assert answer.status_code == 422
    assert unnamed_files() == before


def unnamed_files() -> set[str]:
    """Return the open files that have no name in any folder, as temporary ones have none."""
    links = (os.readlink(one) for one in HANDLES.iterdir() if one.is_symlink())
    return {link for link in links if link.endswith("(deleted)")}


def test_of_a_photo_that_is_too_heavy_no_more_is_read_than_shows_it(
    app: Flask, client: FlaskClient, stock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three times its limit is let in, so that the page can say why: many would fill memory."""
    open_shop(app, stock)
    app.config["MAX_UPLOAD_MB"] = 0.1
    lengths, keep = [], photos.keep

    def watched(data: bytes, **how: Any) -> object:
        lengths.append(len(data))
        return keep(data, **how)

    monkeypatch.setattr(photos, "keep", watched)
    answer = upload(client, photo() + bytes(290_000))

    assert answer.status_code == 413
    assert lengths == [100_001]
