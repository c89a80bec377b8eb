"""Batches from a page: made of photos or of a folder, watched, halted, fetched, deleted."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage

from tests.factories import photo
from tests.shoppers import open_shop, send, sign_in
from webapp.shop import accounts, audits
from webapp.shop.batch_work import Worker

PAGE = "/admin/batches"


@pytest.fixture(autouse=True)
def _shop(app: Flask, stock: Path, tmp_path: Path) -> None:
    open_shop(app, stock)
    folder = tmp_path / "folders" / "spring"
    folder.mkdir(parents=True)
    (folder / "one.jpg").write_bytes(photo(seed=5))
    app.config["BATCH_FOLDERS"] = str(tmp_path / "folders")


@pytest.fixture
def editor(app: Flask) -> FlaskClient:
    """An editor's browser."""
    client = app.test_client()
    sign_in(app, client, "editor")
    return client


def begin(client: FlaskClient, *photos: bytes, **fields: object):
    files = [FileStorage(io.BytesIO(data), f"me-{at}.jpg") for at, data in enumerate(photos)]
    usual = {"name": "Spring", "frames": ["ada/red", "bea/green"], "attested": "y", "photos": files}
    return send(client, PAGE, PAGE, **{**usual, **fields})


def work(app: Flask) -> None:
    with app.app_context():
        while Worker("w").step():
            pass


def test_a_batch_of_photos_is_made_watched_and_fetched(app: Flask, editor: FlaskClient):
    page = begin(editor, photo(seed=1), b"no picture").location
    assert "Running" in editor.get(page).text

    work(app)

    told = editor.get(page).text
    assert "Done" in told
    assert "That file is not a photo we can read" in told
    assert "me-1.jpg" in editor.get(f"{page}/failed.csv").text
    packed = zipfile.ZipFile(io.BytesIO(editor.get(f"{page}/results.zip").data))
    assert len([name for name in packed.namelist() if name.endswith(".jpg")]) == 2
    assert "Spring" in editor.get(PAGE).text


def test_a_batch_of_a_folder_is_made(app: Flask, editor: FlaskClient):
    assert ">spring<" in editor.get(PAGE).text

    page = begin(editor, folder="spring").location
    work(app)

    assert "Results as a ZIP" in editor.get(page).text
    assert begin(editor, folder="../spring").status_code == 422


def test_a_batch_is_halted_gone_on_with_and_deleted(app: Flask, editor: FlaskClient):
    page = begin(editor, photo(seed=1)).location

    send(editor, f"{page}/pause", page)
    assert "Paused" in editor.get(page).text
    send(editor, f"{page}/resume", page)
    assert "Running" in editor.get(page).text
    send(editor, f"{page}/cancel", page)
    assert "Cancelled" in editor.get(page).text
    send(editor, f"{page}/delete", page)

    assert editor.get(page).status_code == 404
    with app.app_context():
        owner = accounts.create("owner@example.org", "correct horse battery")
        deeds = [one.action for one in audits.page(owner, 1, "batch")[0]]
    assert deeds == ["batch delete", "batch cancel", "batch resume", "batch pause", "batch made"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"attested": ""}, 422), ({"frames": []}, 422), ({"photos": []}, 422), ({"width": "3"}, 422)],
    ids=["nobody vouches", "no frame", "no photo", "too narrow"],
)
def test_what_can_not_be_begun_leaves_nothing(
    editor: FlaskClient, fields: dict[str, object], status: int
):
    assert begin(editor, *([] if "photos" in fields else [photo()]), **fields).status_code == status
    assert "None yet." in editor.get(PAGE).text


def test_what_was_ticked_stays_ticked_when_something_else_is_wrong(editor: FlaskClient):
    page = begin(editor, photo(), frames=["ada/red"], width="3").text

    assert re.search(r'name="frames" value="ada/red" checked', page)
    assert page.count("checked") == 2  # and that everybody agreed


def test_a_viewer_watches_and_begins_none(app: Flask, client: FlaskClient):
    sign_in(app, client, "viewer")

    page = client.get(PAGE).text

    assert "None yet." in page
    assert "A new batch" not in page
