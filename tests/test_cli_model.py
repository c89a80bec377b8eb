"""`flask model`: what is asked for reaches the training and the measures."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner

from webapp.errors import TrainingDataBroken
from webapp.faces.training import detector, evaluate, landmarks

TRAININGS = {"detector": (detector, "train_detector"), "landmarks": (landmarks, "train_landmarks")}


@pytest.fixture(params=sorted(TRAININGS))
def training(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, dict[str, Any]]:
    """A network's name, and what its training is called with."""
    asked: dict[str, Any] = {}

    def train(**options: Any) -> Path:
        asked.update(options)
        return Path("weights.safetensors")

    monkeypatch.setattr(*TRAININGS[request.param], train)
    return request.param, asked


def test_only_what_was_said_is_passed_on(
    commands: FlaskCliRunner, training: tuple[str, dict[str, Any]], tmp_path: Path
) -> None:
    """The number of steps is the network's own unless another is asked for."""
    network, asked = training

    done = commands.invoke(args=["model", "train", network, "--data", str(tmp_path)])

    assert done.exit_code == 0, done.output
    assert "weights.safetensors" in done.stdout
    assert "steps" not in asked
    assert asked["data"] == tmp_path
    assert asked["out"].parts[-3:] == ("instance", "training", network)


def test_steps_and_folder_are_passed_on(
    commands: FlaskCliRunner, training: tuple[str, dict[str, Any]], tmp_path: Path
) -> None:
    """What is said wins."""
    network, asked = training
    out = tmp_path / "out"
    options = ["--data", str(tmp_path), "--out", str(out), "--steps", "5", "--seed", "7"]

    commands.invoke(args=["model", "train", network, *options])

    assert (asked["out"], asked["steps"], asked["seed"]) == (out, 5, 7)


def test_broken_data_is_told(
    commands: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By file, without a traceback."""

    def train(**options: Any) -> Path:
        raise TrainingDataBroken(file="fairface-0.npz", record=3)

    monkeypatch.setattr(detector, "train_detector", train)

    done = commands.invoke(args=["model", "train", "detector", "--data", str(tmp_path)])

    assert done.exit_code == 1
    assert "fairface-0.npz" in done.stderr


def test_an_evaluation_is_printed_and_written(
    commands: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """All four measures, the same on the screen and in the file."""
    seen = evaluate.Detection(faces=2, found=1, false=0, missed=["b.jpg"], invented=[])
    for name in ("evaluate_photos", "evaluate_faceless", "evaluate_groups"):
        monkeypatch.setattr(evaluate, name, lambda finder, folder: seen)
    monkeypatch.setattr(evaluate, "evaluate_human68", lambda finder, path: {"all": 4.2})
    report = tmp_path / "reports" / "model.json"

    done = commands.invoke(
        args=["model", "evaluate", "--shared", str(tmp_path), "--json", str(report)]
    )

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == json.loads(report.read_text())
    assert json.loads(done.stdout)["photos"]["missed"] == ["b.jpg"]
