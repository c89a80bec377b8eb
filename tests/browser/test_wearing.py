"""Moving a frame on the face, and measuring with a card, in real Chromium."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.visits import (
    PATIENCE,
    PHONE,
    assert_open_to_all,
    no_sideways_scrolling,
    try_on,
    visit,
)

pytestmark = pytest.mark.browser


def settled(page: Any) -> None:
    """Wait until the picture shows what was asked for last."""
    page.wait_for_selector(".pictures:not([aria-busy])")


def test_a_frame_is_moved_live_and_kept(browser: Any, address: str, photo_file: Path):
    with visit(browser) as page:
        try_on(page, address, photo_file)
        settled(page)
        first, picture = page.url, page.locator(".pictures img").first

        page.locator(".pictures").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        page.get_by_role("button", name="Down").click()
        settled(page)

        assert page.url == first
        assert "up=-2&out=1&tilt=0" in picture.get_attribute("src")
        assert page.inner_text("#nudged") == "2.0 mm down, 1.0 mm farther"
        assert not page.locator("#download").is_visible()
        page.click("#keep")
        page.wait_for_url(lambda url: url != first)
        assert page.inner_text("#nudged") == "2.0 mm down, 1.0 mm farther"
        assert page.locator("#download").is_visible()


def test_a_lens_is_chosen_in_place_and_back_brings_the_last(
    browser: Any, address: str, photo_file: Path
):
    with visit(browser, viewport=PHONE) as page:
        try_on(page, address, photo_file)
        settled(page)
        first = page.url
        grey = page.locator("#lenses").get_by_role("button", name="Grey, category 3")
        grey.scroll_into_view_if_needed()
        page.get_by_role("button", name="Down").click()
        settled(page)
        scrolled = page.evaluate("scrollY")

        grey.click()
        page.wait_for_url(lambda url: url != first)
        page.wait_for_selector("#lens-grey-category-3[aria-current]")
        settled(page)

        assert abs(page.evaluate("scrollY") - scrolled) < page.viewport_size["height"] / 2
        assert page.evaluate("document.activeElement.id") == "lens-grey-category-3"
        assert "Grey, category 3" in page.inner_text(".frame-facts")
        assert page.inner_text("#nudged") == "1.0 mm down"
        assert page.url.split("?")[0] in page.locator(".pictures img").first.evaluate("i => i.src")
        page.locator(".pictures").focus()
        page.keyboard.press("ArrowUp")
        settled(page)
        assert page.inner_text("#nudged") == "As it comes to rest"
        assert_open_to_all(page)

        page.go_back()
        page.wait_for_selector("#own-lens[aria-current]")
        assert page.url == first
        assert page.locator("#slider").is_visible()


def test_a_lens_is_chosen_without_javascript(browser: Any, address: str, photo_file: Path):
    with visit(browser, java_script_enabled=False) as page:
        try_on(page, address, photo_file)
        before = page.url

        page.locator("#lenses").get_by_role("button", name="Light-adaptive").click()
        page.wait_for_url(lambda url: url != before)

        assert "Light-adaptive" in page.inner_text(".frame-facts")
        assert page.locator("#lenses [aria-current]").inner_text().startswith("Light-adaptive")
        assert page.locator("#tint").is_visible()


def test_what_was_moved_outlasts_a_typed_pd(browser: Any, address: str, photo_file: Path):
    with visit(browser) as page:
        try_on(page, address, photo_file)
        page.get_by_role("button", name="Down").click()
        settled(page)

        page.get_by_text("I know my pupillary distance").click()
        page.fill("#pd_mm", "61")
        page.get_by_role("button", name="Fit it again").click()
        page.wait_for_selector("text=as you gave it")

        assert page.inner_text("#nudged") == "1.0 mm down"


def test_undo_puts_the_frame_back_and_limits_stop_it(browser: Any, address: str, photo_file: Path):
    with visit(browser, viewport=PHONE) as page:
        try_on(page, address, photo_file)
        up = page.get_by_role("button", name="Up")
        for _ in range(30):
            if up.is_disabled():
                break
            up.click()
        assert up.is_disabled()

        page.get_by_role("button", name="Undo").click()
        settled(page)

        assert page.inner_text("#nudged") == "As it comes to rest"
        assert up.is_enabled()
        assert no_sideways_scrolling(page)


def test_a_frame_is_moved_without_javascript(browser: Any, address: str, photo_file: Path):
    with visit(browser, java_script_enabled=False) as page:
        try_on(page, address, photo_file)
        before = page.url

        page.get_by_role("button", name="Down").click()
        page.wait_for_url(lambda url: url != before)

        assert page.inner_text("#nudged") == "1.0 mm down"


def test_a_card_is_marked_by_dragging_and_by_keys(browser: Any, address: str, photo_file: Path):
    with visit(browser, viewport=PHONE) as page:
        try_on(page, address, photo_file)
        page.get_by_role("link", name="Measure with a bank card").click()
        page.wait_for_url("**/card")
        left, right = page.locator(".card-mark").all()
        start = float(page.input_value("#x1"))

        box = left.bounding_box()
        page.mouse.move(box["x"] + 22, box["y"] + 22)
        page.mouse.down()
        page.mouse.move(box["x"] + 2, box["y"] + 22)
        assert page.locator("#card-lens").is_visible()
        assert float(page.input_value("#x1")) < start - 3
        page.mouse.move(box["x"] + 26, box["y"] + 22)
        page.mouse.up()
        assert float(page.input_value("#x1")) > start

        before = float(page.input_value("#x2"))
        right.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowRight")
        assert float(page.input_value("#x2")) == pytest.approx(before + 1.1, abs=0.02)
        assert no_sideways_scrolling(page)

        page.get_by_role("button", name="Measure").click()
        page.wait_for_selector("text=by your card")


def test_marks_on_one_spot_are_explained_and_kept_without_javascript(
    browser: Any, address: str, photo_file: Path
):
    """Not through `visit`, for the browser logs every refusal as an error."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    try_on(page, address, photo_file)
    page.get_by_role("link", name="Measure with a bank card").click()
    page.wait_for_url("**/card")
    assert no_sideways_scrolling(page)
    for name, value in (("x1", "40"), ("y1", "12.5"), ("x2", "40"), ("y2", "12.5")):
        page.fill(f"#{name}", value)
    page.get_by_role("button", name="Measure").click()

    assert "same spot" in page.inner_text("[role=alert]")
    assert float(page.input_value("#y1")) == 12.5
    assert no_sideways_scrolling(page)
    context.close()
