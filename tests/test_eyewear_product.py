"""Product photos are read right, or refused with the reason that an admin can act upon."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from webapp.drawn.catalogue import demo_frames
from webapp.drawn.product import side_picture
from webapp.drawn.shooting import ProductPhoto, Shot, photograph
from webapp.errors import (
    BackgroundBusy,
    FrameCropped,
    FrameLopsided,
    LensesNotFound,
    MarksMismatch,
    NoFrameInPicture,
    ProductPhotoError,
    ProductPhotoSmall,
    SideUnreadable,
)
from webapp.eyewear.backdrop import Bytes
from webapp.eyewear.calibration import Proposal, propose
from webapp.eyewear.cutting import Cut, cut_front
from webapp.eyewear.frame import Eyewear
from webapp.eyewear.side import cut_temple

TILTED = Shot(width_px=1100, tilt=2.4, fill=0.74, cast=0.1, falloff=0.05, blur=0.6, noise=1.0)
TOLERANCE = 1.5  # mm


def drawn(slug: str, colourway: int = 0) -> Eyewear:
    """A demo frame."""
    demo = next(one for one in demo_frames() if one.slug == slug)
    variant = demo.variants[colourway]
    return Eyewear(demo.marks, variant.artwork(), demo.build, variant.lens)


@pytest.fixture(scope="module")
def opaque() -> Eyewear:
    """A black acetate front with clear lenses."""
    return drawn("merten")


@pytest.fixture(scope="module")
def clear() -> Eyewear:
    """A translucent front."""
    return drawn("odette")


@pytest.fixture(scope="module")
def sun() -> Eyewear:
    """A wire front with green lenses."""
    return drawn("solane")


def shoot(eyewear: Eyewear, shot: Shot = TILTED) -> ProductPhoto:
    return photograph(eyewear, shot, np.random.default_rng(3))


def off(photo: ProductPhoto, found: Proposal) -> float:
    """Return how far the worst of lenses and hinges is off, mm."""
    pairs = ((found.points.lenses, photo.lenses), (found.points.hinges, photo.hinges))
    return max(float(np.linalg.norm(one - true, axis=1).max()) / photo.scale for one, true in pairs)


@pytest.mark.parametrize("name", ["opaque", "clear", "sun"])
@pytest.mark.parametrize("paper", [(1.0, 1.0, 1.0), (0.9, 0.89, 0.87), None], ids=str)
def test_lenses_hinges_tilt_and_scale_are_found(
    name: str, paper: tuple[float, float, float] | None, request: pytest.FixtureRequest
):
    eyewear = request.getfixturevalue(name)
    photo = shoot(eyewear, replace(TILTED, paper=paper))

    found = propose(photo.pixels, eyewear.marks)

    assert off(photo, found) < TOLERANCE
    assert found.tilt == pytest.approx(2.4, abs=0.1)
    assert found.scale == pytest.approx(photo.scale, rel=0.01)


def test_a_larger_photo_has_its_marks_at_the_same_places(opaque: Eyewear):
    photo = shoot(opaque)
    twice = cv2.resize(photo.pixels, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)

    small = propose(photo.pixels, opaque.marks)
    large = propose(np.asarray(twice, np.uint8), opaque.marks)

    for one, other in zip(small.points.all(), large.points.all(), strict=True):
        np.testing.assert_allclose(other / 2, one, atol=0.3 * photo.scale)


def cropped(pixels: Bytes) -> Bytes:
    return np.ascontiguousarray(pixels[:, : int(0.82 * pixels.shape[1])])


def from_the_side(pixels: Bytes) -> Bytes:
    """Return the photo as if taken from well off the frame's axis."""
    height, width = pixels.shape[:2]
    before = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    after = before * [0.8, 1] + [[0, 0], [0, 0.12 * height], [0, -0.12 * height], [0, 0]]
    turn = cv2.getPerspectiveTransform(before, after.astype(np.float32))
    size = width, height
    return np.asarray(cv2.warpPerspective(pixels, turn, size, borderMode=cv2.BORDER_REPLICATE))


