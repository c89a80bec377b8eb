"""From arrival to the wall by every way, in real Chromium: large and small, with and without JS."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.browser.visits import (
    DESK,
    PHONE,
    assert_open_to_all,
    choose_photo,
    no_sideways_scrolling,
    visit,
)

pytestmark = pytest.mark.browser


def on_the_wall(page: Any) -> None:
    """The page shows frames on the face."""
    page.wait_for_url(re.compile(r"/photos/[\w-]{20,}$"))
    page.wait_for_selector(".wall-picture")
    assert no_sideways_scrolling(page)


def test_an_upload_leads_to_the_wall_on_a_phone_without_scripts(
    browser: Any, address: str, photo_file: Path
):
    """The other three combinations go all the way in `test_fitting_room`."""
    with visit(browser, viewport=PHONE, java_script_enabled=False) as page:
        choose_photo(page, address, photo_file)
        page.click("#send")

        on_the_wall(page)


@pytest.mark.parametrize(("size", "scripts"), [(PHONE, True), (DESK, False)], ids=["phone", "desk"])
def test_a_drawn_face_leads_to_the_wall(
    browser: Any, address: str, size: dict[str, int], scripts: bool
):
    with visit(browser, viewport=size, java_script_enabled=scripts) as page:
        page.goto(address)
        page.get_by_role("button", name="Drawn face 2").click()

        on_the_wall(page)


def test_the_camera_says_how_to_sit_and_lets_a_shot_be_chosen(browser: Any, address: str):
    with visit(browser, viewport=PHONE) as page:
        page.goto(f"{address}/camera")
        page.check("#consent")
        page.click("#open")
        page.wait_for_selector("#hint:visible")
        assert page.inner_text("#hint") in ("Come closer.", "Move into the middle.")
        assert "mirrored" in page.get_attribute("#live", "class")

        page.click("#shutter")
        page.wait_for_selector("#use:visible")
        assert page.locator("#shots input").count() == 3
        page.locator("#shots label").nth(2).click()
        assert page.get_attribute("#shot", "src") == page.get_attribute(
            "#shots label:nth-of-type(3) img", "src"
        )
        page.locator("#shots input").nth(2).press("ArrowLeft")
        assert page.get_attribute("#shot", "src") == page.get_attribute(
            "#shots label:nth-of-type(2) img", "src"
        )
        assert_open_to_all(page)
        page.click("#use")

        on_the_wall(page)


FAULTS = {
    "NotAllowedError": "not allowed",
    "NotFoundError": "No camera was found",
    "NotReadableError": "in use",
    "OtherError": "did not start",
}


def test_each_refusal_of_the_camera_is_explained(browser: Any, address: str):
    """And the way by upload stays open."""
    with visit(browser) as page:
        page.goto(f"{address}/camera")
        page.check("#consent")
        for name, told in FAULTS.items():
            page.evaluate(
                "(name) => { navigator.mediaDevices.getUserMedia ="
                " () => Promise.reject(new DOMException('', name)); }",
                name,
            )
            page.click("#open")
            page.wait_for_selector(f"#camera-problem .problem:has-text('{told}')")

            assert page.locator("#open").is_visible()
            assert page.get_by_role("link", name="upload a photo").is_visible()


def test_an_insecure_page_says_that_it_cannot_use_the_camera(browser: Any, address: str):
    with visit(browser) as page:
        page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
        page.goto(f"{address}/camera")
        page.check("#consent")
        page.click("#open")

        assert "can't use the camera" in page.inner_text("#camera-problem")


def test_without_scripts_the_camera_page_leads_to_the_upload(browser: Any, address: str):
    with visit(browser, java_script_enabled=False) as page:
        page.goto(f"{address}/camera")
        page.get_by_role("link", name="Upload a photo instead").click()

        assert page.locator("#upload").is_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_one_of_several_people_is_chosen(
    browser: Any, address: str, two_people: Path, scripts: bool
):
    """On the picture or in the list, by mouse or by keyboard."""
    with visit(browser, java_script_enabled=scripts) as page:
        choose_photo(page, address, two_people)
        page.click("#send")
        page.wait_for_url("**/check")
        if scripts:
            assert_open_to_all(page)
        page.locator(".face-boxes a").nth(1).click()
        page.wait_for_url("**?face=1")
        page.go_back()
        page.get_by_role("link", name="Person 1").focus()
        page.keyboard.press("Enter")

        on_the_wall(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_code_takes_the_visit_to_the_phone(
    browser: Any, address: str, photo_file: Path, scripts: bool
):
    """Two browsers that share nothing: the phone takes the photo, the computer shows its frames."""
    with (
        visit(browser, java_script_enabled=scripts) as desk,
        visit(browser, viewport=PHONE, has_touch=True, java_script_enabled=scripts) as phone,
    ):
        desk.goto(address)
        desk.get_by_role("button", name="Take the photo with your phone").click()
        desk.wait_for_selector(".code img")

        phone.goto(address_in(desk, browser))
        phone.get_by_role("button", name="Yes, go on and take a photo").click()
        phone.wait_for_selector("#upload")
        assert "same visit" in phone.inner_text("[role=status]")
        phone.check("#consent")
        phone.set_input_files("#photo", str(photo_file))
        phone.click("#send")
        on_the_wall(phone)

        if not scripts:
            desk.get_by_role("button", name="The photo is sent").click()
        on_the_wall(desk)
        assert desk.url == phone.url


def address_in(desk: Any, browser: Any) -> str:
    """Return the address that the QR code on the page holds, read from its picture."""
    cv2 = pytest.importorskip("cv2")
    np = pytest.importorskip("numpy")
    shot = desk.locator(".code").screenshot()
    with Image.open(io.BytesIO(shot)) as image:
        grey = np.asarray(image.convert("L").resize((3 * image.width, 3 * image.height)))
    found, _, _ = cv2.QRCodeDetector().detectAndDecode(grey)
    assert found.startswith("http://127.0.0.1:"), found
    return str(found)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_language_is_switched_where_one_is(browser: Any, address: str, scripts: bool):
    with visit(browser, viewport=PHONE, java_script_enabled=scripts) as page:
        page.goto(f"{address}/privacy")
        page.get_by_role("button", name="Deutsch").click()
        page.wait_for_selector("html[lang=de]")

        assert page.url == f"{address}/privacy"
        assert "Ein Foto Ihres Gesichts" in page.inner_text("h1")
        page.get_by_role("button", name="English").click()
        page.wait_for_selector("html[lang=en]")


def test_all_of_a_visit_is_taken_along_and_deleted(browser: Any, address: str, photo_file: Path):
    with visit(browser, refused=True, viewport=PHONE) as page:
        choose_photo(page, address, photo_file)
        page.click("#send")
        on_the_wall(page)
        wall = page.url
        page.get_by_role("link", name="My photos").click()
        page.wait_for_selector("#mine")
        assert re.search(r"Deleted in 23 h 5\d min", page.inner_text("#mine"))
        assert_open_to_all(page)

        with page.expect_download() as waiting:
            page.get_by_role("link", name="Download all we hold").click()
        assert waiting.value.suggested_filename == "my-visit.zip"
        page.get_by_role("button", name="Delete everything now").click()
        page.wait_for_selector("[role=status]")

        assert "deleted" in page.inner_text("[role=status]")
        page.goto(wall)
        assert "There is nothing here" in page.inner_text("main")


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("notes.txt", b"some words", "not a photo we can read"),
        ("large.jpg", bytes(20_000_001), "too big"),
    ],
    ids=["no picture", "too large"],
)
def test_a_file_that_will_not_do_is_refused_before_it_is_sent(
    browser: Any, address: str, photo_file: Path, name: str, data: bytes, told: str
):
    """What was chosen before stays chosen."""
    with visit(browser) as page:
        sent: list[str] = []
        page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
        choose_photo(page, address, photo_file)
        kind = "text/plain" if name.endswith("txt") else "image/jpeg"
        page.set_input_files("#photo", {"name": name, "mimeType": kind, "buffer": data})

        assert told in page.inner_text("#upload-problem")
        assert sent == []
        page.click("#send")
        on_the_wall(page)


def test_a_refused_photo_loses_nothing(browser: Any, address: str, photo_file: Path):
    """The agreement stays given, and another photo can be chosen at once."""
    with visit(browser, refused=True) as page:
        blank = io.BytesIO()
        Image.new("RGB", (640, 480), "grey").save(blank, "JPEG")
        page.goto(address)
        page.check("#consent")
        upload = {"name": "blank.jpg", "mimeType": "image/jpeg", "buffer": blank.getvalue()}
        page.set_input_files("#photo", upload)
        page.click("#send")
        page.wait_for_selector("#upload-problem .problem")

        assert "could not find a face" in page.inner_text("#upload-problem")
        assert page.is_checked("#consent")
        page.set_input_files("#photo", str(photo_file))
        page.click("#send")
        on_the_wall(page)


def test_an_impatient_double_click_sends_one_photo(browser: Any, address: str, photo_file: Path):
    with visit(browser) as page:
        choose_photo(page, address, photo_file)
        sent: list[str] = []
        page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
        page.dblclick("#send")

        on_the_wall(page)
        assert len(sent) == 1


def test_two_tabs_send_at_once_and_both_arrive(browser: Any, address: str, photo_file: Path):
    with visit(browser) as page:
        choose_photo(page, address, photo_file)
        other = page.context.new_page()
        choose_photo(other, address, photo_file)
        page.click("#send", no_wait_after=True)
        other.click("#send", no_wait_after=True)

        on_the_wall(page)
        on_the_wall(other)
        assert page.url != other.url
        page.goto(f"{address}/privacy")
        assert page.locator(".my-photos li").count() == 2


def test_an_upload_cut_off_keeps_the_photo(browser: Any, address: str, photo_file: Path):
    """The connection breaks; the page says so, and sending again works."""
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    choose_photo(page, address, photo_file)
    page.route("**/photos", lambda route: route.abort())
    page.click("#send")
    page.wait_for_selector("#upload-problem .problem")
    assert "did not get through" in page.inner_text("#upload-problem")

    page.unroute("**/photos")
    page.click("#send")
    on_the_wall(page)
    context.close()
