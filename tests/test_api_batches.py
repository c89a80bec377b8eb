"""`/batches`: asked for now, worked on by a worker, fetched later."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.api_clients import Program, code_of, program
from tests.factories import on_disk, photo
from tests.shoppers import open_shop
from webapp.shop.batch_work import Worker
from webapp.web.limits import limiter

AGAIN = {"Idempotency-Key": "night-1"}


@pytest.fixture(autouse=True)
def _stocked(app: Flask, stock: Path) -> Iterator[None]:
    open_shop(app, stock)
    yield
    limiter.reset()


@pytest.fixture
def caller(app: Flask) -> Program:
    return program(app)


def ask(
    caller: Program, *photos: bytes, headers: dict[str, str] | None = None, **fields: Any
) -> TestResponse:
    """Ask for a batch with these photos."""
    sent: dict[str, Any] = {"frames": "ada", **fields}
    if photos:
        sent["photo"] = [
            FileStorage(io.BytesIO(data), f"me-{number}.jpg") for number, data in enumerate(photos)
        ]
    boundary, body = encode_multipart(sent)
    kind = f"multipart/form-data; boundary={boundary}"
    return caller.call("POST", "/batches", data=body, content_type=kind, headers=headers or {})


def work(app: Flask) -> None:
    """Let a worker do all there is."""
    with app.app_context():
        while Worker("w").step():
            pass


def test_a_batch_is_asked_for_worked_on_and_fetched(app: Flask, caller: Program):
    asked = ask(caller, photo(), b"no picture", photo(seed=1), frames="ada/red,bea", width=320)
    assert asked.status_code == 201
    told = asked.get_json()
    assert asked.headers["Location"] == told["url"]
    assert (told["state"], told["frames"], told["items"], told["left"]) == (
        "running", ["ada/red", "bea/green"], 6, 4,
    )  # fmt: skip

    work(app)

    told = caller.call("GET", told["url"]).get_json()
    assert (told["state"], told["done"], told["failed"], told["left"]) == ("done", 4, 2, 0)
    results = caller.call("GET", told["results"]).get_json()
    assert results["total"] == 6
    failed = [one for one in results["results"] if one["state"] == "failed"]
    assert [(one["number"], one["reason"], one["url"]) for one in failed] == [
        (2, "not-a-picture", None)
    ] * 2
    pictures = [one["url"] for one in results["results"] if one["url"]]
    assert len(set(pictures)) == 4
    for url in pictures:
        answer = caller.call("GET", url)
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert "no-store" in answer.headers["Cache-Control"]


def test_all_results_come_in_one_archive(app: Flask, caller: Program):
    told = ask(caller, photo(), b"no picture").get_json()
    work(app)

    answer = caller.call("GET", f"/batches/{told['id']}/archive")

    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert packed.testzip() is None
        assert packed.namelist() == ["000001-me-0--ada-black.jpg", "manifest.jsonl"]
        lines = [json.loads(line) for line in packed.read("manifest.jsonl").splitlines()]
    assert [(one["state"], one.get("reason")) for one in lines] == [
        ("done", None), ("failed", "not-a-picture"),
    ]  # fmt: skip


def test_a_batch_can_be_filled_one_by_one(app: Flask, caller: Program):
    told = ask(caller).get_json()
    assert told["state"] == "open"
    path = f"/batches/{told['id']}"

    added = caller.send(f"{path}/photos", photo(), headers=AGAIN)
    again = caller.send(f"{path}/photos", photo(), headers=AGAIN)
    broken = caller.send(f"{path}/photos", b"no picture")
    started = caller.call("POST", f"{path}/start")

    assert (added.status_code, again.status_code) == (201, 200)
    assert added.get_json() == again.get_json() == {"number": 1, "photo": "me.jpg", "reason": None}
    assert broken.get_json()["reason"] == "not-a-picture"
    assert started.get_json()["photos"] == 2
    assert code_of(caller.send(f"{path}/photos", photo())) == "batch-closed"


def test_asked_for_again_it_is_the_same_batch(app: Flask, caller: Program):
    first = ask(caller, photo(), headers=AGAIN)
    second = ask(caller, photo(), headers=AGAIN)
    other = ask(caller, photo(seed=1), headers=AGAIN)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.get_json()["id"] == second.get_json()["id"]
    assert (other.status_code, code_of(other)) == (409, "idempotency-key-reused")
    assert caller.call("GET", "/batches").get_json()["total"] == 1


def test_a_batch_can_be_paused_resumed_and_cancelled(app: Flask, caller: Program):
    path = f"/batches/{ask(caller, photo()).get_json()['id']}"

    states = [
        caller.call("POST", f"{path}/{verb}").get_json(force=True).get("state")
        for verb in ("pause", "resume", "cancel")
    ]
    work(app)

    assert states == ["paused", "running", "cancelled"]
    assert caller.call("GET", path).get_json()["done"] == 0
    refused = caller.call("POST", f"{path}/resume")
    assert (refused.status_code, code_of(refused)) == (409, "batch-closed")


def test_nothing_is_left_of_a_deleted_batch(app: Flask, caller: Program):
    with app.app_context():
        of_catalogue = on_disk()
    path = f"/batches/{ask(caller, photo()).get_json()['id']}"
    work(app)

    assert caller.call("DELETE", path).status_code == 204

    with app.app_context():
        assert on_disk() == of_catalogue
    for gone in (path, f"{path}/results", f"{path}/results/1", f"{path}/archive"):
        assert caller.call("GET", gone).status_code == 404


def test_another_keys_batch_is_not_there(app: Flask, caller: Program):
    path = f"/batches/{ask(caller, photo()).get_json()['id']}"
    stranger = program(app, "stranger")

    assert {
        stranger.call(method, path + more).status_code
        for method, more in (
            ("GET", ""), ("DELETE", ""), ("POST", "/cancel"), ("GET", "/results"),
            ("GET", "/results/1"), ("GET", "/archive"),
        )
    } == {404}  # fmt: skip
    assert stranger.call("GET", "/batches").get_json()["total"] == 0


def test_lists_come_in_pages(app: Flask, caller: Program):
    for seed in range(3):
        ask(caller, photo(seed=seed))

    first = caller.call("GET", "/batches?per_page=2").get_json()
    second = caller.call("GET", first["next"]).get_json()

    assert (first["total"], first["pages"], len(first["batches"])) == (3, 2, 2)
    assert (len(second["batches"]), second["next"]) == (1, None)
    ids = {one["id"] for page in (first, second) for one in page["batches"]}
    assert len(ids) == 3


@pytest.mark.parametrize("frames", ["nobody", "ada/blue", ",", "ADA"])
def test_frames_that_are_not_there_are_refused(caller: Program, frames: str):
    answer = ask(caller, photo(), frames=frames)

    assert (answer.status_code, code_of(answer)) == (422, "batch-invalid")
    assert caller.call("GET", "/batches").get_json()["total"] == 0
