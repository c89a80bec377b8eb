"""The catalogue: what goes in comes out the same, and nonsense stays outside."""

import io
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import func, select

from tests import factories
from tests.factories import MARKS, artwork, on_disk
from webapp.errors import FilesUnusable, InvalidFrame, NotFound, SlugTaken
from webapp.eyewear.frame import Artwork, Build, Lens, LensKind, SizeMarks
from webapp.rendering import codec
from webapp.shop import artworks, catalogue
from webapp.storage import belongings, files, picture_folder
from webapp.storage import images as image_rows
from webapp.storage.database import reading
from webapp.storage.tables import Image as ImageRow

pytestmark = pytest.mark.usefixtures("shop")

SUN = Lens(
    kind=LensKind.GRADIENT,
    transmittance=0.15,
    transmittance_bottom=0.6,
    tint=(1.2, 0.9, 0.7),
    reflectance=0.1,
    mirror_tint=(0.5, 0.7, 1.0),
    clear_transmittance=0.85,
    polarised=True,
)
BUILD = Build(wrap=7.5, tilt=8.0, base_curve=6.0, hinge=(61.5, -9.25), pads=True)


def test_eyewear_comes_out_as_it_went_in():
    drawn = artwork()
    factories.frame(build=BUILD)
    factories.variant(lens=SUN, artwork=drawn)
    catalogue.publish("ada")
    belongings.replace(artworks.Shelf, artworks.Shelf())  # as after a restart

    eyewear = catalogue.eyewear("ada", "black")

    assert (eyewear.marks, eyewear.build, eyewear.lens) == (MARKS, BUILD, SUN)
    for name in ("front", "lenses", "temple"):
        np.testing.assert_array_equal(getattr(eyewear.artwork, name), getattr(drawn, name))
    for name in ("scale", "centre", "joint", "ear"):
        assert getattr(eyewear.artwork, name) == getattr(drawn, name)


def test_a_frame_comes_out_as_it_went_in():
    made = factories.frame(
        build=BUILD,
        price_cents=19950,
        currency="CHF",
        gender="women",
        shop_link="https://shop.example/ada?from=here",
    )
    factories.variant(lens=SUN, lens_label="Brown gradient", swatch="#AABBCC")

    found = catalogue.frame("ada")

    assert replace(found, variants=()) == made
    assert (found.marks, found.build, found.size) == (MARKS, BUILD, "50□20-145")
    assert (found.price_cents, found.currency, found.status) == (19950, "CHF", "draft")
    assert found.shop_link == "https://shop.example/ada?from=here"
    (variant,) = found.variants
    assert (variant.lens, variant.lens_label, variant.swatch) == (SUN, "Brown gradient", "#aabbcc")
    assert variant.frame_slug == "ada"


def test_shoppers_see_published_frames_in_the_order_of_publication():
    for slug in ("ada", "bea", "cleo", "dora"):
        factories.frame(slug)
        factories.variant(slug)
    for slug in ("cleo", "ada", "dora"):
        catalogue.publish(slug)
    catalogue.retire("dora")

    assert [frame.slug for frame in catalogue.published()] == ["cleo", "ada"]
    assert [frame.slug for frame in catalogue.all_frames()] == ["ada", "bea", "cleo", "dora"]
    assert catalogue.frame("dora").status == "retired"


def test_publishing_again_keeps_a_frames_place():
    factories.published("ada")
    factories.published("bea")

    catalogue.publish("ada")

    assert [frame.slug for frame in catalogue.published()] == ["ada", "bea"]


def test_a_frame_without_a_colourway_cant_be_published():
    factories.frame()

    with pytest.raises(InvalidFrame) as refusal:
        catalogue.publish("ada")

    assert refusal.value.params["field"] == "variants"
    assert catalogue.published() == []


