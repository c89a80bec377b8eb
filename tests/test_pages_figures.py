"""What the figures page counts, shows and hands out, and what it never holds."""

import csv
import io
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import FakeFinder, see_with
from tests.shoppers import open_shop, result_of, sign_in, upload, wall_of
from webapp.shop import overview
from webapp.shop.overview import Overview, Period
from webapp.storage.database import writing
from webapp.storage.tables import Event


@pytest.fixture(autouse=True)
def _stocked(app: Flask, stock: Path) -> None:
    open_shop(app, stock)


def figures_of(app: Flask, period: Period = Period.TODAY) -> Overview:
    with app.app_context():
        return overview.of(period)


def rows_of(client: FlaskClient, table: str, period: str = "today") -> list[list[str]]:
    answer = client.get(f"/admin/figures/{table}.csv?period={period}")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


@pytest.mark.parametrize("period", Period)
def test_a_visit_is_counted_as_far_as_it_came(app: Flask, client: FlaskClient, period: Period):
    client.get("/")
    other = app.test_client()
    result_of(other, wall_of(other))
    result_of(other, wall_of(other))  # a second photo of the same visit

    found = figures_of(app, period)

    reached = {step.name: step.count for step in found.funnel}
    assert reached == {
        "arrival": 2, "agreed": 1, "photo": 1, "try-on": 1, "favourite": 0, "shop-link": 0,
    }  # fmt: skip
    assert found.try_ons == found.photos == 2
    assert [(one.frame, one.tried) for one in found.frames] == [("Ada", 2)]
    assert [(one.variant, one.tried) for one in found.variants] == [("Black", 2)]
    if period != Period.NOW:  # verdicts are counted by the hour, so that none tells of a try-on
        assert sum(count for _, count in found.verdicts) == 2
    assert {one.name: one.count for one in found.speeds} == {
        "decode": 4, "faces": 2, "encode": 4, "render": 2,
    }  # fmt: skip


def test_an_admins_own_tries_are_no_visits(app: Flask, client: FlaskClient):
    sign_in(app, client)
    wall_of(client)

    assert [step.count for step in figures_of(app).funnel] == [0] * 6


def test_refusals_are_told_by_reason(app: Flask, client: FlaskClient):
    upload(client, b"no picture")
    with app.app_context():
        see_with(FakeFinder(count=0))
    upload(client)
    upload(client)

    assert figures_of(app).failures == (("no-face", 2), ("not-a-picture", 1))


def test_the_tables_are_there_as_csv(app: Flask, client: FlaskClient):
    result_of(client, wall_of(client))
    sign_in(app, client, "viewer")

    assert rows_of(client, "frames") == [
        ["frame", "try-ons", "favourites", "to the shop"],
        ["Ada", "1", "0", "0"],
    ]
    assert rows_of(client, "funnel", "30-days")[1][:2] == ["Arrived", "1"]
    assert sum(int(row[3]) for row in rows_of(client, "time")[1:]) == 1
    assert client.get("/admin/figures/people.csv").status_code == 404


def test_a_name_that_looks_like_a_formula_is_not_computed(app: Flask, client: FlaskClient):
    with app.app_context(), writing() as session:
        session.add(Event(kind="refused", reason="=1+1"))
    sign_in(app, client)

    assert ["'=1+1", "'=1+1", "1"] in rows_of(client, "refused")


def test_the_page_shows_the_numbers_and_draws_them(app: Flask, client: FlaskClient):
    result_of(client, wall_of(client))
    sign_in(app, client)

    page = client.get("/admin/figures?period=30-days").text

    assert "Went to buy" in page
    assert page.count('class="columns-tried"') == 30 + 1  # and the legend's
    assert 'class="bar-value" width="100.0"' in page
    assert "style=" not in page


def test_an_empty_shop_has_figures_too(app: Flask, client: FlaskClient):
    sign_in(app, client)

    for period in Period:
        page = client.get(f"/admin/figures?period={period}")
        assert page.status_code == 200
        assert "Nothing yet." in page.text


def test_no_visit_and_no_measure_is_in_what_is_counted(app: Flask, client: FlaskClient):
    result_of(client, wall_of(client))
    with client.session_transaction() as session:
        visit = session["visit"]

    with app.app_context(), writing() as rows:
        told = [vars(event) for event in rows.query(Event)]

    assert told
    assert visit not in str(told)
    assert all(one["frame_id"] is None for one in told if one["kind"] == "verdict")
