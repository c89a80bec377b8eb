"""Background work: the sweep's clock, and the supervisor that keeps clock and server going.

`flask serve` starts two processes, the web server and the clock. Each has the end of a
pipe as its standard input, and nothing is ever written to it: when the supervisor is gone,
even by kill -9, the pipe closes, and both see that and end too.
"""

import http.client
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from webapp import storage
from webapp.config import ROOT
from webapp.errors import DatabaseOutdated
from webapp.shop import catalogue
from webapp.shop import sweep as sweeping
from webapp.shop.views import SweepReport
from webapp.storage import schema

HOST = "127.0.0.1"
GLANCE = 0.25  # s between two looks at the processes
ANSWER_SECONDS = 2.0  # a shop that takes longer to say that it is well is not open yet
STOP_SECONDS = 15.0  # a process that has not ended by then is killed
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # s before a process that died is started again
PROVEN_SECONDS = 60.0  # one that has lived so long is started again after the first pause

WEB = (sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app")
CLOCK = (sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--follow")


def init_app(app: Flask) -> None:
    """Add the commands `sweep`, `worker` and `serve`."""
    for command in (sweep, worker, serve):
        app.cli.add_command(command)


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


def stdin_closes_within(seconds: float) -> bool:
    """Wait until standard input closes, `seconds` at most, and tell whether it did."""
    return bool(select.select([sys.stdin], [], [], seconds)[0])


def sleep(seconds: float) -> bool:
    """Wait, and never end."""
    time.sleep(seconds)
    return False


@click.command
@with_appcontext
def serve() -> None:
    """Prepare the database and the catalogue, then serve and sweep until told to stop."""
    port = current_app.config["PORT"]
    refuse_taken(port)
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
    sys.exit(supervise(WEB, CLOCK, environ, port))


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


@dataclass
class Kept:
    """A process that is started, and started again whenever it ends."""

    command: Sequence[str]
    environ: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = 0.0  # not started before this; clock of time.monotonic

    def tend(self) -> None:
        """Start the process if it does not run and its pause is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            proven = now - self.started >= PROVEN_SECONDS
            self.pause = FIRST_PAUSE if proven else min(2 * self.pause, LONGEST_PAUSE)
            self.due = now + self.pause
            click.echo(f"The clock ended ({self.process.returncode}); back soon.", err=True)
            stop([self.process])  # it has ended; its pipe is still open
            self.process = None
        if self.process is None and now >= self.due:
            self.process, self.started = start(self.command, self.environ), now


def supervise(
    web: Sequence[str], clock: Sequence[str], environ: Mapping[str, str], port: int
) -> int:
    """Run the server and the clock until told to stop or the server ends.

    The clock is started again when it dies. The server has its own supervisor (gunicorn's
    arbiter renews its workers), so that its end is the shop's.

    Returns:
        The exit status: 0 when told to stop, else the server's.
    """
    told = listen_for_stop()
    server, kept = start(web, environ), Kept(clock, environ)
    open_yet = False
    try:
        while not told and server.poll() is None:
            if open_yet:
                kept.tend()  # from now on: while the server starts, the processor is its own
            elif answers(port):
                open_yet = True
                click.echo(greeting(port))
            time.sleep(GLANCE)
    finally:
        status = server.poll()
        stop([server, *([kept.process] if kept.process else [])])
    return 0 if told else abs(status or 0)


def listen_for_stop() -> list[int]:
    """Return a list to which the signals that ask for the end are added.

    Not an Event: setting one in a signal handler can lock up the thread that waits on it.
    """
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, frame: told.append(number))
    return told


def start(command: Sequence[str], environ: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start a process that can see this one end.

    It gets its own process group, so that Ctrl-C reaches the supervisor alone, which then
    stops the others in order.
    """
    return subprocess.Popen(command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, process_group=0)


def stop(processes: Sequence["subprocess.Popen[bytes]"]) -> None:
    """Ask all to end, wait for them, and kill those that don't."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()


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
