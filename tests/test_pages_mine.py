"""What the shop holds on a visit can be taken along, and be ended at once."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from tests.factories import on_disk
from tests.shoppers import kept_photos, open_shop, result_of, send, wall_of
from webapp.shop.photos import CONSENT_VERSION
from webapp.storage.database import reading
from webapp.storage.every_table import Base
from webapp.storage.tables import Photo, TryOn
from webapp.storage.visit_tables import Favourite, Handover, Share

SECRETS = (Photo.token, Photo.visit, TryOn.token, Share.token)


@pytest.fixture(autouse=True)
def stocked(app: Flask, stock: Path) -> None:
    """A shop with two frames that sees one face in every photo."""
    open_shop(app, stock)


def held(client: FlaskClient) -> zipfile.ZipFile:
    """Download what is held on the visit."""
    answer = client.get("/mine/held.zip")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    return zipfile.ZipFile(io.BytesIO(answer.data))


def test_all_that_is_held_can_be_downloaded(client: FlaskClient):
    wall = wall_of(client)
    result_of(client, wall)
    result_of(client, wall, variant="red")
    wall_of(client)

    with held(client) as packed:
        names = packed.namelist()
        told = json.loads(packed.read("held.json"))
        for name in names:
            if name.endswith(".jpg"):
                with Image.open(io.BytesIO(packed.read(name))) as image:
                    assert image.format == "JPEG"

    assert set(names) == {
        "held.json",
        "photo-1.jpg",
        "photo-2.jpg",
        "photo-2/1.jpg",
        "photo-2/2.jpg",
    }
    assert [len(photo["try_ons"]) for photo in told["photos"]] == [0, 2]
    assert told["photos"][0]["agreed_to_version"] == CONSENT_VERSION
    assert told["photos"][1]["try_ons"][1]["colourway"] == "red"


def links_on(client: FlaskClient, result: str) -> None:
    """Share a result for a day, with its preview."""
    assert send(client, f"{result}/share", result, hours="24", preview="y").status_code == 303


def test_what_is_told_is_what_is_held_and_no_more(app: Flask, client: FlaskClient):
    """Every picture bit for bit; every fact of the rows; nothing of another visit."""
    other = app.test_client()
    result_of(other, wall_of(other), variant="red")
    wall = wall_of(client)
    result = result_of(client, wall)
    links_on(client, result)
    send(client, "/favourites/", wall, frame="ada", variant="red", heart="on")
    send(client, "/phone/", "/phone/")

    with held(client) as packed:
        told = json.loads(packed.read("held.json"))
        packed_pictures = {name: packed.read(name) for name in packed.namelist()[1:]}

    assert packed_pictures == {
        "photo-1.jpg": client.get(f"{wall}.jpg").data,
        "photo-1/1.jpg": client.get(f"{result}.jpg").data,
    }
    assert set(told) == {"photos", "favourites", "links_to_another_device"}
    (photo,) = told["photos"]
    (worn,) = photo.pop("try_ons")
    with app.app_context(), reading() as session:
        row = session.scalars(select(Photo).order_by(Photo.id.desc())).first()
        assert row
        assert photo == {
            "width": row.image.width,
            "height": row.image.height,
            "faces": 1,
            "focal_length_35mm": None,
            "sent": row.created_at.isoformat(),
            "agreed": row.consented_at.isoformat(),
            "agreed_to_version": CONSENT_VERSION,
            "deleted_at": row.expires_at.isoformat(),
        }
    assert worn.pop("made")
    assert worn.pop("milliseconds_to_draw") >= 0
    assert worn.pop("shared").keys() == {"since", "until", "with_preview"}
    assert worn == {
        "picture": "photo-1/1.jpg",
        "frame": "ada",
        "colourway": "black",
        "face": 0,
        "moved_mm": [0, 0],
        "tilted_degrees": 0,
        "darkened": worn["darkened"],
        "said_to_look_wrong": None,
        "lens": None,
    }
    assert told["favourites"] == [{"frame": "ada", "colourway": "red"}]
    (link,) = told["links_to_another_device"]
    assert link.keys() == {"made", "ends"}


def test_no_name_that_opens_anything_is_among_it(app: Flask, client: FlaskClient):
    """Who passes the file on passes on neither the visit nor a link."""
    wall = wall_of(client)
    result = result_of(client, wall)
    links_on(client, result)

    with held(client) as packed:
        told = packed.read("held.json").decode()

    with app.app_context(), reading() as session:
        names = [session.scalars(select(column)).one() for column in SECRETS]
    assert not [name for name in names if name in told]


def test_every_fact_of_a_visits_rows_is_told_or_left_out_on_purpose():
    """A new column cannot be forgotten: it is told, or it is a name by which rows are found."""
    ours = {"id", "token", "token_hash", "visit", "image_id", "photo_id", "try_on_id"}
    rest = {
        table.__tablename__: {column.name for column in table.__table__.columns} - ours
        for table in (Photo, TryOn, Share, Favourite, Handover)
    }

    assert rest == {
        "photo": {"faces", "focal_35mm", "consent_version", "consented_at", "created_at",
                  "expires_at"},
        "try_on": {"variant_id", "face", "nudge_up", "nudge_out", "nudge_tilt", "tint",
                   "lens", "complaint", "milliseconds", "created_at"},
        "share": {"preview", "created_at", "expires_at"},
        # When a mark was set and ends tells no more than the photo's own times.
        "favourite": {"variant_id", "created_at", "expires_at"},
        "handover": {"created_at", "expires_at"},
    }  # fmt: skip


def test_every_table_that_names_a_visit_is_among_it():
    """By its own column; what hangs on a photo is reached through it."""
    named = {name for name, table in Base.metadata.tables.items() if "visit" in table.columns}

    assert named == {"photo", "favourite", "handover"}


def test_nothing_of_the_face_is_among_it(client: FlaskClient):
    """Geometry is in memory alone, so there is none to hand out."""
    result_of(client, wall_of(client))

    with held(client) as packed:
        told = packed.read("held.json").decode()

    assert not any(word in told for word in ("landmark", "pupil", "pd_mm", "yaw", "box"))


def test_a_stranger_gets_nothing(app: Flask, client: FlaskClient):
    wall_of(client)

    assert app.test_client().get("/mine/held.zip").status_code == 404


def test_everything_is_deleted_at_once_and_the_visit_is_left(app: Flask, client: FlaskClient):
    with app.app_context():
        before = on_disk()
    walls = [wall_of(client), wall_of(client)]
    results = [result_of(client, wall) for wall in walls]

    answer = send(client, "/mine/end", "/privacy")

    assert answer.location == "/"
    assert "2 photos, everything made from them" in client.get("/").text
    assert [client.get(path).status_code for path in (*walls, *results)] == [404] * 4
    assert kept_photos(app, client) == 0
    with app.app_context():
        assert on_disk() == before


def test_ending_twice_is_no_fault(client: FlaskClient):
    wall_of(client)
    send(client, "/mine/end", "/privacy")

    assert send(client, "/mine/end", "/privacy").status_code == 303


def test_the_time_that_is_left_is_told_and_counted_down(client: FlaskClient):
    """The hours stand in the page; its script has the instant to count to."""
    wall_of(client)

    page = client.get("/privacy").text

    assert 'data-left="%h h %m min">24 hours</time>' in page
    assert 'datetime="20' in page
