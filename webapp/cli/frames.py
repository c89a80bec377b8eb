"""`flask frames`: the catalogue in and out, as a sheet with its pictures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from tqdm import tqdm

from webapp.cli.problems import needs_database, told
from webapp.shop import exporting, importing, parcels
from webapp.shop.importing import Outcome, Report
from webapp.web.words import problem

frames = AppGroup("frames", help="Take frames in from a sheet, and give them out as one.")

FILE = click.Path(path_type=Path, dir_okay=False)


@frames.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--pictures",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of the pictures that a CSV file names; default: the file's own.",
)
@click.option("--dry-run", is_flag=True, help="Check everything, change nothing.")
@needs_database
@told
def import_(file: Path, pictures: Path | None, dry_run: bool) -> None:
    """Import frames from FILE: CSV, or a ZIP of a CSV file and its pictures.

    Each frame comes in whole or not at all. Faults are printed as ROW, COLUMN: REASON, and the
    status is 1 where there are any. The same file a second time changes nothing: after an
    interruption, run it again.
    """
    bar = tqdm(unit="frame", disable=None)
    report = importing.run(
        None,
        parcels.open_parcel(file, pictures or file.parent),
        dry=dry_run,
        heed=heeding(bar),
    )
    bar.close()
    would = "would be " if dry_run else ""
    click.echo(
        f"{report.added} {would}added, {report.changed} {would}changed, {report.same} the same, "
        f"{report.refused} refused"
    )
    if report.refused:
        raise SystemExit(1)


def heeding(bar: Any) -> Callable[[Report, Outcome], bool]:
    """Return what shows an import's progress on a bar, and prints its faults."""

    def heed(report: Report, outcome: Outcome) -> bool:
        bar.total = report.total
        bar.update()
        for fault in outcome.faults:
            said = problem(fault.code, 422, fault.params)
            line = f"row {fault.row}, column {fault.column}: {said.title}. {said.advice}"
            bar.write(line)
        return True

    return heed


@frames.command("export")
@click.argument("file", type=FILE)
@needs_database
@told
def export(file: Path) -> None:
    """Write the whole catalogue to FILE, a ZIP as `frames import` takes it."""
    bar = tqdm(unit="colourway", disable=None)

    def show(done: int, of: int) -> None:
        bar.total = of
        bar.update()

    draft = file.with_name(f".{file.name}.part")
    try:
        with draft.open("wb") as out:
            count = exporting.export(None, out, show)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
        bar.close()
    click.echo(f"{count} frames: {file}")
