"""The wall in a real browser: found, compared, liked, shared, bought, downloaded, deleted."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.visits import (
    DESK,
    PHONE,
    SCHEMES,
    SHIFTS,
    assert_open_to_all,
    choose_photo,
    focus_is_seen,
    visit,
)

pytestmark = pytest.mark.browser

SIZES = {"phone": PHONE, "desk": DESK}
PANEL_IN_SIGHT = """() => {
  const {top, bottom} = document.querySelector(".facet[open] .facet-panel").getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}"""
# Scrolls so that a card's button lies at the window's lower edge, with the focus just before it.
BEHIND_THE_BAR = """(card) => {
  const button = card.querySelector(".wall-actions button");
  card.querySelector("input[name=variant]").focus({preventScroll: true});
  scrollBy(0, button.getBoundingClientRect().bottom - innerHeight);
}"""


def reach_wall(page: Any, address: str, photo_file: Path) -> str:
    """Send the portrait, and return the wall's address."""
    choose_photo(page, address, photo_file)
    page.click("#send")
    page.wait_for_url("**/photos/*")
    return str(page.url)


def names(page: Any) -> list[str]:
    """Return the names of the frames that hang on the wall."""
    return [str(name) for name in page.locator(".wall-facts h3").all_inner_texts()]


def press(page: Any, name: str) -> None:
    """Press the button of that name on the first frame of the page, and wait for its page."""
    page.locator(".wall-card").first.get_by_role("button", name=name).click()


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_the_way_from_the_wall_to_the_end(
    browser: Any, address: str, photo_file: Path, size: dict[str, int], script: bool
):
    """Filters, result, compare, favourites, share, revoke, the shop's link, download, delete."""
    with visit(browser, refused=True, viewport=size, java_script_enabled=script) as page:
        wall = reach_wall(page, address, photo_file)
        everything = names(page)

        filter_by(page, "colour", "black", script)
        assert "colour=black" in page.url
        assert names(page)
        page.locator(".chip-all").click()
        page.wait_for_url(wall)
        assert names(page) == everything

        like_first(page, script)
        for number in (0, 1):
            page.locator("input[type=checkbox][name=pick]").nth(number).check()
        page.get_by_role("button", name="Compare side by side").click()
        page.wait_for_url("**/compare?*")
        assert page.locator(".side-by-side > li").count() == 2
        page.go_back()

        page.goto(f"{address}/favourites/")
        press(page, "Try it on")
        page.wait_for_url("**/try-ons/*")
        made = page.url

        page.get_by_role("button", name="Make a link").click()
        link = str(page.locator("#share-url").input_value())
        seen_by_a_friend(browser, re.sub("http://[^/]+", address, link), gone=False)
        page.get_by_role("button", name="End the link now").click()
        page.wait_for_selector("#share-hours")
        seen_by_a_friend(browser, re.sub("http://[^/]+", address, link), gone=True)

        with page.expect_download() as waiting:
            page.click("#download")
        assert waiting.value.suggested_filename.endswith(".jpg")

        page.get_by_role("button", name="Delete my photo").click()
        page.wait_for_selector("[role=status]")
        page.goto(made)
        assert page.locator("h1").inner_text() == "There is nothing here"


def filter_by(page: Any, facet: str, value: str, script: bool) -> None:
    """Choose a value of a facet, in place where scripts run, else by the form's own button."""
    panel = page.locator(f".facet:has(#{facet}-{value})")
    panel.locator("summary").click()
    before = page.url
    panel.locator(f"#{facet}-{value}").check()
    if script:
        page.wait_for_url(lambda url: url != before)
        page.keyboard.press("Escape")
    else:
        panel.get_by_role("button").click()
    page.wait_for_selector(".chip")


def like_first(page: Any, script: bool) -> None:
    """Press the first frame's heart: with scripts in place, without them by a page."""
    page.locator(".heart").first.click()
    page.wait_for_selector(".heart[aria-pressed=true]")


def seen_by_a_friend(browser: Any, link: str, *, gone: bool) -> None:
    """Open a shared link in a browser of somebody else's."""
    with visit(browser, refused=gone) as page:
        page.goto(link)
        words = page.locator("h1").inner_text()
        if gone:
            assert "no longer shared" in words
            return
        assert "What do you think" in words
        assert page.locator(".shared-picture img").evaluate("(one) => one.naturalWidth") > 0


def test_filters_work_in_place_and_the_back_button_undoes_them(
    browser: Any, address: str, photo_file: Path
):
    with visit(browser) as page:
        reach_wall(page, address, photo_file)
        everything = names(page)
        page.evaluate("window.stayed = true")
        filter_by(page, "colour", "black", script=True)

        assert page.evaluate("window.stayed") is True  # the page was not left
        assert page.locator("#colour-black").is_checked()
        page.fill("#q", "zzzz")
        page.wait_for_selector(".nothing")
        page.go_back()
        page.wait_for_selector(".wall-card")
        page.go_back()
        page.wait_for_function(
            "(all) => document.querySelectorAll('.wall-card').length === all", arg=len(everything)
        )
        assert names(page) == everything


