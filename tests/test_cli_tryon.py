"""`flask try-on`: one photo and one frame, or many of both."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from PIL import Image

from tests.factories import FakeFinder, frame, on_disk, photo, published, see_with, variant
from webapp import create_app
from webapp.eyewear.frame import Lens, LensKind
from webapp.shop import catalogue, photos

TryOn = Callable[..., Result]


@pytest.fixture
def try_on(app: Flask, commands: FlaskCliRunner, tmp_path: Path) -> TryOn:
    """Runs `flask try-on` in a folder with photos, in a shop with one frame of two colourways."""
    with app.app_context():
        see_with(FakeFinder())
        published("ada", ("black", "red"))
    (tmp_path / "me.jpg").write_bytes(photo(640, 480))
    (tmp_path / "you.jpg").write_bytes(photo(480, 640, seed=1))
    (tmp_path / "notes.jpg").write_text("no picture")

    def run(*args: str) -> Result:
        return commands.invoke(args=["try-on", *args])

    return run


def pixels(path: Path) -> "np.ndarray[tuple[int, ...], np.dtype[np.int16]]":
    """Return a picture's pixels, signed."""
    return np.asarray(Image.open(io.BytesIO(path.read_bytes())), np.int16)


def test_one_photo_and_one_frame(try_on: TryOn, tmp_path: Path) -> None:
    """The picture has the photo's size, and the frame is where the eyes are."""
    done = try_on(str(tmp_path / "me.jpg"), "ada", str(tmp_path / "out.jpg"))

    assert done.exit_code == 0, done.output
    before, after = pixels(tmp_path / "me.jpg"), pixels(tmp_path / "out.jpg")
    assert after.shape == before.shape
    changed = np.abs(after - before).max(2) > 40
    assert changed[140:300, 200:440].any()
    assert not changed[400:].any()
    assert not changed[:, :100].any()


def test_a_colourway_is_named_either_way(try_on: TryOn, tmp_path: Path) -> None:
    """FRAME/VARIANT and --variant say the same; without them it is the first."""
    me = str(tmp_path / "me.jpg")
    first, named, option = (tmp_path / f"{name}.jpg" for name in ("first", "named", "option"))

    try_on(me, "ada", str(first))
    try_on(me, "ada/red", str(named))
    try_on(me, "ada", str(option), "--variant", "red")

    assert named.read_bytes() == option.read_bytes()
    assert named.read_bytes() != first.read_bytes()


def test_the_same_photo_gives_the_same_bytes(try_on: TryOn, tmp_path: Path) -> None:
    """Grain and all."""
    one, two = tmp_path / "one.jpg", tmp_path / "two.jpg"

    for out in (one, two):
        try_on(str(tmp_path / "me.jpg"), "ada", str(out))

    assert one.read_bytes() == two.read_bytes()


def test_a_width_is_kept(try_on: TryOn, tmp_path: Path) -> None:
    """The picture is as wide as asked, in the photo's proportions."""
    out = tmp_path / "small.jpg"

    try_on(str(tmp_path / "me.jpg"), "ada", str(out), "--width", "320")

    assert pixels(out).shape == (240, 320, 3)


def test_photochromic_lenses_are_as_dark_as_asked(
    try_on: TryOn, app: Flask, tmp_path: Path
) -> None:
    """--tint 0 is indoors, 1 in the sun, which is what they are without it."""
    with app.app_context():
        frame("sol")
        variant("sol", lens=Lens(LensKind.SOLID, 0.12, clear_transmittance=0.9))
        catalogue.publish("sol")
    me = str(tmp_path / "me.jpg")
    shown = []

    for args in (["--tint", "0"], ["--tint", "0.5"], ["--tint", "1"], []):
        try_on(me, "sol", str(tmp_path / "out.jpg"), *args)
        shown.append(pixels(tmp_path / "out.jpg")[140:300, 200:440].mean())

    indoors, between, sun, unsaid = shown
    assert indoors > between + 1  # levels, over a box of which the lenses fill a part
    assert between > sun + 1
    assert unsaid == sun


def test_a_folder_as_out_gets_a_speaking_name(try_on: TryOn, tmp_path: Path) -> None:
    """OUT may be a folder that exists."""
    (tmp_path / "pictures").mkdir()

    try_on(str(tmp_path / "me.jpg"), "ada", str(tmp_path / "pictures"))

    assert [path.name for path in (tmp_path / "pictures").iterdir()] == ["me--ada-black.jpg"]


def test_many_photos_with_every_frame(try_on: TryOn, tmp_path: Path) -> None:
    """Each photo with each colourway, in a folder that is made."""
    me, you, out = (str(tmp_path / name) for name in ("me.jpg", "you.jpg", "out"))

    done = try_on(me, you, "--frame", "all", "--out", out)

    assert done.exit_code == 0, done.output
    assert {path.name for path in Path(out).iterdir()} == {
        "me--ada-black.jpg", "me--ada-red.jpg", "you--ada-black.jpg", "you--ada-red.jpg",
    }  # fmt: skip


