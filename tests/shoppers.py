"""What people at a browser do: read a page, fill in its form, send it."""

import io
import re
import shutil
import struct
import zlib
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.factories import FakeFinder, photo, see_with
from webapp.shop import accounts, photos

EMAIL, PASSWORD = "mara@example.org", "correct horse battery"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def open_shop(app: Flask, stock: Path, count: int = 1) -> FakeFinder:
    """Bring the stock's two frames in, and let the shop see `count` faces in every photo."""
    shutil.copytree(stock, app.instance_path, dirs_exist_ok=True)
    finder = FakeFinder(count=count)
    with app.app_context():
        see_with(finder)
    return finder


def csrf_of(client: FlaskClient, path: str = "/") -> str:
    """Return the token of a page's form, as a browser would send it."""
    found = TOKEN.search(client.get(path).text)
    assert found, f"no form on {path}"
    return found[1]


def send(client: FlaskClient, path: str, page: str = "/", **fields: Any) -> TestResponse:
    """Send a form that stands on `page`."""
    return client.post(path, data={"csrf_token": csrf_of(client, page), **fields})


def upload(
    client: FlaskClient,
    data: bytes | None = None,
    *,
    name: str = "me.jpg",
    consent: bool = True,
    **headers: str,
) -> TestResponse:
    """Send a photo from the start page; the default one is fine."""
    data = photo() if data is None else data
    return post_photo(client, data, csrf_of(client), name=name, consent=consent, **headers)


def post_photo(
    client: FlaskClient,
    data: bytes,
    token: str,
    *,
    name: str = "me.jpg",
    consent: bool = True,
    **headers: str,
) -> TestResponse:
    """Send a photo with a token from the start page."""
    fields: dict[str, Any] = {"csrf_token": token}
    if consent:
        fields["consent"] = "y"
    fields["photo"] = FileStorage(io.BytesIO(data), name)
    # Encoded here, for the client would leave its temporary file of a large body open.
    boundary, body = encode_multipart(fields)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post("/photos", data=body, content_type=kind, headers=headers)


def wall_of(client: FlaskClient) -> str:
    """Send a photo and return its wall's address, whatever is to be decided about it first."""
    answer = upload(client)
    assert answer.status_code == 303, answer.text
    return answer.location.removesuffix("/check")


def result_of(client: FlaskClient, wall: str, frame: str = "ada", variant: str = "black") -> str:
    """Try a frame on and return the result's address."""
    answer = send(client, f"{wall}/try-ons", wall, frame=frame, variant=variant, face="0")
    assert answer.status_code == 303, answer.text
    return answer.location


def sign_in(app: Flask, client: FlaskClient, role: str = "owner") -> TestResponse:
    """Make an admin and sign in."""
    with app.app_context():
        accounts.create(EMAIL, PASSWORD, role)
    return send(client, "/admin/login", "/admin/login", email=EMAIL, password=PASSWORD)


def kept_photos(app: Flask, client: FlaskClient) -> int:
    """Return how many photos the client's visit has."""
    with client.session_transaction() as session:
        visit = session.get("visit", "")
    with app.app_context():
        return len(photos.of_visit(visit))


def animation() -> bytes:
    """A WebP of two pictures."""
    frames = [Image.new("RGB", (300, 300), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def flood(side: int = 30_000) -> bytes:
    """A PNG of `side` squared pixels in about a hundred kilobytes."""
    rows = zlib.compressobj(9)
    line = bytes(side // 8 + 1)
    packed = b"".join(rows.compress(line * 1000) for _ in range(side // 1000)) + rows.flush()

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )
