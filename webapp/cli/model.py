"""`flask model`: training the networks; measuring, comparing and choosing versions.

The training code is imported by the command that needs it: torch takes seconds to load.
"""

import io
import json
import tempfile
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from webapp.cli.problems import told
from webapp.cli.writing import write_file, write_json
from webapp.config import ROOT
from webapp.faces import versions
from webapp.faces.cards import SHIPPED
from webapp.faces.comparison import KEY_FIGURES, better_of, shown
from webapp.storage.belongings import settings

SHARED = ROOT.parent / "shared"  # where the training and evaluation data lie
FOLDER = click.Path(path_type=Path, file_okay=False)
WEIGHTS = click.Path(path_type=Path, dir_okay=False, exists=True)
FILE = click.Path(path_type=Path, dir_okay=False)
EXISTING = click.Path(path_type=Path, file_okay=False, exists=True)
BY_NAME = {figure.name: figure for figure in KEY_FIGURES}
TELLING = ("portraits found", "false faces", "human68, points 17-67, %", "agreement, mesh, %")
LISTED = tuple(BY_NAME[name] for name in TELLING)

model = AppGroup("model", help="Train the networks; measure, compare and choose versions.")


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
@click.option("--views", type=EXISTING, help="Turned views, as `train views` draws them.")
@told
def landmarks(**options: Any) -> None:
    """Train the landmark network: 478 points, and whether it is a face at all."""
    from webapp.faces.training.landmarks import train_landmarks

    click.echo(train_landmarks(**filled(options, "landmarks")))


@train.command("views")
@click.option("--each", type=click.IntRange(1), default=2, show_default=True, help="Of a head.")
@click.option("--seed", type=int, default=5, show_default=True)
@click.option("--cache", type=FOLDER, help="Decoded photos; default: instance/training/chips.")
@click.option("--out", type=FOLDER, help="Default: instance/training/views.")
@click.option("--data", type=EXISTING, default=SHARED / "faces", help="Default: ../shared/faces.")
@told
def views(**options: Any) -> None:
    """Draw training faces turned further, for the teacher to label and a training to show."""
    from webapp.faces.training.views import draw_views

    options["cache"] = options["cache"] or ROOT / "instance" / "training" / "chips"
    wanted = filled(options, "views")
    click.echo(f"{draw_views(**wanted)} views")
    click.echo(f"Now let the teacher label them: make teacher VIEWS={wanted['out']}")


@train.command("readout")
@click.option("--weights", type=WEIGHTS, required=True, help="As `train landmarks` wrote them.")
@click.option("--rank", type=click.IntRange(1), default=112, show_default=True)
@click.option("--packs", type=click.IntRange(1), default=720, show_default=True, help="Of 64.")
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True)
@click.option("--seed", type=int, default=21, show_default=True)
@click.option("--views", type=EXISTING, help="Turned views, as `train views` draws them.")
@click.option("--cache", type=FOLDER, help="Decoded photos, 2.6 GB; default: in --out.")
@click.option("--out", type=FOLDER, help="Default: instance/training/readout.")
@click.option("--data", type=EXISTING, default=SHARED / "faces", help="Default: ../shared/faces.")
@told
def readout(**options: Any) -> None:
    """Put the landmark network into whole numbers and solve for what it leaves undone."""
    from webapp.faces.training.readout import fit_readout

    click.echo(fit_readout(**filled(options, "readout")))


def filled(options: dict[str, Any], network: str) -> dict[str, Any]:
    """Return the options that were given, and the network's folder where none was."""
    given = {name: value for name, value in options.items() if value is not None}
    return {"out": ROOT / "instance" / "training" / network} | given


