"""What programs do: hold a key, send forms with photos, read problems."""

import io
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.factories import photo
from webapp.shop import api_keys, figures
from webapp.shop.api_keys import SCOPES
from webapp.storage.database import reading
from webapp.storage.tables import Event

ROOT = "/api/v1"
LINK = {"Accept": "application/json"}


class Program:
    """A program with an API key, or with none."""

    def __init__(self, app: Flask, token: str | None = None) -> None:
        self.client: FlaskClient = app.test_client(use_cookies=False)
        self.token = token

    def call(self, method: str, path: str, **how: Any) -> TestResponse:
        """Call an address below the API's root, or a whole one."""
        headers = dict(how.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        address = path if path.startswith("http") else ROOT + path
        return self.client.open(address, method=method, headers=headers, **how)

    def send(
        self, path: str, data: bytes | str | None = None, *, headers: Any = (), **fields: Any
    ) -> TestResponse:
        """Send a photo with its fields; the default one is fine."""
        sent: dict[str, Any] = {name: str(value) for name, value in fields.items()}
        if data != "":
            given = photo() if data is None else data
            sent["photo"] = (
                FileStorage(io.BytesIO(given), "me.jpg") if isinstance(given, bytes) else given
            )
        # Encoded here, for the client would leave its temporary file of a large body open.
        boundary, body = encode_multipart(sent)
        kind = f"multipart/form-data; boundary={boundary}"
        return self.call("POST", path, data=body, content_type=kind, headers=dict(headers))


def program(app: Flask, name: str = "nightly", scopes: tuple[str, ...] = SCOPES) -> Program:
    """A program whose key has these scopes."""
    with app.app_context():
        _, token = api_keys.create(name, attested=True, scopes=scopes)
    return Program(app, token)


def code_of(answer: TestResponse) -> str:
    """Return a problem's code; fail where the answer is none by RFC 9457."""
    assert answer.mimetype == "application/problem+json", answer.text
    told = answer.get_json(force=True)
    assert told["status"] == answer.status_code
    assert told["title"]
    assert told["detail"]
    return str(told["code"])


def rows(app: Flask, table: Any) -> int:
    """Return how many rows a table has."""
    with app.app_context(), reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def try_ons_counted(app: Flask) -> int:
    """Return how many try-ons the live figures count."""
    with app.app_context(), reading() as session:
        query = select(func.count()).select_from(Event).where(Event.kind == figures.TRY_ON)
        return session.scalar(query) or 0
