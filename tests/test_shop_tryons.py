"""A try-on is the photo with the frame on it, kept and counted; the wall's pictures are neither."""

import io
from dataclasses import replace

import numpy as np
import pytest
from flask.ctx import AppContext
from PIL import Image
from sqlalchemy import func, select

from tests.factories import (
    GREY,
    STRANGER,
    VISIT,
    FakeFinder,
    keep,
    offer,
    on_disk,
    photo,
    published,
    see_with,
)
from webapp.errors import NoSuchFace, NotFound, NudgeTooFar, PdOutOfRange
from webapp.fitting.scale import Told
from webapp.fitting.scene import Estimate
from webapp.fitting.seat import Nudge
from webapp.rendering import codec, compose
from webapp.shop import catalogue, figures, photos, sight, tryons
from webapp.storage.database import reading
from webapp.storage.tables import Event, Kind, TryOn


@pytest.fixture(autouse=True)
def finder(shop: AppContext) -> FakeFinder:
    """The shop sees two faces in every photo."""
    finder = FakeFinder(count=2, distance=400)
    see_with(finder)
    return finder


def pixels(jpeg: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(jpeg)) as image:
        return np.asarray(image).astype(int)


def counted(table: type) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_try_on_shows_the_frame_on_the_photo_at_its_full_size():
    published()
    kept = keep()

    made = tryons.make(kept.token, VISIT, "ada", "black")

    before, after = pixels(photos.jpeg(kept.token, VISIT)), pixels(tryons.jpeg(made.token, VISIT))
    changed = (abs(after - before) > 30).any(axis=2)  # more than a second JPEG does
    rows, columns = np.nonzero(changed)
    assert after.shape == before.shape
    assert 0.003 < changed.mean() < 0.2
    assert 160 < rows.min() < rows.max() < 320  # about the eyes, at the photo's middle
    assert 120 < columns.min() < 320 < columns.max() < 520


def test_a_try_on_tells_frame_size_and_fit():
    frame = published()
    kept = keep()

    made = tryons.make(kept.token, VISIT, "ada", "red", face=1)

    assert made.frame == frame
    assert made.variant.slug == "red"
    assert [variant.slug for variant in made.siblings] == ["black", "red"]
    assert (made.face, made.faces) == (1, 2)
    assert (made.width, made.height) == (640, 480)
    assert made.size == "50□20-145"
    assert 50 < made.pd.value < 75
    assert made.pd.sigma > 0
    assert made.advice.gap.value == pytest.approx(frame.marks.width - made.face_width.value)
    assert made.expires == kept.expires
    assert made.photo_token == kept.token
    assert tryons.get(made.token, VISIT) == made


def test_the_same_try_on_gives_the_same_bytes():
    published()
    kept = keep()
    first, second = (tryons.make(kept.token, VISIT, "ada", "black") for _ in range(2))

    assert tryons.jpeg(first.token, VISIT) == tryons.jpeg(second.token, VISIT)
    assert first.token != second.token


def test_a_typed_pd_is_used_and_never_stored():
    published()
    kept = keep()

    made = tryons.make(kept.token, VISIT, "ada", "black", pd_mm=58.5)

    assert made.pd_typed
    assert made.pd.value == pytest.approx(58.5, abs=0.5)
    with reading() as session:
        for table in (TryOn, Event):
            for row in session.execute(select(*table.__table__.columns)):
                assert 58.5 not in tuple(row)


def test_a_typed_pd_that_left_memory_is_told_as_measured_anew(finder):
    published()
    kept = keep()
    made = tryons.make(kept.token, VISIT, "ada", "black", pd_mm=58.5)

    see_with(finder)

    assert not tryons.get(made.token, VISIT).pd_typed


@pytest.mark.parametrize("pd_mm", [0, 39.9, 80.1, float("nan"), float("inf")])
def test_a_pd_that_nobody_has_is_refused(pd_mm):
    published()
    kept = keep()

    with pytest.raises(PdOutOfRange):
        tryons.make(kept.token, VISIT, "ada", "black", pd_mm=pd_mm)
    with pytest.raises(PdOutOfRange):
        tryons.preview(kept.token, VISIT, "ada", "black", pd_mm=pd_mm)


