"""Processes that are started, watched, started again and stopped; and how they see an end."""

import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click

from webapp.config import ROOT

STOP_SECONDS = 15.0  # a process that has not ended by then is killed
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # s before a process that died is started again
PROVEN_SECONDS = 60.0  # one that has lived so long is started again after the first pause


@dataclass
class Kept:
    """A process that is started, and started again whenever it ends. `name`: what it is called."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    longest: float = LONGEST_PAUSE
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    ends: int = 0  # how often it ended by itself
    due: float = 0.0  # not started before this; clock of time.monotonic

    def tend(self) -> None:
        """Start the process if it does not run and its pause is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self.ends += 1
            proven = now - self.started >= PROVEN_SECONDS
            self.pause = FIRST_PAUSE if proven else min(2 * self.pause, self.longest)
            self.due = now + self.pause
            click.echo(f"The {self.name} ended ({self.process.returncode}); back soon.", err=True)
            stop([self.process])  # it has ended; its pipe is still open
            self.process = None
        if self.process is None and now >= self.due:
            self.process, self.started = start(self.command, self.environ), now


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


def stdin_closes_within(seconds: float) -> bool:
    """Wait until standard input closes, `seconds` at most, and tell whether it did."""
    return bool(select.select([sys.stdin], [], [], seconds)[0])


def sleep(seconds: float) -> bool:
    """Wait, and never end."""
    time.sleep(seconds)
    return False
