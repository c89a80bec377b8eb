"""Fewer hours of keeping count for what is stored already, whoever set them, and for all of it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.ctx import AppContext
from sqlalchemy import select

from tests.factories import VISIT, keep, on_disk, photo
from tests.shoppers import EMAIL, PASSWORD, open_shop
from tests.test_shop_batches import OWNER, batch_of, finish
from webapp.errors import NotFound, ShareEnded
from webapp.shop import (
    accounts,
    api_keys,
    batches,
    favourites,
    photos,
    preferences,
    sharing,
    sweep,
    tryons,
)
from webapp.storage import clock, retention
from webapp.storage.batch_tables import Batch
from webapp.storage.database import reading, writing
from webapp.storage.tables import ApiCall, Image, Photo, TryOn
from webapp.storage.visit_tables import Favourite, Share


@pytest.fixture(autouse=True)
def _stocked(app: Flask, stock: Path, shop: AppContext) -> None:
    open_shop(app, stock)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the clock so many hours forward."""
    begun = clock.now()

    def set_forward(hours: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: begun + timedelta(hours=hours))

    return set_forward


def by_the_environment(app: Flask, hours: int) -> None:
    """The shop is started anew with other hours, and its clock sweeps."""
    app.config["PHOTO_HOURS"] = hours
    sweep.run()


def by_an_owner(app: Flask, hours: int) -> None:
    """An owner says so in the back office."""
    owner = accounts.create(EMAIL, PASSWORD, "owner")
    preferences.change(owner, {"PHOTO_HOURS": str(hours)})


@pytest.mark.parametrize("change", [by_the_environment, by_an_owner])
def test_all_that_is_stored_ends_sooner(
    app: Flask, later: Callable[[float], None], change: Callable[[Flask, int], None]
) -> None:
    """A photo, its try-on, its link, a batch with photos and results, the visit's marks."""
    of_catalogue = on_disk()
    token = keep().token
    worn = tryons.make(token, VISIT, "ada", "black").token
    link = sharing.share(worn, VISIT, hours=24, preview=True).token
    favourites.mark(VISIT, "ada", "black")
    batch = finish(batch_of(photo(seed=1)))
    assert len(on_disk()) == len(of_catalogue) + 4
    assert sharing.open_link(link).share.expires > clock.now() + timedelta(hours=23)

    change(app, 2)

    ends = clock.now() + timedelta(hours=2)
    assert photos.get(token, VISIT).expires <= ends
    assert sharing.open_link(link).share.expires <= ends
    assert batches.get(batch.token, OWNER).expires <= ends
    later(2.1)
    with pytest.raises(NotFound):
        photos.get(token, VISIT)
    with pytest.raises(NotFound):
        batches.get(batch.token, OWNER)
    with pytest.raises(ShareEnded):
        sharing.open_link(link)
    assert favourites.of_visit(VISIT) == []
    sweep.run()
    assert on_disk() == of_catalogue
    with reading() as session:
        for table in (Photo, TryOn, Share, Favourite, Batch):
            assert session.scalars(select(table)).all() == [], table
        assert set(session.scalars(select(Image.file))) == of_catalogue


def test_more_hours_keep_nothing_longer(app: Flask, later: Callable[[float], None]) -> None:
    """Nobody agreed to that."""
    token = keep().token
    batch = finish(batch_of(photo(seed=1)))

    by_the_environment(app, 72)
    later(24.1)

    with pytest.raises(NotFound):
        photos.get(token, VISIT)
    with pytest.raises(NotFound):
        batches.get(batch.token, OWNER)


def test_what_ends_soon_anyway_stays_as_it_is(app: Flask) -> None:
    """A link of an hour, with 2 hours to go for its photo."""
    token = keep().token
    worn = tryons.make(token, VISIT, "ada", "black").token
    short = sharing.share(worn, VISIT, hours=1, preview=False)

    by_the_environment(app, 2)

    assert sharing.open_link(short.token).share.expires == short.expires


def test_a_batch_over_folders_is_not_the_shops_to_end() -> None:
    """Its pictures lie elsewhere; its record has days of its own."""
    now = clock.now()
    with writing() as session:
        session.add(
            Batch(
                token="t", name="n", owner="command", state="done", looks=["ada/black"],
                source="/photos", target="/worn", created_at=now,
                expires_at=now + timedelta(days=7),
            )
        )  # fmt: skip

    with writing() as session:
        assert retention.shorten(session, 2) == 0


def test_what_is_remembered_of_a_programs_call_ends_sooner(app: Flask) -> None:
    now = clock.now()
    api_keys.create("till", attested=True)
    with writing() as session:
        session.add(
            ApiCall(key_id=1, name="n", fingerprint="f", expires_at=now + timedelta(hours=24))
        )

    with writing() as session:
        retention.shorten(session, 2)

    with reading() as session:
        (end,) = session.scalars(select(ApiCall.expires_at))
    assert end <= clock.now() + timedelta(hours=2)
