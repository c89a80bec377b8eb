"""Lenses on a face: what makes one lens look other than the next."""

from dataclasses import replace

import numpy as np

from tests.rendering_stage import fit_of, frame_of, photo_of
from webapp.eyewear.frame import Lens, LensKind
from webapp.rendering.colour import to_linear
from webapp.rendering.compose import Effects, try_on


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
