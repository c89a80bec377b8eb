"""`flask model`: training is asked for, versions are measured, compared and chosen."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from PIL import Image

from tests.model_versions import FINE, changed, put_version
from webapp.config import ROOT
from webapp.errors import TrainingDataBroken
from webapp.faces import versions
from webapp.faces.cards import hashes
from webapp.faces.comparison import KEY_FIGURES
from webapp.faces.training import detector, landmarks, publish, readout, report, views

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


def test_a_readout_is_fitted_to_given_weights(
    commands: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They must be there; its folder is beside the trainings'."""
    asked: dict[str, Any] = {}
    monkeypatch.setattr(readout, "fit_readout", lambda **options: asked.update(options))
    trained = tmp_path / "landmarks.safetensors"
    command = ["model", "train", "readout", "--data", str(tmp_path), "--weights", str(trained)]

    missing = commands.invoke(args=command)
    trained.write_bytes(b"weights")
    done = commands.invoke(args=command)

    assert missing.exit_code == 2
    assert done.exit_code == 0, done.output
    assert asked["weights"] == trained
    assert asked["out"].parts[-3:] == ("instance", "training", "readout")


def test_drawn_views_are_told_with_what_comes_next(
    commands: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The teacher labels them in an environment of its own."""
    asked: dict[str, Any] = {}

    def draw(**options: Any) -> int:
        asked.update(options)
        return 28

    monkeypatch.setattr(views, "draw_views", draw)
    out = tmp_path / "views"

    done = commands.invoke(
        args=["model", "train", "views", "--data", str(tmp_path), "--out", str(out)]
    )

    assert done.exit_code == 0, done.output
    assert asked["out"] == out
    assert "28 views" in done.stdout
    assert f"make teacher VIEWS={out}" in done.stdout


def test_views_are_passed_on(
    commands: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """To a training of the landmark network; their folder must be there."""
    asked: dict[str, Any] = {}
    monkeypatch.setattr(landmarks, "train_landmarks", lambda **options: asked.update(options))
    command = ["model", "train", "landmarks", "--data", str(tmp_path), "--views"]

    missing = commands.invoke(args=[*command, str(tmp_path / "none")])
    done = commands.invoke(args=[*command, str(tmp_path)])

    assert missing.exit_code == 2
    assert done.exit_code == 0, done.output
    assert asked["views"] == tmp_path


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


@pytest.fixture
def instance(app: Flask) -> Path:
    """The folder of the test's own installation."""
    return Path(app.instance_path)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were measured, each with the figures of `FINE` and one bad picture."""
    folders: list[Path] = []

    def measure(folder: Path, shared: Path) -> report.Report:
        folders.append(folder)
        case = report.Case("1: 9.0 %", np.zeros((report.CELL, report.CELL, 3), np.uint8))
        figures = {"format": 1, "weights": hashes(folder), **FINE}
        return report.Report(figures, {"human68": [case], "detector": []})

    monkeypatch.setattr(report, "measure", measure)
    return folders


def test_an_evaluation_is_kept_beside_the_weights_and_reported(
    commands: FlaskCliRunner, instance: Path, measured: list[Path], tmp_path: Path
) -> None:
    """The same figures on the screen, beside the weights, in the report and in the copy."""
    folder = put_version(instance, "v2", figures=None)
    copy = tmp_path / "copies" / "model.json"

    done = commands.invoke(
        args=["model", "evaluate", "--version", "v2", "--shared", str(tmp_path), "--json", copy]
    )

    assert done.exit_code == 0, done.output
    reports = instance / "reports" / "v2"
    told = json.loads(done.stdout)
    assert told == json.loads(copy.read_text()) == versions.read_evaluation(folder)
    assert told == json.loads((reports / "report.json").read_text())
    for name in ("worst-human68.jpg", "worst-detector.jpg"):
        with Image.open(reports / name) as sheet:
            assert sheet.format == "JPEG"


def test_the_active_version_is_evaluated_unless_another_is_named(
    commands: FlaskCliRunner, instance: Path, measured: list[Path], tmp_path: Path
) -> None:
    """What the shop sees with is what its admin asks about."""
    folder = put_version(instance, "v2")
    versions.activate(instance, "v2")

    commands.invoke(args=["model", "evaluate", "--shared", str(tmp_path)])

    assert measured == [folder]


def test_pictures_of_the_worst_cases_stay_out_of_the_project(
    commands: FlaskCliRunner, instance: Path, measured: list[Path], tmp_path: Path
) -> None:
    """They show evaluation photos: a folder in the tree is refused before anything is measured."""
    put_version(instance, "v2")
    options = ["--version", "v2", "--shared", str(tmp_path), "--sheet", str(ROOT / "docs")]

    done = commands.invoke(args=["model", "evaluate", *options])

    assert done.exit_code == 2
    assert "instance/" in done.stderr
    assert measured == []


def test_a_published_version_is_listed_and_not_yet_active(
    commands: FlaskCliRunner, instance: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its folder appears when it is complete."""

    def fake(detector: Path, landmarks: Path, out: Path, *rest: Any) -> dict[str, Any]:
        shutil.copytree(put_version(tmp_path, "made", figures=None), out)
        assert versions.listed(instance)[1:] == []
        return {"present": 0.7}

    monkeypatch.setattr(publish, "publish", fake)
    done = commands.invoke(args=publishing(tmp_path, "v2"))

    assert done.exit_code == 0, done.output
    assert "present: 0.7" in done.stdout
    assert [one.name for one in versions.listed(instance)] == ["shipped", "v2"]
    assert versions.active_name(instance) == "shipped"


def test_an_interrupted_publication_leaves_nothing(
    commands: FlaskCliRunner, instance: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Half a version is none, and its name stays free."""

    def fake(detector: Path, landmarks: Path, out: Path, *rest: Any) -> dict[str, Any]:
        out.mkdir()
        raise TrainingDataBroken(file="fairface-1.npz", record=3)

    monkeypatch.setattr(publish, "publish", fake)
    done = commands.invoke(args=publishing(tmp_path, "v2"))

    assert done.exit_code == 1
    assert "fairface-1.npz" in done.stderr
    assert list(versions.models(instance).iterdir()) == []


def test_a_file_that_holds_no_weights_is_told(commands: FlaskCliRunner, tmp_path: Path) -> None:
    """By its name and with what to give instead."""
    done = commands.invoke(args=publishing(tmp_path, "v2"))

    assert done.exit_code == 1
    assert "weights.safetensors" in done.stderr
    assert "that the training wrote" in done.stderr


def test_a_name_that_is_taken_is_refused_at_once(
    commands: FlaskCliRunner, instance: Path, tmp_path: Path
) -> None:
    """Before minutes of choosing thresholds, and in words."""
    put_version(instance, "v2")

    done = commands.invoke(args=publishing(tmp_path, "v2"))

    assert done.exit_code == 1
    assert "A version can't be called v2" in done.stderr


def publishing(folder: Path, name: str) -> list[str]:
    """Return the arguments that publish two files of weights made here."""
    weights = folder / "weights.safetensors"
    weights.write_bytes(b"weights")
    networks = ["--detector", str(weights), "--landmarks", str(weights)]
    return ["model", "publish", *networks, "--name", name, "--data", str(folder)]


def test_a_worse_version_is_refused_in_words_and_activated_by_force(
    commands: FlaskCliRunner, instance: Path
) -> None:
    """The sentence says in what it is worse and how to have it nevertheless."""
    put_version(instance, "v2")
    put_version(instance, "v3", changed(KEY_FIGURES[0], 4))
    commands.invoke(args=["model", "activate", "v2"])

    refused = commands.invoke(args=["model", "activate", "v3"])
    forced = commands.invoke(args=["model", "activate", "v3", "--force"])

    assert refused.exit_code == 1
    assert "portraits found: 32 against 36" in refused.stderr
    assert "--force" in refused.stderr
    assert forced.exit_code == 0
    assert versions.active_name(instance) == "v3"


def test_a_version_without_evaluation_asks_for_one(
    commands: FlaskCliRunner, instance: Path
) -> None:
    """With the command that makes it."""
    put_version(instance, "v2", figures=None)

    done = commands.invoke(args=["model", "activate", "v2"])

    assert done.exit_code == 1
    assert "model evaluate --version v2" in done.stderr


def test_unusable_weights_are_told_by_file_and_with_advice(
    commands: FlaskCliRunner, instance: Path
) -> None:
    """Whoever runs commands is told more than a shopper."""
    (put_version(instance, "v2") / "detector.safetensors").write_bytes(b"damaged")

    done = commands.invoke(args=["model", "activate", "v2", "--force"])

    assert done.exit_code == 1
    assert "detector.safetensors" in done.stderr
    assert "model activate shipped" in done.stderr


def test_versions_are_compared_with_the_better_marked(
    commands: FlaskCliRunner, instance: Path
) -> None:
    """A row a figure, a column a version; one without an evaluation has dashes and advice."""
    put_version(instance, "v2")
    put_version(instance, "v3", changed(KEY_FIGURES[0], 4))
    put_version(instance, "v4", figures=None)

    done = commands.invoke(args=["model", "compare", "v2", "v3", "v4"])

    assert done.exit_code == 0, done.output
    rows = {line[:20].strip(): line.split() for line in done.stdout.splitlines()}
    assert rows["portraits found"][2:] == ["36", "*", "32", "–"]
    assert "*" not in rows["false faces"]
    assert "model evaluate --version v4" in done.stdout


def test_versions_are_listed_with_the_active_one_marked(
    commands: FlaskCliRunner, instance: Path
) -> None:
    """And one that is gone is told with what to do."""
    folder = put_version(instance, "v2")
    commands.invoke(args=["model", "activate", "v2"])

    before = commands.invoke(args=["model", "versions"])
    shutil.rmtree(folder)
    after = commands.invoke(args=["model", "versions"])

    marked = [line.split()[1] for line in before.stdout.splitlines() if line.startswith("*")]
    assert marked == ["v2"]
    assert "2030-01-02" in before.stdout
    assert "model activate shipped" in after.stderr


def test_the_card_is_written_from_the_shipped_evaluation(
    commands: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A card that drifted is as the project's own again; what people wrote stays."""
    card = (ROOT / "MODEL_CARD.md").read_text("utf-8")
    drifted = tmp_path / "MODEL_CARD.md"
    drifted.write_text(card.replace("| eyelids | ", "| eyelids | 0"), "utf-8")
    monkeypatch.setattr("webapp.cli.model.ROOT", tmp_path)

    done = commands.invoke(args=["model", "card"])

    assert done.exit_code == 0, done.output
    assert drifted.read_text("utf-8") == card
