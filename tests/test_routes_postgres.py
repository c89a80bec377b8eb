"""What SQLite takes and PostgreSQL does not: a NUL in a text. Skips where none is installed."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.api_clients import program
from tests.factories import FakeFinder, photo, published, see_with
from tests.servers import Server, new_database
from tests.shoppers import csrf_of, wall_of
from webapp import create_app, storage
from webapp.storage import database


@pytest.fixture
def app(postgres_server: Server, tmp_path: Path) -> Iterator[Flask]:
    """A shop on PostgreSQL with one frame."""
    settings = {"INSTANCE_DIR": str(tmp_path), "DATABASE_URL": new_database(postgres_server, "odd")}
    app = create_app({"TESTING": False, "PAINT_AHEAD": 0, **settings})
    with app.app_context():
        storage.migrate()
        published("ada")
        see_with(FakeFinder())
    yield app
    with app.app_context():
        database.dispose()


def test_a_nul_in_an_address_is_no_fault_of_ours(app: Flask) -> None:
    client = app.test_client()
    wall = wall_of(client)

    answers = {
        path: client.get(path).status_code
        for path in (
            "/photos/%00",
            "/photos/a%00b.jpg",
            f"{wall}/on/ada%00/black.jpg",
            f"{wall}?q=a%00b",
            f"{wall}?pick=ada%00.black",
            f"{wall}/on/ada/black.jpg?lens=%00&v=%00&w=%00",
            f"{wall}?colour=%00&sort=%00&page=%00&face=%00",
            f"{wall}/compare?pick=ada.black&pick=%00",
            "/camera?back=%00",
            "/try-ons/%00",
            "/s/%00",
            "/phone/%00",
            "/try/%00",
            "/frames/%00/black.webp",
            "/admin/links/%00",
            "/api/v1/frames/%00",
        )
    }

    assert {path: status for path, status in answers.items() if status >= 500} == {}


def test_a_nul_in_a_form_is_no_fault_of_ours(app: Flask) -> None:
    client = app.test_client()
    fields = {"csrf_token": csrf_of(client, "/admin/login"), "password": "a\0b"}

    for email in ("\0", "a\0@example.org"):
        answer = client.post("/admin/login", data={**fields, "email": email})
        assert answer.status_code in (400, 401, 422)
    marked = {"csrf_token": csrf_of(client), "frame": "a\0", "variant": "\0", "heart": "on"}
    assert client.post("/favourites/", data=marked).status_code in (400, 404, 422)


def test_a_nul_in_a_programs_field_is_told(app: Flask) -> None:
    headers = {"Authorization": f"Bearer {program(app).token}"}
    fields = {"frames": "ada\0", "photo": (io.BytesIO(photo()), "me.jpg")}

    answer = app.test_client().post("/api/v1/batches", data=fields, headers=headers)

    assert answer.status_code in (400, 422)
    assert b"NUL" in answer.data
