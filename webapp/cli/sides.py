"""`flask bench sides`: whether photos come out standing, from whichever side they lie on."""

from collections import Counter
from pathlib import Path

import click
import numpy as np
from flask.cli import with_appcontext
from tqdm import tqdm

from webapp.cli.problems import told
from webapp.cli.reading import read_portrait
from webapp.errors import FaceError, LorgnetteError
from webapp.shop import sight
from webapp.shop.portraits import Portrait
from webapp.shop.standing import stood_up

SIDES = {0: "upright", 1: "turned to the left", 2: "upside down", 3: "turned to the right"}
STANDING, OTHERWISE = "standing", "otherwise"


@click.command("sides")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@with_appcontext
@told
def sides(folder: Path) -> None:
    """Lay each upright photo of FOLDER on every side, and count how it comes out."""
    counts: dict[int, Counter[str]] = {quarters: Counter() for quarters in SIDES}
    for path in tqdm(sorted(folder.glob("*.jpg")), unit="photo", disable=None):
        try:
            upright = read_portrait(path)
        except LorgnetteError as error:
            click.echo(f"{path.name}: left out, {error.code}", err=True)
            continue
        for quarters, count in counts.items():
            count[comes_out(upright, quarters)] += 1
    if not counts[0]:
        raise click.ClickException(f"There is no photo in {folder}.")
    for quarters, count in counts.items():
        outcomes = ", ".join(f"{name} {number}" for name, number in sorted(count.items()))
        click.echo(f"{SIDES[quarters]:<22}{outcomes}")


def comes_out(upright: Portrait, quarters: int) -> str:
    """Return how a photo turned to the left comes out, or why it is refused."""
    lying = upright.turned(quarters) if quarters else upright
    try:
        with sight.current().slot():
            out, _ = stood_up(lying)
    except FaceError as error:
        return error.code
    return STANDING if np.array_equal(out.pixels, upright.pixels) else OTHERWISE
