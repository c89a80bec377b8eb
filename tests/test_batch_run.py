"""`flask batch run`: real processes, killed, starved and fed with bad photos."""

import io
import os
import random
import shutil
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from tests.processes import needs_proc
from tests.verify import report
from tests.verify.batches import Run
from webapp import create_app
from webapp.storage.batch_tables import Batch, BatchItem, BatchPhoto
from webapp.storage.database import reading

pytestmark = needs_proc


@pytest.fixture
def run(tmp_path: Path, stock: Path) -> Run:
    """The command in a shop of its own, and an empty folder for photos."""
    shutil.copytree(stock, tmp_path / "instance")
    (tmp_path / "in").mkdir()
    return Run(tmp_path, environ_of(tmp_path / "instance"))


def environ_of(instance: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{instance / 'lorgnette.sqlite'}",
        "FILES_DIR": str(instance / "files"),
        "SECRET_KEY": "for-tests-alone",
    }


def fill(folder: Path, portrait: bytes, count: int) -> None:
    """Put the portrait there many times, each a little different."""
    picture = Image.open(io.BytesIO(portrait)).crop((60, 0, 380, 320))
    for number in range(count):
        picture.rotate(number % 7 - 3).save(folder / f"me-{number:03d}.jpg", quality=90)


def shop_of(run: Run) -> Flask:
    """The shop that the command works in, to look into its database."""
    address = run.environ["DATABASE_URL"]
    return create_app({"INSTANCE_DIR": str(run.folder / "instance"), "DATABASE_URL": address})


def assert_done_exactly_once(run: Run, count: int) -> None:
    """Every photo is in the manifest, the rows and the folder, once; and nothing else is."""
    lines = run.manifest()
    assert [(one["number"], one["state"]) for one in lines] == [
        (number, "done") for number in range(1, count + 1)
    ]
    assert run.results() == {"manifest.jsonl", *(one["file"] for one in lines)}
    for one in lines:
        with Image.open(run.folder / "out" / one["file"]) as worn:
            worn.load()
    with shop_of(run).app_context(), reading() as session:
        assert session.scalar(select(func.count(BatchItem.id))) == count
        assert session.scalar(select(func.count(BatchPhoto.id))) == count
        batch = session.scalars(select(Batch)).one()
        assert (batch.state, batch.done, batch.failed) == ("done", count, 0)


def test_killed_at_random_it_goes_on_and_does_everything_once(run: Run, portrait: bytes):
    fill(run.folder / "in", portrait, 36)

    run.killed(random.Random(7), 3)
    assert run.to_the_end() == 0

    assert_done_exactly_once(run, 36)


@pytest.mark.verify
def test_killed_twenty_times_it_does_everything_once(run: Run, portrait: bytes):
    """Whatever is killed, and whenever: workers and the command that keeps them."""
    fill(run.folder / "in", portrait, 1200)

    run.killed(random.Random(20), 24)
    assert run.to_the_end() == 0

    assert sum(run.kills.values()) >= 20
    assert run.kills["command"] >= 3
    assert run.kills["worker"] >= 3
    assert_done_exactly_once(run, 1200)
    report.note(
        "batch over a folder", long=True, photos=1200, killed=dict(run.kills), lost_or_done_twice=0
    )


def test_bad_photos_have_their_reasons_and_the_others_are_done(run: Run, portrait: bytes):
    folder = run.folder / "in"
    fill(folder, portrait, 3)
    shutil.copy(folder / "me-000.jpg", folder / "the-same.jpg")
    (folder / "me-001.png").write_bytes((folder / "me-001.jpg").read_bytes())
    (folder / "broken.jpg").write_bytes(portrait[:3000])
    (folder / "text.jpg").write_bytes(b"no picture at all")
    (folder / "empty.jpg").write_bytes(b"")
    Image.new("RGB", (300, 200), (90, 120, 60)).save(folder / "nobody.jpg")
    Image.new("L", (9000, 6000)).save(folder / "huge.png")
    (folder / "gone.jpg").symlink_to(folder / "nowhere")
    (folder / "notes.txt").write_text("not meant to be a photo")

    assert run.to_the_end() == 1

    told = {one["photo"]: one.get("reason", one["state"]) for one in run.manifest()}
    assert told == {
        "me-000.jpg": "done", "me-001.jpg": "done", "me-001.png": "done", "me-002.jpg": "done",
        "the-same.jpg": "done", "broken.jpg": "broken-picture", "text.jpg": "not-a-picture",
        "empty.jpg": "not-a-picture", "nobody.jpg": "no-face", "huge.png": "photo-too-large",
        "gone.jpg": "file-unreadable",
    }  # fmt: skip
    assert len(run.results()) == 6
    same = [run.folder / "out" / f"{stem}--ada-black.jpg" for stem in ("me-000", "the-same")]
    assert same[0].read_bytes() == same[1].read_bytes()


def test_without_room_it_stops_with_a_reason_and_goes_on_later(run: Run, portrait: bytes):
    """The results' folder is where no file can be made; then it is one."""
    fill(run.folder / "in", portrait, 4)
    (run.folder / "out").mkdir()
    shutil.copy(run.folder / "in" / "me-000.jpg", run.folder / "in" / "more.jpg")
    blocked = run.folder / "out" / "more"
    (run.folder / "in" / "more").mkdir()
    (run.folder / "in" / "more.jpg").rename(run.folder / "in" / "more" / "late.jpg")
    blocked.write_text("a file where a folder is needed")

    assert run.to_the_end() == 1
    states = {one["state"] for one in run.manifest()}
    assert states <= {"waiting", "done"}
    assert "output-unwritable" in (run.folder / "log").read_text()

    blocked.unlink()
    assert run.to_the_end() == 0
    assert [one["state"] for one in run.manifest()] == ["done"] * 5
