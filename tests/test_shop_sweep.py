"""The sweep deletes what has expired, heals what a fault left, and spares all else."""

import os
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.factories import (
    STRANGER,
    VISIT,
    FakeFinder,
    keep,
    on_disk,
    photo,
    published,
    see_with,
)
from webapp.errors import Busy
from webapp.shop import figures, overview, photos, sight, sweep, tryons
from webapp.shop.views import SweepReport
from webapp.storage import clock, counting, files, picture_folder, tallies
from webapp.storage import images as image_rows
from webapp.storage.database import reading
from webapp.storage.tables import Event, Image, Kind, Photo, TryOn

NOTHING = SweepReport(expired=0, doomed=0, orphans=0, lost=0, broken=())


class Killed(BaseException):
    """Ends the process, as kill -9 does: nothing that follows is run."""


@pytest.fixture(autouse=True)
def _shop(shop):
    see_with(FakeFinder())


def names_in_rows() -> set[str]:
    with reading() as session:
        return set(session.scalars(select(Image.file)))


def counted(table: type) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def days_of(kind: str) -> list[tallies.Sum]:
    """Return the sums of such events, day by day."""
    today = overview.midnight(clock.now())
    found = counting.buckets(tallies.DAY, today, today + timedelta(days=1))
    return [sum_ for bucket, sum_ in found.items() if bucket.sort.kind == kind]


def age_files(minutes: float) -> None:
    then = time.time() - 60 * minutes
    for name in on_disk():
        os.utime(files.folder() / name, (then, then))


def test_a_sweep_of_a_shop_in_order_does_nothing():
    published()
    kept = keep()
    tryons.make(kept.token, VISIT, "ada", "black")
    age_files(60)
    before = on_disk()

    assert sweep.run() == NOTHING
    assert on_disk() == before
    assert photos.get(kept.token, VISIT)


def test_a_sweep_of_an_empty_shop_does_nothing():
    assert sweep.run() == NOTHING


def test_expired_photos_go_with_all_that_was_made_from_them(app):
    published()
    of_catalogue = on_disk()
    old = keep()
    tryons.make(old.token, VISIT, "ada", "black")

    report = sweep.run(clock.now() + timedelta(hours=app.config["PHOTO_HOURS"], seconds=1))

    assert report == SweepReport(expired=1, doomed=0, orphans=0, lost=0, broken=())
    assert on_disk() == names_in_rows() == of_catalogue
    assert counted(Photo) == counted(TryOn) == 0
    assert sight.current().remembered() == []


def test_photos_whose_time_is_not_over_stay(app):
    old = keep()
    app.config["PHOTO_HOURS"] = 48
    young = keep(photo(seed=1), STRANGER)

    sweep.run(clock.now() + timedelta(hours=25))

    assert photos.of_visit(VISIT) == []
    assert [view.token for view in photos.of_visit(STRANGER)] == [young.token] != [old.token]


def test_single_events_go_in_time_and_the_figures_stay(app, monkeypatch):
    """Every try-on leaves several; nobody reads them one by one after a quarter of an hour."""
    monkeypatch.setattr(tallies, "GONE", 2)
    app.config["EVENT_DAYS"] = 10
    for _ in range(5):
        figures.record(figures.ARRIVAL)
    sweep.run(clock.now() + timedelta(days=9))
    assert counted(Event) == 5
    told = overview.of(overview.Period.MONTH).funnel

    sweep.run(clock.now() + timedelta(days=11))

    assert counted(Event) == 0
    assert overview.of(overview.Period.MONTH).funnel == told
    assert sum(tally.number for tally in days_of(figures.ARRIVAL)) == 5


def test_an_old_event_that_no_sum_holds_stays(monkeypatch):
    """Where counting was turned away, as by a busy database."""
    monkeypatch.setattr(counting, "fold", lambda: None)
    figures.record(figures.ARRIVAL)

    sweep.run(clock.now() + timedelta(days=400))

    assert counted(Event) == 1


def test_files_without_a_row_go_after_the_grace(app):
    keep()
    app.config["SWEEP_GRACE_MINUTES"] = 15
    orphan = files.put(b"nobody's", "image/jpeg")
    part = files.folder() / "ab" / "half-written.jpg.part"
    part.parent.mkdir(exist_ok=True)
    part.write_bytes(b"hal")
    age_files(14)
    assert sweep.run().orphans == 0

    age_files(16)

    assert sweep.run().orphans == 2
    assert not files.exists(orphan)
    assert on_disk() == names_in_rows()
    assert counted(Photo) == 1


def test_a_photo_on_its_way_in_is_whole_or_refused_when_the_clock_is_set_forward(monkeypatch):
    """The sweep may then take its file for an old orphan; nobody is told that it was kept."""
    put = files.put

    def then_swept(data, media_type):
        name = put(data, media_type)
        sweep.run(clock.now() + timedelta(hours=2))
        return name

    monkeypatch.setattr(files, "put", then_swept)

    with pytest.raises(Busy):
        keep()

    assert on_disk() == names_in_rows() == set()
    assert counted(Photo) == 0


def test_a_clock_set_back_and_forth_loses_nothing_that_was_promised(monkeypatch):
    """Set back, photos stay a little longer; right again, they go when they were to go."""
    kept = keep()
    now = clock.now()
    for hours in (-48, -1, 0, 23):
        monkeypatch.setattr(clock, "now", lambda hours=hours: now + timedelta(hours=hours))
        sweep.run()
        assert photos.get(kept.token, VISIT)
        assert on_disk() == names_in_rows()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=25))

    assert photos.of_visit(VISIT) == []
    assert sweep.run().expired == 1
    assert on_disk() == names_in_rows() == set()


