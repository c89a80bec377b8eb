"""Every page is open to everybody: axe-core finds nothing, by day and by night, small and large."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.visits import (
    DESK,
    PHONE,
    SCHEMES,
    assert_open_to_all,
    barriers,
    choose_photo,
    visit,
)

pytestmark = pytest.mark.browser

MOST_BYTES = 150_000  # of a page as it travels, without its pictures
SIZES = {"phone": PHONE, "desk": DESK}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_pages_are_open_to_all(browser: Any, address: str, size: dict[str, int], scheme: str):
    with visit(browser, refused=True, viewport=size, color_scheme=scheme) as page:
        for path in ("/", "/camera", "/privacy", "/phone/", "/nowhere"):
            page.goto(address + path)
            assert_open_to_all(page)


@pytest.mark.parametrize(("scheme", "mark"), [("light", "%23fff"), ("dark", "%23171411")])
def test_a_tick_is_seen_by_day_and_by_night(browser: Any, address: str, scheme: str, mark: str):
    """The mark is light on a dark box, and dark on a light one."""
    with visit(browser, color_scheme=scheme) as page:
        page.goto(address)
        page.check("#consent")

        drawn = page.evaluate(
            "getComputedStyle(document.getElementById('consent')).backgroundImage"
        )

        assert mark in drawn


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_visits_pages_are_open_to_all(browser: Any, address: str, photo_file: Path, scheme: str):
    with visit(browser, viewport=PHONE, color_scheme=scheme) as page:
        choose_photo(page, address, photo_file)
        assert_open_to_all(page)
        page.click("#send")
        page.wait_for_url("**/photos/*")
        assert_open_to_all(page)
        page.goto(f"{address}/privacy")
        assert_open_to_all(page)


def test_a_page_weighs_little_as_it_travels(browser: Any, address: str, photo_file: Path):
    """A page and all that it asks for but its pictures, for a browser that has seen nothing."""
    with visit(browser) as page:
        client = page.context.new_cdp_session(page)
        client.send("Network.enable")
        kinds: dict[str, str] = {}
        weights: dict[str, float] = {}
        client.on(
            "Network.responseReceived", lambda got: kinds.update({got["requestId"]: got["type"]})
        )
        client.on(
            "Network.loadingFinished",
            lambda got: weights.update({got["requestId"]: got["encodedDataLength"]}),
        )
        page.goto(address, wait_until="networkidle")

        texts = {one: weights[one] for one, kind in kinds.items() if kind not in ("Image", "Media")}
        assert len(texts) >= 4
        assert sum(texts.values()) <= MOST_BYTES


def test_the_check_sees_a_picture_without_its_words(browser: Any, address: str):
    with visit(browser, viewport=PHONE) as page:
        page.goto(address)
        page.evaluate("document.querySelector('.frame-card img').removeAttribute('alt')")

        assert any("image-alt" in found for found in barriers(page))


MISDEEDS = {
    "inline style violates": "document.body.setAttribute('style', 'color: red')",
    "Connecting to": "fetch('http://localhost:1/').catch(() => null)",
    "out of place": "console.error('out of place')",
}


@pytest.mark.parametrize(("named", "misdeed"), MISDEEDS.items(), ids=MISDEEDS)
def test_the_watch_sees_what_it_is_for(browser: Any, address: str, named: str, misdeed: str):
    """A style that the policy forbids, another host, a word in the console."""

    def misbehave() -> None:
        with visit(browser) as page:
            page.goto(address)
            page.evaluate(misdeed)

    with pytest.raises(AssertionError, match=named):
        misbehave()
