"""Frames are made and changed whole or not at all, and the log tells every change."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.factories import MARKS, artwork, on_disk
from webapp.errors import InvalidFrame, NotAllowed, NotFound, NumberTaken
from webapp.eyewear.frame import Build, Lens, LensKind
from webapp.rendering import codec
from webapp.shop import accounts, audits, catalogue, editing
from webapp.shop.editing import Colourway
from webapp.shop.frame_fields import ColourwayFields, FrameFields, LensChoice
from webapp.shop.pictures import Pictures
from webapp.shop.views import AdminView
from webapp.storage.images import Draft
from webapp.storage.tables import Kind

pytestmark = pytest.mark.usefixtures("shop")

FIELDS = FrameFields(
    "ada", "Ada", "Lorgnette", "square", "acetate", "unisex", "optical", MARKS,
    Build(hinge=(66.0, -8.0)), 12900, "EUR", "https://shop.example/ada",
)  # fmt: skip
BLACK = ColourwayFields("black", "Black", "#281410", Lens(), "Clear")
RED = ColourwayFields("red", "Red", "#aa1410", Lens(), "Clear", sku="A-2", gtin="4006381333931")


def pictures(ink: tuple[int, int, int] = (40, 20, 10), digest: str | None = None) -> Pictures:
    photo = np.full((100, 200, 3), 250, np.uint8)
    draft = Draft(codec.encode_png(photo), Kind.SOURCE, "image/png", 200, 100)
    return Pictures(artwork(ink=ink), (draft,) if digest else (), digest, {} if digest else None)


def both() -> list[Colourway]:
    return [Colourway(BLACK, pictures()), Colourway(RED, pictures((160, 20, 10)))]


def admin(role: str) -> AdminView:
    return accounts.create(f"{role}@example.org", "correct horse battery", role)


def log() -> list[tuple[str, str, str]]:
    owner = next((one for one in accounts.everyone() if one.role == "owner"), None)
    changes, _ = audits.page(owner or admin("owner"), 1)
    return [(one.who, one.action, one.subject) for one in reversed(changes)]


def test_a_frame_is_made_with_its_colourways_in_one_go():
    saved = editing.save(None, FIELDS, both())

    assert (saved.made, saved.changed) == (True, True)
    found = catalogue.frame("ada")
    assert (found.status, found.type, found.shop_link) == ("draft", "optical", FIELDS.shop_link)
    assert [one.slug for one in found.variants] == ["black", "red"]
    red = found.variants[1]
    assert (red.sku, red.gtin, red.stock) == ("A-2", "4006381333931", None)
    assert red.shop_link == FIELDS.shop_link
    assert len(on_disk()) == 8


def test_saving_the_same_again_changes_and_logs_nothing():
    editing.save(None, FIELDS, [Colourway(BLACK, pictures(digest="d" * 64))])
    before, files = log(), on_disk()

    saved = editing.save(None, FIELDS, [Colourway(BLACK, pictures(digest="d" * 64))])

    assert (saved.made, saved.changed) == (False, False)
    assert log() == before
    assert on_disk() == files


def test_a_change_is_logged_with_before_and_after():
    by = admin("editor")
    editing.save(by, FIELDS, both())

    editing.save(by, replace(FIELDS, price_cents=9900), [Colourway(replace(RED, stock=4))])

    owner = admin("owner")
    changes, _ = audits.page(owner, 1)
    told = {one.action: one for one in changes}
    assert told["frame changed"].differences == (("price_cents", 12900, 9900),)
    assert told["colourway changed"].differences == (("stock", None, 4),)
    assert told["colourway changed"].subject == "ada/red"
    assert {one.who for one in changes if "admin" not in one.action} == {"editor@example.org"}


def test_replaced_pictures_leave_no_file_behind():
    editing.save(None, FIELDS, [Colourway(BLACK, pictures(digest="a" * 64))])
    before = on_disk()

    editing.save(None, FIELDS, [Colourway(BLACK, pictures((200, 0, 0), digest="b" * 64))])

    after = on_disk()
    assert len(after) == len(before) == 5
    assert not before & after


def test_a_new_lens_makes_a_new_card_picture_and_keeps_the_artwork():
    editing.save(None, FIELDS, both())
    card = catalogue.picture("ada", "black")
    sun = Lens(LensKind.SOLID, 0.15, reflectance=0.05)

    editing.save(None, FIELDS, [Colourway(replace(BLACK, lens=sun, lens_label="Grey"))])

    assert catalogue.picture("ada", "black") != card
    assert catalogue.frame("ada").variants[0].lens == sun
    assert len(on_disk()) == 8


def test_nothing_is_kept_of_a_frame_whose_second_colourway_is_refused():
    editing.save(None, replace(FIELDS, slug="bea"), [Colourway(RED, pictures())])
    before = on_disk()

    with pytest.raises(NumberTaken) as refused:
        editing.save(None, FIELDS, both())

    assert refused.value.params["field"] in ("sku", "gtin")
    with pytest.raises(NotFound):
        catalogue.frame("ada")
    assert on_disk() == before


def test_a_new_colourway_needs_pictures():
    with pytest.raises(InvalidFrame) as refused:
        editing.save(None, FIELDS, [Colourway(BLACK)])

    assert refused.value.params["field"] == "front_photo"


def test_a_viewer_changes_nothing():
    with pytest.raises(NotAllowed):
        editing.save(admin("viewer"), FIELDS, both())

    assert catalogue.all_frames() == []


def test_lenses_to_choose_from_come_and_go():
    grey = LensChoice("grey", "Grey", Lens(LensKind.SOLID, 0.15), 4000)
    clear = LensChoice("clear", "Clear", Lens())
    editing.save(None, FIELDS, both(), [grey, clear])
    assert catalogue.frame("ada").lens_options == (grey, clear)

    saved = editing.save(None, FIELDS, lens_options=[replace(grey, extra_cents=4500)])

    assert saved.frame.lens_options == (replace(grey, extra_cents=4500),)
    assert [one[1] for one in log()].count("lenses changed") == 2


def test_a_withdrawn_colourway_is_shown_to_admins_alone():
    editing.save(None, FIELDS, both())
    catalogue.publish("ada")

    editing.save(None, FIELDS, [Colourway(replace(BLACK, withdrawn=True))])

    assert [one.slug for one in catalogue.frame("ada").variants] == ["red"]
    assert catalogue.first_variant("ada") == "red"
    with pytest.raises(NotFound):
        catalogue.eyewear("ada", "black")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "A b"}, "slug"),
        ({"name": " "}, "name"),
        ({"shape": "star"}, "shape"),
        ({"gender": "cats"}, "gender"),
        ({"type": "toy"}, "type"),
        ({"price_cents": -1}, "price_cents"),
        ({"currency": "eur"}, "currency"),
        ({"shop_link": "javascript:alert(1)"}, "shop_link"),
        ({"shop_link": "https://"}, "shop_link"),
        ({"build": Build(hinge=(20.0, 0.0))}, "hinge"),
        ({"build": Build(wrap=80.0)}, "wrap"),
    ],
)
def test_a_field_that_cant_be_so_is_named(change: dict[str, Any], field: str):
    with pytest.raises(InvalidFrame) as refused:
        replace(FIELDS, **change)

    assert refused.value.params["field"] == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"swatch": "red"}, "swatch"),
        ({"gtin": "4006381333930"}, "gtin"),
        ({"gtin": "12"}, "gtin"),
        ({"sku": "  "}, "sku"),
        ({"stock": -1}, "stock"),
        ({"lens_label": ""}, "lens_label"),
    ],
)
def test_a_colourways_field_that_cant_be_so_is_named(change: dict[str, Any], field: str):
    with pytest.raises(InvalidFrame) as refused:
        replace(BLACK, **change)

    assert refused.value.params["field"] == field


def test_fields_come_out_of_columns_as_they_went_in():
    assert FrameFields.from_columns(FIELDS.columns()) == FIELDS
    assert ColourwayFields.from_columns(RED.columns()) == RED
