"""`flask faces`: JSON lines, with the model and without it."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.factories import FakeFinder, on_disk, photo, see_with
from webapp.shop import photos


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a photo, and with what is none."""
    (tmp_path / "me.jpg").write_bytes(photo(640, 480))
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def lines(output: str) -> list[dict[str, Any]]:
    """Return the JSON of each line."""
    return [json.loads(line) for line in output.splitlines()]


def test_a_face_is_told_in_pixels_and_millimetres(
    app: Flask, commands: FlaskCliRunner, files: Path
) -> None:
    """One line has the photo's size, the face's landmarks, its pose and its lengths."""
    with app.app_context():
        see_with(FakeFinder(yaw=0.0))

    done = commands.invoke(args=["faces", str(files / "me.jpg")])

    (told,) = lines(done.stdout)
    assert done.exit_code == 0
    assert (told["photo"], told["width"], told["height"]) == (str(files / "me.jpg"), 640, 480)
    assert told["seconds"] > 0
    (face,) = told["faces"]
    assert len(face["box"]) == 4
    assert [len(point) for point in face["landmarks"]] == [3] * 478
    assert set(face["pose"]) == {"yaw", "pitch", "roll"}
    assert abs(face["pose"]["yaw"]) < 3
    assert face["pd_mm"].keys() == {"value", "sigma", "method"}
    assert 50 < face["pd_mm"]["value"] < 75
    assert face["face_width_mm"].keys() == {"value", "sigma"}


def test_a_photo_without_a_face_is_no_error(
    app: Flask, commands: FlaskCliRunner, files: Path
) -> None:
    """The list is empty, and the exit status 0."""
    with app.app_context():
        see_with(FakeFinder(count=0))

    done = commands.invoke(args=["faces", str(files / "me.jpg")])

    assert lines(done.stdout)[0]["faces"] == []
    assert done.exit_code == 0


def test_a_face_turned_away_is_told_without_millimetres(
    app: Flask, commands: FlaskCliRunner, files: Path
) -> None:
    """Its landmarks are there; what can't be measured is null, with the reason."""
    with app.app_context():
        see_with(FakeFinder(yaw=70.0))

    done = commands.invoke(args=["faces", str(files / "me.jpg")])

    (face,) = lines(done.stdout)[0]["faces"]
    assert face["pd_mm"] is None
    assert face["unmeasured"] == "face-turned-away"


def test_what_is_no_photo_is_told_and_the_others_go_on(
    app: Flask, commands: FlaskCliRunner, files: Path
) -> None:
    """Each has a line in order; the exit status says that one failed."""
    with app.app_context():
        see_with(FakeFinder())

    names = ["missing.jpg", "notes.txt", "me.jpg"]
    done = commands.invoke(args=["faces", *(str(files / name) for name in names)])

    told = lines(done.stdout)
    assert [Path(line["photo"]).name for line in told] == names
    assert [line.get("error") for line in told] == ["file-unreadable", "not-a-picture", None]
    assert done.exit_code == 1


def test_coordinates_are_of_the_whole_photo(
    app: Flask, commands: FlaskCliRunner, files: Path
) -> None:
    """A photo that the shop would reduce for storing keeps its pixels here."""
    app.config["STORED_MEGAPIXELS"] = 0.1
    with app.app_context():
        see_with(FakeFinder())

    done = commands.invoke(args=["faces", str(files / "me.jpg")])

    assert lines(done.stdout)[0]["width"] == 640


def test_nothing_is_stored(app: Flask, commands: FlaskCliRunner, files: Path) -> None:
    """Neither the photo nor anything about its face is left in the shop."""
    with app.app_context():
        see_with(FakeFinder())

    commands.invoke(args=["faces", str(files / "me.jpg")])

    with app.app_context():
        assert on_disk() == set()
        assert photos.of_visit("") == []


def test_the_model_finds_the_portraits_face(
    commands: FlaskCliRunner, portrait: bytes, tmp_path: Path
) -> None:
    """With the shipped weights, one face is found where the portrait has it."""
    path = tmp_path / "portrait.jpg"
    path.write_bytes(portrait)

    done = commands.invoke(args=["faces", str(path)])

    (face,) = lines(done.stdout)[0]["faces"]
    right_iris, left_iris = face["landmarks"][468], face["landmarks"][473]
    assert right_iris[:2] == pytest.approx([203, 100], abs=5)
    assert left_iris[:2] == pytest.approx([246, 102], abs=5)