def test_drafts_cant_be_tried_on():
    factories.frame()
    factories.variant()

    with pytest.raises(NotFound):
        catalogue.eyewear("ada", "black")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "Ada"),
        ("slug", "ada/../bea"),
        ("slug", "a" * 200),
        ("slug", ""),
        ("name", "  "),
        ("name", "two\nlines"),
        ("brand", ""),
        ("shape", "heart"),
        ("material", "cheese"),
        ("gender", ""),
        ("price_cents", -1),
        ("currency", "eur"),
        ("shop_link", "javascript:alert(1)"),
        ("shop_link", "//elsewhere.example/ada"),
        ("shop_link", "https://shop.example/a\nb"),
    ],
)
def test_a_senseless_frame_is_refused(field, value):
    with pytest.raises(InvalidFrame) as refusal:
        factories.frame(**{field: value}) if field != "slug" else factories.frame(value)

    assert refusal.value.params["field"] == field
    assert catalogue.all_frames() == []


@pytest.mark.parametrize(
    ("field", "value"), [("slug", "No"), ("swatch", "red"), ("name", ""), ("lens_label", "")]
)
def test_a_senseless_variant_is_refused_and_leaves_nothing(field, value):
    factories.frame()

    with pytest.raises(InvalidFrame) as refusal:
        factories.variant(**{field: value})

    assert refusal.value.params["field"] == field
    assert on_disk() == set()


def test_a_slug_is_given_once():
    factories.published()
    before = on_disk()

    with pytest.raises(SlugTaken) as refusal:
        factories.frame()
    assert refusal.value.params == {"slug": "ada"}
    with pytest.raises(SlugTaken):
        factories.variant()

    assert on_disk() == before


def test_two_frames_may_name_a_colourway_alike():
    factories.published("ada", ("black",))
    factories.published("bea", ("black",))

    assert catalogue.eyewear("bea", "black")


def test_a_variant_of_no_frame_is_refused_and_leaves_nothing():
    with pytest.raises(NotFound):
        factories.variant("nobody")

    assert on_disk() == set()


def test_unknown_frames_are_not_there():
    for use in (catalogue.frame, catalogue.publish, catalogue.retire):
        with pytest.raises(NotFound):
            use("nobody")
    with pytest.raises(NotFound):
        catalogue.picture("nobody", "black")


def test_catalogue_pictures_never_expire():
    factories.published()

    with reading() as session:
        rows = session.scalars(select(ImageRow)).all()
        assert len(rows) == 8  # two variants of four pictures
        assert {row.expires_at for row in rows} == {None}
        assert {row.file for row in rows} == on_disk()


def product(lens: Lens) -> np.ndarray:
    factories.frame()
    factories.variant(lens=lens)
    data = catalogue.picture("ada", "black")
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.mode) == ("WEBP", "RGBA")
        return np.asarray(image).astype(int)


