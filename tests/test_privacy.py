"""What is promised about a shopper's face, looked for in everything that a visit leaves behind."""

import io
import logging
import re
import struct
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageCms
from sqlalchemy import select

from tests import corpus
from tests.factories import FakeFinder, see_with
from tests.shoppers import csrf_of, open_shop, result_of, send, upload
from webapp.faces.finder import Face, FaceFinder
from webapp.shop import figures, photos, sight, sweep, uploads
from webapp.shop.sight import Sight
from webapp.storage import clock, database
from webapp.storage.database import reading
from webapp.storage.every_table import Base
from webapp.storage.tables import Event, Photo

ADDRESS, NAME = "203.0.113.77", "Mara-on-the-beach.jpg"


@pytest.fixture(autouse=True)
def _stocked(app: Flask, stock: Path) -> None:
    """A shop with two frames."""
    open_shop(app, stock)


def visit(client: FlaskClient, photo: bytes) -> tuple[str, str]:
    """Do all that a shopper does, from a named address with a named file; return wall, result."""
    client.environ_base["REMOTE_ADDR"] = ADDRESS
    wall = upload(client, photo, name=NAME).location
    assert wall
    wall = wall.removesuffix("/check")  # where the photo could be better, this comes first
    result = result_of(client, wall)
    for path in (
        wall,
        f"{wall}.jpg",
        f"{wall}/on/ada/black.jpg",
        result,
        f"{result}.jpg?shown=1",
        f"{result}.jpg?download=1",
        f"{result}/moved.jpg?up=1",
        f"{result}/card",
        "/privacy",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
    send(client, f"{wall}/pd", wall, pd_mm="61.7")
    return wall, result


def everything_in_rows() -> str:
    """Return every value of every row."""
    with reading() as session:
        return "\n".join(
            repr(tuple(row))
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
        )


def everything_on_disk(app: Flask) -> bytes:
    """Return the bytes of every file of the instance: database, log, pictures, queue, all."""
    top = Path(app.instance_path)
    return b"\n".join(
        str(path).encode() + path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()
    )


def traces_in_bytes(face: Face, data: bytes) -> list[int]:
    """Return the numbers of the landmarks that lie in the bytes, as arrays keep them."""
    kinds = (">3f", "<3f", ">3d", "<3d", "<2f", "<2d")
    return [
        number
        for number, point in enumerate(face.landmarks.tolist())
        for kind in kinds
        if struct.pack(kind, *point[: int(kind[1])]) in data
    ]


def traces_in_words(face: Face, words: str) -> list[int]:
    """Return the numbers of the landmarks of which both x and y stand in the words, as numbers.

    As whole numbers: the digits of a random name, or the end of a longer number, are no trace.
    """
    numbers = set(re.findall(r"\d+(?:\.\d+)?", words))
    return [
        number
        for number, (x, y, _) in enumerate(abs(face.landmarks).tolist())
        for told in (str, "{:.2f}".format, "{:.1f}".format, "{:.6g}".format)
        if told(x) in numbers and told(y) in numbers and len(told(x)) > 4
    ]


def everything_logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return what was written, with every field of its records but the clock of `logging` itself.

    Its milliseconds are whole numbers told as 412.0, which a landmark may round to.
    """
    clock_of_logging = {"created", "msecs", "relativeCreated"}
    fields = [
        {name: value for name, value in vars(record).items() if name not in clock_of_logging}
        for record in caplog.records
    ]
    return "\n".join((caplog.text, *map(str, fields)))


def test_landmarks_are_nowhere_but_in_memory(
    app: Flask,
    client: FlaskClient,
    portrait: bytes,
    finder: FaceFinder,
    face: Face,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    """With the real model: neither in rows, nor in files, nor in the log at its most talkative."""
    caplog.set_level(logging.DEBUG)
    with app.app_context():
        seeing = Sight(finder, slots=2, wait_seconds=30, kept=8, minutes=10)
        sight.use(seeing)
    wall, _ = visit(client, portrait)
    with app.app_context():
        seen = seeing.recall(wall.rsplit("/", 1)[1])
        assert seen is not None
        assert seen.faces  # they are in memory, so there is something to look for
        in_rows = everything_in_rows()
    logged = everything_logged(caplog)

    for known in (face, *seen.faces):
        assert traces_in_bytes(known, everything_on_disk(app)) == []
        assert len(traces_in_words(known, in_rows)) == 0
        assert len(traces_in_words(known, logged)) == 0
        (tmp_path / "instance" / "planted").write_bytes(known.landmarks.tobytes())
        assert len(traces_in_bytes(known, everything_on_disk(app))) > 400  # the search can find
        assert len(traces_in_words(known, str(known.landmarks.tolist()))) > 400
        (tmp_path / "instance" / "planted").unlink()


def test_neither_address_nor_file_name_is_kept(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Of a visit that went well, and of photos that were refused."""
    caplog.set_level(logging.DEBUG)
    visit(client, portrait_of_noise())
    upload(client, b"no picture", name=NAME)
    with app.app_context():
        see_with(FakeFinder(count=0))
    upload(client, name=NAME)

    with app.app_context():
        told = everything_in_rows()
    told += everything_logged(caplog)

    for secret in (ADDRESS, NAME, NAME.removesuffix(".jpg")):
        assert secret not in told
        assert secret.encode() not in everything_on_disk(app)


def portrait_of_noise() -> bytes:
    """A photo as a camera sends it: with a place, a maker, words and a profile."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    file = io.BytesIO()
    Image.effect_noise((640, 480), 30).convert("RGB").save(
        file,
        "JPEG",
        exif=corpus.exif(1),
        comment=b"SecretWords",
        xmp=b"<x>SecretPlace</x>",
        icc_profile=profile,
    )
    return file.getvalue()


def test_no_picture_that_is_served_has_metadata(app: Flask, client: FlaskClient) -> None:
    """Not the photo, not a wall's picture, not a try-on in any of its sizes."""
    photo = portrait_of_noise()
    assert photo.count(b"Secret") == 3
    wall, result = visit(client, photo)

    served = 0
    for path in (
        f"{wall}.jpg",
        f"{wall}/on/ada/black.jpg",
        f"{result}.jpg",
        f"{result}.jpg?shown=1",
        f"{result}.jpg?download=1",
        f"{result}/moved.jpg?up=1",
    ):
        data = client.get(path).data
        with Image.open(io.BytesIO(data)) as image:
            assert not image.getexif(), path
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}, path
        assert b"Secret" not in data
        served += 1
    assert served == 6
    assert b"Secret" not in everything_on_disk(app)


