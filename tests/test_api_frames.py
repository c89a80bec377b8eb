"""`/api/v1/frames`: the published catalogue, filtered and in pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests import factories
from tests.api_clients import Program, code_of, program
from tests.shoppers import open_shop
from webapp.eyewear.frame import Lens, LensKind
from webapp.shop import catalogue
from webapp.web.limits import limiter


@pytest.fixture
def caller(app: Flask, stock: Path) -> Iterator[Program]:
    """A program, in a shop with ada and bea, a dear round pair of sunglasses, and a draft."""
    open_shop(app, stock)
    with app.app_context():
        factories.frame(
            "cleo", shape="round", material="metal", gender="women", brand="Élan", price_cents=30000
        )
        sun = Lens(LensKind.SOLID, transmittance=0.15)
        factories.variant("cleo", "gold", lens=sun, lens_label="Brown")
        catalogue.publish("cleo")
        factories.frame("draft")
    yield program(app)
    limiter.reset()


def slugs(caller: Program, **query: Any) -> list[str]:
    answer = caller.call("GET", "/frames", query_string=query)
    assert answer.status_code == 200, answer.text
    return [frame["slug"] for frame in answer.get_json()["frames"]]


def test_the_published_frames_are_listed_in_their_order(caller: Program):
    assert slugs(caller) == ["ada", "bea", "cleo"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"shape": "round"}, ["cleo"]),
        ({"material": "acetate"}, ["ada", "bea"]),
        ({"gender": "women"}, ["cleo"]),
        ({"brand": "élan"}, ["cleo"]),
        ({"lens": "solid"}, ["cleo"]),
        ({"price_from": 20000}, ["cleo"]),
        ({"price_to": 12900}, ["ada", "bea"]),
        ({"width_from": 138, "width_to": 138}, ["ada", "bea", "cleo"]),
        ({"width_from": 138.5}, []),
        ({"shape": "round", "material": "acetate"}, []),
        ({"brand": "nobody"}, []),
    ],
    ids=str,
)
def test_filters_narrow_the_list(caller: Program, query: dict[str, Any], found: list[str]):
    assert slugs(caller, **query) == found


def test_pages_lead_from_one_to_the_next(caller: Program):
    """Each frame is on one of them, and the filters hold on all."""
    seen, address, totals = [], "/frames?per_page=1&material=acetate", set()
    while address:
        page = caller.call("GET", address).get_json()
        seen += [frame["slug"] for frame in page["frames"]]
        totals.add((page["total"], page["pages"], page["per_page"]))
        address = page["next"]

    assert seen == ["ada", "bea"]
    assert totals == {(2, 2, 1)}


def test_a_page_past_the_last_is_empty(caller: Program):
    assert slugs(caller, page=9) == []


def test_a_frame_is_told_in_millimetres_and_money(caller: Program):
    frame = caller.call("GET", "/frames/ada").get_json()

    assert frame["marks"] == {
        "lens_width": 50,
        "lens_height": 40,
        "bridge": 20,
        "temple": 145,
        "width": 138,
        "printed": "50□20-145",
    }
    assert (frame["price_cents"], frame["currency"]) == (12900, "EUR")
    assert [one["slug"] for one in frame["variants"]] == ["black", "red"]
    picture = caller.client.get(frame["variants"][0]["picture"])
    assert picture.mimetype == "image/webp"


@pytest.mark.parametrize("slug", ["nothing", "draft", "Ada", "..", "a%00b"])
def test_what_is_not_published_is_not_there(caller: Program, slug: str):
    answer = caller.call("GET", f"/frames/{slug}")

    assert (answer.status_code, code_of(answer)) == (404, "not-found")


@pytest.mark.parametrize(
    "query",
    [
        "shape=triangle",
        "material=wood",
        "page=0",
        "page=one",
        "page=99999999999999999999",
        "per_page=0",
        "per_page=101",
        "price_from=-1",
        "width_to=nan",
        "brand=",
        "colour=red",
        "page=1&page=2",
    ],
)
def test_a_filter_that_is_none_is_refused(caller: Program, query: str):
    answer = caller.call("GET", f"/frames?{query}")

    assert (answer.status_code, code_of(answer)) == (422, "fields-invalid")
    (wrong,) = answer.get_json(force=True)["errors"]
    assert wrong["field"] == query.partition("=")[0]
