"""The demo catalogue's frames are drawn to their size marks and hang together."""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from webapp.drawn.catalogue import DemoFrame, DemoVariant, demo_frames
from webapp.drawn.listing import slug_of
from webapp.drawn.product import outer_wall, product_picture, side_picture
from webapp.drawn.tints import REC709
from webapp.eyewear.frame import Artwork, Eyewear, LensKind, Material, Shape

FRAMES = {frame.slug: frame for frame in demo_frames()}
VARIANTS = {f"{f.slug}/{v.slug}": (f, v) for f in FRAMES.values() for v in f.variants}
SHIELDS = {slug for slug, frame in FRAMES.items() if frame.shape is Shape.SHIELD}
BARE = (Shape.HALF_RIM, Shape.RIMLESS, Shape.SHIELD)  # lenses that a rim does not go round
RIMMED = {slug for slug, frame in FRAMES.items() if frame.shape not in BARE[1:]}
HALF_LEVEL = 127  # of 255: where an edge lies


@cache
def drawn(slug: str) -> Artwork:
    """Return the artwork of a frame's first variant, drawn once for all tests."""
    return FRAMES[slug].variants[0].artwork()


def worn(slug: str) -> Eyewear:
    frame = FRAMES[slug]
    return Eyewear(frame.marks, drawn(slug), frame.build, frame.variants[0].lens)


