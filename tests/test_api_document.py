"""The OpenAPI document: true of the API, and enough to write a client from."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api_clients import ROOT, program
from tests.factories import photo
from tests.shoppers import open_shop
from webapp.shop.batch_work import Worker
from webapp.web.limits import limiter


@pytest.fixture(autouse=True)
def stocked(app: Flask, stock: Path) -> Iterator[None]:
    """A shop with two frames that sees one face in every photo."""
    open_shop(app, stock)
    yield
    limiter.reset()


def document_of(app: Flask) -> dict[str, Any]:
    return app.test_client().get(f"{ROOT}/openapi.json").get_json()


def operations_of(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, told)
        for path, operations in document["paths"].items()
        for method, told in operations.items()
    ]


def test_the_document_needs_no_key_and_may_be_kept(client: FlaskClient):
    answer = client.get(f"{ROOT}/openapi.json")

    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert "public" in answer.headers["Cache-Control"]
    assert answer.get_json()["openapi"].startswith("3.1")


def test_every_route_is_in_the_document(app: Flask):
    routes = {
        (rule.rule.removeprefix(ROOT).replace("<", "{").replace(">", "}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(ROOT) and rule.rule not in (f"{ROOT}/openapi.json", f"{ROOT}/docs")
        for method in (rule.methods or set()) - {"HEAD"}
    }

    assert routes == {(path, method) for path, method, _ in operations_of(document_of(app))}


def test_every_reference_leads_somewhere(app: Flask):
    document = document_of(app)
    schemas = document["components"]["schemas"]

    references = set(re.findall(r"#/components/schemas/(\w+)", str(document)))

    assert references == set(schemas)


def test_every_angle_has_its_sense_and_unit(app: Flask):
    pose = document_of(app)["components"]["schemas"]["Pose"]["properties"]

    assert set(pose) == {"yaw", "pitch", "roll"}
    for angle in pose.values():
        assert "egrees" in angle["description"]
        assert "positive when" in angle["description"]


def test_every_refusal_has_its_codes(app: Flask):
    for path, method, told in operations_of(document_of(app)):
        assert {"401", "403", "422", "429", "503"} <= set(told["responses"]), (method, path)
        for status, answer in told["responses"].items():
            if int(status) >= 400:
                assert "application/problem+json" in answer["content"]
                assert re.search(r"Codes: `[a-z-]+`", answer["description"])


def test_the_page_shows_every_call_and_field(app: Flask, client: FlaskClient):
    page = client.get(f"{ROOT}/docs").text

    for path, method, told in operations_of(document_of(app)):
        assert f"{method.upper()} {path}" in page
        body = told.get("requestBody", {}).get("content", {}).get("multipart/form-data", {})
        for name in [one["name"] for one in told["parameters"]] + list(
            body.get("schema", {}).get("properties", {})
        ):
            assert f"<code>{name}</code>" in page
    for name in document_of(app)["components"]["schemas"]:
        assert f'id="{name}"' in page


def test_the_page_has_nothing_inline_or_foreign(client: FlaskClient):
    page = client.get(f"{ROOT}/docs").text

    assert page.count("<h1") == 1
    assert not re.search(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=|<script\b(?![^>]*\bsrc=)", page)
    for address in re.findall(r'\s(?:src|href)="([^"]+)"', page):
        assert address.startswith(("/", "#"))
    for anchor in re.findall(r'href="#(\w+)"', page):
        assert f'id="{anchor}"' in page


class Client:
    """A client written of the document alone: it knows calls by their operationId."""

    def __init__(self, document: dict[str, Any], http: FlaskClient, token: str) -> None:
        self.root = document["servers"][0]["url"]
        self.calls = {
            told["operationId"]: (method, path, told)
            for path, method, told in operations_of(document)
        }
        self.http, self.token = http, token

    def call(self, name: str, /, accept: str | None = None, **given: Any) -> Any:
        """Make a call with what it takes by the document, and return its documented content."""
        method, path, told = self.calls[name]
        where = {one["name"]: one["in"] for one in told["parameters"]}
        parts = {key: value for key, value in given.items() if where.get(key) == "path"}
        query = {key: value for key, value in given.items() if where.get(key) == "query"}
        form = {key: value for key, value in given.items() if key not in where}
        body = told.get("requestBody", {}).get("content", {})
        assert set(form) <= set(
            body.get("multipart/form-data", {}).get("schema", {}).get("properties", {})
        )
        files = {
            key: (io.BytesIO(value), "photo") if isinstance(value, bytes) else str(value)
            for key, value in form.items()
        }
        answer = self.http.open(
            self.root + path.format(**parts),
            method=method.upper(),
            query_string=query,
            data=files or None,
            content_type=next(iter(body)) if files else None,
            headers={"Authorization": f"Bearer {self.token}", "Accept": accept or "*/*"},
        )
        documented = told["responses"][str(answer.status_code)].get("content", {})
        assert answer.mimetype in documented or not answer.data
        assert answer.status_code < 300, answer.text
        return answer.get_json() if answer.is_json else answer.data


def test_a_client_written_of_the_document_makes_every_call(app: Flask):
    caller = program(app)
    client = Client(document_of(app), app.test_client(), str(caller.token))

    page = client.call("list_frames", per_page=1)
    frame = client.call("get_frame", slug=page["frames"][0]["slug"])
    faces = client.call("find_faces", photo=photo())
    choice = {"frame": frame["slug"], "variant": frame["variants"][-1]["slug"], "width": 320}
    picture = client.call("make_try_on", photo=photo(), **choice)
    link = client.call("make_try_on", accept="application/json", photo=photo(), **choice)
    fetched = client.call("get_try_on", id=link["id"])
    gone = client.call("delete_try_on", id=link["id"])
    batch = client.call("make_batch", frames=frame["slug"], name="tonight")["id"]
    added = client.call("add_photo", id=batch, photo=photo())
    states = [client.call(f"{verb}_batch", id=batch)["state"] for verb in ("start", "pause")]
    states.append(client.call("resume_batch", id=batch)["state"])
    with app.app_context():
        while Worker("w").step():
            pass
    listed = client.call("list_batches", per_page=1)["batches"][0]
    (result,) = client.call("list_results", id=batch, state="done")["results"]
    worn = client.call("get_result", id=batch, number=result["number"], look=result["look"])
    packed = client.call("get_archive", id=batch)
    other = client.call("make_batch", frames=frame["slug"], photo=b"no picture")
    tried = client.http.post(
        f"{ROOT}/batches/{other['id']}/retry", headers={"Authorization": f"Bearer {caller.token}"}
    )
    last = client.call("make_batch", frames=frame["slug"])["id"]
    states.append(client.call("cancel_batch", id=last)["state"])
    emptied = client.call("delete_batch", id=last)

    assert faces["faces"][0]["pd_mm"]["value"] > 0
    assert picture[:3] == fetched[:3] == b"\xff\xd8\xff"
    assert gone == emptied == b""
    assert added == {"number": 1, "photo": "photo", "reason": None}
    assert states == ["running", "paused", "running", "cancelled"]
    assert client.call("get_batch", id=batch) == listed
    assert (listed["state"], listed["done"]) == ("done", 1)
    assert worn[:3] == b"\xff\xd8\xff"
    assert packed[:2] == b"PK"
    assert (other["state"], tried.status_code) == ("done", 422)  # its only photo can't be had
    assert set(client.calls) == {
        *("list_frames", "get_frame", "find_faces", "make_try_on", "get_try_on", "delete_try_on"),
        *("make_batch", "list_batches", "get_batch", "delete_batch", "add_photo", "start_batch"),
        *("pause_batch", "resume_batch", "cancel_batch", "retry_batch", "list_results"),
        *("get_result", "get_archive"),
    }
