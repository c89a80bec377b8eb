"""`flask model`: training the networks and measuring the model.

The training code is imported by the command that needs it: torch takes seconds to load.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from webapp.cli.problems import told
from webapp.cli.writing import write_json
from webapp.config import ROOT
from webapp.faces.finder import FaceFinder

SHARED = ROOT.parent / "shared"  # where the training and evaluation data lie
FOLDER = click.Path(path_type=Path, file_okay=False)
WEIGHTS = click.Path(path_type=Path, dir_okay=False, exists=True)
FILE = click.Path(path_type=Path, dir_okay=False)
EXISTING = click.Path(path_type=Path, file_okay=False, exists=True)

model = AppGroup("model", help="Train and measure the networks.")


@model.group("train")
def train() -> None:
    """Train a network; started again on the same folder, it goes on where it was."""


def training_options(command: Any) -> Any:
    """Return the command with the options that both trainings have."""
    for option in (
        click.option("--threads", type=click.IntRange(1), default=1, show_default=True),
        click.option("--seed", type=int, default=1, show_default=True),
        click.option("--steps", type=click.IntRange(1), help="By default what the weights need."),
        click.option("--cache", type=FOLDER, help="Decoded photos, 2.6 GB; default: in --out."),
        click.option("--out", type=FOLDER, help="Default: instance/training/NETWORK."),
        click.option(
            "--data", type=EXISTING, default=SHARED / "faces", help="Default: ../shared/faces."
        ),
    ):
        command = option(command)
    return command


@train.command("detector")
@training_options
@told
def detector(**options: Any) -> None:
    """Train the detector: where the faces are."""
    from webapp.faces.training.detector import train_detector

    click.echo(train_detector(**filled(options, "detector")))


@train.command("landmarks")
@training_options
@click.option("--start", type=WEIGHTS, help="Weights to begin with.")
@click.option(
    "--detector",
    type=WEIGHTS,
    help="Detector weights whose false alarms serve as examples of no face.",
)
@told
def landmarks(**options: Any) -> None:
    """Train the landmark network: 478 points, and whether it is a face at all."""
    from webapp.faces.training.landmarks import train_landmarks

    click.echo(train_landmarks(**filled(options, "landmarks")))


def filled(options: dict[str, Any], network: str) -> dict[str, Any]:
    """Return the options that were given, and the network's folder where none was."""
    given = {name: value for name, value in options.items() if value is not None}
    return {"out": ROOT / "instance" / "training" / network} | given


@model.command("evaluate")
@click.option("--shared", type=EXISTING, default=SHARED, help="Default: ../shared.")
@click.option("--weights", type=EXISTING, help="A folder of weights; default: the shipped ones.")
@click.option("--json", "report", type=FILE, help="Also write the report here.")
@told
def evaluate(shared: Path, weights: Path | None, report: Path | None) -> None:
    """Measure the model on photos that never touched its weights."""
    from webapp.faces.training import evaluate as measures

    finder = FaceFinder(weights)
    found: dict[str, Any] = {
        "photos": asdict(measures.evaluate_photos(finder, shared / "photos")),
        "faceless": asdict(measures.evaluate_faceless(finder, shared / "faceless")),
        "groups": asdict(measures.evaluate_groups(finder, shared / "groups")),
        "human68": measures.evaluate_human68(finder, shared / "faces" / "human68.npz"),
    }
    click.echo(json.dumps(found, indent=2))
    if report:
        write_json(report, found)
