"""`batch run` in real processes, killed at random moments and started again."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.processes import PATIENCE, children_of, runs

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Run:
    """The command, again and again, on the same folders."""

    folder: Path  # holds in, out, and the instance
    environ: dict[str, str]
    frames: str = "ada"
    options: tuple[str, ...] = ("--workers", "2")
    kills: Counter[str] = field(default_factory=Counter)

    def command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "flask", "--app", "wsgi", "batch", "run"),
            *(str(self.folder / "in"), "--out", str(self.folder / "out")),
            *("--frames", self.frames, *self.options),
        ]

    @contextmanager
    def started(self) -> Iterator["subprocess.Popen[bytes]"]:
        """Start the command; leave neither it nor a worker of it behind."""
        with open(self.folder / "log", "ab") as log:
            process = subprocess.Popen(
                self.command(), cwd=ROOT, env=self.environ, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        try:
            yield process
        finally:
            for pid in (process.pid, *children_of(process.pid)):
                if runs(pid):
                    os.kill(pid, signal.SIGKILL)
            process.wait()

    def to_the_end(self) -> int:
        """Run it to its end and return its exit status."""
        with self.started() as process:
            return process.wait(20 * PATIENCE)

    def killed(self, chance: random.Random, count: int) -> None:
        """Kill workers and the command, `count` times in all, wherever they happen to be."""
        while count:
            with self.started() as process:
                self.wait_for_work(process.pid)
                while count and process.poll() is None:
                    time.sleep(chance.uniform(0, 2.0))
                    workers = sorted(children_of(process.pid))
                    victim = chance.choice([process.pid, *workers])
                    os.kill(victim, signal.SIGKILL)
                    count -= 1
                    self.kills["command" if victim == process.pid else "worker"] += 1
                    if victim == process.pid:
                        process.wait()
                        self.wait_for_end(workers)
                if process.poll() == 0:
                    return  # it was through before the kills were

    def wait_for_work(self, pid: int) -> None:
        """Return once a photo has come to an end since the start, or a worker has come and gone."""
        lines, deadline = self.folder / "out" / "manifest.jsonl", time.monotonic() + 5 * PATIENCE
        while time.monotonic() < deadline and runs(pid):
            if children_of(pid) and lines.exists() and lines.read_bytes():
                return
            time.sleep(0.1)

    def wait_for_end(self, workers: list[int]) -> None:
        """Return once the workers of a command that was killed have seen it and ended."""
        deadline = time.monotonic() + 5 * PATIENCE  # they may just be starting, on a busy machine
        while any(map(runs, workers)):
            assert time.monotonic() < deadline, "a worker outlives its command"
            time.sleep(0.1)

    def manifest(self) -> list[dict[str, Any]]:
        text = (self.folder / "out" / "manifest.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def results(self) -> set[str]:
        """Return the names of all that lies in the results' folder, unfinished files too."""
        out = self.folder / "out"
        return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
