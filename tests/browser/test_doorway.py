"""Ways in and out that lead elsewhere or have ended: deep links, shared links, the shop's link."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.browser.visits import PHONE, assert_open_to_all, try_on, visit
from webapp.shop import catalogue
from webapp.storage import clock
from webapp.storage.database import writing
from webapp.storage.tables import Frame, Status, Variant
from webapp.storage.visit_tables import Share

pytestmark = pytest.mark.browser

SKU = "LINK-1"


@pytest.fixture
def deep_link(shop_app: Flask, address: str) -> Iterator[str]:
    """The address by which a product page leads to the second colour of the first frame."""

    def number(sku: str | None) -> None:
        frame = catalogue.published()[0]
        with writing() as session:
            rows = select(Variant).join(Frame).where(Frame.slug == frame.slug)
            row = session.scalars(rows.where(Variant.slug == frame.variants[1].slug)).one()
            row.sku = sku

    with shop_app.app_context():
        number(SKU)
    yield f"{address}/try/{SKU}"
    with shop_app.app_context():
        number(None)


@pytest.fixture
def retiring(shop_app: Flask) -> Iterator[Any]:
    """Takes a frame off by its slug, until the test has ended."""
    taken: list[str] = []

    def retire(slug: str) -> None:
        taken.append(slug)
        with shop_app.app_context():
            catalogue.retire(slug)

    yield retire
    with shop_app.app_context(), writing() as session:
        back = update(Frame).where(Frame.slug.in_(taken)).values(status=Status.PUBLISHED)
        session.execute(back)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("on_picture", [True, False], ids=["on the picture", "in the list"])
def test_a_product_link_asks_which_of_several_people(
    browser: Any, deep_link: str, address: str, two_people: Path, scripts: bool, on_picture: bool
):
    with visit(browser, viewport=PHONE, java_script_enabled=scripts) as page:
        page.goto(deep_link)
        page.wait_for_url(f"{address}/")
        page.check("#consent")
        page.set_input_files("#photo", str(two_people))
        page.click("#send")
        page.wait_for_url("**/check")
        assert "Choose who wears" in page.inner_text("main")
        if scripts:
            assert_open_to_all(page)

        if on_picture:
            page.locator(".face-button").nth(1).click()
        else:
            page.get_by_role("button", name="Person 2").click()
        page.wait_for_url("**/try-ons/*")

        assert page.locator("input[name=face]").first.input_value() == "1"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_shared_link_past_its_time_says_so(
    browser: Any, shop_app: Flask, address: str, photo_file: Path, scripts: bool
):
    with visit(browser, java_script_enabled=scripts) as page:
        try_on(page, address, photo_file)
        page.get_by_role("button", name="Make a link").click()
        link = re.sub("http://[^/]+", address, str(page.locator("#share-url").input_value()))
        with shop_app.app_context(), writing() as session:
            past = clock.now() - timedelta(seconds=1)
            token = link.rpartition("/")[2]
            session.execute(update(Share).where(Share.token == token).values(expires_at=past))

        page.reload()
        assert page.get_by_role("button", name="Make a link").is_visible()  # not the dead one

        with visit(browser, refused=True, viewport=PHONE, java_script_enabled=scripts) as friend:
            answer = friend.goto(link)
            assert answer.status == 404
            assert "no longer shared" in friend.inner_text("h1")
            assert friend.locator("main img").count() == 0
            if scripts:
                assert_open_to_all(friend)
            friend.get_by_role("link", name="Start with a photo").click()
            friend.wait_for_url(f"{address}/")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_frame_taken_off_meanwhile_is_not_led_to(
    browser: Any, retiring: Any, address: str, photo_file: Path, scripts: bool
):
    with visit(browser, java_script_enabled=scripts) as page:
        try_on(page, address, photo_file)
        result, slug = page.url, page.locator("input[name=frame]").first.input_value()
        retiring(slug)

        page.click("#buy")

        page.wait_for_selector(".notice")
        assert page.url == result
        assert "not sold here any more" in page.inner_text(".notice")
        assert page.locator("#buy").count() == 0
        assert page.locator("#download").is_visible()
        if scripts:
            assert_open_to_all(page)
