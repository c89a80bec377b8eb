"""Points at which a process may be killed: before and after every step that leaves a trace.

A step is a statement or a commit of the database, or a change to a file. Each is counted; at the
chosen one the process kills itself with SIGKILL, so that nothing that follows is run and nothing
is tidied up. Between two halves of a file's bytes there is a step too.
"""

import os
import pathlib
import signal
from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from webapp.storage.database import db


class Steps:
    """Counts steps, and ends the process at one of them. `names`: what each step was."""

    def __init__(self, dies_at: int | None) -> None:
        """None: count alone."""
        self.dies_at = dies_at
        self.names: list[str] = []

    def take(self, name: str) -> None:
        """Be at a step."""
        self.names.append(name)
        if len(self.names) == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: Any, name: str) -> None:
        """Make a call of a function two steps: before it and after it."""
        real: Callable[..., Any] = getattr(owner, name)

        def stepping(*args: Any, **how: Any) -> Any:
            self.take(f"before {name}")
            done = real(*args, **how)
            self.take(f"after {name}")
            return done

        setattr(owner, name, stepping)

    def watch(self) -> None:
        """Count from now on, in this process."""
        for owner, name in (
            (os, "fsync"),
            (pathlib.Path, "rename"),
            (pathlib.Path, "replace"),
            (pathlib.Path, "unlink"),
            (pathlib.Path, "mkdir"),
        ):
            self.around(owner, name)
        self.halve_writes()
        engine = db.engine
        event.listen(engine, "before_cursor_execute", self.before_statement)
        event.listen(engine, "commit", lambda connection: self.take("before commit"))
        event.listen(Session, "after_commit", lambda session: self.take("after commit"))

    def before_statement(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        """Be before a statement that begins or changes something; reading leaves no trace."""
        word = statement.split(None, 1)[0].upper()
        if word not in ("SELECT", "PRAGMA"):
            self.take(f"before {word}")

    def halve_writes(self) -> None:
        """Let files that are opened by their path take their bytes in two halves."""
        real = pathlib.Path.open
        take = self.take

        class Halved:
            def __init__(self, file: Any) -> None:
                self._file = file

            def __enter__(self) -> "Halved":
                return self

            def __exit__(self, *_: object) -> None:
                self._file.close()

            def __getattr__(self, name: str) -> Any:
                return getattr(self._file, name)

            def write(self, data: bytes) -> int:
                half = len(data) // 2
                self._file.write(data[:half])
                self._file.flush()
                take("half-written")
                self._file.write(data[half:])
                return len(data)

        def opened(path: pathlib.Path, mode: str = "r", *args: Any, **how: Any) -> Any:
            file = real(path, mode, *args, **how)
            return Halved(file) if "b" in mode and set(mode) & set("wxa") else file

        pathlib.Path.open = opened  # type: ignore[assignment,method-assign]
