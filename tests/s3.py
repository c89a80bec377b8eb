"""An S3-compatible store for tests: one bucket in a folder, over plain HTTP, no signatures read."""

import contextlib
import threading
from collections.abc import Iterator
from email.utils import formatdate
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class Store(BaseHTTPRequestHandler):
    """GET, HEAD, PUT and ListObjectsV2 of `/bucket/key`."""

    folder: Path
    full = False

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if type(self).full:
            self.answer(507, b"<Error><Code>InsufficientStorage</Code></Error>")
            return
        self.path_of().parent.mkdir(parents=True, exist_ok=True)
        self.path_of().write_bytes(data)
        self.answer(200, b"", data)

    def do_GET(self) -> None:
        if "list-type" in parse_qs(urlsplit(self.path).query):
            self.answer(200, self.listing())
        elif self.path_of().is_file():
            data = self.path_of().read_bytes()
            self.answer(200, data, data)
        else:
            self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    do_HEAD = do_GET

    def path_of(self) -> Path:
        """The file of the key that is asked for."""
        return self.folder / unquote(urlsplit(self.path).path).lstrip("/")

    def listing(self) -> bytes:
        """The bucket's keys as XML."""
        query = parse_qs(urlsplit(self.path).query)
        bucket = self.path_of()
        prefix = query.get("prefix", [""])[0]
        told = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{path.stat().st_size}</Size>"
            f"<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>x</ETag></Contents>"
            for path in sorted(bucket.rglob("*"))
            if path.is_file() and (key := path.relative_to(bucket).as_posix()).startswith(prefix)
        )
        return (
            f"<ListBucketResult><IsTruncated>false</IsTruncated>{told}</ListBucketResult>".encode()
        )

    def answer(self, status: int, body: bytes, stored: bytes = b"") -> None:
        """Send an answer; a HEAD gets no body."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{md5(stored, usedforsecurity=False).hexdigest()}"')
        self.send_header("Last-Modified", formatdate(0, usegmt=True))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def s3(folder: Path) -> Iterator[dict[str, str]]:
    """Serve a folder of buckets; give the environment by which clients find it."""
    handler = type("Here", (Store,), {"folder": folder})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_address[1]}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
            "AWS_REGION": "us-east-1",
        }
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