def box(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return left, top, width, height of what is set, in pixels."""
    columns, rows = (np.flatnonzero(mask.any(axis=axis)) for axis in (0, 1))
    return (
        int(columns[0]), int(rows[0]),
        int(columns[-1] - columns[0] + 1), int(rows[-1] - rows[0] + 1),
    )  # fmt: skip


def lens_boxes(art: Artwork) -> Iterator[tuple[float, float, float, float]]:
    """Yield each lens's box in frame coordinates (left, top, width, height), mm."""
    middle = round(art.centre[0] + 0.5)
    for start, half in ((0, art.lenses[:, :middle]), (middle, art.lenses[:, middle:])):
        left, top, width, height = box(half > HALF_LEVEL)
        x, y = left + start - 0.5 - art.centre[0], top - 0.5 - art.centre[1]
        yield x / art.scale, y / art.scale, width / art.scale, height / art.scale


def alpha_at(picture: NDArray[np.uint8], x: float, y: float) -> int:
    return int(picture[round(y), round(x), 3])


def test_the_catalogue_has_the_shapes_that_shops_sell() -> None:
    shapes = {frame.shape for frame in FRAMES.values()}

    assert len(FRAMES) >= 24
    assert len(VARIANTS) >= 60
    assert shapes == set(Shape)


def test_the_catalogue_serves_everyone_in_every_light() -> None:
    categories = {variant.lens.category for _, variant in VARIANTS.values()}
    kinds = {variant.lens.kind for _, variant in VARIANTS.values()}

    assert {frame.gender for frame in FRAMES.values()} == {"women", "men", "unisex", "kids"}
    assert {frame.material for frame in FRAMES.values()} == set(Material)
    assert categories == {0, 1, 2, 3, 4}
    assert kinds == set(LensKind)


def test_childrens_frames_are_narrower_than_any_other() -> None:
    def widths(kids: bool) -> list[float]:
        return [f.marks.width for f in FRAMES.values() if (f.gender == "kids") is kids]

    assert max(widths(kids=True)) < min(widths(kids=False))


def test_every_frame_may_be_had_with_other_lenses() -> None:
    for frame in FRAMES.values():
        slugs = [slug_of(label) for (_, label), _ in frame.lenses]
        assert len(set(slugs)) == len(slugs) >= 3


def test_addresses_are_unique_and_every_frame_has_colourways() -> None:
    assert len(FRAMES) == len(demo_frames())
    for frame in FRAMES.values():
        slugs = [variant.slug for variant in frame.variants]
        assert len(slugs) >= 2
        assert len(set(slugs)) == len(slugs)
        assert all(slug == slug.lower() and " " not in slug for slug in [frame.slug, *slugs])
        assert all(len(v.swatch) == 7 and v.swatch[0] == "#" for v in frame.variants)
        assert frame.price_cents > 0


@pytest.mark.parametrize(("frame", "variant"), VARIANTS.values(), ids=VARIANTS)
def test_a_tint_changes_colour_and_not_brightness(frame: DemoFrame, variant: DemoVariant) -> None:
    luminance = float(np.dot(REC709, variant.lens.tint))

    assert luminance == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(("frame", "variant"), VARIANTS.values(), ids=VARIANTS)
def test_a_lens_label_names_the_true_category(frame: DemoFrame, variant: DemoVariant) -> None:
    if variant.lens.kind is LensKind.CLEAR:
        assert variant.lens.category == 0
    else:
        assert variant.lens_label.endswith(f"category {variant.lens.category}")


@pytest.mark.parametrize("slug", FRAMES)
def test_a_front_is_as_wide_as_a_caliper_measures(slug: str) -> None:
    art = drawn(slug)

    _, _, width, _ = box(art.front[..., 3] > HALF_LEVEL)

    assert width / art.scale == pytest.approx(FRAMES[slug].marks.width, abs=0.5)


@pytest.mark.parametrize("slug", sorted(FRAMES.keys() - SHIELDS))
def test_lenses_have_the_size_that_is_printed(slug: str) -> None:
    marks = FRAMES[slug].marks

    right, left = lens_boxes(drawn(slug))

    for _, top, width, height in (right, left):
        assert width == pytest.approx(marks.lens_width, abs=0.3)
        assert height == pytest.approx(marks.lens_height, abs=0.3)
        assert top == pytest.approx(-marks.lens_height / 2, abs=0.3)
    assert left[0] - (right[0] + right[2]) == pytest.approx(marks.bridge, abs=0.3)
    assert left[0] == pytest.approx(marks.bridge / 2, abs=0.2)


@pytest.mark.parametrize("slug", sorted(SHIELDS))
def test_a_shield_is_one_lens_across(slug: str) -> None:
    art, marks = drawn(slug), FRAMES[slug].marks

    _, top, width, height = box(art.lenses > HALF_LEVEL)
    above_nose = art.lenses[top : round(art.centre[1]), round(art.centre[0])]

    assert width / art.scale == pytest.approx(2 * marks.lens_width + marks.bridge, abs=0.5)
    assert height / art.scale == pytest.approx(marks.lens_height, abs=1.0)
    assert (above_nose > HALF_LEVEL).sum() / art.scale > 0.2 * marks.lens_height


@pytest.mark.parametrize("slug", FRAMES)
def test_a_front_has_two_equal_halves(slug: str) -> None:
    """The shape is symmetric; colours are not, since a sheet's pattern is not."""
    art = drawn(slug)

    alpha = art.front[..., 3].astype(int)

    assert np.abs(art.lenses.astype(int) - art.lenses[:, ::-1]).max() <= 1
    assert np.mean(np.abs(alpha - alpha[:, ::-1])) < 0.5


@pytest.mark.parametrize("slug", sorted(RIMMED))
def test_lenses_reach_under_the_rims_but_not_past_them(slug: str) -> None:
    art = drawn(slug)
    lens, rim = art.lenses > HALF_LEVEL, art.front[..., 3] > HALF_LEVEL
    half_rim = FRAMES[slug].shape is Shape.HALF_RIM

    # Walking up from a lens's middle, the rim begins before the lens ends.
    for x, _, width, _ in lens_boxes(art):
        column = round((x + width / 2) * art.scale + art.centre[0])
        above = slice(0, round(art.centre[1]))
        assert (lens & rim)[above, column].sum() / art.scale == pytest.approx(0.6, abs=0.35)
    # Of the lens's topmost and lowest pixels none is bare, but where a thread holds the lens.
    inner = np.pad(lens, 2)[:-4, 2:-2] & np.pad(lens, 2)[4:, 2:-2]
    assert half_rim or not (lens & ~inner & ~rim).any()


@pytest.mark.parametrize("slug", FRAMES)
def test_one_sees_through_the_middle_of_each_lens(slug: str) -> None:
    art = drawn(slug)

    for x, y, width, height in lens_boxes(art):
        at = np.array([x + width / 2, y + height / 2]) * art.scale + art.centre
        assert alpha_at(art.front, *at) == 0


@pytest.mark.parametrize("slug", FRAMES)
def test_the_hinge_lies_on_the_end_piece(slug: str) -> None:
    """There is material at the hinge on both sides, and it is near the front's outer end."""
    frame, art = FRAMES[slug], drawn(slug)
    x, y = frame.build.hinge

    for side in (-1, 1):
        at = np.array([side * x, y]) * art.scale + art.centre
        assert alpha_at(art.front, *at) > 100
    assert 0 < frame.marks.width / 2 - x < 5
    assert -frame.marks.lens_height / 2 - 3 < y < 0


@pytest.mark.parametrize("slug", FRAMES)
def test_a_temple_is_as_tall_at_its_joint_as_the_end_piece(slug: str) -> None:
    """Where both meet, front and temple differ by no more than a step of 2 mm either way."""
    frame, art = FRAMES[slug], drawn(slug)
    x, y = np.array(frame.build.hinge) * art.scale + art.centre
    rise, fall = extent(art.front, x, y)
    joint_rise, joint_fall = extent(art.temple, art.joint[0] + 2 * art.scale, art.joint[1])

    assert abs(rise - joint_rise) / art.scale < 2.0
    assert abs(fall - joint_fall) / art.scale < 2.0


def extent(picture: NDArray[np.uint8], x: float, y: float) -> tuple[int, int]:
    """Return how many pixels the solid run through (x, y) reaches up and down."""
    column = picture[:, round(x), 3] > 40
    up = np.argmin(column[round(y) :: -1])
    down = np.argmin(column[round(y) :])
    return int(up), int(down)


@pytest.mark.parametrize("slug", FRAMES)
def test_a_temple_is_as_long_as_its_mark(slug: str) -> None:
    """Along its middle, from the hinge to the tip."""
    art = drawn(slug)
    solid = art.temple[..., 3] > 100
    columns = np.arange(round(art.joint[0]), np.flatnonzero(solid.any(axis=0))[-1] + 1)
    rows = np.arange(len(solid))

    # The droop is at most 45 degrees, so each column crosses the temple once.
    middle = np.array([rows[solid[:, c]].mean() for c in columns])
    smooth = np.convolve(np.pad(middle, 20, mode="edge"), np.ones(41) / 41, "valid")
    length = np.hypot(1, np.diff(smooth)).sum() / art.scale

    assert length == pytest.approx(FRAMES[slug].marks.temple, abs=4.0)


@pytest.mark.parametrize("slug", FRAMES)
def test_a_temple_bends_down_behind_the_ear(slug: str) -> None:
    art = drawn(slug)
    ear_x, ear_y = (np.array(art.ear) - art.joint) / art.scale
    solid = art.temple[..., 3] > 100
    column = np.flatnonzero(solid[:, round(art.ear[0])])
    tip_rows = np.flatnonzero(solid[:, np.flatnonzero(solid.any(axis=0))[-1]])

    assert 0.6 < ear_x / FRAMES[slug].marks.temple < 0.78
    assert ear_y > 0
    assert abs(column[-1] - art.ear[1]) / art.scale < 1.0  # the underside
    assert (tip_rows.mean() - art.ear[1]) / art.scale > 15


@pytest.mark.parametrize("slug", FRAMES)
def test_pads_on_arms_belong_to_metal_bridges(slug: str) -> None:
    frame = FRAMES[slug]

    assert frame.build.pads == (frame.material is not Material.ACETATE)


def test_crystal_lets_the_face_through_and_black_does_not() -> None:
    panto = {variant.slug: variant for variant in FRAMES["delphine"].variants}

    crystal, black = panto["crystal"].artwork(), panto["black"].artwork()
    body = black.front[..., 3] == 255

    assert np.median(crystal.front[..., 3][body]) < 0.8 * 255
    assert np.median(black.front[..., :3][body]) < 60


def test_drawing_twice_gives_the_same_picture() -> None:
    variant = FRAMES["odette"].variants[-1]

    first, second = variant.artwork(), variant.artwork()

    np.testing.assert_array_equal(first.front, second.front)
    np.testing.assert_array_equal(first.temple, second.temple)


def test_a_product_picture_has_the_asked_size_and_paper() -> None:
    picture = product_picture(worn("solane"), 480, (255, 255, 255))

    assert picture.shape == (240, 480, 3)
    assert (picture[0] == 255).all()
    assert (picture[:, 0] > 240).all()


def test_a_cut_out_product_picture_looks_the_same_on_white() -> None:
    eyewear = worn("solane")

    cut = product_picture(eyewear, 400).astype(float)
    share = cut[..., 3:] / 255
    on_white = cut[..., :3] * share + 255 * (1 - share)

    assert cut.shape == (200, 400, 4)
    assert (cut[:3, :, 3] == 0).all()
    direct = product_picture(eyewear, 400, (255, 255, 255))
    np.testing.assert_allclose(on_white, direct, atol=2.0)


def test_sun_lenses_are_darker_than_clear_ones_in_the_product_picture() -> None:
    def lens_light(slug: str) -> float:
        eyewear = worn(slug)
        picture = product_picture(eyewear, 600, (255, 255, 255))
        x = 300 + eyewear.marks.lens_centres / 2 * (600 * 0.84 / eyewear.marks.width)
        return float(picture[100:170, round(x) - 5 : round(x) + 5].mean())

    assert lens_light("solane") < 160 < 220 < lens_light("aurel")


@pytest.mark.parametrize("slug", ["aurel", "merten", "corvin"])
def test_a_side_picture_shows_the_temple_whole(slug: str) -> None:
    picture = side_picture(worn(slug), 500)

    assert picture.shape == (250, 500, 4)
    left, _, width, _ = box(picture[..., 3] > 200)
    assert 0 < left < 60
    assert 360 < width < 480


@pytest.mark.parametrize("slug", ["elowen", "kestrel"])
def test_a_bare_lens_is_the_fronts_outer_wall(slug: str) -> None:
    """Where no rim goes round a lens, a side picture shows its own edge, at every height."""
    art, marks = drawn(slug), FRAMES[slug].marks
    heights = np.linspace(-0.3, 0.3, 40) * marks.lens_height
    rows = np.round(heights * art.scale + art.centre[1]).astype(int)
    edge = [np.flatnonzero(art.lenses[row] > HALF_LEVEL)[-1] - art.centre[0] for row in rows]

    wall, _, _ = outer_wall(art, heights)

    assert (wall > np.array(edge) / art.scale - 1.0).all()
