"""The back office in a real browser: open to everybody, small and large, by day and by night."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.browser.serving import served
from tests.browser.visits import DESK, PHONE, assert_open_to_all, visit
from tests.factories import FakeFinder, see_with
from tests.model_versions import FINE, changed, put_version
from tests.shoppers import EMAIL, PASSWORD
from webapp import create_app
from webapp.faces.comparison import KEY_FIGURES
from webapp.shop import accounts, figures, invitations, preferences
from webapp.storage import clock
from webapp.storage.database import writing
from webapp.storage.import_tables import ImportRun, ImportState
from webapp.storage.tables import Event, Variant

pytestmark = pytest.mark.browser

PAGES = (
    "figures?period=now", "figures?period=today", "figures?period=30-days", "model", "model/fine",
    "imports", "imports/done", "imports/working", "batches", "settings", "snippets", "people",
    "changes", "password",
)  # fmt: skip
FAULT = {"row": 7, "column": "gtin", "code": "invalid-frame", "params": {"advice": "8 digits"}}


def fill() -> None:
    """Let every page have something to show."""
    owner = accounts.create(EMAIL, PASSWORD)
    invitations.invite(owner, "ben@example.org", "editor")
    preferences.change(owner, {"SHOP_NAME": "Ottica Lumen", "EMBED_SITES": "https://shop.example"})
    counts = {"total": 40, "done": 40, "added": 30, "refused": 10}
    with writing() as session:
        wares = [(row.frame_id, row.id) for row in session.query(Variant)]
        session.query(Variant).filter_by(slug="red").one().sku = "ADA-RED"
        for number in range(400):
            at = clock.now() - timedelta(hours=number * 1.7)
            frame, variant = wares[number % len(wares)]
            told = {"frame_id": frame, "variant_id": variant, "at": at}
            session.add_all([
                Event(kind=figures.ARRIVAL, at=at), Event(kind=figures.TRY_ON, **told),
                Event(kind=figures.STEP, reason=figures.WAY[1 + number % 5], at=at),
                Event(kind=figures.STAGE, reason="render", milliseconds=number, at=at),
                Event(kind=figures.VERDICT, reason=("narrow", "good", "wide")[number % 3], at=at),
                Event(kind=figures.REFUSED, reason=("no-face", "no-photo")[number % 2], at=at),
            ])  # fmt: skip
        session.add(
            ImportRun(token="done", who=EMAIL, name="spring.zip", file="x", dry=True,
                      state=ImportState.DONE, faults=[FAULT] * 10, **counts)
        )  # fmt: skip
        session.add(
            ImportRun(token="working", who=EMAIL, name="autumn.zip", file="y", dry=False,
                      beat_at=clock.now() + timedelta(hours=1), **{**counts, "done": 12})
        )  # fmt: skip


@pytest.fixture(scope="module")
def office(stock: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a shop with a busy back office is served."""
    instance = shutil.copytree(stock, tmp_path_factory.mktemp("office") / "instance")
    put_version(instance, "fine", FINE)
    put_version(instance, "worse", changed(KEY_FIGURES[5], 0.5))
    app = create_app({"INSTANCE_DIR": str(instance)})
    with app.app_context():
        see_with(FakeFinder())
        fill()
    with served(app) as address:
        yield f"{address}/admin"


def sign_in(page: Any, office: str) -> None:
    page.goto(f"{office}/login")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{office}/*")


@pytest.mark.parametrize(
    ("size", "scheme"), [(PHONE, "light"), (DESK, "dark")], ids=["phone by day", "desk by night"]
)
def test_the_back_office_is_open_to_all(
    browser: Any, office: str, size: dict[str, int], scheme: str
):
    with visit(browser, viewport=size, color_scheme=scheme) as page:
        page.goto(f"{office}/login")
        assert_open_to_all(page)
        sign_in(page, office)
        for path in PAGES:
            page.goto(f"{office}/{path}")
            assert_open_to_all(page)


def test_figures_renew_themselves(browser: Any, office: str):
    """Somebody tries a frame on, and the page tells without being asked for again."""
    with visit(browser) as page:
        page.clock.install()
        sign_in(page, office)
        page.goto(f"{office}/figures?period=today")
        before = page.inner_text("#live")

        page.clock.run_for(11_000)

        page.wait_for_function(
            "(was) => document.querySelector('#live').innerText !== was", arg=before
        )


def test_settings_are_saved_and_taken_back_without_scripts(browser: Any, office: str):
    with visit(browser, java_script_enabled=False) as page:
        sign_in(page, office)
        page.goto(f"{office}/settings")
        page.fill("#CURRENCIES", "EUR CHF")
        page.click("button:has-text('Save')")
        assert "Changed: Currencies." in page.inner_text("main")

        page.click("button:has-text('Undo the change of Currencies')")

        assert "Taken back: Currencies." in page.inner_text("main")
        assert page.input_value("#CURRENCIES") == "EUR"


@pytest.mark.parametrize(("page_of", "name"), [("batches", "frames"), ("frames", "slug")])
def test_one_tick_stands_for_all(browser: Any, office: str, page_of: str, name: str):
    with visit(browser) as page:
        sign_in(page, office)
        page.goto(f"{office}/{page_of}")
        every, ticks = page.locator(f"[data-all={name}]"), page.locator(f"[name={name}]")

        every.check()
        assert all(tick.is_checked() for tick in ticks.all())
        ticks.first.uncheck()
        assert not every.is_checked()
        assert every.evaluate("(one) => one.indeterminate")
