"""Photos come in with consent and a face, belong to one visit, and go without a trace."""

import io
from datetime import timedelta

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import func, select

from tests.factories import (
    STRANGER,
    VISIT,
    FakeFinder,
    Lying,
    keep,
    on_disk,
    photo,
    published,
    see_with,
)
from webapp.errors import (
    BrokenPicture,
    Busy,
    ConsentMissing,
    FaceTooSmall,
    FaceTurnedAway,
    FilesUnusable,
    NoFace,
    NotAPicture,
    NotFound,
)
from webapp.faces.finder import FaceFinder
from webapp.rendering import codec
from webapp.shop import figures, photos, sight, tryons, uploads
from webapp.storage import clock, files
from webapp.storage import images as image_rows
from webapp.storage.database import reading
from webapp.storage.tables import Event, Kind, Photo, TryOn
from webapp.storage.tables import Image as ImageRow

pytestmark = pytest.mark.usefixtures("shop")


def counted(*tables: type) -> list[int]:
    with reading() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def assert_nothing_is_left() -> None:
    assert counted(ImageRow, Photo, TryOn) == [0, 0, 0]
    assert on_disk() == set()
    assert sight.current().remembered() == []


def later(monkeypatch: pytest.MonkeyPatch, **time: float) -> None:
    moved = clock.now() + timedelta(**time)
    monkeypatch.setattr(clock, "now", lambda: moved)


def test_a_photo_with_a_face_is_kept():
    see_with(FakeFinder(count=2))

    kept = keep()

    assert (kept.width, kept.height, kept.faces) == (640, 480, 2)
    assert photos.get(kept.token, VISIT) == kept
    assert len(kept.token) >= 22  # 128 bits and more
    with reading() as session:
        row = session.scalars(select(Photo)).one()
        assert (row.image.kind, row.image.width, row.image.height) == (Kind.PHOTO, 640, 480)
        assert row.image.expires_at == row.expires_at
        assert {row.image.file} == on_disk()


def test_a_photo_is_kept_for_the_hours_that_the_shop_says(app):
    app.config["PHOTO_HOURS"] = 3
    see_with(FakeFinder())

    kept = keep()

    assert abs(kept.expires - kept.created - timedelta(hours=3)) < timedelta(seconds=5)


def test_consent_is_on_record_before_anything_is_done_with_the_photo(monkeypatch):
    see_with(FakeFinder())
    seen: list[str | None] = []
    read = codec.read_photo

    def watched(data: bytes, **limits: int) -> codec.Picture:
        with reading() as session:
            seen.extend(session.scalars(select(Event.reason).where(Event.kind == figures.AGREED)))
        return read(data, **limits)

    monkeypatch.setattr(codec, "read_photo", watched)
    keep()

    assert seen == [photos.CONSENT_VERSION]
    with reading() as session:
        row = session.scalars(select(Photo)).one()
        assert row.consent_version == photos.CONSENT_VERSION
        assert row.consented_at <= row.created_at


def test_without_consent_the_bytes_are_not_even_looked_at(monkeypatch):
    see_with(FakeFinder())
    monkeypatch.setattr(codec, "read_photo", lambda *_, **__: pytest.fail("it was read"))
    monkeypatch.setattr(uploads, "read", lambda *_, **__: pytest.fail("it was read"))

    with pytest.raises(ConsentMissing):
        photos.keep(photo(), agreed=False, visit=VISIT)

    assert_nothing_is_left()


@pytest.mark.parametrize(
    ("data", "finder", "refusal"),
    [
        (b"<svg/>", FakeFinder(), NotAPicture),
        (photo()[:3000], FakeFinder(), BrokenPicture),
        (photo(), FakeFinder(count=0), NoFace),
        (photo(), FakeFinder(distance=30_000), FaceTooSmall),
        (photo(), FakeFinder(yaw=70), FaceTurnedAway),
    ],
    ids=["not a picture", "cut off", "no face", "far away", "turned away"],
)
def test_a_refused_photo_leaves_nothing_but_a_count(data, finder, refusal):
    see_with(finder)

    with pytest.raises(refusal):
        keep(data)

    assert_nothing_is_left()
    assert figures.today().failures == {refusal.code: 1}


def test_a_photo_on_its_side_is_stood_up():
    see_with(Lying(0.95))

    kept = keep(photo(640, 480))

    assert (kept.width, kept.height) == (480, 640)
    stored = Image.open(io.BytesIO(photos.jpeg(kept.token, VISIT)))
    assert stored.size == (480, 640)
    lay = Image.open(io.BytesIO(photo(640, 480))).rotate(90, expand=True)
    away = np.abs(np.asarray(stored.convert("RGB"), float) - np.asarray(lay, float))
    assert away.mean() < 3  # turned, not squeezed


@pytest.mark.parametrize(("degrees", "kind"), [(90, "JPEG"), (180, "PNG"), (270, "WEBP")])
def test_the_model_knows_when_a_portrait_stands(portrait: bytes, degrees: int, kind: str):
    see_with(FaceFinder())
    lying = io.BytesIO()
    Image.open(io.BytesIO(portrait)).rotate(degrees, expand=True).save(lying, kind)

    kept = keep(lying.getvalue())

    (face, *_) = sight.current().sighting(kept.token).faces or []
    right_eye, left_eye, chin = face.landmarks[[33, 263, 152], :2]
    assert right_eye[0] < left_eye[0]
    assert max(right_eye[1], left_eye[1]) < chin[1]


