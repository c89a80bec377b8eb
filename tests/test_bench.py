"""`flask bench`: what it times, and how it reckons. No time is asserted."""

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.factories import FakeFinder, artwork, photo, see_with
from webapp.cli import bench
from webapp.cli.bench import FLOOR, FULL, WALL, WHOLE, Bench, summary, table
from webapp.eyewear.frame import Build, Eyewear, SizeMarks


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
    assert set(figures["seconds"]) == {*FLOOR, *WHOLE, FULL, WALL}
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
    ("stage", "wall", "reached"),
    [(0.1, 0.020, (True, True)), (0.2, 0.030, (False, False))],
    ids=["fast enough", "too slow"],
)
def test_ratios_are_to_the_floor_of_the_same_run(
    stage: float, wall: float, reached: tuple[bool, bool]
) -> None:
    """The whole is the sum of its stages over decoding plus encoding; medians of the rounds."""
    run = Bench(b"", 90, FakeFinder(), [])
    for name in FLOOR:
        run.watch.seconds[name] = [0.2, 0.2, 9.0]  # one round was disturbed
    for name in WHOLE:
        run.watch.seconds[name] = [stage, stage, 9.0]
    run.watch.seconds[FULL] = [0.3]
    run.watch.seconds[WALL] = [wall]

    figures = summary(run, 3)

    assert figures["floor_seconds"] == pytest.approx(0.4)
    assert figures["whole_over_floor"] == pytest.approx(len(WHOLE) * stage / 0.4)
    assert figures["wall_ms"] == pytest.approx(1000 * wall)
    assert tuple(figures["reached"].values()) == reached
    assert table(figures).count("reached" if all(reached) else "missed") == 2


def test_the_sample_has_twelve_megapixels() -> None:
    """And is a JPEG of the weight that phones make of as many."""
    pytest.importorskip("skimage", reason="scikit-image brings the portrait")

    data = bench.portrait()

    assert data[:2] == b"\xff\xd8"
    assert 2e6 < len(data) < 5e6
