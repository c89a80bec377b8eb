"""Batches: made, worked on, stopped, tried again, and gone without a trace."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.ctx import AppContext
from sqlalchemy import select

from tests.factories import FakeFinder, Lying, on_disk, photo, see_with
from tests.shoppers import open_shop
from webapp.errors import (
    AttestationMissing,
    BatchClosed,
    BatchInvalid,
    ModelUnusable,
    NotFound,
    OutputUnwritable,
)
from webapp.rendering import codec
from webapp.shop import batch_photos, batches, sweep
from webapp.shop.batch_views import BatchView
from webapp.shop.batch_work import Worker
from webapp.storage import clock, files
from webapp.storage import places as places_module
from webapp.storage.batch_tables import Batch, BatchItem, BatchPhoto
from webapp.storage.database import reading, writing
from webapp.storage.tables import Image

OWNER = "api-key-1"


@pytest.fixture(autouse=True)
def _stocked(app: Flask, stock: Path, shop: AppContext) -> None:
    open_shop(app, stock)


def batch_of(*photos: bytes, frames: tuple[str, ...] = ("ada",), start: bool = True) -> BatchView:
    made = batches.create(frames, owner=OWNER, consent="api-2026-11")
    for number, data in enumerate(photos):
        batch_photos.add(made.token, OWNER, f"me-{number}.jpg", data)
    return batches.start(made.token, OWNER) if start else batches.get(made.token, OWNER)


def finish(view: BatchView, worker: str = "w") -> BatchView:
    """Let one worker do all there is."""
    while Worker(worker).step():
        pass
    return batches.get(view.token, OWNER)


def age_leases(seconds: float) -> None:
    with writing() as session:
        for row in session.scalars(select(BatchPhoto).where(BatchPhoto.lease_until.is_not(None))):
            row.lease_until = clock.now() - timedelta(seconds=seconds)


def test_a_batch_makes_every_photo_with_every_look():
    view = finish(batch_of(photo(seed=1), photo(seed=2), frames=("ada/red", "bea")))

    assert (view.state, view.done, view.failed, view.items) == ("done", 4, 0, 4)
    assert view.looks == ("ada/red", "bea/green")
    found, total = batches.items(view.token, OWNER)
    assert total == 4
    assert [(one.number, one.frame) for one in found] == [
        (1, "ada/red"), (1, "bea/green"), (2, "ada/red"), (2, "bea/green"),
    ]  # fmt: skip
    whole = codec.read_stored(batches.result(view.token, OWNER, 2, 1))
    assert whole.shape == (480, 640, 3)


def test_results_may_be_smaller_than_the_photos():
    made = batches.create(["ada"], owner=OWNER, consent="v", width=320)
    batch_photos.add(made.token, OWNER, "me.jpg", photo())
    view = finish(batches.start(made.token, OWNER))

    assert codec.read_stored(batches.result(view.token, OWNER, 1)).shape == (240, 320, 3)


def test_photos_that_will_not_do_have_their_reason_and_stop_nothing():
    view = finish(batch_of(b"no picture", photo(), photo()[:500], photo(40, 40)))

    found, _ = batches.items(view.token, OWNER)
    assert [one.reason for one in found] == [
        "not-a-picture", None, "broken-picture", "photo-too-small",
    ]  # fmt: skip
    assert (view.done, view.failed, view.state) == (1, 3, "done")
    assert batches.reasons(view.token, OWNER) == {
        "not-a-picture": 1, "broken-picture": 1, "photo-too-small": 1,
    }  # fmt: skip


def test_a_photo_without_a_face_fails_alone():
    see_with(FakeFinder(count=0))
    view = finish(batch_of(photo(), photo(seed=1)))

    assert batches.reasons(view.token, OWNER) == {"no-face": 2}


def test_photos_on_their_side_are_stood_up_among_others():
    finder = Lying()
    see_with(finder)
    view = finish(batch_of(photo(640, 480), photo(480, 640, seed=1), photo(600, 480, seed=2)))

    sizes = [codec.read_stored(batches.result(view.token, OWNER, at)).shape for at in (1, 2, 3)]
    assert sizes == [(640, 480, 3), (640, 480, 3), (600, 480, 3)]
    assert finder.asked == 3 + 2  # those that stand are looked at once


def test_nothing_is_made_without_an_attestation():
    with pytest.raises(AttestationMissing):
        batches.create(["ada"], owner=OWNER, consent="")


@pytest.mark.parametrize("frames", [[], ["nobody"], ["ada/blue"]])
def test_a_look_that_is_not_published_is_refused(frames: list[str]):
    with pytest.raises(BatchInvalid):
        batches.create(frames, owner=OWNER, consent="v")


def test_a_strangers_batch_is_not_there():
    view = batch_of(photo())

    for call in (batches.get, batches.pause, batches.cancel, batches.delete):
        with pytest.raises(NotFound):
            call(view.token, "api-key-2")


def test_a_started_batch_takes_no_more_photos():
    view = batch_of(photo())

    with pytest.raises(BatchClosed):
        batch_photos.add(view.token, OWNER, "late.jpg", photo())


def test_a_batch_without_a_photo_can_not_start():
    made = batches.create(["ada"], owner=OWNER, consent="v")

    with pytest.raises(BatchInvalid):
        batches.start(made.token, OWNER)


def test_a_paused_batch_is_left_alone_until_it_is_resumed():
    view = batch_of(photo())
    batches.pause(view.token, OWNER)
    assert Worker("w").step() == 0

    batches.resume(view.token, OWNER)

    assert finish(view).state == "done"


def test_what_is_under_way_when_a_batch_is_cancelled_is_dropped():
    view = batch_of(photo())
    before = on_disk()
    worker = Worker("w")
    taken = worker.take()
    assert taken is not None

    batches.cancel(view.token, OWNER)
    worker.work(*taken)

    assert batches.get(view.token, OWNER).state == "cancelled"
    assert batches.items(view.token, OWNER) == ([], 0)
    assert on_disk() == before


def test_who_lost_the_lease_changes_nothing():
    """Two workers had the photo; the results of the second count, once."""
    view = batch_of(photo())
    slow, quick = Worker("slow"), Worker("quick")
    held = slow.take()
    assert held is not None
    age_leases(1)
    assert quick.step() == 1
    kept = on_disk()

    slow.work(*held)

    assert on_disk() == kept
    found, total = batches.items(view.token, OWNER)
    assert (total, found[0].tries) == (1, 2)
    assert batches.get(view.token, OWNER).done == 1


def test_a_photo_that_costs_its_workers_is_struck_out_and_the_others_are_done():
    """Those that were held with it are tried alone from then on, and are all made."""
    view = batch_of(*(photo(seed=seed) for seed in range(4)))

    def die_over_the_third() -> bool:
        taken = Worker("w").take()
        if taken is None:
            return False
        order, held = taken
        if 3 in [lease.number for lease in held]:
            age_leases(1)  # it went without a word
        else:
            Worker("w").work(order, held)
        return True

    while die_over_the_third():
        pass

    view = batches.get(view.token, OWNER)
    assert (view.state, view.done, view.failed) == ("done", 3, 1)
    (failed,), _ = batches.items(view.token, OWNER, state="failed")
    assert (failed.number, failed.reason, failed.tries) == (3, "worker-lost", 3)


def test_work_that_breaks_is_tried_again_and_then_given_up(monkeypatch: pytest.MonkeyPatch):
    view = batch_of(photo(seed=1), photo(seed=2))
    broken: list[int] = []

    def breaks(self: object, stage: object, look: object, seed: int, *_: object, **__: object):
        broken.append(seed)
        raise ZeroDivisionError

    monkeypatch.setattr("webapp.shop.batch_dressing.Dresser.wear_look", breaks)
    view = finish(view)

    assert (view.state, view.failed) == ("done", 2)
    assert batches.reasons(view.token, OWNER) == {"error": 2}
    assert len(broken) == 6


def test_a_model_that_goes_away_pauses_the_batch_and_blames_no_photo(
    monkeypatch: pytest.MonkeyPatch,
):
    view = batch_of(photo(), photo(seed=1))
    finder = FakeFinder()
    see_with(finder)

    def gone(photos: object) -> None:
        raise ModelUnusable(file="landmarks.safetensors", reason="it is gone")

    monkeypatch.setattr(finder, "find_many", gone)
    with pytest.raises(ModelUnusable):
        Worker("w").step()
    paused = batches.get(view.token, OWNER)
    assert (paused.state, paused.reason, paused.done, paused.failed) == (
        "paused", "model-unusable", 0, 0,
    )  # fmt: skip

    see_with(FakeFinder())
    batches.resume(view.token, OWNER)

    assert finish(view).done == 2


def test_a_full_disk_pauses_the_batch_and_loses_nothing(monkeypatch: pytest.MonkeyPatch):
    view = batch_of(photo(), photo(seed=1))
    before, put, count = on_disk(), files.put, iter(range(100))

    def no_room(data: bytes, media_type: str) -> str:
        if next(count):
            raise OSError(28, "No space left on device")
        return put(data, media_type)

    monkeypatch.setattr(files, "put", no_room)
    with pytest.raises(OutputUnwritable):
        Worker("w").step()
    assert batches.get(view.token, OWNER).reason == "output-unwritable"
    assert on_disk() == before

    monkeypatch.undo()
    batches.resume(view.token, OWNER)

    assert finish(view).done == 2


def test_what_failed_can_be_tried_again():
    see_with(FakeFinder(count=0))
    view = finish(batch_of(photo(), b"no picture"))
    assert view.failed == 2

    see_with(FakeFinder())
    batches.retry(view.token, OWNER)
    view = finish(view)

    assert (view.state, view.done, view.failed) == ("done", 1, 1)


def test_deleting_a_batch_leaves_nothing():
    of_catalogue = on_disk()
    view = finish(batch_of(photo(), photo(seed=1)))

    batches.delete(view.token, OWNER)

    assert on_disk() == of_catalogue
    with reading() as session:
        assert set(session.scalars(select(Image.file))) == of_catalogue
        for table in (Batch, BatchPhoto, BatchItem):
            assert session.scalars(select(table)).all() == []


def test_an_expired_batch_is_gone_at_once_and_swept():
    of_catalogue = on_disk()
    view = finish(batch_of(photo()))
    later = clock.now() + timedelta(hours=25)

    assert sweep.run(later).expired == 1

    assert on_disk() == of_catalogue
    with pytest.raises(NotFound):
        batches.get(view.token, OWNER)


def test_the_sweep_drops_what_lost_its_file():
    view = finish(batch_of(photo(), photo(seed=1)))
    with reading() as session:
        row = session.scalars(select(BatchItem).order_by(BatchItem.id)).first()
        assert row is not None
        assert row.image is not None
        file = row.image.file
    files.remove(file)

    assert sweep.run().lost == 1

    view = batches.get(view.token, OWNER)
    assert (view.photos, view.done) == (1, 1)


def test_progress_tells_rate_and_time_left():
    view = batch_of(*(photo(seed=seed) for seed in range(3)), frames=("ada/black", "ada/red"))
    batches.get(view.token, OWNER)
    worker = Worker("w")
    taken = worker.take()
    assert taken is not None
    order, held = taken

    worker.work(order, held[:1])
    view = batches.get(view.token, OWNER)

    assert (view.done, view.left, view.state) == (2, 4, "running")
    assert view.rate == pytest.approx(2, rel=0.7)
    assert view.seconds_left == pytest.approx(4 / (view.rate or 1))
    assert view.share == pytest.approx(1 / 3)


def test_photos_of_a_folder_are_read_where_they_lie(tmp_path: Path):
    (tmp_path / "in" / "more").mkdir(parents=True)
    for name in ("a.jpg", "a.png", "more/b.jpg", "notes.txt", ".hidden.jpg"):
        (tmp_path / "in" / name).write_bytes(photo())
    made = batches.create(
        ["ada"], owner=OWNER, consent="v", source=str(tmp_path / "in"), target=str(tmp_path / "out")
    )
    view = finish(batches.start(made.token, OWNER))

    assert (view.photos, view.done) == (3, 3)
    written = {
        str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.jpg")
    }
    assert written == {
        "a--ada-black.jpg", "a.png--ada-black.jpg", "more/b--ada-black.jpg",
    }  # fmt: skip


def test_a_folder_is_not_left(tmp_path: Path):
    folder = places_module.Folder(tmp_path)

    for name in ("../secret.jpg", "/etc/hosts"):
        with pytest.raises(Exception, match="file-unreadable"):
            folder.read(name)
