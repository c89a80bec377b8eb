"""Lenses on a face: what makes one lens look other than the next."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.rendering_stage import fit_of, frame_of, photo_of
from webapp.drawn.assortment import BLUE_FADE, PALE_ROSE, PALE_YELLOW, ROSE_FADE
from webapp.eyewear.frame import Lens, LensKind
from webapp.rendering.colour import LUMINANCE, to_linear
from webapp.rendering.compose import Effects, try_on

BARE = Effects(reflections=False, shadows=False, grain=False)
PHOTOCHROMIC = Lens(LensKind.SOLID, 0.16, (1.42, 0.94, 0.52), clear_transmittance=0.88)


def light_of(lens: Lens, *, reflections: bool) -> float:
    """Return the mean linear light of a picture with such lenses, without grain."""
    fit = fit_of()
    effects = Effects(reflections=reflections, shadows=False, grain=False)
    worn = try_on(photo_of(fit), fit, frame_of(lens=lens, temples=False), effects=effects)
    return float(to_linear(worn).mean())


def test_a_polarised_lens_glares_less():
    """It lets through what its marks say all the same."""
    plain = Lens(LensKind.SOLID, 0.15, reflectance=0.1)
    polarised = replace(plain, polarised=True)

    glare = [
        light_of(lens, reflections=True) - light_of(lens, reflections=False)
        for lens in (plain, polarised)
    ]

    assert light_of(plain, reflections=False) == light_of(polarised, reflections=False)
    assert 0 < glare[1] < 0.75 * glare[0]
    assert np.isfinite(glare).all()


def test_a_polarised_mirror_keeps_its_own_image():
    """The coating lies before the polariser: only the glare beside its image grows less."""
    plain = Lens(LensKind.MIRROR, 0.12, reflectance=0.35)
    polarised = replace(plain, polarised=True)

    image = [
        light_of(lens, reflections=True) - light_of(lens, reflections=False)
        for lens in (plain, polarised)
    ]

    assert 0.9 * image[0] < image[1] <= image[0]


def share_through(lens: Lens, level: int) -> float:
    """Return the share of luminance that lenses let through of an even grey of `level`."""
    fit = fit_of()
    grey = np.full_like(photo_of(fit), level)
    bare, black, worn = (
        to_linear(try_on(grey, fit, frame_of(lens=each, temples=False), effects=BARE)) @ LUMINANCE
        for each in (Lens(transmittance=1.0), Lens(LensKind.SOLID, 0.01), lens)
    )
    # What a black lens darkens and a window of glass does not lies in the lenses.
    within = cv2.erode((black < 0.2 * bare).astype(np.uint8), np.ones((5, 5))) > 0
    assert within.sum() > 2000
    return float(worn[within].mean() / bare[within].mean())


@pytest.mark.parametrize("level", [90, 170, 250], ids="grey {}".format)
@pytest.mark.parametrize(
    "lens",
    [
        *(lens for lens, _ in (PALE_ROSE, PALE_YELLOW, ROSE_FADE, BLUE_FADE)),
        *(PHOTOCHROMIC.at(state) for state in (0, 0.5, 1)),
    ],
    ids=lambda lens: f"{lens.kind} {lens.transmittance:.2f}",
)
def test_strong_tints_let_through_what_is_stated_in_any_light(lens, level):
    """Within 2 points, in dark and bright photos, where a channel would pass more than all too."""
    stated = (lens.transmittance + lens.bottom) / 2

    assert share_through(lens, level) == pytest.approx(stated, abs=0.02)