def test_no_more_than_four_are_picked(browser: Any, address: str, photo_file: Path):
    with visit(browser) as page:
        wall = reach_wall(page, address, photo_file)
        kept = "&".join(f"pick=gone.c{number}" for number in range(4))
        page.goto(f"{wall}?{kept}")
        page.locator("input[type=checkbox][name=pick]").first.click()

        assert not page.locator("input[type=checkbox][name=pick]").first.is_checked()
        assert "Four at most" in page.inner_text("#picked")


def test_whoever_goes_by_keyboard_sees_where_they_are(browser: Any, address: str, photo_file: Path):
    with visit(browser, viewport=PHONE) as page:
        reach_wall(page, address, photo_file)
        page.locator("input[type=checkbox][name=pick]").first.check()
        page.locator("#q").focus()
        for _ in range(page.locator(".facet summary").count() + 2):
            page.keyboard.press("Tab")
            assert focus_is_seen(page), page.evaluate("document.activeElement.innerText")

        page.locator(".wall-card").first.evaluate(BEHIND_THE_BAR)
        page.keyboard.press("Tab")
        assert "Try it on" in page.evaluate("document.activeElement.innerText")
        assert focus_is_seen(page)


def test_a_panel_of_filters_opens_in_sight(browser: Any, address: str, photo_file: Path):
    with visit(browser, viewport={"width": 360, "height": 640}) as page:
        reach_wall(page, address, photo_file)
        page.locator(".facet summary").first.evaluate(
            "(one) => scrollBy(0, one.getBoundingClientRect().bottom - innerHeight)"
        )
        page.locator(".facet summary").first.click()

        page.wait_for_function(PANEL_IN_SIGHT)


def test_pictures_keep_their_place_while_they_load(browser: Any, address: str, photo_file: Path):
    """Nothing on the page moves when the pictures arrive (cumulative layout shift)."""
    with visit(browser, viewport=PHONE) as page:
        page.add_init_script(SHIFTS)
        reach_wall(page, address, photo_file)
        page.wait_for_load_state("networkidle")

        assert page.evaluate("window.shift") < 0.02


def test_the_picture_zooms_and_moves_by_keys_wheel_and_buttons(
    browser: Any, address: str, photo_file: Path
):
    with visit(browser) as page:
        reach_wall(page, address, photo_file)
        press(page, "Try it on")
        page.wait_for_url("**/try-ons/*")

        def at() -> dict[str, float]:
            return dict(page.locator("#zoom").bounding_box())

        whole = at()
        page.locator(".pictures").focus()
        page.keyboard.press("+")
        near = at()
        assert near["width"] == pytest.approx(1.4 * whole["width"], rel=0.01)
        page.keyboard.press("Shift+ArrowRight")
        assert at()["x"] < near["x"]
        page.keyboard.press("0")
        assert at() == pytest.approx(whole)
        page.get_by_role("button", name="Zoom in").click()
        assert page.inner_text("#zoomed") == "140 per cent"
        page.locator(".pictures").hover()
        page.mouse.wheel(0, -400)
        page.wait_for_function("parseInt(document.getElementById('zoomed').textContent) > 200")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_the_shop_floor_is_open_to_all(
    browser: Any, address: str, photo_file: Path, size: dict[str, int], scheme: str
):
    with visit(browser, refused=True, viewport=size, color_scheme=scheme) as page:
        wall = reach_wall(page, address, photo_file)
        page.locator(".facet summary").first.click()
        page.locator("input[type=checkbox][name=pick]").first.check()
        assert_open_to_all(page)
        page.goto(f"{wall}?q=zzzz&shape=banana")
        assert_open_to_all(page)
        page.goto(f"{address}/favourites/")
        assert_open_to_all(page)
        page.goto(wall)
        picks = [one.get_attribute("value") for one in page.locator("[name=pick]").all()[:2]]
        like_first(page, script=True)
        page.goto(f"{wall}/compare?pick={picks[0]}&pick={picks[1]}")
        assert_open_to_all(page)
        page.goto(f"{address}/favourites/")
        assert_open_to_all(page)
        press(page, "Try it on")
        page.wait_for_url("**/try-ons/*")
        page.get_by_role("button", name="Make a link").click()
        link = str(page.locator("#share-url").input_value())
        page.locator("#wrong summary").click()
        assert_open_to_all(page)
        page.goto(re.sub("http://[^/]+", address, link))
        assert_open_to_all(page)
        page.goto(f"{address}/s/unknown")
        assert_open_to_all(page)
