"""Files that a command was asked to write."""

import json
from pathlib import Path
from typing import Any

from webapp.errors import OutputUnwritable


def write_file(path: Path, data: bytes) -> None:
    """Write a file, and the folders above it where they are missing.

    Raises:
        OutputUnwritable: it can't be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise OutputUnwritable(file=str(path), reason=error.strerror) from error


def write_json(path: Path, figures: dict[str, Any]) -> None:
    """Write figures as JSON. Raises `OutputUnwritable`."""
    write_file(path, json.dumps(figures, indent=2).encode() + b"\n")
