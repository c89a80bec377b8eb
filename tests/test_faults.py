"""When disk, database or weights fail, the shop says so, and nothing is left half-done."""

import errno
import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import on_disk
from tests.shoppers import open_shop, result_of, send, upload, wall_of
from webapp.shop import sight, sweep
from webapp.storage import files
from webapp.storage.database import db


@pytest.fixture(autouse=True)
def _stocked(app: Flask, stock: Path) -> None:
    """A shop with two frames that sees a face in every photo."""
    open_shop(app, stock)


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_full_disk_is_told_and_leaves_nothing(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    """Or one that may not be written: 503 in words, no row, no file; all else goes on."""
    wall = wall_of(client)
    with app.app_context():
        before = on_disk()

    def refuse(descriptor: int) -> None:
        raise OSError(fault, "the disk is full, or may not be written")

    monkeypatch.setattr("os.fsync", refuse)
    answer = upload(client)
    tried = send(client, f"{wall}/try-ons", wall, frame="ada", variant="black", face="0")

    assert answer.status_code == tried.status_code == 503
    assert "There is no room for pictures on our side" in answer.text
    assert "There is no room for pictures on our side" in tried.text
    assert client.get(f"{wall}.jpg").status_code == 200
    with app.app_context():
        assert on_disk() == before
    monkeypatch.undo()
    assert upload(client).status_code == 303


def test_a_full_disk_leaves_the_picture_that_was_there(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is to be replaced, as restoring does, is replaced whole or stays."""
    with app.app_context():
        name = files.put(b"before", "image/png")

        def refuse(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("os.fsync", refuse)
        with pytest.raises(OSError, match="No space"):
            files.put_as(name, b"after")

        assert files.read(name) == b"before"
        assert len(on_disk()) == 12 + 1


def test_a_database_that_is_locked_for_long_is_told_as_busy(
    app: Flask, client: FlaskClient
) -> None:
    wall = wall_of(client)
    with app.app_context():
        other = sqlite3.connect(db.engine.url.database or "", isolation_level=None)
        for held in [db.engine.connect() for _ in range(3)]:  # those in the pool wait no longer
            held.exec_driver_sql("PRAGMA busy_timeout=1")
            held.close()
    other.execute("BEGIN IMMEDIATE")
    try:
        answer = send(client, f"{wall}/try-ons", wall, frame="ada", variant="black", face="0")

        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert client.get(f"{wall}.jpg").status_code == 200  # reading goes on
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert result_of(client, wall)


@pytest.mark.parametrize(
    "weights", [b"", b"garbage", b"\xff" * 4096], ids=["empty", "text", "bytes"]
)
def test_broken_weights_are_told_and_the_rest_of_the_shop_goes_on(
    app: Flask, client: FlaskClient, weights: bytes
) -> None:
    folder = Path(app.instance_path) / "models" / "broken"
    folder.mkdir(parents=True)
    for name in ("detector", "landmarks"):
        (folder / f"{name}.safetensors").write_bytes(weights)
        (folder / f"{name}.json").write_text("{}")
    (folder.parent / "active").write_text("broken\n")
    with app.app_context():
        sight.use(sight.make())

    answer = upload(client)

    assert answer.status_code == 503
    assert "Something is wrong on our side, not with your photo" in answer.text
    assert client.get("/").status_code == 200
    assert client.get("/frames/ada/black.webp").status_code == 200


@pytest.mark.parametrize("left", [0.0, 0.5, 0.99])
def test_a_half_written_render_is_never_shown(
    app: Flask, client: FlaskClient, left: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture whose writing was cut has no name yet, and the sweep takes what there is of it."""
    wall = wall_of(client)
    with app.app_context():
        before = on_disk()
    real = Path.open

    class Cut(Exception):
        pass

    def cut(path: Path, mode: str = "r", *args: object, **how: object) -> object:
        file = real(path, mode, *args, **how)  # type: ignore[call-overload]
        if path.suffix == ".part":
            file.write(b"\xff\xd8" + bytes(int(1000 * left)))
            file.close()
            monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)  # as when killed
            raise Cut
        return file

    monkeypatch.setattr(Path, "open", cut)
    with pytest.raises(Cut):
        send(client, f"{wall}/try-ons", wall, frame="ada", variant="black", face="0")
    monkeypatch.undo()

    with app.app_context():
        (part,) = on_disk() - before
        assert part.endswith(".part")
        app.config["SWEEP_GRACE_MINUTES"] = -1
        sweep.run()
        assert on_disk() == before
    assert client.get(f"{result_of(client, wall)}.jpg").data[-2:] == b"\xff\xd9"
