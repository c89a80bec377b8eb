"""Static files under addresses that change with their content.

An address that carries its file's hash may be kept for a year; any other is asked about
again each time (modules that import one another do so without a hash). What is text travels
packed; pages do not, for they hold secrets beside words that a stranger may choose.
"""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

YEAR = 31_536_000  # s
PACKED = ("text/", "image/svg+xml", "application/json")  # pictures are packed already
LEAST = 1000  # bytes; below it, packing saves nothing


def init_app(app: Flask) -> None:
    """Put the hash into every address of a static file that pages make."""
    app.url_defaults(add_hash)
    app.after_request(keep_for_long)
    app.after_request(pack)


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


def pack(response: Response) -> Response:
    """Pack a static text for browsers that can unpack it."""
    if request.endpoint != "static" or not (response.mimetype or "").startswith(PACKED):
        return response
    response.vary.add("Accept-Encoding")
    length = response.content_length or 0
    whole = response.status_code == 200 and length >= LEAST
    if whole and request.accept_encodings["gzip"] > 0 and current_app.static_folder:
        path = Path(current_app.static_folder) / (request.view_args or {})["filename"]
        response.close()
        response.direct_passthrough = False
        response.data = packed_at(path, path.stat().st_mtime_ns)
        response.content_encoding = "gzip"
        response.set_etag(response.get_etag()[0] or "", weak=True)  # the same text, other bytes
    return response


@lru_cache(maxsize=64)
def packed_at(path: Path, changed: int) -> bytes:
    """Return the packed content that the file has had since `changed`."""
    return gzip.compress(path.read_bytes(), mtime=0)
