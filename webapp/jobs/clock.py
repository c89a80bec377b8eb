"""The sweep's clock: what has expired goes, every few minutes."""

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp.errors import DatabaseOutdated
from webapp.jobs.keeping import sleep, stdin_closes_within
from webapp.shop import sweep as sweeping
from webapp.shop.views import SweepReport
from webapp.storage import schema


@click.command
@with_appcontext
def sweep() -> None:
    """Delete what has expired and mend what was interrupted, once."""
    try:
        schema.require_current()
    except DatabaseOutdated:
        raise click.ClickException(
            "The database is not up to date. This mends it: flask --app wsgi db upgrade"
        ) from None
    click.echo(said(sweeping.run()))


def said(report: SweepReport) -> str:
    """Return in words what a sweep did."""
    done = (
        f"{report.expired} expired, {report.doomed} deletions finished, "
        f"{report.orphans} files without a row, {report.lost} rows without a file"
    )
    if not report.broken:
        return done
    return f"{done}; artwork is missing, load it again: {', '.join(report.broken)}"


@click.command
@click.option("--follow", is_flag=True, hidden=True)
@with_appcontext
def worker(follow: bool) -> None:
    """Sweep every SWEEP_MINUTES minutes until told to stop.

    An error ends it with its traceback, and who supervises it starts it again. Being
    stopped half-way through a sweep is safe, so signals keep their usual effect.
    """
    rest = stdin_closes_within if follow else sleep
    while True:
        with current_app.app_context():  # its end gives the database's session back
            sweeping.run()
        if rest(60.0 * current_app.config["SWEEP_MINUTES"]):
            return