def test_consent_comes_before_anything_is_done_with_a_photo(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its version and time are on record when the bytes are first looked at."""
    on_record: list[str | None] = []
    read = uploads.read

    def watched(data: bytes, **how: bool) -> object:
        with reading() as session:
            query = select(Event.reason).where(Event.kind == figures.AGREED)
            on_record.extend(session.scalars(query))
        return read(data, **how)

    monkeypatch.setattr(uploads, "read", watched)
    assert upload(client, consent=False).status_code == 422
    assert on_record == []

    upload(client)

    assert on_record == [photos.CONSENT_VERSION]
    with app.app_context(), reading() as session:
        row = session.scalars(select(Photo)).one()
        assert row.consent_version == photos.CONSENT_VERSION
        assert row.consented_at <= row.created_at


@pytest.mark.parametrize("how", ["deleted", "expired"])
def test_of_a_photo_that_is_gone_nothing_is_left(
    app: Flask, client: FlaskClient, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row, no file, no picture, no name of it in the database's file or log, no memory."""
    with app.app_context():
        database.dispose()
    wall, result = visit(client, portrait_of_noise())
    tokens = [path.rsplit("/", 1)[1] for path in (wall, result)]
    with client.session_transaction() as session:
        tokens.append(str(session["visit"]))
    pictures = [client.get(f"{wall}.jpg").data, client.get(f"{result}.jpg").data]
    assert all(token.encode() in everything_on_disk(app) for token in tokens)

    if how == "deleted":
        send(client, f"{wall}/delete", wall)
    else:
        later = clock.now() + timedelta(hours=app.config["PHOTO_HOURS"] + 1)
        monkeypatch.setattr(clock, "now", lambda: later)

    assert client.get(wall).status_code == client.get(f"{result}.jpg").status_code == 404
    with app.app_context():
        sweep.run()
        assert sight.current().remembered() == []
        rows = everything_in_rows()
    left = everything_on_disk(app)
    for token in tokens:
        assert token not in rows
        assert token.encode() not in left
    assert not any(picture in left for picture in pictures)


def test_the_browser_is_told_to_drop_its_copies(client: FlaskClient) -> None:
    """With the photo that is deleted, and with the visit that is ended."""
    wall, _ = visit(client, portrait_of_noise())
    assert "cache" in send(client, f"{wall}/delete", wall).headers["Clear-Site-Data"]

    upload(client)
    assert "cache" in send(client, "/mine/end", "/privacy").headers["Clear-Site-Data"]


def test_every_page_that_takes_a_photo_asks_for_consent_first(client: FlaskClient) -> None:
    for path in ("/", "/camera"):
        page = client.get(path).text
        assert 'name="consent"' in page, path
    assert csrf_of(client)
