"""What a frame is: figures that frames have, and what a lens lets through."""

from typing import Any

import numpy as np
import pytest

from webapp.errors import InvalidFrame
from webapp.eyewear.frame import REC709, Artwork, Eyewear, Lens, LensKind, SizeMarks

MARKS = {"lens_width": 52.0, "lens_height": 40.0, "bridge": 18.0, "temple": 145.0, "width": 140.0}


def test_marks_read_as_printed_inside_a_temple():
    """Lens width, box, bridge, temple length."""
    assert str(SizeMarks(**MARKS)) == "52□18-145"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lens_width", 5.2),
        ("lens_height", 400.0),
        ("bridge", 50.0),
        ("temple", 14.5),
        ("width", 110.0),  # narrower than its own two lenses and bridge
        ("width", 190.0),
        ("width", float("nan")),
    ],
)
def test_a_slip_of_the_pen_is_refused_by_name(field, value):
    """A measure that no frame has names its field and what would do."""
    with pytest.raises(InvalidFrame) as refusal:
        SizeMarks(**{**MARKS, field: value})

    assert refusal.value.params["field"] == field
    assert "mm" in refusal.value.params["advice"]


@pytest.mark.parametrize(
    ("transmittance", "category"),
    [(0.92, 0), (0.80, 0), (0.79, 1), (0.43, 1), (0.42, 2), (0.17, 3), (0.08, 3), (0.05, 4)],
)
def test_a_lens_falls_into_its_category(transmittance, category):
    """80, 43, 18 and 8 per cent are the bounds."""
    assert Lens(LensKind.SOLID, transmittance).category == category


def test_a_gradient_runs_evenly_from_top_to_bottom():
    """And stays as it is beyond the lens's edges."""
    lens = Lens(LensKind.GRADIENT, 0.1, transmittance_bottom=0.5)

    passed = lens.passes(np.array([-1.0, 0.0, 0.5, 1.0, 2.0]))[:, 0]

    np.testing.assert_allclose(passed, [0.1, 0.1, 0.3, 0.5, 0.5])


def test_no_colour_is_let_through_more_than_whole():
    """A strong tint on a clear lens turns paler instead of shining, and no darker than stated."""
    tint = np.array([1.5, 0.9, 0.5])
    red, green, blue = (tint / (tint @ REC709)).tolist()

    passed = Lens(LensKind.SOLID, 0.9, tint=(red, green, blue)).passes(np.zeros(1))[0]

    assert passed.max() == pytest.approx(1.0)
    assert passed.max() <= 1.0
    assert passed @ REC709 == pytest.approx(0.9)
    assert passed[0] > passed[1] > passed[2]


@pytest.mark.parametrize("share", [0.0, -0.2, 1.1])
def test_a_share_of_light_that_cannot_be_is_refused(share):
    """Nothing lets through more than all light, or none."""
    with pytest.raises(InvalidFrame):
        Lens(LensKind.SOLID, share)


PHOTOCHROMIC = Lens(LensKind.SOLID, 0.14, (1.42, 0.957, 0.59), clear_transmittance=0.88)


@pytest.mark.parametrize(("state", "share"), [(-1, 0.88), (0, 0.88), (1, 0.14), (2, 0.14)])
def test_a_photochromic_lens_runs_from_clear_to_dark(state, share):
    """Its ends are the two states that the maker prints; beyond them there is nothing."""
    assert PHOTOCHROMIC.at(state).transmittance == pytest.approx(share)


def test_a_photochromic_lens_darkens_by_optical_density():
    """Half-way lies the geometric mean, its colour half as strong, its luminance still 1."""
    half = PHOTOCHROMIC.at(0.5)

    assert half.transmittance == pytest.approx((0.88 * 0.14) ** 0.5)
    assert np.dot(half.tint, REC709) == pytest.approx(1)
    assert 1 < half.tint[0] / half.tint[2] < PHOTOCHROMIC.tint[0] / PHOTOCHROMIC.tint[2]
    assert np.ptp(PHOTOCHROMIC.at(0).tint) == pytest.approx(0)
    assert not half.photochromic


def test_other_lenses_know_no_state():
    """A slider leaves them, and the glasses that hold them, as they are."""
    lens = Lens(LensKind.SOLID, 0.14)

    assert lens.at(0.3) is lens


def test_glasses_darken_with_their_lens():
    """All but the lens stays."""
    rgba, lenses = np.zeros((4, 6, 4), np.uint8), np.full((4, 6), 255, np.uint8)
    artwork = Artwork(rgba, lenses, rgba, 6.0, (3, 2), (0, 0), (5, 2))
    eyewear = Eyewear(SizeMarks(**MARKS), artwork, lens=PHOTOCHROMIC)

    darkened = eyewear.at(0.7)

    assert darkened.lens == PHOTOCHROMIC.at(0.7)
    assert darkened.artwork is artwork
    assert darkened.at(0.1) is darkened


@pytest.mark.parametrize("clear", [0.1, 1.2, float("nan")])
def test_a_clear_state_darker_than_the_dark_one_is_refused(clear):
    """It is a slip: the two were swapped."""
    with pytest.raises(InvalidFrame) as refusal:
        Lens(LensKind.SOLID, 0.14, clear_transmittance=clear)

    assert refusal.value.params["field"] == "clear_transmittance"


def test_artwork_without_alpha_or_lenses_is_refused():
    """Both would be pasted as a slab over the face."""
    rgba = np.zeros((4, 6, 4), np.uint8)
    lenses = np.full((4, 6), 255, np.uint8)
    rest: dict[str, Any] = {"scale": 6.0, "centre": (3, 2), "joint": (0, 0), "ear": (5, 2)}

    Artwork(rgba, lenses, rgba, **rest)
    for front, mask in ((rgba[..., :3], lenses), (rgba, lenses * 0), (rgba, lenses[:2])):
        with pytest.raises(InvalidFrame):
            Artwork(front, mask, rgba, **rest)
