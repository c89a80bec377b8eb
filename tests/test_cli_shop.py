"""`flask demo load`, `flask sweep`, `flask worker` and `flask settings`."""

from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.factories import on_disk
from webapp.config import SETTINGS
from webapp.drawn.catalogue import demo_frames
from webapp.jobs import clock
from webapp.shop import catalogue
from webapp.shop.views import SweepReport
from webapp.storage import files


@pytest.fixture
def one_demo_frame(monkeypatch: pytest.MonkeyPatch) -> str:
    """The demo catalogue, cut down to one colourway of one frame, which is soon drawn."""
    first = demo_frames()[0]
    short = replace(first, variants=first.variants[:1])
    monkeypatch.setattr(catalogue, "demo_frames", lambda: [short])
    return first.slug


def test_the_demo_catalogue_is_loaded_once(
    app: Flask, commands: FlaskCliRunner, one_demo_frame: str
) -> None:
    """Its frames are published; a second call adds nothing."""
    first = commands.invoke(args=["demo", "load"])
    second = commands.invoke(args=["demo", "load"])

    assert first.stdout.startswith("1 added")
    assert second.stdout.startswith("0 added")
    with app.app_context():
        assert [frame.slug for frame in catalogue.published()] == [one_demo_frame]


def test_a_sweep_says_what_it_did(app: Flask, commands: FlaskCliRunner) -> None:
    """An old file that no row knows is gone, and counted."""
    app.config["SWEEP_GRACE_MINUTES"] = 0
    with app.app_context():
        files.put(b"left behind", "image/jpeg")

    done = commands.invoke(args=["sweep"])

    assert "1 files without a row" in done.stdout
    with app.app_context():
        assert on_disk() == set()


def test_missing_artwork_is_named() -> None:
    """An admin must load it again, so it is said which."""
    said = clock.said(SweepReport(expired=0, doomed=0, orphans=0, lost=0, broken=("ada/red",)))

    assert "ada/red" in said


def test_the_worker_sweeps_again_and_again(
    commands: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It rests for SWEEP_MINUTES in between, and ends when its supervisor is gone."""
    swept: list[datetime | None] = []
    rests: list[float] = []

    def closes(seconds: float) -> bool:
        rests.append(seconds)
        return len(rests) == 3

    monkeypatch.setattr("webapp.shop.sweep.run", lambda: swept.append(None))
    monkeypatch.setattr(clock, "stdin_closes_within", closes)

    done = commands.invoke(args=["worker", "--follow"])

    assert done.exit_code == 0
    assert len(swept) == 3
    assert rests == [300.0, 300.0, 300.0]


def test_every_setting_is_printed(commands: FlaskCliRunner) -> None:
    """With its default and its meaning, ready for the README."""
    done = commands.invoke(args=["settings"])

    for one in SETTINGS:
        assert f"`{one.name}`" in done.stdout
        assert one.meaning in done.stdout