def test_a_lens_is_worn_instead_of_the_colourways_own_and_remembered():
    published()
    offer("ada", GREY)
    kept = keep()

    own = tryons.make(kept.token, VISIT, "ada", "black")
    grey = tryons.make(kept.token, VISIT, "ada", "black", lens="grey")

    assert own.lens is None
    assert grey.lens == GREY
    assert grey.price_cents == own.price_cents + GREY.extra_cents
    assert tryons.facts(grey.token, VISIT).lens == "grey"
    darker = pixels(tryons.jpeg(own.token, VISIT)) - pixels(tryons.jpeg(grey.token, VISIT))
    assert (darker > 30).any()


def test_a_lens_that_the_frame_has_not_is_refused():
    published()
    kept = keep()

    with pytest.raises(NotFound):
        tryons.make(kept.token, VISIT, "ada", "black", lens="grey")


@pytest.mark.parametrize("face", [2, -1])
def test_a_face_that_is_not_there_is_refused_and_leaves_nothing(face):
    published()
    kept = keep()
    before = on_disk()

    with pytest.raises(NoSuchFace):
        tryons.make(kept.token, VISIT, "ada", "black", face=face)

    assert on_disk() == before
    assert counted(TryOn) == 0
    assert figures.today().failures == {"no-such-face": 1}


@pytest.mark.parametrize("make", [tryons.make, tryons.preview], ids=["kept", "wall"])
def test_only_published_variants_can_be_tried_on(make):
    published()
    kept = keep()
    for frame_slug, slug in (("ada", "green"), ("nobody", "black")):
        with pytest.raises(NotFound):
            make(kept.token, VISIT, frame_slug, slug)

    catalogue.retire("ada")

    with pytest.raises(NotFound):
        make(kept.token, VISIT, "ada", "black")


def test_a_try_on_outlives_its_frames_retirement():
    published()
    kept = keep()
    made = tryons.make(kept.token, VISIT, "ada", "black")

    catalogue.retire("ada")

    assert tryons.get(made.token, VISIT).frame.status == "retired"


def test_a_strangers_try_on_is_not_there():
    published()
    made = tryons.make(keep().token, VISIT, "ada", "black")

    for use in (tryons.get, tryons.jpeg):
        with pytest.raises(NotFound):
            use(made.token, STRANGER)


def test_a_try_on_is_counted_with_its_frame_and_time():
    published()
    made = tryons.make(keep().token, VISIT, "ada", "black")

    assert figures.today().try_ons == 1
    with reading() as session:
        event = session.scalars(select(Event).where(Event.kind == figures.TRY_ON)).one()
        row = session.scalars(select(TryOn)).one()
        assert event.variant_id == row.variant_id
        assert event.milliseconds == made.milliseconds == row.milliseconds
        assert row.image.kind == Kind.TRY_ON


def test_the_walls_pictures_are_small_and_leave_nothing():
    published()
    kept = keep()
    before, events = on_disk(), counted(Event)

    shown = pixels(tryons.preview(kept.token, VISIT, "ada", "black", width=320))

    assert shown.shape == (240, 320, 3)
    plain = pixels(photos.jpeg(kept.token, VISIT, 320))
    assert (abs(shown - plain) > 30).any(axis=2).mean() > 0.002
    assert on_disk() == before
    assert counted(Event) == events
    assert counted(TryOn) == 0


@pytest.mark.parametrize(("asked", "got"), [(1, 64), (480, 480), (99_999, 640)])
def test_the_walls_pictures_have_sane_widths(asked, got):
    published()
    kept = keep()

    assert pixels(tryons.preview(kept.token, VISIT, "ada", "black", width=asked)).shape[1] == got


def test_one_more_frame_on_the_wall_costs_rendering_alone(monkeypatch):
    published()
    kept = keep()
    tryons.preview(kept.token, VISIT, "ada", "black")
    tryons.preview(kept.token, VISIT, "ada", "red")

    for module, name in ((codec, "read_stored"), (codec, "read_layer"), (compose, "prepare")):
        monkeypatch.setattr(module, name, lambda *_, **__: pytest.fail("not again"))

    assert tryons.preview(kept.token, VISIT, "ada", "black")
    assert tryons.preview(kept.token, VISIT, "ada", "red")


def test_a_photo_deleted_while_it_is_rendered_gets_no_try_on(monkeypatch):
    published()
    kept, other = keep(), keep(photo(seed=1))
    render = tryons.render

    def and_delete(*how: object) -> tryons.Worn:
        made = render(*how)  # type: ignore[arg-type]
        photos.delete(kept.token, VISIT)
        return made

    monkeypatch.setattr(tryons, "render", and_delete)
    before = on_disk()

    with pytest.raises(NotFound):
        tryons.make(kept.token, VISIT, "ada", "black")

    assert len(on_disk()) == len(before) - 1
    assert counted(TryOn) == 0
    assert sight.current().remembered() == [other.token]


