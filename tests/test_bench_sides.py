"""`flask bench sides`: photos are laid on every side, and how they come out is counted."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.factories import FakeFinder, Lying, photo, see_with


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    """A folder with one photo that stands, for who finds faces in high ones."""
    (tmp_path / "ada.jpg").write_bytes(photo(480, 640))
    with app.app_context():
        see_with(Lying())
    return tmp_path


def test_each_side_has_its_line(commands: FlaskCliRunner, folder: Path) -> None:
    lines = commands.invoke(args=["bench", "sides", str(folder)]).stdout.splitlines()

    assert [line.split("  ")[0] for line in lines] == [
        "upright", "turned to the left", "upside down", "turned to the right",
    ]  # fmt: skip
    # Such a finder takes upside down for upright, and tries the left side first.
    assert [line.rpartition("  ")[2].strip() for line in lines] == [
        "standing 1", "otherwise 1", "otherwise 1", "standing 1",
    ]  # fmt: skip


def test_what_cannot_be_used_is_told(app: Flask, commands: FlaskCliRunner, folder: Path) -> None:
    (folder / "broken.jpg").write_bytes(b"no picture")
    with app.app_context():
        see_with(FakeFinder(count=0))

    done = commands.invoke(args=["bench", "sides", str(folder)])

    assert done.exit_code == 0
    assert done.stdout.count("no-face 1") == 4
    assert "broken.jpg: left out, not-a-picture" in done.stderr


def test_an_empty_folder_is_told(commands: FlaskCliRunner, tmp_path: Path) -> None:
    done = commands.invoke(args=["bench", "sides", str(tmp_path)])

    assert done.exit_code == 1
    assert "There is no photo" in done.stderr
