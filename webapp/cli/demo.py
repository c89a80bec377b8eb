"""`flask demo`: the frames that the project draws, for a shop that has none yet."""

import click
from flask.cli import AppGroup
from tqdm import tqdm

from webapp.cli.arrival import arrival
from webapp.cli.picture import picture
from webapp.cli.problems import needs_database, told
from webapp.shop import catalogue

demo = AppGroup("demo", help="The demo catalogue.")
demo.add_command(picture)
demo.add_command(arrival)


@demo.command("load")
@needs_database
@told
def load() -> None:
    """Draw the demo frames that are not in the catalogue yet, and publish them."""
    with tqdm(unit="frame", disable=None) as bar:

        def progress(done: int, total: int, name: str) -> None:
            bar.total = total
            bar.set_description(name)
            bar.update(done - bar.n)

        added = catalogue.load_demo(progress)
    click.echo(f"{added} added; the catalogue has {len(catalogue.all_frames())} frames.")
