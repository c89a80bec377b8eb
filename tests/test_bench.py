"""`flask bench`: what it times, and how it reckons. No time is asserted."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from PIL import Image

from tests.factories import FakeFinder, artwork, photo, see_with
from webapp.cli import bench
from webapp.cli.bench import in_wide_colour, summary, table
from webapp.cli.trials import FLOOR, FULL, LARGE, P3, PAGE, WALL, WHOLE, Bench
from webapp.eyewear.frame import Build, Eyewear, SizeMarks
from webapp.rendering.codec import to_srgb


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames that need no drawing."""
    marks = SizeMarks(lens_width=50, lens_height=40, bridge=20, temple=145, width=138)
    build = Build(hinge=(66.0, -8.0))
    monkeypatch.setattr(bench, "wear", lambda frame: Eyewear(marks, artwork(), build))


@pytest.mark.usefixtures("drawn")
def test_every_stage_is_timed(app: Flask, commands: FlaskCliRunner, tmp_path: Path) -> None:
    """The table and the JSON have the floor, each stage, and one more frame at both sizes."""
    with app.app_context():
        see_with(FakeFinder())
    path, report = tmp_path / "me.jpg", tmp_path / "bench.json"
    path.write_bytes(photo(1280, 960))

    done = commands.invoke(
        args=["bench", "--photo", str(path), "--rounds", "2", "--json", str(report)]
    )

    assert done.exit_code == 0, done.output
    figures = json.loads(report.read_text())
    assert set(figures["seconds"]) == {*FLOOR, *WHOLE, FULL, WALL, LARGE, PAGE, P3}
    assert figures["peak_mb"] is None or figures["peak_mb"] >= 0
    assert figures["photo"]["width"] == 1280
    for name in figures["seconds"]:
        assert name in done.stdout


@pytest.mark.usefixtures("drawn")
def test_a_photo_without_a_face_can_not_be_timed(
    app: Flask, commands: FlaskCliRunner, tmp_path: Path
) -> None:
    """It says so rather than timing nothing."""
    with app.app_context():
        see_with(FakeFinder(count=0))
    path = tmp_path / "me.jpg"
    path.write_bytes(photo())

    done = commands.invoke(args=["bench", "--photo", str(path)])

    assert done.exit_code == 1
    assert "no-face" in done.stderr


@pytest.mark.parametrize(
    ("stage", "frame", "reached"),
    [(0.09, 0.005, True), (0.2, 0.050, False)],
    ids=["fast enough", "too slow"],
)
def test_ratios_are_to_the_floor_of_the_same_run(stage: float, frame: float, reached: bool) -> None:
    """The whole is the sum of its stages over decoding plus encoding; medians of the rounds."""
    run = Bench(b"", 90, FakeFinder(), [])
    for name in FLOOR:
        run.watch.seconds[name] = [0.2, 0.2, 9.0]  # one round was disturbed
    for name in WHOLE:
        run.watch.seconds[name] = [stage, stage, 9.0]
    run.watch.seconds |= {FULL: [0.3], WALL: [frame], LARGE: [frame], PAGE: [24 * frame]}
    run.watch.seconds[P3] = [10 * stage]

    figures = summary(run, 3, 10.0 if reached else 400.0)

    assert figures["floor_seconds"] == pytest.approx(0.4)
    assert figures["whole_over_floor"] == pytest.approx(len(WHOLE) * stage / 0.4)
    assert figures["p3_over_floor"] == pytest.approx((len(WHOLE) + 9) * stage / 0.4)
    assert figures["wall_ms"] == pytest.approx(1000 * frame)
    assert figures["reached"] == dict.fromkeys(figures["reached"], reached) | (
        {"p3_over_floor": False, "large_ms": reached}
    )
    assert len(figures["reached"]) == 6
    assert "p3_over_floor" in table(figures)


def test_the_wide_photo_is_the_same_in_another_profile() -> None:
    """It is read through the profile, which moves saturated colours."""
    plain = photo(640, 480)
    wide = in_wide_colour(plain)

    assert wide is not None
    with Image.open(io.BytesIO(wide)) as marked, Image.open(io.BytesIO(plain)) as unmarked:
        assert np.array_equal(np.asarray(marked), np.asarray(unmarked))
        red = Image.new("RGB", (8, 8), (200, 40, 40))
        seen = np.asarray(to_srgb_through(red, marked.info["icc_profile"]))[0, 0].astype(int)
    assert seen[0] > 205
    assert seen[1] < 35


def to_srgb_through(image: Image.Image, profile: bytes) -> Image.Image:
    """Return the image as the codec takes it out of that profile."""
    image.info["icc_profile"] = profile
    return to_srgb(image)


def test_the_sample_has_twelve_megapixels() -> None:
    """And is a JPEG of the weight that phones make of as many."""
    pytest.importorskip("skimage", reason="scikit-image brings the portrait")

    data = bench.portrait()

    assert data[:2] == b"\xff\xd8"
    assert 2e6 < len(data) < 5e6