def on_a_table(pixels: Bytes) -> Bytes:
    """Return the photo before a wild background."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 255, (9, 14, 3), dtype=np.uint8)
    wild = cv2.resize(coarse, pixels.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.where(pixels > 245, wild, pixels)


def blank(pixels: Bytes) -> Bytes:
    return np.full_like(pixels, 250)


def bar(pixels: Bytes) -> Bytes:
    """Return a picture of something as wide as a frame, without lenses."""
    picture = np.full_like(pixels, 255)
    height, width = pixels.shape[:2]
    size = (width // 8, height // 3), (7 * width // 8, height // 2)
    return np.asarray(cv2.rectangle(picture, *size, (30, 30, 30), -1))


def small(pixels: Bytes) -> Bytes:
    return np.ascontiguousarray(pixels[::3, ::3])


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (cropped, FrameCropped),
        (from_the_side, FrameLopsided),
        (on_a_table, BackgroundBusy),
        (blank, NoFrameInPicture),
        (bar, LensesNotFound),
        (small, ProductPhotoSmall),
    ],
)
def test_a_photo_that_wont_do_is_refused_for_its_own_reason(
    opaque: Eyewear, spoil: Callable[[Bytes], Bytes], refusal: type[ProductPhotoError]
):
    photo = shoot(opaque, Shot(width_px=1100))

    with pytest.raises(refusal):
        propose(spoil(photo.pixels), opaque.marks)


@pytest.mark.parametrize(("field", "by"), [("lens_width", -5), ("lens_height", 6)])
def test_size_marks_that_the_picture_belies_are_named(opaque: Eyewear, field: str, by: float):
    photo = shoot(opaque)
    wrong = replace(opaque.marks, **{field: getattr(opaque.marks, field) + by})

    with pytest.raises(MarksMismatch) as refused:
        propose(photo.pixels, wrong)

    told = refused.value.params
    assert told["field"] == field
    assert told["seen_mm"] == pytest.approx(getattr(opaque.marks, field), abs=1.5)


def cut(eyewear: Eyewear, *, opaque: bool = False, shot: Shot = TILTED) -> Cut:
    photo = shoot(eyewear, shot)
    points = propose(photo.pixels, eyewear.marks).points
    return cut_front(photo.pixels, points, eyewear.marks, opaque=opaque, rimless=False)


def likeness(made: Cut, eyewear: Eyewear) -> tuple[np.ndarray, np.ndarray]:
    """Return the alpha that was cut and the one that was drawn, on one raster."""
    art = eyewear.artwork
    k = art.scale / made.scale
    shift = [c - k * m for c, m in zip(art.centre, made.centre, strict=True)]
    matrix = np.array([[k, 0, shift[0]], [0, k, shift[1]]])
    size = art.front.shape[1::-1]
    return cv2.warpAffine(made.front[..., 3], matrix, size) / 255, art.front[..., 3] / 255


def test_an_opaque_front_is_cut_out_whole_with_soft_edges(opaque: Eyewear):
    made, true = likeness(cut(opaque), opaque)

    assert np.abs(made - true).mean() < 0.02
    deep = cv2.erode(true, np.ones((7, 7))) > 0.99
    assert (made[deep] > 0.85).mean() > 0.99  # highlights on black are not holes
    assert 0.005 < ((made > 0.1) & (made < 0.9)).mean() < 0.06


def test_a_translucent_front_stays_translucent(clear: Eyewear):
    made, true = likeness(cut(clear), clear)

    body = (true > 0.35) & (cv2.erode(true, np.ones((5, 5))) > 0.3)
    assert 0.2 < np.median(made[body]) < 0.85
    assert abs(np.median(made[body]) - np.median(true[body])) < 0.25


def test_lenses_are_taken_out_and_marked(sun: Eyewear):
    made = cut(sun, opaque=True)
    x, y = made.centre
    across = sun.marks.lens_centres / 2 * made.scale

    for side in (-1, 1):
        at = round(y), round(x + side * across)
        assert made.lenses[at] == 255
        assert made.front[at][3] == 0
    assert made.lenses[round(y), round(x)] == 0
    light = float(np.median(made.glass))
    assert 0.2 < light < 0.6  # a dark green lens, in display values


def test_shadows_are_left_behind(opaque: Eyewear):
    made = cut(opaque, shot=replace(TILTED, shadow=1.2, cast=0.15))
    below = round(made.centre[1] + (opaque.marks.lens_height / 2 + 8) * made.scale)

    assert made.front[below:, :, 3].max() == 0


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_side_photo_gives_the_temple_with_its_bend(opaque: Eyewear, mirrored: bool):
    picture = side_picture(opaque, 1300, (250, 250, 250))
    if mirrored:
        picture = np.ascontiguousarray(picture[:, ::-1])

    temple = cut_temple(picture, opaque.marks.temple, 6.0, opaque=True)

    art = opaque.artwork
    true = (np.array(art.ear) - art.joint) / art.scale
    ear = (np.array(temple.ear) - temple.joint) / temple.scale
    np.testing.assert_allclose(ear, true, atol=4.0)
    assert temple.picture[..., 3].max() > 250


def test_a_front_is_no_side_photo(opaque: Eyewear):
    with pytest.raises(SideUnreadable):
        cut_temple(shoot(opaque).pixels, 145.0, 6.0, opaque=True)
