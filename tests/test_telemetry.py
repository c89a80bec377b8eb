"""What those who run the shop are told: health, metrics, and a log that names no visitor."""

import io
import json
import logging
import logging.config
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api_clients import program
from tests.factories import photo
from tests.shoppers import EMAIL, open_shop, result_of, sign_in, upload, wall_of
from webapp import create_app
from webapp.errors import SettingInvalid
from webapp.shop import batch_photos, batches
from webapp.storage.files import folder
from webapp.telemetry import logs

TOKEN = "Tq3vXW0b9mZkAbCdEfGh12345678abcd"


@pytest.fixture(autouse=True)
def stocked(app: Flask, stock: Path) -> None:
    """A shop with two frames that sees one face in every photo."""
    open_shop(app, stock)


def again(app: Flask, **settings: Any) -> FlaskClient:
    """A visitor of the same shop, started with other settings."""
    other = create_app({"TESTING": True, "INSTANCE_DIR": app.instance_path, **settings})
    return other.test_client()


def broken(tmp_path: Path) -> FlaskClient:
    """A visitor of a shop whose database can't be opened."""
    address = f"sqlite:///{tmp_path}/nowhere/none.sqlite"
    app = create_app({"INSTANCE_DIR": str(tmp_path / "i"), "DATABASE_URL": address})
    return app.test_client()


def parts_of(answer: TestResponse) -> dict[str, str]:
    """Return each part's state."""
    return dict(answer.get_json()["parts"])


def test_it_lives_although_its_database_is_away(tmp_path: Path):
    """A restart would not bring the database back."""
    assert broken(tmp_path).get("/healthz").status_code == 200


def test_a_shop_in_order_is_ready(client: FlaskClient):
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json == {
        "status": "ok",
        "parts": {"database": "ok", "files": "ok", "model": "ok"},
    }


def test_without_its_database_it_is_not_ready_and_says_so(tmp_path: Path):
    answer = broken(tmp_path).get("/readyz")

    assert (answer.status_code, parts_of(answer)["database"]) == (503, "database-away")
    assert parts_of(answer)["files"] == "ok"
    assert int(answer.headers["Retry-After"]) > 0


def test_a_page_without_its_database_is_a_503_that_says_when_to_come_back(tmp_path: Path):
    answer = broken(tmp_path).get("/")

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "closed for a moment" in answer.text
    assert "nowhere" not in answer.text


def test_with_an_older_database_it_is_not_ready(tmp_path: Path):
    empty = create_app({"INSTANCE_DIR": str(tmp_path / "empty")}).test_client()

    assert parts_of(empty.get("/readyz"))["database"] == "database-outdated"


def test_without_room_for_pictures_it_is_not_ready(app: Flask, client: FlaskClient):
    app.config["FILES_DIR"] = "/proc/1"
    with app.app_context():
        assert folder() == Path("/proc/1")

    assert parts_of(client.get("/readyz"))["files"] == "files-unusable"


def test_with_a_damaged_model_it_is_not_ready(app: Flask, client: FlaskClient):
    """The weights are looked at again when they change, and only then."""
    assert client.get("/readyz").status_code == 200
    models = Path(app.instance_path) / "models"
    (models / "bad").mkdir(parents=True)
    (models / "active").write_text("bad\n")

    assert parts_of(client.get("/readyz"))["model"] == "model-unusable"


def metrics_of(client: FlaskClient, **headers: str) -> str:
    """Return the metrics; fail where they are refused."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    return answer.text


def test_requests_are_counted_by_route_and_status(client: FlaskClient):
    client.get("/")
    client.get(f"/photos/{TOKEN}")
    client.get("/nowhere")

    told = metrics_of(client)

    for line in (
        'lorgnette_requests_total{method="GET",route="/",status="200"} 1.0',
        'lorgnette_requests_total{method="GET",route="/photos/<token>",status="404"} 1.0',
        'lorgnette_requests_total{method="GET",route="none",status="404"} 1.0',
        'lorgnette_request_seconds_count{route="/"} 1.0',
        'lorgnette_model_version{version="shipped"} 1.0',
        "lorgnette_model_in_flight 0.0",
    ):
        assert line in told.splitlines()
    assert TOKEN not in told


def test_what_waits_in_batches_is_told(app: Flask, client: FlaskClient):
    with app.app_context():
        batch = batches.create(("ada",), owner="shop", consent="api-2026-11")
        for number in (1, 2):
            batch_photos.add(batch.token, "shop", f"me-{number}.jpg", photo())
        batches.start(batch.token, "shop")

    told = metrics_of(client).splitlines()

    assert 'lorgnette_batches{state="running"} 1.0' in told
    assert 'lorgnette_batch_photos{turn="waiting"} 2.0' in told


def test_without_its_database_the_counts_are_told_all_the_same(tmp_path: Path):
    told = metrics_of(broken(tmp_path))

    assert 'lorgnette_model_version{version="shipped"} 1.0' in told
    assert "lorgnette_batches" not in told


def test_the_stages_of_a_photo_are_timed(client: FlaskClient):
    result_of(client, wall_of(client))

    told = metrics_of(client)

    for stage in ("wait", "decode", "find", "fit", "render", "encode"):
        assert re.search(rf'lorgnette_stage_seconds_count{{stage="{stage}"}} [1-9]', told), stage


def test_a_method_made_up_is_no_label_of_its_own(client: FlaskClient):
    client.open("/", method="BREW")

    assert 'method="other"' in metrics_of(client)


@pytest.mark.parametrize("address", ["203.0.113.5", "2001:db8::1", "10.1.2.3", ""])
def test_strangers_see_no_metrics(client: FlaskClient, address: str):
    answer = client.get("/metrics", environ_base={"REMOTE_ADDR": address})

    assert answer.status_code == 404
    assert "lorgnette_" not in answer.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_an_unknown_proxys_visitors_see_no_metrics(client: FlaskClient, header: str):
    """Through a proxy on this machine that the settings don't name, all seem to be local."""
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