def test_the_product_picture_shows_the_rims_on_nothing():
    picture = product(Lens())

    height, width = picture.shape[:2]
    assert width == 800
    assert (picture[[0, -1], :, 3] == 0).all()
    assert (picture[:, [0, -1], 3] == 0).all()
    rim = picture[height // 2, :, 3] == 255
    assert rim.any()
    np.testing.assert_allclose(picture[height // 2][rim].mean(0)[:3], (40, 20, 10), atol=6)


def test_the_product_picture_over_white_shows_what_the_lens_lets_through():
    dark = product(Lens(kind=LensKind.SOLID, transmittance=0.2, reflectance=0.0))

    height, width = dark.shape[:2]
    lens = dark[height // 2 - 20 : height // 2 + 20, width // 4 - 40 : width // 4 + 40]
    red, alpha = lens[..., 0], lens[..., 3]
    shown = (red * alpha / 255 + 255 - alpha).min()  # off the studio's gleam
    assert shown == pytest.approx(255 * (1.055 * 0.2 ** (1 / 2.4) - 0.055), abs=3)


@dataclass(frozen=True)
class DrawnVariant:
    """As a demo variant: its artwork is drawn when asked for."""

    slug: str
    name: str = "Black"
    swatch: str = "#000000"
    lens: Lens = field(default_factory=Lens)
    lens_label: str = "Clear"

    def artwork(self) -> Artwork:
        return artwork()


@dataclass(frozen=True)
class DrawnFrame:
    """As a demo frame."""

    slug: str
    name: str
    brand: str = "Lorgnette"
    shape: str = "square"
    material: str = "acetate"
    gender: str = "unisex"
    marks: SizeMarks = MARKS
    build: Build = field(default_factory=Build)
    price_cents: int = 100
    currency: str = "EUR"
    variants: tuple[DrawnVariant, ...] = (DrawnVariant("black"), DrawnVariant("red"))
    lenses: tuple[tuple[tuple[Lens, str], int], ...] = (((Lens(), "Dark grey"), 2500),)


@pytest.fixture
def demo(monkeypatch):
    """Three small demo frames instead of the real ones, which take long to draw."""
    frames = [DrawnFrame("uno", "Uno"), DrawnFrame("due", "Due"), DrawnFrame("tre", "Tre")]
    monkeypatch.setattr(catalogue, "demo_frames", lambda: frames)


@pytest.mark.usefixtures("demo")
def test_the_demo_is_loaded_once_with_progress():
    told: list[tuple[int, int, str]] = []

    assert catalogue.load_demo(lambda *step: told.append(step)) == 3

    assert told == [(1, 3, "Uno"), (2, 3, "Due"), (3, 3, "Tre")]
    assert [frame.slug for frame in catalogue.published()] == ["uno", "due", "tre"]
    (lens,) = catalogue.frame("uno").lens_options
    assert (lens.slug, lens.extra_cents) == ("dark-grey", 2500)
    before = on_disk()
    assert catalogue.load_demo() == 0
    assert on_disk() == before


@pytest.mark.usefixtures("demo")
def test_a_demo_cut_short_goes_on_where_it_stopped(monkeypatch):
    real, calls = catalogue.add_variant, iter(range(99))

    def killed(*how, **more):
        if next(calls) == 3:
            raise KeyboardInterrupt
        return real(*how, **more)

    monkeypatch.setattr(catalogue, "add_variant", killed)
    with pytest.raises(KeyboardInterrupt):
        catalogue.load_demo()
    assert [frame.slug for frame in catalogue.published()] == ["uno"]

    assert catalogue.load_demo() == 2

    assert [len(frame.variants) for frame in catalogue.published()] == [2, 2, 2]


@pytest.mark.usefixtures("demo")
def test_loading_the_demo_leaves_a_retired_frame_retired():
    catalogue.load_demo()
    catalogue.retire("due")

    assert catalogue.load_demo() == 0
    assert catalogue.frame("due").status == "retired"


def test_eyewear_is_read_from_disk_once(monkeypatch):
    factories.published()
    first = catalogue.eyewear("ada", "black")
    monkeypatch.setattr(codec, "read_layer", lambda *_: pytest.fail("read again"))

    assert catalogue.eyewear("ada", "black") is first


def test_memory_holds_a_bounded_number_of_frames():
    shelf = artworks.Shelf()
    factories.published()
    eyewear = catalogue.eyewear("ada", "black")

    for number in range(artworks.EYEWEAR_KEPT + 5):
        shelf.get(number, lambda: eyewear)

    assert len(shelf.kept) == artworks.EYEWEAR_KEPT


def test_artwork_whose_file_is_gone_is_told_as_not_there():
    factories.published()
    belongings.replace(artworks.Shelf, artworks.Shelf())
    with reading() as session:
        for _, name in image_rows.every_file(session):
            files.remove(name)

    with pytest.raises(NotFound):
        catalogue.eyewear("ada", "black")
    with pytest.raises(NotFound):
        catalogue.picture("ada", "black")


def test_a_fault_while_adding_a_variant_leaves_nothing(monkeypatch):
    factories.frame()
    broken = OSError("disk gone")
    monkeypatch.setattr(picture_folder, "settle", lambda _: (_ for _ in ()).throw(broken))

    with pytest.raises(FilesUnusable):
        factories.variant()

    monkeypatch.undo()
    assert on_disk() == set()
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ImageRow)) == 0
