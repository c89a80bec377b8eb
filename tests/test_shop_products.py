"""Product photos become colourways that can be worn, corrected and undone."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.factories import on_disk
from webapp.drawn.catalogue import demo_frames
from webapp.drawn.product import side_picture
from webapp.drawn.shooting import Shot, photograph
from webapp.errors import InvalidFrame, NothingToUndo
from webapp.eyewear.frame import Eyewear, Lens, LensKind
from webapp.shop import accounts, catalogue, editing, lifecycle, previews, products
from webapp.shop.editing import Colourway
from webapp.shop.frame_fields import ColourwayFields, FrameFields
from webapp.shop.products import Photographed

pytestmark = pytest.mark.usefixtures("shop")

DEMO = next(one for one in demo_frames() if one.slug == "bastide")
BLACK = ColourwayFields("black", "Black", "#111111", Lens(), "Clear")


@pytest.fixture(scope="module")
def worn() -> Eyewear:
    """A black frame with grey lenses."""
    variant = DEMO.variants[0]
    return Eyewear(DEMO.marks, variant.artwork(), DEMO.build, variant.lens)


def encoded(pixels: np.ndarray, kind: str = "JPEG", **how: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **how)
    return file.getvalue()


@pytest.fixture(scope="module")
def front(worn: Eyewear) -> bytes:
    """A JPEG of its front, tilted."""
    shot = Shot(width_px=1000, tilt=1.5, fill=0.75)
    return encoded(photograph(worn, shot, np.random.default_rng(0)).pixels, quality=90)


@pytest.fixture(scope="module")
def side(worn: Eyewear) -> bytes:
    """A JPEG of its side."""
    return encoded(side_picture(worn, 1000, (255, 255, 255)), quality=90)


def read(front: bytes, side: bytes | None = None, **how: Any) -> Photographed:
    return products.photographed(front, side, DEMO.marks, material="acetate", shape="square", **how)


def fields(found: Photographed) -> FrameFields:
    build = products.build_for("acetate", found.lens, found.hinge)
    return FrameFields(
        "nova", "Nova", "Lorgnette", "square", "acetate", "women", "sun", DEMO.marks, build, 9900
    )


def saved(front: bytes, side: bytes | None = None) -> Photographed:
    found = read(front, side)
    told = replace(BLACK, lens=found.lens, swatch=found.swatch)
    editing.save(None, fields(found), [Colourway(told, found.pictures)])
    return found


def test_a_photo_tells_hinge_lens_and_colour(front: bytes):
    found = read(front)

    np.testing.assert_allclose(found.hinge, DEMO.build.hinge, atol=1.5)
    assert found.lens.kind in (LensKind.SOLID, LensKind.GRADIENT)
    assert found.lens.category in (2, 3)
    assert max(int(found.swatch[at : at + 2], 16) for at in (1, 3, 5)) < 70


def test_front_and_side_become_a_colourway_that_heads_can_wear(front: bytes, side: bytes):
    saved(front, side)

    assert len(on_disk()) == 6  # four pictures and two photos
    assert catalogue.frame("nova").variants[0].from_photos
    catalogue.publish("nova")
    picture = previews.worn(catalogue.eyewear("nova", "black"), "0")
    assert Image.open(io.BytesIO(picture)).size == (480, 480)


def test_a_transparent_photo_keeps_its_alpha(worn: Eyewear):
    shot = Shot(width_px=1000, paper=None, fill=0.75)
    photo = photograph(worn, shot, np.random.default_rng(0))

    found = read(encoded(photo.pixels, "PNG"))

    draft = found.pictures.photos[0]
    assert draft.media_type == "image/png"
    np.testing.assert_array_equal(products.read_kept(draft.data), photo.pixels)


def test_the_same_photos_again_change_nothing(front: bytes):
    found = saved(front)
    before = on_disk()

    again = editing.save(
        None,
        fields(found),
        [Colourway(replace(BLACK, lens=found.lens, swatch=found.swatch), read(front).pictures)],
    )

    assert not again.changed
    assert on_disk() == before


def test_other_size_marks_cut_the_artwork_anew(front: bytes):
    found = saved(front)
    catalogue.publish("nova")
    before = catalogue.eyewear("nova", "black").artwork.scale

    wider = replace(DEMO.marks, width=DEMO.marks.width + 2)
    editing.save(None, replace(fields(found), marks=wider))

    after = catalogue.eyewear("nova", "black").artwork.scale
    assert after == pytest.approx(before * DEMO.marks.width / wider.width, rel=1e-4)
    assert len(on_disk()) == 5


def test_a_moved_hinge_is_saved_and_undone(front: bytes):
    by = accounts.create("ed@example.org", "correct horse battery", "editor")
    found = saved(front)
    outward = np.array([[-4.0, 6.0], [4.0, 6.0]])
    moved = replace(found.points, hinges=found.points.hinges + outward)
    cut = read(front, points=moved)
    told = fields(found)

    editing.save(by, replace(told, build=replace(told.build, hinge=cut.hinge)))

    assert cut.hinge[0] > found.hinge[0]
    assert cut.hinge[1] > found.hinge[1]
    assert catalogue.frame("nova").build.hinge == cut.hinge
    assert lifecycle.undo(by, "nova").build.hinge == found.hinge
    assert lifecycle.undo(by, "nova").build.hinge == cut.hinge


def test_publishing_is_undone_and_a_making_is_not(front: bytes):
    by = accounts.create("ed@example.org", "correct horse battery", "editor")
    saved(front)
    with pytest.raises(NothingToUndo):
        lifecycle.undo(by, "nova")

    assert lifecycle.set_status(by, ["nova"], "published") == 1
    assert lifecycle.set_status(by, ["nova"], "published") == 0
    assert lifecycle.undo(by, "nova").status == "draft"


@pytest.mark.parametrize("facts", [{}, {"lenses": [[1, 2], [3, 4]]}, {"lenses": "x"}])
def test_points_that_are_none_are_refused(facts: dict[str, Any]):
    with pytest.raises(InvalidFrame):
        products.points_of(facts)