def test_a_photo_is_not_turned_for_what_may_be_no_face():
    see_with(Lying(0.85))

    with pytest.raises(NoFace):
        keep(photo(640, 480))

    assert_nothing_is_left()


def test_a_busy_shop_refuses_without_reading():
    seeing = see_with(FakeFinder(), slots=1, wait_seconds=0.01)

    with seeing.slot(), pytest.raises(Busy):
        keep()

    assert_nothing_is_left()


@pytest.mark.parametrize("fault", ["put", "commit"])
def test_a_fault_while_storing_leaves_nothing(fault, monkeypatch):
    see_with(FakeFinder())

    def broken(*_: object, **__: object) -> None:
        raise OSError("disk gone")

    if fault == "put":
        monkeypatch.setattr(files, "put", broken)
    else:
        monkeypatch.setattr("sqlalchemy.orm.Session.commit", broken)
        monkeypatch.setattr("sqlalchemy.orm.SessionTransaction.commit", broken)
        monkeypatch.setattr(figures, "record", lambda *_, **__: None)

    with pytest.raises((OSError, FilesUnusable)):
        keep()

    monkeypatch.undo()
    assert_nothing_is_left()


def test_nothing_of_the_upload_but_its_pixels_is_stored():
    see_with(FakeFinder())
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(codec.EXIF_IFD)[codec.FOCAL_LENGTH_35MM] = 26
    file = io.BytesIO()
    with Image.open(io.BytesIO(photo())) as plain:
        plain.save(file, "JPEG", exif=exif, comment=b"SecretWord")

    kept = keep(file.getvalue() + b"SecretTail")

    assert b"Secret" not in photos.jpeg(kept.token, VISIT)
    with reading() as session:
        assert session.scalars(select(Photo.focal_35mm)).one() == 26


def test_a_photo_is_shown_whole_or_at_a_width():
    see_with(FakeFinder())
    kept = keep()

    def size(width: int | None) -> tuple[int, int]:
        with Image.open(io.BytesIO(photos.jpeg(kept.token, VISIT, width))) as image:
            return image.size

    assert size(None) == (640, 480)
    assert size(320) == (320, 240)
    assert size(9000) == (640, 480)


def everything_with(token: str, visit: str) -> None:
    for use in (
        lambda: photos.get(token, visit),
        lambda: photos.jpeg(token, visit),
        lambda: photos.delete(token, visit),
        lambda: tryons.make(token, visit, "ada", "black"),
        lambda: tryons.preview(token, visit, "ada", "black"),
    ):
        with pytest.raises(NotFound):
            use()


def test_a_strangers_photo_is_not_there():
    see_with(FakeFinder())
    published()
    kept = keep()

    everything_with(kept.token, STRANGER)
    everything_with("no-such-token", VISIT)

    assert photos.of_visit(STRANGER) == []
    assert [view.token for view in photos.of_visit(VISIT)] == [kept.token]


def test_an_expired_photo_is_gone_at_once(monkeypatch, app):
    see_with(FakeFinder())
    published()
    kept = keep()
    made = tryons.make(kept.token, VISIT, "ada", "black")

    later(monkeypatch, hours=app.config["PHOTO_HOURS"], seconds=1)

    everything_with(kept.token, VISIT)
    assert photos.of_visit(VISIT) == []
    for use in (tryons.get, tryons.jpeg):
        with pytest.raises(NotFound):
            use(made.token, VISIT)
    assert sight.current().remembered() == []


def test_a_visits_photos_come_newest_first():
    see_with(FakeFinder())
    tokens = [keep(photo(seed=seed)).token for seed in range(3)]

    assert [view.token for view in photos.of_visit(VISIT)] == tokens[::-1]


def test_deleting_a_photo_leaves_nothing_of_it():
    see_with(FakeFinder())
    published()
    of_catalogue = on_disk()
    kept, other = keep(), keep(photo(seed=1))
    made = tryons.make(kept.token, VISIT, "ada", "black")
    tryons.preview(kept.token, VISIT, "ada", "red")
    others = on_disk()

    photos.delete(kept.token, VISIT)

    everything_with(kept.token, VISIT)
    with pytest.raises(NotFound):
        tryons.get(made.token, VISIT)
    assert counted(Photo, TryOn, ImageRow) == [1, 0, 1 + len(of_catalogue)]
    assert len(on_disk()) == len(of_catalogue) + 1
    assert on_disk() < others
    assert sight.current().remembered() == [other.token]


def test_a_deletion_cut_short_is_kept_from_everybody_already(monkeypatch):
    see_with(FakeFinder())
    kept = keep()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(image_rows, "finish", killed)
    with pytest.raises(KeyboardInterrupt):
        photos.delete(kept.token, VISIT)

    everything_with(kept.token, VISIT)
    assert sight.current().remembered() == []
