"""The picture store in a bucket of an S3-compatible store, by FILES_DIR alone."""

import os
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from flask import Flask

from tests.factories import VISIT, FakeFinder, keep, published, see_with
from webapp import create_app, storage
from webapp.errors import FilesUnusable, NotFound
from webapp.shop import photos, readiness, sweep, tryons
from webapp.storage import clock, database, files

pytest.importorskip("obstore", reason="obstore is not installed")


class S3(BaseHTTPRequestHandler):
    """As much of S3 as the picture store needs: a dictionary over plain HTTP."""

    kept: dict[str, bytes] = {}
    broken = False

    def do_PUT(self) -> None:
        self.kept[self.key] = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(500 if self.broken else 200)

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if self.broken:
            self.answer(400, b"<Error><Code>Broken</Code></Error>")
        elif "list-type" in query:
            self.answer(200, listing(self.kept, self.key, query.get("prefix", [""])[0]))
        elif self.key in self.kept:
            self.answer(200, self.kept[self.key])
        else:
            self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        """Delete the objects that the body names."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        names = re.findall(r"<Key>(.*?)</Key>", body)
        for name in names:
            self.kept.pop(f"{self.key.rstrip('/')}/{name}", None)
        told = "".join(f"<Deleted><Key>{name}</Key></Deleted>" for name in names)
        self.answer(200, f"<DeleteResult>{told}</DeleteResult>".encode())

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/")

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", formatdate(usegmt=True))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def listing(kept: dict[str, bytes], bucket: str, prefix: str) -> bytes:
    """Return the bucket's keys as S3 lists them."""
    bucket = bucket.rstrip("/") + "/"
    told = "".join(
        f"<Contents><Key>{key.removeprefix(bucket)}</Key><Size>{len(data)}</Size><ETag>x</ETag>"
        "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
        for key, data in sorted(kept.items())
        if key.startswith(bucket + prefix)
    )
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{told}</ListBucketResult>".encode()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """What lies in the buckets of a store that the environment leads to."""
    S3.kept, S3.broken = {}, False
    with ThreadingHTTPServer(("127.0.0.1", 0), S3) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_address[1]}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
            "AWS_REGION": "us-east-1",
        }.items():
            monkeypatch.setitem(os.environ, name, value)
        yield S3.kept
        server.shutdown()


@pytest.fixture
def shop(kept: dict[str, bytes], tmp_path: Path) -> Iterator[Flask]:
    """A shop with one frame, whose pictures lie in a bucket."""
    app = create_app(
        {"TESTING": True, "INSTANCE_DIR": str(tmp_path), "FILES_DIR": "s3://shop/pictures"}
    )
    with app.app_context():
        storage.migrate()
        see_with(FakeFinder())
        published("ada")
        yield app
        database.dispose()


@pytest.mark.usefixtures("shop")
def test_a_photo_comes_is_tried_on_and_goes(kept: dict[str, bytes]):
    of_catalogue = set(kept)

    photo = keep()
    made = tryons.make(photo.token, VISIT, "ada", "black")

    assert len(set(kept) - of_catalogue) == 2
    assert all(name.startswith("shop/pictures/") for name in kept)
    assert tryons.jpeg(made.token, VISIT).startswith(b"\xff\xd8\xff")
    photos.delete(photo.token, VISIT)
    assert set(kept) == of_catalogue
    with pytest.raises(NotFound):
        photos.jpeg(photo.token, VISIT)


@pytest.mark.usefixtures("shop")
def test_nothing_lies_in_a_folder(tmp_path: Path):
    keep()

    assert not [path for path in tmp_path.rglob("*") if path.suffix in files.SUFFIXES.values()]


@pytest.mark.usefixtures("shop")
def test_the_sweep_finds_what_has_expired_and_what_has_no_row(kept: dict[str, bytes]):
    of_catalogue = set(kept)
    keep()
    files.put_as("ab/" + "ab" * 16 + ".jpg", b"of a start that was killed")

    report = sweep.run(clock.now() + timedelta(hours=25))

    assert (report.expired, report.orphans) == (1, 1)
    assert set(kept) == of_catalogue


@pytest.mark.usefixtures("shop")
def test_a_file_that_is_gone_is_not_found(kept: dict[str, bytes]):
    photo = keep()
    kept.clear()

    with pytest.raises(NotFound):
        photos.jpeg(photo.token, VISIT)
    files.remove("ab/nothing.jpg")
    assert not files.exists("ab/nothing.jpg")


@pytest.mark.usefixtures("shop")
def test_a_store_in_trouble_is_told_and_leaves_no_row():
    assert readiness.check()["files"] == "ok"
    S3.broken = True

    assert readiness.check()["files"] == "files-unusable"
    with pytest.raises(FilesUnusable):
        files.exists("ab/nothing.jpg")


def test_a_store_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(os.environ, "AWS_ENDPOINT_URL", "nonsense")
    app = create_app({"INSTANCE_DIR": str(tmp_path), "FILES_DIR": "s3://"})

    with app.app_context():
        assert readiness.check()["files"] == "files-unusable"