@model.command("publish")
@click.option("--detector", type=WEIGHTS, required=True, help="As the training wrote it.")
@click.option("--landmarks", type=WEIGHTS, required=True, help="As the training wrote it.")
@click.option("--name", required=True, help="The new version's; letters, digits, . _ and -.")
@click.option("--scenes", type=click.IntRange(1), default=1500, show_default=True)
@click.option("--data", type=EXISTING, default=SHARED / "faces", help="Default: ../shared/faces.")
@click.option("--cache", type=FOLDER, help="Decoded photos; default: instance/training/chips.")
@told
def publish(
    detector: Path, landmarks: Path, name: str, scenes: int, data: Path, cache: Path | None
) -> None:
    """Make a version of two trained networks, its thresholds chosen on held-out scenes."""
    from webapp.faces.training import publish as publishing

    folder = versions.folder_for(instance(), name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Made beside and then renamed: an interrupted version is none.
    with tempfile.TemporaryDirectory(prefix=".publish-", dir=folder.parent) as draft:
        out = Path(draft) / name
        chips = cache or ROOT / "instance" / "training" / "chips"
        chosen = publishing.publish(detector, landmarks, out, data, chips, name, scenes)
        out.rename(folder)
    for what, value in chosen.items():
        click.echo(f"{what}: {value}")
    click.echo(f"Published {name}. Next: flask --app wsgi model evaluate --version {name}")


@model.command("evaluate")
@click.option("--version", "name", help="Default: the active one.")
@click.option("--shared", type=EXISTING, default=SHARED, help="Default: ../shared.")
@click.option("--json", "copy", type=FILE, help="Also write the figures here.")
@click.option(
    "--sheet", type=FOLDER, help="Folder of the report; default: instance/reports/VERSION."
)
@told
def evaluate(name: str | None, shared: Path, copy: Path | None, sheet: Path | None) -> None:
    """Measure a version on photos that never touched its weights; it takes minutes.

    The figures are kept beside the weights; a report with pictures of the worst cases goes to
    instance/reports.
    """
    from webapp.faces.training import report

    chosen = versions.version(instance(), name or versions.active_name(instance()))
    folder = sheet or instance() / "reports" / chosen.name
    refuse_project(folder)
    measured = report.measure(chosen.folder, shared)
    versions.write_evaluation(chosen.folder, measured.figures)
    write_json(folder / "report.json", measured.figures)
    for kind, cases in measured.cases.items():
        jpeg = io.BytesIO()
        report.draw_sheet(cases).save(jpeg, "JPEG", quality=88)
        write_file(folder / f"worst-{kind}.jpg", jpeg.getvalue())
    if copy:
        write_json(copy, measured.figures)
    click.echo(json.dumps(measured.figures, indent=2))
    click.echo(f"Report: {folder}", err=True)


def refuse_project(folder: Path) -> None:
    """Refuse a folder in the project's tree: pictures of evaluation photos must not enter it."""
    place = folder.resolve()
    if place.is_relative_to(ROOT) and not place.is_relative_to(ROOT / "instance"):
        raise click.BadParameter(
            "it holds photos that must not enter the project: choose a folder under instance/",
            param_hint="--sheet",
        )


@model.command("compare")
@click.argument("names", nargs=-1, required=True, metavar="VERSION VERSION...")
@told
def compare(names: tuple[str, ...]) -> None:
    """Put the key figures of versions side by side; * marks the best."""
    chosen = [versions.version(instance(), name) for name in names]
    rows = [("", *(one.name for one in chosen))]
    measured = [one.figures for one in chosen]
    for figure in KEY_FIGURES:
        best = better_of(figure, measured)
        cells = [
            shown(figure, own) + (" *" if place in best else "  ")
            for place, own in enumerate(measured)
        ]
        rows.append((figure.name, *cells))
    echo_table(rows)
    for one in chosen:
        if one.figures is None:
            click.echo(f"{one.name} has no evaluation: {how_to_evaluate(one.name)}")


@model.command("activate")
@click.argument("name", metavar="VERSION")
@click.option("--force", is_flag=True, help="Also where it is worse, or was not evaluated.")
@told
def activate(name: str, force: bool) -> None:
    """Let the shop see with this version from its next photo on ("shipped": the one it came with).

    A version that is worse than the active one is refused unless forced.
    """
    active = versions.activate(instance(), name, force)
    click.echo(f"{active.name} is active.")


@model.command("versions")
@told
def list_versions() -> None:
    """List the versions: * marks the active one."""
    rows = [("", "version", "published", *(figure.name for figure in LISTED))]
    known = versions.listed(instance())
    for one in known:
        figures = [shown(figure, one.figures) for figure in LISTED]
        rows.append(("*" if one.active else " ", one.name, one.made or "unreadable", *figures))
    echo_table(rows)
    if not any(one.active for one in known):
        click.echo("The active version is gone: flask --app wsgi model activate shipped", err=True)


@model.command("card")
@told
def card() -> None:
    """Write the shipped version's figures into MODEL_CARD.md, from its evaluation."""
    from webapp.faces.training.card import with_figures

    path = ROOT / "MODEL_CARD.md"
    figures = versions.read_evaluation(SHIPPED)
    versions.write_whole(path, with_figures(path.read_text("utf-8"), figures))
    click.echo(f"Wrote {path.name}.")


def instance() -> Path:
    """Return the folder of this installation, which holds the versions and the reports."""
    return Path(settings()["INSTANCE_DIR"])


def how_to_evaluate(name: str) -> str:
    """Return the command that evaluates a version."""
    return f"flask --app wsgi model evaluate --version {name}"


def echo_table(rows: list[tuple[str, ...]]) -> None:
    """Print rows in columns of their own widths."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())
