"""The model page: versions side by side, chosen with a margin, by force or back again."""

import io
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from tests.model_versions import FINE, changed, put_version
from tests.shoppers import open_shop, send, sign_in
from webapp.faces import versions
from webapp.faces.comparison import KEY_FIGURES
from webapp.shop import accounts, audits

PAGE = "/admin/model"
WORSE = changed(KEY_FIGURES[5], 0.5)


@pytest.fixture(autouse=True)
def _shop(app: Flask, stock: Path) -> None:
    """A shop with a fine version and one that is worse than it."""
    open_shop(app, stock)
    put_version(Path(app.instance_path), "fine", FINE)
    put_version(Path(app.instance_path), "worse", WORSE)
    put_version(Path(app.instance_path), "unknown", None)


def activate(client: FlaskClient, version: str, **fields: str):
    return send(client, f"{PAGE}/activate", PAGE, version=version, **fields)


def active(app: Flask) -> str:
    return versions.active_name(Path(app.instance_path))


def test_versions_stand_side_by_side_the_best_marked(app: Flask, client: FlaskClient):
    sign_in(app, client, "viewer")

    page = client.get(PAGE).text

    for words in ("shipped", "fine", "worse", "agreement, irises", "(best)", "active"):
        assert words in page
    assert "Use it" not in page  # a viewer looks


def test_a_good_version_is_chosen_and_left_again(app: Flask, client: FlaskClient):
    sign_in(app, client, "editor")

    assert activate(client, "fine").status_code == 303
    assert active(app) == "fine"
    assert "Back to shipped" in client.get(PAGE).text

    assert send(client, f"{PAGE}/back", PAGE).status_code == 303

    assert active(app) == "shipped"
    assert "Back to fine" in client.get(PAGE).text


@pytest.mark.parametrize(("version", "status"), [("worse", 409), ("unknown", 409), ("no", 404)])
def test_a_version_that_is_not_known_to_be_good_is_refused(
    app: Flask, client: FlaskClient, version: str, status: int
):
    sign_in(app, client, "editor")
    activate(client, "fine")

    answer = activate(client, version)

    assert answer.status_code == status
    assert active(app) == "fine"
    assert "Use it nevertheless" not in answer.text


def test_an_editor_forces_nothing(app: Flask, client: FlaskClient):
    sign_in(app, client, "editor")
    activate(client, "fine")

    assert activate(client, "worse", force="1", reason="it is faster").status_code == 403
    assert active(app) == "fine"


def test_an_owner_forces_with_a_reason_that_is_kept(app: Flask, client: FlaskClient):
    sign_in(app, client)
    activate(client, "fine")
    assert "Use it nevertheless" in activate(client, "worse").text

    assert activate(client, "worse", force="1", reason=" ").status_code == 422
    assert active(app) == "fine"

    assert activate(client, "worse", force="1", reason="it is faster").status_code == 303
    assert active(app) == "worse"
    with app.app_context():
        (change, *_), _ = audits.page(accounts.everyone()[0], 1)
    assert ("reason", None, "it is faster") in change.differences
    assert ("version", "fine", "worse") in change.differences


def test_a_version_shows_its_cards_its_figures_and_its_worst_cases(app: Flask, client: FlaskClient):
    sheet = Path(app.instance_path, "reports", "fine", "worst-human68.jpg")
    sheet.parent.mkdir(parents=True)
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "JPEG")
    sheet.write_bytes(picture.getvalue())
    sign_in(app, client, "viewer")

    page = client.get(f"{PAGE}/fine").text

    for words in ("2030-01-02", "human68 › inner", "worst-human68.jpg"):
        assert words in page
    answer = client.get(f"{PAGE}/fine/worst-human68.jpg")
    assert answer.data == picture.getvalue()
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "path", ["/none", "/fine/worst-none.jpg", "/fine/report.jpg", "/fine/..%2f..%2fworst-x.jpg"]
)
def test_what_is_not_there_is_not_found(app: Flask, client: FlaskClient, path: str):
    sign_in(app, client)

    assert client.get(PAGE + path).status_code == 404


def test_there_is_no_way_back_where_nothing_was_before(app: Flask, client: FlaskClient):
    sign_in(app, client)

    assert send(client, f"{PAGE}/back", PAGE).status_code == 404
