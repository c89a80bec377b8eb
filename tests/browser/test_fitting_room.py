"""From agreement to a downloaded try-on, in real Chromium."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.browser.conftest import FRAMES
from tests.browser.visits import DESK, PHONE, choose_photo, no_sideways_scrolling, visit

pytestmark = pytest.mark.browser

# A frame that nobody overlooks. Which one the wall begins with hangs on how the face was read.
RIMMED = "Delphine"
EYES = (222, 110)  # (x, y) between the portrait's eyes, pixels of the 512 px portrait
AROUND = (45, 22)  # half the width and height of what glasses cover there


def pictures_of(page: Any) -> int:
    """Return how many of the wall's pictures have arrived whole."""
    return int(
        page.evaluate(
            """async () => {
              const all = [...document.querySelectorAll(".wall-picture")];
              for (const one of all) { one.loading = "eager"; }
              await Promise.all(all.map((one) => one.decode()));
              return all.filter((one) => one.naturalWidth > 0).length;
            }"""
        )
    )


def card_of(page: Any, frame: str) -> Any:
    """Return a frame's card on the wall."""
    return page.locator(".wall-card", has_text=frame)


def downloaded(page: Any) -> Image.Image:
    """Download the try-on as a shopper does, and return the picture."""
    with page.expect_download() as waiting:
        page.click("#download")
    assert waiting.value.suggested_filename.endswith(".jpg")
    with Image.open(waiting.value.path()) as image:
        assert image.format == "JPEG"
        return image.convert("RGB")


def photo_behind(page: Any, address: str) -> Image.Image:
    """Return the photo without glasses that a result page shows."""
    source = page.get_attribute(".before img", "src")
    with Image.open(io.BytesIO(page.request.get(address + source).body())) as image:
        return image.convert("RGB")


def assert_glasses_on(photo: Image.Image, worn: Image.Image, scale: float = 1.0) -> None:
    """The try-on has the photo's size, and differs about the eyes and nowhere far from them."""
    assert worn.size == photo.size
    change = np.abs(np.asarray(worn, int) - np.asarray(photo, int)).max(axis=2)
    (x, y), (half_width, half_height) = EYES, AROUND
    rows = slice(round((y - half_height) * scale), round((y + half_height) * scale))
    columns = slice(round((x - half_width) * scale), round((x + half_width) * scale))
    about_eyes = change[rows, columns]
    below = change[round(1.9 * y * scale) :]
    assert (about_eyes > 40).mean() > 0.08
    assert (below > 40).mean() < 0.001


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_an_upload_becomes_a_downloaded_try_on(
    browser: Any, address: str, photo_file: Path, size: dict[str, int]
):
    with visit(browser, viewport=size) as page:
        choose_photo(page, address, photo_file)
        page.wait_for_function("document.getElementById('chosen').naturalWidth === 512")
        assert no_sideways_scrolling(page)
        page.click("#send")
        page.wait_for_url("**/photos/*")
        assert pictures_of(page) == FRAMES
        assert no_sideways_scrolling(page)

        card_of(page, RIMMED).get_by_role("button", name="Try it on").click()
        page.wait_for_url("**/try-ons/*")
        assert no_sideways_scrolling(page)

        with Image.open(photo_file) as original:
            assert downloaded(page).size == original.size
        assert_glasses_on(photo_behind(page, address), downloaded(page))


def test_the_way_works_without_javascript(browser: Any, address: str, photo_file: Path):
    with visit(browser, java_script_enabled=False) as page:
        choose_photo(page, address, photo_file)
        page.click("#send")
        page.wait_for_url("**/photos/*")
        assert page.locator(".wall-picture").count() == FRAMES

        card = card_of(page, RIMMED)
        card.locator("input[type=radio]").nth(1).check(force=True)
        card.get_by_role("button", name="Try it on").click()
        page.wait_for_url("**/try-ons/*")
        assert_glasses_on(photo_behind(page, address), downloaded(page))

        assert not page.locator(".before").is_visible()
        page.locator("#without-label").click()
        assert page.locator(".before").is_visible()

        page.get_by_role("button", name="Next:").click()
        page.wait_for_url("**/try-ons/*")
        page.get_by_role("button", name="Delete my photo").click()
        page.wait_for_selector("[role=status]")
        assert "have been deleted" in page.inner_text("[role=status]")


