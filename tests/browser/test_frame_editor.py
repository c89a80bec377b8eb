"""An admin brings a product photo, and a shopper wears the frame: the whole way, in Chromium."""

from pathlib import Path
from typing import Any

import numpy as np
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
from webapp.drawn.catalogue import demo_frames
from webapp.drawn.shooting import ProductPhoto, Shot, photograph
from webapp.eyewear.frame import Eyewear
from webapp.shop import accounts

pytestmark = pytest.mark.browser

EMAIL, PASSWORD = "mara@example.org", "correct horse battery"
SHOT = Shot(width_px=1500, tilt=2.2, fill=0.78, cast=0.1, blur=0.5, noise=0.8)
FIELDS = {
    "brand": "Atelier", "lens_width": "56", "lens_height": "44", "bridge": "17", "temple": "145",
    "width": "147", "price": "149", "colour": "Havana",
}  # fmt: skip
WITHIN = 1.5  # mm


@pytest.fixture(scope="module")
def shot() -> ProductPhoto:
    """A demo frame, photographed: tilted, with a shadow."""
    demo = next(one for one in demo_frames() if one.slug == "navarro")
    variant = demo.variants[0]
    eyewear = Eyewear(demo.marks, variant.artwork(), demo.build, variant.lens)
    return photograph(eyewear, SHOT, np.random.default_rng(1))


@pytest.fixture(scope="module")
def front(shot: ProductPhoto, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its file."""
    path = tmp_path_factory.mktemp("product") / "front.jpg"
    Image.fromarray(shot.pixels).save(path, quality=90)
    return path


@pytest.fixture(scope="module")
def office(shop_app: Any, address: str) -> str:
    """The shop's address, with an editor who may sign in."""
    with shop_app.app_context():
        accounts.create(EMAIL, PASSWORD, "editor")
    return address


def sign_in(page: Any, office: str) -> None:
    page.goto(f"{office}/admin/login")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/frames")


def make(page: Any, office: str, front: Path, name: str) -> None:
    """Fill the form in and send it."""
    page.goto(f"{office}/admin/frames/new")
    page.set_input_files("#front_photo", str(front))
    page.fill("#name", name)
    for field, value in FIELDS.items():
        page.fill(f"#{field}", value)
    page.select_option("#shape", "navigator")
    page.select_option("#type", "sun")
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_url("**/points")


def place(page: Any, kind: str, side: str) -> np.ndarray:
    return np.array([float(page.input_value(f"#{kind}_{side}_{axis}")) for axis in "xy"])


def test_an_admin_brings_a_photo_and_a_shopper_wears_the_frame(
    browser: Any, office: str, front: Path, shot: ProductPhoto, photo_file: Path
):
    with visit(browser) as page:
        sign_in(page, office)
        make(page, office, front, "Nova")
        for kind, true in (("lenses", shot.lenses), ("hinges", shot.hinges)):
            for side, at in zip(("left", "right"), true, strict=True):
                assert np.linalg.norm(place(page, kind, side) - at) < WITHIN * shot.scale
        before = place(page, "hinges", "right"), place(page, "hinges", "left")

        box = page.locator(".point-hinges[data-side=right]").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y + 6, steps=3)
        page.mouse.up()
        page.wait_for_selector("img[aria-busy]")
        page.wait_for_selector("img[aria-busy]", state="detached")

        moved = place(page, "hinges", "right"), place(page, "hinges", "left")
        assert moved[0][1] - before[0][1] > 4
        assert moved[1][1] - before[1][1] > 4  # its twin moves with it
        page.locator(".point-hinges[data-side=right]").focus()
        page.keyboard.press("Shift+ArrowUp")
        assert place(page, "hinges", "right")[1] == pytest.approx(moved[0][1] - 10, abs=0.2)
        page.get_by_role("button", name="Save the marks").click()
        page.wait_for_selector("text=It is cut there now")
        page.get_by_role("link", name="To the frame").click()
        page.get_by_role("button", name="Publish").click()
        page.wait_for_selector("text=Shoppers can try it on now")

    with visit(browser) as page:
        choose_photo(page, office, photo_file)
        page.click("#send")
        page.wait_for_url("**/photos/*")
        card = page.locator(".wall-card", has_text="Nova")
        card.get_by_role("button", name="Try it on").click()
        page.wait_for_url("**/try-ons/*")
        picture = page.locator(".pictures img").first
        assert picture.evaluate("image => image.complete || image.decode().then(() => true)")
        assert picture.evaluate("image => image.naturalWidth") > 400


def test_a_slip_is_told_while_the_form_is_filled_in(browser: Any, office: str):
    with visit(browser, viewport=PHONE) as page:
        sign_in(page, office)
        page.goto(f"{office}/admin/frames/new")
        for field in ("lens_width", "lens_height", "bridge", "temple"):
            page.fill(f"#{field}", FIELDS[field])
        for field, value in {**FIELDS, "name": "Slip", "width": "100"}.items():
            page.fill(f"#{field}", value)
        page.press("#width", "Tab")
        page.fill("#width", "101")
        page.press("#width", "Tab")

        page.wait_for_selector("#width-error >> text=129 to 161 mm")
        page.fill("#width", "147")
        page.press("#width", "Tab")
        page.wait_for_selector("#width-error", state="detached")
        assert no_sideways_scrolling(page)


def test_a_frame_is_made_and_corrected_without_javascript(browser: Any, office: str, front: Path):
    with visit(browser, java_script_enabled=False) as page:
        sign_in(page, office)
        make(page, office, front, "Plain")
        page.locator("#numbers summary").click()
        was = float(page.input_value("#hinges_left_y"))
        page.fill("#hinges_left_y", str(was + 12))
        page.get_by_role("button", name="Look without saving").click()
        page.wait_for_selector("text=Nothing is saved yet")
        page.locator("#numbers summary").click()
        assert float(page.input_value("#hinges_left_y")) == pytest.approx(was + 12)
        page.get_by_role("button", name="Save the marks").click()
        page.wait_for_selector("text=It is cut there now")
        page.get_by_role("link", name="To the frame").click()
        page.get_by_role("button", name="Publish").click()
        page.wait_for_selector("text=Shoppers can try it on now")


@pytest.mark.parametrize(("scheme", "size"), [("light", DESK), ("dark", PHONE)], ids=str)
def test_the_editor_keeps_nobody_out(
    browser: Any, office: str, front: Path, scheme: str, size: dict[str, int]
):
    with visit(browser, viewport=size, color_scheme=scheme) as page:
        sign_in(page, office)
        assert_open_to_all(page)
        make(page, office, front, f"Open {scheme}")
        assert_open_to_all(page)
        frame = page.url.rsplit("/", 2)[0]
        for path in (frame, f"{frame}/havana", f"{frame}/preview", f"{frame}/lenses/new",
                     f"{office}/admin/frames/new", f"{office}/admin/models/"):  # fmt: skip
            page.goto(path)
            assert_open_to_all(page)