def test_a_try_on_whose_file_is_gone_is_not_there():
    published()
    made = tryons.make(keep().token, VISIT, "ada", "black")
    with reading() as session:
        name = session.scalars(select(TryOn)).one().image.file
    from webapp.storage import files

    files.remove(name)

    with pytest.raises(NotFound):
        tryons.jpeg(made.token, VISIT)


def test_the_grain_differs_between_photos_but_not_between_visits():
    published()
    first, again, other = keep(), keep(visit=STRANGER), keep(photo(seed=1))

    def seed(token: str, visit: str) -> int:
        from webapp.shop import viewing

        return viewing.find_subject(token, visit).seed

    assert seed(first.token, VISIT) == seed(again.token, STRANGER) != seed(other.token, VISIT)


def test_views_are_copies_that_outlive_the_database():
    published()
    made = tryons.make(keep().token, VISIT, "ada", "black")

    assert replace(made, token="x").frame.variants[0].name == "Black"


def test_a_close_up_shows_the_head_that_the_try_on_names(finder):
    finder.how["distance"] = 900  # far away, so that there is something to come closer to
    published()
    kept = keep(photo(1600, 1200))
    made = tryons.make(kept.token, VISIT, "ada", "black")
    left, top, side = made.close_up

    shown = pixels(tryons.preview(kept.token, VISIT, "ada", "black", width=400, close=True))

    assert made.close_up_shows_more
    assert 0 < side < 1200
    assert 0 <= left <= 1600 - side
    assert 0 <= top <= 1200 - side
    assert shown.shape[0] == pytest.approx(min(400, side), abs=1)
    whole = pixels(tryons.jpeg(made.token, VISIT))[top : top + side, left : left + side]
    small = Image.fromarray(whole.astype(np.uint8)).resize(shown.shape[1::-1])
    assert abs(shown - np.asarray(small).astype(int)).mean() < 8


@pytest.mark.parametrize("distance", [1500, 9000])
def test_a_face_far_away_can_wear_a_frame_on_the_wall(finder, distance):
    finder.how["distance"] = distance
    published()
    kept = keep(photo(4000, 3008))

    assert tryons.preview(kept.token, VISIT, "ada", "black")


def test_a_nudge_is_kept_with_the_try_on_as_far_as_the_nose_holds():
    published()
    kept = keep()

    made = tryons.make(kept.token, VISIT, "ada", "black", nudge=Nudge(1.0, 0.5, 2.0))
    far = tryons.make(kept.token, VISIT, "ada", "black", nudge=Nudge(up_mm=90.0))

    assert made.nudge == Nudge(1.0, 0.5, 2.0)
    assert far.nudge.up_mm == far.limits.up_mm[1] < 20
    assert tryons.get(made.token, VISIT) == made
    assert tryons.jpeg(made.token, VISIT) != tryons.jpeg(far.token, VISIT)
    with reading() as session:
        rows = session.scalars(select(TryOn).order_by(TryOn.id)).all()
        assert [row.nudge_up for row in rows] == [1.0, far.nudge.up_mm]


@pytest.mark.parametrize("make", [tryons.make, tryons.preview], ids=["kept", "wall"])
def test_a_nudge_that_is_no_number_is_refused(make):
    published()
    kept = keep()

    with pytest.raises(NudgeTooFar):
        make(kept.token, VISIT, "ada", "black", nudge=Nudge(out_mm=float("nan")))


def test_photochromic_lenses_are_shown_in_their_state():
    published()
    kept = keep()
    with reading() as session:
        session.connection().exec_driver_sql(
            "UPDATE variant SET transmittance = 0.2, clear_transmittance = 0.9"
        )
        session.commit()

    dark, clear = (
        tryons.make(kept.token, VISIT, "ada", "black", tint=state) for state in (1.0, 0.0)
    )

    assert (dark.tint, clear.tint) == (1.0, 0.0)
    dim, bright = (pixels(tryons.jpeg(made.token, VISIT)).mean() for made in (dark, clear))
    assert bright > dim + 1


def test_a_cards_pd_is_used_and_never_stored():
    published()
    kept = keep()
    told = Told(Estimate(58.5, 1.1, "card"))

    made = tryons.make(kept.token, VISIT, "ada", "black", told=told)

    assert made.pd == told.pd
    assert not made.pd_typed
    with reading() as session:
        for row in session.execute(select(*TryOn.__table__.columns)):
            assert 58.5 not in tuple(row)