def test_photos_of_one_name_are_kept_apart(try_on: TryOn, tmp_path: Path) -> None:
    """Two folders may both have a me.jpg."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "me.jpg").write_bytes(photo(seed=2))
    both = str(tmp_path / "me.jpg"), str(tmp_path / "other" / "me.jpg")

    try_on(*both, "--frame", "ada", "--out", str(tmp_path / "out"))

    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "me--ada-black.jpg", "me-2--ada-black.jpg",
    }  # fmt: skip


def test_a_contact_sheet_has_a_cell_for_each(try_on: TryOn, tmp_path: Path) -> None:
    """The photo and its colourways across, the photos down; the failed one keeps its row."""
    names = [str(tmp_path / name) for name in ("me.jpg", "notes.jpg", "you.jpg")]

    done = try_on(*names, "--frame", "all", "--sheet", str(tmp_path / "sheet.jpg"))

    height, width, _ = pixels(tmp_path / "sheet.jpg").shape
    assert width == 3 * 320
    assert height > 3 * 320
    assert done.exit_code == 1


def test_a_long_contact_sheet_has_pages(try_on: TryOn, tmp_path: Path) -> None:
    """No page grows beyond what can be looked at, or written as JPEG."""
    names = [str(tmp_path / "me.jpg")] * 9

    done = try_on(*names, "--frame", "ada", "--sheet", str(tmp_path / "sheet.jpg"))

    assert done.stdout.split() == [str(tmp_path / "sheet.jpg"), str(tmp_path / "sheet-2.jpg")]
    assert (tmp_path / "sheet-2.jpg").exists()


def test_a_photo_that_fails_is_told_and_the_others_go_on(try_on: TryOn, tmp_path: Path) -> None:
    """One bad file in an album does not cost the album."""
    names = [str(tmp_path / name) for name in ("notes.jpg", "me.jpg")]

    done = try_on(*names, "--frame", "ada", "--out", str(tmp_path / "out"))

    assert done.exit_code == 1
    assert "notes.jpg: " in done.stderr
    assert "not-a-picture" in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["me--ada-black.jpg"]


def test_an_unknown_frame_is_told_with_those_there_are(try_on: TryOn, tmp_path: Path) -> None:
    """A slip of the pen is soon mended."""
    done = try_on(str(tmp_path / "me.jpg"), "ida", str(tmp_path / "out.jpg"))

    assert done.exit_code == 1
    assert "ida" in done.stderr
    assert "ada/black, ada/red" in done.stderr


def test_an_empty_catalogue_says_how_to_fill_it(commands: FlaskCliRunner, tmp_path: Path) -> None:
    """Nobody is left with a list of nothing."""
    done = commands.invoke(args=["try-on", "me.jpg", "ada", str(tmp_path / "out.jpg")])

    assert "demo load" in done.stderr


@pytest.mark.parametrize(
    "args",
    [("me.jpg", "ada"), ("me.jpg", "ada", "out.jpg", "more"), ("me.jpg", "--frame", "ada")],
    ids=" ".join,
)
def test_half_a_wish_is_explained(try_on: TryOn, args: tuple[str, ...]) -> None:
    """What is missing is said; nothing is guessed."""
    done = try_on(*args)

    assert done.exit_code == 2
    assert "Usage" in done.stderr


def test_a_face_that_is_not_there_is_told(try_on: TryOn, tmp_path: Path) -> None:
    """The faces are counted from 0."""
    done = try_on(str(tmp_path / "me.jpg"), "ada", str(tmp_path / "out.jpg"), "--face", "1")

    assert done.exit_code == 1
    assert "no-such-face" in done.stderr
    assert not (tmp_path / "out.jpg").exists()


def test_a_place_that_can_not_be_written_is_told(try_on: TryOn, tmp_path: Path) -> None:
    """Without a traceback."""
    out = tmp_path / "me.jpg" / "out.jpg"  # below a file

    done = try_on(str(tmp_path / "me.jpg"), "ada", str(out))

    assert done.exit_code == 1
    assert "output-unwritable" in done.stderr


def test_nothing_about_the_person_is_stored(try_on: TryOn, app: Flask, tmp_path: Path) -> None:
    """The shop's files are the catalogue's alone, before and after."""
    with app.app_context():
        before = on_disk()

    try_on(str(tmp_path / "me.jpg"), "ada", str(tmp_path / "out.jpg"))

    with app.app_context():
        assert on_disk() == before
        assert photos.of_visit("") == []


def test_it_asks_for_the_database(tmp_path: Path) -> None:
    """On a fresh installation the advice is one sentence, not a traceback."""
    (tmp_path / "instance").mkdir()
    fresh = create_app({"TESTING": True, "INSTANCE_DIR": str(tmp_path / "instance")})

    done = fresh.test_cli_runner().invoke(args=["try-on", "me.jpg", "ada", "out.jpg"])

    assert done.exit_code == 1
    assert "db upgrade" in done.stderr
