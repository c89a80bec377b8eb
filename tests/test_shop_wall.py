"""A wall's pictures: painted once, by whoever comes first, and gone with the photo."""

import threading
import time
from collections.abc import Callable

import pytest

from tests.factories import VISIT, FakeFinder, keep, published, see_with
from webapp.errors import NotFound
from webapp.eyewear.frame import Eyewear
from webapp.fitting.scale import Told
from webapp.rendering import compose
from webapp.shop import catalogue, easel, photos, sight, tryons, wall
from webapp.shop.facets import Wanted
from webapp.shop.sight import Sight
from webapp.storage import belongings

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def seeing() -> Sight:
    """A shop with a frame that sees one face in every photo."""
    published("ada")
    return see_with(FakeFinder())


def wish(number: int = 0, width: int = 240) -> easel.Wish:
    return wall.wish_for(catalogue.frame("ada").variants[number], 0, Told(), width)


def painted(token: str) -> int:
    seen = sight.current().recall(token)
    return len(seen.pictures) if seen else 0


def wait_for(what: int, token: str) -> None:
    """Wait until so many pictures have been painted in the background."""
    for _ in range(600):
        if painted(token) >= what:
            return
        time.sleep(0.05)
    raise AssertionError(f"{painted(token)} pictures painted")


def test_a_picture_is_painted_once(seeing: Sight, monkeypatch: pytest.MonkeyPatch):
    token = keep().token
    first = wall.picture(token, VISIT, wish())
    monkeypatch.setattr(tryons, "draw", lambda *_, **__: pytest.fail("painted again"))

    assert wall.picture(token, VISIT, wish()) == first


def test_it_is_the_picture_that_a_preview_is(seeing: Sight):
    token = keep().token

    preview = tryons.preview(token, VISIT, "ada", "red", width=240, close=True)

    assert wall.picture(token, VISIT, wish(1)) == preview


def test_who_comes_meanwhile_waits_for_the_same_picture(seeing: Sight):
    token = keep().token
    seen, asked = sight.current().sighting(token), wish()
    began, go_on = threading.Event(), threading.Event()

    def paint() -> bytes:
        began.set()
        assert go_on.wait(20)
        return b"painted"

    got: list[bytes] = []
    slow = threading.Thread(target=lambda: got.append(easel.picture(seen, asked, paint)))
    slow.start()
    assert began.wait(20)
    context = belongings.context()

    def ask() -> None:
        with context():
            got.append(easel.picture(seen, asked, lambda: b"painted twice"))

    late = threading.Thread(target=ask)
    late.start()
    go_on.set()
    slow.join(20)
    late.join(20)

    assert got == [b"painted", b"painted"]


def test_a_failure_is_told_and_tried_anew(seeing: Sight):
    seen = sight.current().sighting(keep().token)

    def fail() -> bytes:
        raise NotFound

    with pytest.raises(NotFound):
        easel.picture(seen, wish(), fail)

    assert easel.picture(seen, wish(), lambda: b"there") == b"there"


def test_no_more_pictures_of_a_photo_are_kept_than_stated(seeing: Sight):
    seen = sight.current().sighting(keep().token)

    for width in range(easel.PICTURES_KEPT + 9):
        easel.picture(seen, wish(width=width), lambda: b"picture")

    assert len(seen.pictures) == easel.PICTURES_KEPT


def test_a_deleted_photos_pictures_are_gone_at_once(seeing: Sight):
    token = keep().token
    wall.picture(token, VISIT, wish())
    photos.delete(token, VISIT)

    assert painted(token) == 0
    with pytest.raises(NotFound):
        wall.picture(token, VISIT, wish())
    assert painted(token) == 0


def test_a_new_photos_first_page_is_painted_ahead(seeing: Sight, app):
    app.config["PAINT_AHEAD"] = 24
    published("bea", ("green",))
    token = keep().token

    wall.paint_ahead(token, VISIT, 240)

    wait_for(2, token)


def ask_aside(token: str, asked: easel.Wish, got: list[bytes]) -> threading.Thread:
    """Ask for a picture from another thread, which would paint it as b"my own"."""
    seen, context = sight.current().sighting(token), belongings.context()

    def ask() -> None:
        with context():
            got.append(easel.picture(seen, asked, lambda: b"my own"))

    thread = threading.Thread(target=ask)
    thread.start()
    return thread


def asked_meanwhile(token: str, outcome: Callable[[], bytes]) -> bytes:
    """Return what one gets who asks for a wall's last picture while both threads paint others."""
    both_at_work, go_on = threading.Barrier(3), threading.Event()

    def slow() -> bytes:
        both_at_work.wait(20)
        assert go_on.wait(20)
        return outcome()

    first = {wish(0): slow, wish(0, 300): slow}
    easel.paint_ahead(token, lambda: {**first, wish(1): lambda: b"ahead"})
    both_at_work.wait(20)
    got: list[bytes] = []
    asking = ask_aside(token, wish(1), got)
    go_on.set()
    asking.join(20)
    return got[0]


def test_who_asks_waits_for_what_is_painted_ahead_later_on(seeing: Sight):
    assert asked_meanwhile(keep().token, lambda: b"slow") == b"ahead"


def test_what_was_to_be_painted_ahead_is_painted_by_who_asks_when_it_breaks_off(seeing: Sight):
    token = keep().token

    def break_off() -> bytes:
        raise NotFound

    assert asked_meanwhile(token, break_off) == b"my own"
    assert easel.picture(sight.current().sighting(token), wish(0), lambda: b"anew") == b"anew"


def test_nothing_is_painted_ahead_for_a_photo_that_is_gone(seeing: Sight, app):
    app.config["PAINT_AHEAD"] = 24
    token = keep().token
    photos.delete(token, VISIT)

    wall.paint_ahead(token, VISIT, 240)
    belongings.only(easel.Ahead).painter.submit(lambda: None).result(30)  # its turn is over

    assert painted(token) == 0


def test_a_wall_without_a_free_slot_hangs_in_the_order_of_publication(seeing: Sight):
    published("bea", ("green",))
    token = keep().token
    sight.use(Sight(FakeFinder(), slots=1, wait_seconds=0.01, kept=8, minutes=10))

    with sight.current().slot():
        shelf = wall.hang(token, VISIT, 0, Told(), Wanted())

    assert [hung.frame.slug for hung in shelf.hung] == ["ada", "bea"]
    assert shelf.hung[0].advice is None


def test_the_published_frames_are_read_anew_when_they_changed(seeing: Sight):
    assert [frame.slug for frame in catalogue.published()] == ["ada"]
    published("bea", ("green",))
    assert [frame.slug for frame in catalogue.published()] == ["ada", "bea"]
    catalogue.retire("ada")
    assert [frame.slug for frame in catalogue.published()] == ["bea"]


def test_warming_up_loads_the_model_and_the_artwork_once(
    seeing: Sight, app, monkeypatch: pytest.MonkeyPatch
):
    app.config["PAINT_AHEAD"] = 24
    finder = seeing.finder
    unpacked: list[Eyewear] = []
    assert isinstance(finder, FakeFinder)
    monkeypatch.setattr(compose, "unpack", unpacked.append)

    for _ in range(3):
        wall.warm_up()
    for thread in belongings.only(wall.Warmth).threads:
        thread.join(30)

    assert finder.asked == 1
    assert unpacked == [wall.wearing(wish())]
