"""Static files under addresses that change with their content.

An address that carries its file's hash may be kept for a year; any other is asked about
again each time (modules that import one another do so without a hash).
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

YEAR = 31_536_000  # s


def init_app(app: Flask) -> None:
    """Put the hash into every address of a static file that pages make."""
    app.url_defaults(add_hash)
    app.after_request(keep_for_long)


def add_hash(endpoint: str, values: dict[str, Any]) -> None:
    """Add the file's hash to the address of a static file."""
    if endpoint == "static" and "v" not in values and current_app.static_folder:
        values["v"] = hash_of(Path(current_app.static_folder) / values["filename"])


def hash_of(path: Path) -> str:
    """Return a short hash of the file's content; its date tells when to read it again."""
    return hash_at(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def hash_at(path: Path, changed: int) -> str:
    """Return a short hash of the content that the file has had since `changed`."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def keep_for_long(response: Response) -> Response:
    """Let browsers keep a static file whose address bears its hash."""
    if request.endpoint == "static" and response.status_code in (200, 304):
        kept = f"public, max-age={YEAR}, immutable" if "v" in request.args else "no-cache"
        response.headers["Cache-Control"] = kept
    return response
