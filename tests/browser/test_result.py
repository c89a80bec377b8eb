"""The result's page in a real browser: nothing jumps, and nothing hides behind the picture."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.browser.visits import DESK, PHONE, SHIFTS, focus_is_seen, try_on, visit

pytestmark = pytest.mark.browser

PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length > 0"


@pytest.fixture(scope="module")
def tall_photo(photo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The portrait as telephones take it: the head fills a part of a high picture."""
    with Image.open(photo_file) as portrait:
        tall = Image.new("RGB", (portrait.width, portrait.width * 3 // 2), (208, 200, 196))
        tall.paste(portrait, (0, 0))
    path = tmp_path_factory.mktemp("tall") / "tall.jpg"
    tall.save(path, quality=92)
    return path


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_jumps_when_the_script_comes_late(
    browser: Any, address: str, tall_photo: Path, size: dict[str, int]
):
    with visit(browser, viewport=size) as page:
        page.add_init_script(SHIFTS)
        try_on(page, address, tall_photo)
        held: list[Any] = []
        page.route("**/result.js*", lambda route: held.append(route))
        with page.expect_request("**/result.js*"):
            page.reload(wait_until="commit")
        page.wait_for_function(PAINTED)
        page.wait_for_selector("#without-label")  # the page as it is without the script
        before = page.locator("#download").bounding_box()
        held.pop().continue_()
        page.wait_for_selector("#slider:visible")
        page.wait_for_load_state("networkidle")

        assert page.locator("#closer").is_visible()
        assert page.locator("#download").bounding_box() == before
        assert page.evaluate("window.shift") < 0.005


def test_a_phone_keeps_the_picture_in_sight_as_far_as_it_can_change(
    browser: Any, address: str, photo_file: Path
):
    with visit(browser, viewport=PHONE, reduced_motion="reduce") as page:
        try_on(page, address, photo_file)
        picture = page.locator(".pictures")
        page.wait_for_selector("#slider:visible")

        for form in ("#colours", "#lenses", "#nudges"):
            page.locator(form).evaluate("(one) => one.scrollIntoView({block: 'end'})")
            box = picture.bounding_box()
            assert 0 <= box["y"] < 20, form
        page.locator("#fit-title").evaluate("(one) => one.scrollIntoView({block: 'start'})")
        box = picture.bounding_box()
        assert box["y"] + box["height"] <= 0  # it went with what changes it


def test_a_desk_keeps_the_picture_beside_everything(browser: Any, address: str, photo_file: Path):
    with visit(browser, viewport=DESK) as page:
        try_on(page, address, photo_file)
        page.wait_for_selector("#slider:visible")

        for place in ("#nudges", "#fit-title", "#share-section"):
            page.locator(place).evaluate("(one) => one.scrollIntoView({block: 'center'})")
            picture, beside = page.locator(".pictures"), page.locator(place)
            left, right = picture.bounding_box(), beside.bounding_box()
            assert left["x"] + left["width"] <= right["x"]
            assert left["y"] < right["y"] < left["y"] + left["height"] < DESK["height"], place


def test_a_phones_picture_hides_nothing_that_has_the_focus(
    browser: Any, address: str, photo_file: Path
):
    with visit(browser, viewport=PHONE, reduced_motion="reduce") as page:
        try_on(page, address, photo_file)
        page.wait_for_selector("#slider:visible")
        page.locator(".result-more a, .result-more button").first.focus()

        met = []
        for _ in range(60):
            page.keyboard.press("Shift+Tab")
            name = page.evaluate(
                "document.activeElement.closest('.result-now') && document.activeElement.id"
            )
            if name is not None:
                assert focus_is_seen(page), name
                met.append(name)
        assert {"download", "share", "buy", "together"} <= set(met)


def test_a_page_that_opens_at_a_place_is_there_at_once(
    browser: Any, address: str, photo_file: Path
):
    """While a page glides there, whatever is pressed is no longer under the finger."""
    with visit(browser, viewport=PHONE) as page:
        try_on(page, address, photo_file)
        page.get_by_role("button", name="Make a link").click()
        page.wait_for_url("**/try-ons/*#share-section")
        page.wait_for_selector("#slider:visible")

        link = page.locator("#share-url").bounding_box()
        page.wait_for_timeout(400)
        assert 0 < link["y"] < PHONE["height"]
        assert page.locator("#share-url").bounding_box() == link