def test_a_photo_whose_file_is_lost_goes_with_its_try_ons():
    published()
    of_catalogue = on_disk()
    kept = keep()
    tryons.make(kept.token, VISIT, "ada", "black")
    with reading() as session:
        files.remove(session.scalars(select(Photo)).one().image.file)

    assert sweep.run().lost == 1

    assert counted(Photo) == counted(TryOn) == 0
    assert on_disk() == names_in_rows() == of_catalogue


def test_a_try_on_whose_file_is_lost_goes_alone():
    published()
    kept = keep()
    lost, other = (tryons.make(kept.token, VISIT, "ada", name) for name in ("black", "red"))
    with reading() as session:
        row = session.scalars(select(TryOn).where(TryOn.token == lost.token)).one()
        files.remove(row.image.file)

    assert sweep.run().lost == 1

    assert tryons.get(other.token, VISIT)
    assert on_disk() == names_in_rows()


def test_lost_artwork_is_told_and_its_frame_kept():
    published()
    with reading() as session:
        row = session.scalars(select(Image).where(Image.kind == Kind.TEMPLE)).first()
        assert row is not None
        files.remove(row.file)

    assert sweep.run().broken == ("ada/black",)
    assert counted(Image) == 8


@pytest.mark.parametrize("what", ["photo", "try-on"])
@pytest.mark.parametrize("point", ["half-written", "written", "renamed"])
def test_killed_while_storing_nothing_is_left_after_the_sweep(what, point, monkeypatch):
    """Whatever was not acknowledged is gone after the grace, file and row."""
    published()
    kept = keep() if what == "try-on" else None
    before = on_disk()
    for number in range(256):  # so that the fault strikes the file's own steps
        (files.folder() / f"{number:02x}").mkdir(exist_ok=True)
    die_while_storing(point, monkeypatch)

    with pytest.raises(Killed):
        tryons.make(kept.token, VISIT, "ada", "black") if kept else keep()

    monkeypatch.undo()
    assert on_disk() > before
    age_files(60)
    sweep.run()
    assert on_disk() == names_in_rows() == before


def die_while_storing(point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process end at a point of a picture's way in."""

    def die(*_: object, **__: object) -> None:
        raise Killed

    # A killed process tidies nothing up.
    monkeypatch.setattr(files, "remove", lambda *_: None)
    monkeypatch.setattr("pathlib.Path.unlink", lambda *_, **__: None)
    monkeypatch.setattr(figures, "record", lambda *_, **__: None)
    if point == "half-written":
        monkeypatch.setattr("os.fsync", die)
    elif point == "written":
        monkeypatch.setattr("pathlib.Path.rename", die)
    else:
        monkeypatch.setattr(picture_folder, "settle", die)


@pytest.mark.parametrize("point", ["before any file", "between files", "before the rows"])
def test_killed_while_deleting_the_sweep_ends_it(point, monkeypatch):
    """Once the deletion is committed, whatever happens, nothing stays."""
    published()
    of_catalogue = on_disk()
    kept = keep()
    tryons.make(kept.token, VISIT, "ada", "black")
    die_while_deleting(point, monkeypatch)

    with pytest.raises(Killed):
        photos.delete(kept.token, VISIT)

    monkeypatch.undo()
    assert photos.of_visit(VISIT) == []
    assert names_in_rows() != of_catalogue
    assert sweep.run().doomed == 2
    assert on_disk() == names_in_rows() == of_catalogue


def die_while_deleting(point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process end at a point of a picture's way out."""
    remove, removals = files.remove, iter(range(99))
    dies_at = {"before any file": 0, "between files": 1, "before the rows": None}[point]

    def die(*_: object) -> None:
        raise Killed

    def remove_or_die(name: str) -> None:
        if next(removals) == dies_at:
            raise Killed
        remove(name)

    monkeypatch.setattr(files, "remove", remove_or_die)
    if dies_at is None:
        monkeypatch.setattr(image_rows, "batches", die_after(image_rows.batches))


def die_after(batches):
    """Return `batches` that works for the marking, and dies at the rows' removal."""
    calls = iter(range(99))

    def dying(items):
        # remove: photos, try-ons, their pictures, the photos' pictures; then finish: the rows
        if next(calls) == 4:
            raise Killed
        return batches(items)

    return dying


def test_a_sweep_killed_half_way_is_finished_by_the_next(monkeypatch, app):
    published()
    of_catalogue = on_disk()
    keep()
    after = clock.now() + timedelta(hours=app.config["PHOTO_HOURS"] + 1)

    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(files, "remove", die)
    with pytest.raises(Killed):
        sweep.run(after)
    monkeypatch.undo()

    assert sweep.run(after) == SweepReport(expired=0, doomed=1, orphans=0, lost=0, broken=())
    assert on_disk() == names_in_rows() == of_catalogue


def test_a_deletion_after_the_sweep_looked_harms_nothing(monkeypatch):
    """The sweep's list may be old by the time it acts on it."""
    kept, other = keep(), keep(photo(seed=1))
    every = image_rows.every_file

    def and_delete(session):
        found = every(session)
        monkeypatch.setattr(image_rows, "every_file", every)
        photos.delete(kept.token, VISIT)
        return found

    monkeypatch.setattr(image_rows, "every_file", and_delete)

    assert sweep.run().lost == 0
    assert [view.token for view in photos.of_visit(VISIT)] == [other.token]