@pytest.mark.parametrize(("visitor", "status"), [("10.1.2.3", 200), ("203.0.113.5", 404)])
def test_behind_a_known_proxy_the_visitors_address_counts(app: Flask, visitor: str, status: int):
    client = again(app, PROXY_HOPS=1, METRICS_NETWORKS="10.0.0.0/8, fd00::/8")

    answer = client.get("/metrics", headers={"X-Forwarded-For": visitor})

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("given", "status"), [("Bearer s3cret", 200), ("Bearer other", 404), ("s3cret", 404), ("", 404)]
)
def test_a_token_stands_for_the_network(app: Flask, given: str, status: int):
    client = again(app, METRICS_TOKEN="s3cret")

    answer = client.get(
        "/metrics", headers={"Authorization": given}, environ_base={"REMOTE_ADDR": "203.0.113.5"}
    )

    assert answer.status_code == status


def test_a_network_that_is_none_is_refused_at_the_start(tmp_path: Path):
    with pytest.raises(SettingInvalid) as caught:
        create_app({"INSTANCE_DIR": str(tmp_path), "METRICS_NETWORKS": "the office"})

    assert caught.value.params["name"] == "METRICS_NETWORKS"


def test_every_request_has_an_id_of_its_own(client: FlaskClient):
    ids = [client.get("/").headers["X-Request-ID"] for _ in range(2)]

    assert len(set(ids)) == 2
    assert all(re.fullmatch("[0-9a-f]{16}", one) for one in ids)


@pytest.mark.parametrize("given", ["proxy-0001", "0f8fad5b-d9cb-469f-a165-70867728950e"])
def test_a_known_proxys_id_is_taken(app: Flask, given: str):
    """So that the proxy's log and the shop's can be laid side by side; from others it isn't."""
    behind = again(app, PROXY_HOPS=1).get("/", headers={"X-Request-ID": given})
    direct = app.test_client().get("/", headers={"X-Request-ID": given})

    assert behind.headers["X-Request-ID"] == given
    assert direct.headers["X-Request-ID"] != given


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "a b c d e f g h", "<script>1234", "né" * 8]
)
def test_an_id_that_is_not_sane_is_replaced(app: Flask, given: str):
    answer = again(app, PROXY_HOPS=1).get("/", headers={"X-Request-ID": given})

    assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-ID"])


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the log would hold at its most talkative, as JSON."""
    told = io.StringIO()
    made = logs.settings("json", "debug")["formatters"]["lorgnette"]
    handler = logging.StreamHandler(told)
    handler.setFormatter(made.pop("()")(**made))
    root = logging.getLogger()
    before, root.level = root.level, logging.DEBUG
    root.addHandler(handler)
    yield told
    root.removeHandler(handler)
    root.level = before


def lines_of(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_request_is_a_line_with_its_route_and_id(client: FlaskClient, written: io.StringIO):
    answer = client.get(f"/photos/{TOKEN}?name=mara")

    (line,) = (one for one in lines_of(written) if one["event"] == "request")
    assert (line["method"], line["route"], line["status"]) == ("GET", "/photos/<token>", 404)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["ms"] >= 0


def test_a_visit_leaves_nothing_of_the_visitor_in_the_log(
    app: Flask, client: FlaskClient, written: io.StringIO
):
    """No address, token, file name, e-mail or key, through a whole visit and API calls."""
    wall = wall_of(client)
    token = wall.rpartition("/")[2]
    result = result_of(client, wall)
    upload(client, b"no picture", name="holiday-with-mara.jpg")
    sign_in(app, client)
    caller = program(app)
    caller.send("/faces")
    caller.send("/try-ons", frame="ada", headers={"Idempotency-Key": "order-4711"})

    told = written.getvalue()

    assert told.count('"event": "request"') > 5
    secrets = (token, result.rpartition("/")[2], "holiday", EMAIL, str(caller.token), "order-4711")
    for secret in (*secrets, "127.0.0.1", app.config["SECRET_KEY"]):
        assert secret not in told


def test_a_fault_is_logged_without_what_it_was_about(
    app: Flask, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
):
    """Its place in the code is told, not the values in it nor the path that led there."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def break_down(token: str, visit: str) -> None:
        landmarks = [0.12345678] * 478
        raise RuntimeError(f"{token} of mara@example.org from 203.0.113.5: {len(landmarks)}")

    monkeypatch.setattr("webapp.shop.photos.judged", break_down)
    answer = app.test_client().get(f"/photos/{TOKEN}")

    (fault,) = (one for one in lines_of(written) if one["event"] == "fault")
    assert answer.status_code == 500
    assert fault["request_id"] == answer.headers["X-Request-ID"]
    assert "break_down" in fault["exception"]
    for secret in (TOKEN, "mara", "203.0.113.5", "0.12345678"):
        assert secret not in written.getvalue()


def test_a_failing_query_is_logged_without_its_values(app: Flask, written: io.StringIO):
    client = app.test_client()
    wall = wall_of(client)
    (Path(app.instance_path) / "lorgnette.sqlite").write_bytes(b"")
    for path in Path(app.instance_path).glob("lorgnette.sqlite-*"):
        path.unlink()

    with app.app_context():
        from webapp.storage import database

        database.dispose()
    answer = client.get(wall)

    assert answer.status_code == 503
    assert wall.rpartition("/")[2] not in written.getvalue()