def test_the_camera_becomes_a_downloaded_try_on(browser: Any, address: str):
    with visit(browser) as page:
        page.goto(f"{address}/camera")
        page.check("#consent")
        page.click("#open")
        page.click("#shutter")
        page.wait_for_selector("#use:visible")
        page.click("#retake")
        page.click("#shutter")
        page.click("#use")
        page.wait_for_url("**/photos/*")
        assert pictures_of(page) == FRAMES

        card_of(page, RIMMED).get_by_role("button", name="Try it on").click()
        page.wait_for_url("**/try-ons/*")

        worn = downloaded(page)
        assert_glasses_on(photo_behind(page, address), worn, scale=worn.width / 512)


def test_the_camera_stays_off_until_the_shopper_agrees(browser: Any, address: str):
    with visit(browser) as page:
        page.goto(f"{address}/camera")
        page.click("#open")

        assert "agreement" in page.inner_text("#camera-problem")
        assert page.evaluate("document.getElementById('live').srcObject") is None


def test_a_refused_camera_is_explained(refusing_browser: Any, address: str):
    with visit(refusing_browser) as page:
        page.goto(f"{address}/camera")
        page.check("#consent")
        page.click("#open")
        page.wait_for_selector("#camera-problem .problem")

        assert "not allowed" in page.inner_text("#camera-problem")
        assert page.locator("#open").is_visible()


def test_what_is_missing_is_said_before_anything_is_sent(
    browser: Any, address: str, photo_file: Path
):
    with visit(browser) as page:
        sent: list[str] = []
        page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
        page.goto(address)
        page.click("#send")
        assert "agreement" in page.inner_text("#upload-problem")

        page.check("#consent")
        page.click("#send")
        assert "No photo" in page.inner_text("#upload-problem")

        page.set_input_files("#photo", str(photo_file))
        assert page.inner_text("#upload-problem") == ""
        assert sent == []


def test_a_colour_is_seen_on_the_face_before_it_is_chosen(
    browser: Any, address: str, photo_file: Path
):
    with visit(browser) as page:
        choose_photo(page, address, photo_file)
        page.click("#send")
        page.wait_for_url("**/photos/*")
        card = page.locator(".wall-card").nth(0)
        before = card.locator(".wall-picture").get_attribute("src")

        card.locator("label").nth(1).click()

        picture = card.locator(".wall-picture")
        assert picture.get_attribute("src") != before
        assert pictures_of(page) == FRAMES


def test_before_and_after_slide_and_the_whole_photo_can_be_seen(
    browser: Any, address: str, photo_file: Path
):
    with visit(browser) as page:
        choose_photo(page, address, photo_file)
        page.click("#send")
        page.wait_for_url("**/photos/*")
        page.locator(".wall-card").nth(0).get_by_role("button", name="Try it on").click()
        page.wait_for_url("**/try-ons/*")
        share = page.locator("#share")

        share.focus()
        for _ in range(30):
            page.keyboard.press("ArrowRight")

        assert share.input_value() == "30"
        assert share.get_attribute("aria-valuetext") == "30 per cent without glasses"
        near = page.locator(".pictures img").first.bounding_box()
        page.click("#closer")
        far = page.locator(".pictures img").first.bounding_box()
        assert near["width"] > 1.3 * far["width"]


def test_the_back_button_finds_the_wall_as_it_was(browser: Any, address: str, photo_file: Path):
    with visit(browser) as page:
        choose_photo(page, address, photo_file)
        page.click("#send")
        page.wait_for_url("**/photos/*")
        button = page.locator(".wall-card").nth(0).get_by_role("button", name="Try it on")
        button.click()
        page.wait_for_url("**/try-ons/*")
        page.go_back()
        page.wait_for_url("**/photos/*")

        assert button.is_enabled()
        assert pictures_of(page) == FRAMES
