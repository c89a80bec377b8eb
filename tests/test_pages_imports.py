"""Frames come in from a page, with progress and faults, and go out as a ZIP; by command too."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from werkzeug.datastructures import FileStorage

from tests.parcel_maker import good, pictures, sheet, zipped
from tests.processes import wait_until
from tests.shoppers import open_shop, send, sign_in
from webapp.shop import catalogue, import_runs
from webapp.storage import clock
from webapp.storage.database import reading, writing
from webapp.storage.import_tables import ImportRun, ImportState

PAGE = "/admin/imports"


@pytest.fixture(autouse=True)
def _shop(app: Flask, stock: Path) -> None:
    open_shop(app, stock)


@pytest.fixture
def editor(app: Flask) -> FlaskClient:
    """An editor's browser."""
    client = app.test_client()
    sign_in(app, client, "editor")
    return client


def begin(client: FlaskClient, data: bytes, name: str = "spring.zip", **fields: str):
    return send(client, PAGE, PAGE, file=FileStorage(io.BytesIO(data), name), **fields)


def ended(app: Flask) -> bool:
    with app.app_context(), reading() as session:
        return all(row.state != ImportState.RUNNING for row in session.query(ImportRun))


def wait(app: Flask) -> None:
    wait_until(lambda: ended(app), "the import's end")


def slugs(app: Flask) -> list[str]:
    with app.app_context():
        return [one.slug for one in catalogue.all_frames()]


def test_a_file_is_checked_first_and_then_imported(app: Flask, editor: FlaskClient):
    rows = [good(1), {**good(2), "gtin": "123"}, good(3)]

    page = begin(editor, zipped(rows), dry="y").location
    wait(app)

    told = editor.get(page).text
    assert "Checked: nothing was changed." in told
    assert "Import the 2 good ones now" in told
    assert "<code>gtin</code>" in told
    assert "8, 12, 13 or 14 digits" in told
    assert editor.get(f"{page}/faults.csv").text.splitlines()[1].startswith("3,gtin,")
    assert slugs(app) == ["ada", "bea"]

    send(editor, f"{page}/again", page)
    wait(app)

    assert "Done." in editor.get(page).text
    assert slugs(app) == ["ada", "bea", "frame-1", "frame-3"]
    assert "spring.zip" in editor.get(PAGE).text


def test_a_file_that_is_none_says_so(app: Flask, editor: FlaskClient):
    page = begin(editor, b"brand,heel\nx,y\n", "odd.csv").location
    wait(app)

    assert "there is no column" in editor.get(page).text
    assert begin(editor, b"", "").status_code == 422


def test_one_import_is_done_after_the_other(app: Flask, editor: FlaskClient):
    with app.app_context(), writing() as session:
        session.add(ImportRun(token="t", who="somebody", name="x", file="x", dry=False))

    assert begin(editor, zipped([good(1)])).status_code == 409


def test_an_import_that_was_cut_short_goes_on(app: Flask, editor: FlaskClient, monkeypatch):
    """The server was killed meanwhile: nobody works on it, and it says so."""
    monkeypatch.setattr(import_runs, "submit", lambda *_: None)
    page = begin(editor, zipped([good(1)])).location
    later = clock.now() + import_runs.LIFE + timedelta(seconds=1)
    monkeypatch.undo()
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "It was cut short" in editor.get(page).text

    send(editor, f"{page}/again", page)
    wait(app)

    assert "frame-1" in slugs(app)


def test_an_import_is_stopped_and_what_is_in_stays(app: Flask, editor: FlaskClient, monkeypatch):
    monkeypatch.setattr(import_runs, "submit", lambda *_: None)
    page = begin(editor, zipped([good(1), good(2)])).location
    assert "At work" in editor.get(page).text

    send(editor, f"{page}/stop", page)

    assert "Stopped at" in editor.get(page).text
    assert "Go on" in editor.get(page).text


def test_the_export_is_what_the_import_takes(app: Flask, editor: FlaskClient):
    with editor.get(f"{PAGE}/export.zip") as answer:
        assert answer.mimetype == "application/zip"
        data = answer.data

    page = begin(editor, data).location
    wait(app)

    assert re.search(r"The same already</dt><dd>2<", editor.get(page).text)


def test_a_viewer_sees_imports_and_begins_none(app: Flask, client: FlaskClient):
    sign_in(app, client, "viewer")

    assert "An empty one".lower() in client.get(PAGE).text.lower()
    assert "Only check it" not in client.get(PAGE).text
    assert client.get(f"{PAGE}/columns.csv").text.startswith("\ufeffframe,brand,model")


def test_commands_import_and_export(commands: FlaskCliRunner, tmp_path: Path):
    file, out = tmp_path / "spring.zip", tmp_path / "out.zip"
    file.write_bytes(zipped([good(1), {**good(2), "lens": "x"}]))

    done = commands.invoke(args=["frames", "import", str(file)])

    assert done.exit_code == 1
    assert "row 3, column lens: It can't be read." in done.output
    assert "1 added, 0 changed, 0 the same, 1 refused" in done.output

    assert commands.invoke(args=["frames", "export", str(out)]).exit_code == 0
    again = commands.invoke(args=["frames", "import", str(out), "--dry-run"])
    assert again.exit_code == 0
    assert "0 would be added, 0 would be changed, 3 the same, 0 refused" in again.output


def test_the_command_takes_a_sheet_with_a_folder_of_pictures(
    commands: FlaskCliRunner, tmp_path: Path
):
    (tmp_path / "pictures").mkdir()
    for name, data in pictures().items():
        (tmp_path / name).write_bytes(data)
    file = tmp_path / "spring.csv"
    file.write_bytes(sheet([good(1)], ";"))

    done = commands.invoke(args=["frames", "import", str(file)])

    assert (done.exit_code, "1 added" in done.output) == (0, True)
