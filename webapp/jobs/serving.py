"""`flask serve`: the supervisor of the web server and of what works beside it."""

import http.client
import os
import socket
import sys
import time
from collections.abc import Mapping, Sequence

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp import storage
from webapp.errors import DatabaseAway, RedisAway, RedisUnfit
from webapp.jobs.batches import command_line, name_here
from webapp.jobs.keeping import Kept, listen_for_stop, start, stop
from webapp.shop import catalogue
from webapp.storage import shared

HOST = "127.0.0.1"
GLANCE = 0.25  # s between two looks at the processes
ANSWER_SECONDS = 2.0  # a shop that takes longer to say that it is well is not open yet

WEB = (sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app")
CLOCK = (sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--follow")


@click.command
@with_appcontext
def serve() -> None:
    """Prepare the database and the catalogue, then serve and sweep until told to stop."""
    port = current_app.config["PORT"]
    refuse_taken(port)
    require_servers()
    storage.migrate()
    if not catalogue.all_frames():
        click.echo("Drawing the demo catalogue:")
        catalogue.load_demo(lambda done, of, name: click.echo(f"  {done} of {of}: {name}"))
    environ = {
        "BASE_URL": f"http://{HOST}:{port}",  # where nothing else was said
        **os.environ,
        "PORT": str(port),
        "WEB_THREADS": str(current_app.config["WEB_THREADS"]),
        "LIFELINE": "stdin",
    }
    workers = [
        Kept(f"batch worker {slot}", command_line("--name", name_here(slot)), environ)
        for slot in range(1, current_app.config["BATCH_WORKERS"] + 1)
    ]
    sys.exit(supervise(WEB, [Kept("clock", CLOCK, environ), *workers], environ, port))


def require_servers() -> None:
    """Say so at once where the database or Redis does not answer.

    Once the shop is open, it waits for them by itself.

    Raises:
        click.ClickException: one of them is away, or too old, or Redis is missing.
    """
    workers = current_app.config["WEB_WORKERS"]
    try:
        if shared.configured():
            shared.require()
        elif workers > 1:
            raise click.ClickException(f"WEB_WORKERS={workers} needs REDIS_URL; one worker doesn't")
        storage.database.require_answer()
    except RedisAway as error:
        raise click.ClickException(f"Redis does not answer at REDIS_URL: {error}") from error
    except RedisUnfit as error:
        told = "The Redis at REDIS_URL is version {version}; it takes {least} or newer"
        raise click.ClickException(told.format(**error.params)) from error
    except DatabaseAway as error:
        raise click.ClickException(
            f"The database does not answer at DATABASE_URL: {error.__cause__}"
        ) from error


def refuse_taken(port: int) -> None:
    """Say so at once if the port can't be listened on.

    Raises:
        click.ClickException: another program has it, or it is not for us.
    """
    with socket.socket() as probe:
        # As gunicorn asks for it: a port whose last server has just ended counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise click.ClickException(
                f"Port {port} can't be used ({error}). Another one: PORT=8001 make run"
            ) from None


def greeting(port: int) -> str:
    """Return what to tell whoever has started the shop."""
    return "\n".join(
        (
            "",
            f"  The shop is open:  http://{HOST}:{port}/",
            "  Become admin:      .venv/bin/flask --app wsgi admin create you@example.com",
            f"  and sign in at:    http://{HOST}:{port}/admin/login",
            "  Ctrl-C closes it.",
            "",
        )
    )


def supervise(
    web: Sequence[str], beside: Sequence[Kept], environ: Mapping[str, str], port: int
) -> int:
    """Run the server and what works beside it until told to stop or the server ends.

    What works beside it is started again when it dies. The server has its own supervisor
    (gunicorn's arbiter renews its workers), so that its end is the shop's.

    Returns:
        The exit status: 0 when told to stop, else the server's.
    """
    told = listen_for_stop()
    server = start(web, environ)
    open_yet = False
    try:
        while not told and server.poll() is None:
            if open_yet:  # from now on: while the server starts, the processor is its own
                for kept in beside:
                    kept.tend()
            elif answers(port):
                open_yet = True
                click.echo(greeting(port))
            time.sleep(GLANCE)
    finally:
        status = server.poll()
        stop([server, *(kept.process for kept in beside if kept.process)])
    return 0 if told else abs(status or 0)


def answers(port: int) -> bool:
    """Tell whether the shop answers: gunicorn listens before its worker has loaded the app."""
    connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
