"""What makes drawn glasses look worn: metal, nose pads, hair over temples, a print's own tone."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.rendering_stage import fit_of, frame_of, paint_of, photo_of
from webapp.drawn.catalogue import demo_frames
from webapp.eyewear.frame import Artwork, Build, Eyewear
from webapp.rendering.colour import luminance, to_linear
from webapp.rendering.compose import Effects, prepare, try_on
from webapp.rendering.fronts import front_in_sight, view_front
from webapp.rendering.light import read_light
from webapp.rendering.occlusion import rasterise
from webapp.rendering.pads import BEHIND, pads_of
from webapp.rendering.shadows import shaded
from webapp.rendering.sheets import front_of
from webapp.rendering.textures import front_textures

PLAIN = Effects(reflections=False, shadows=False, grain=False)
GOLD = (214, 180, 110)


def demo(slug: str) -> Eyewear:
    frame = next(one for one in demo_frames() if one.slug == slug)
    return Eyewear(frame.marks, frame.variants[0].artwork(), frame.build, frame.variants[0].lens)


def rims_of(width: float) -> Artwork:
    """Return the stage's artwork with golden rims so many mm wide."""
    art = frame_of().artwork
    reach = 2 * round(width * art.scale) + 1
    around = np.asarray(cv2.dilate(art.lenses, np.ones((reach, reach), np.uint8)))
    front = np.zeros_like(art.front)
    front[(around > 0) & (art.lenses == 0)] = (*GOLD, 255)
    return replace(art, front=front)


def acetate_of(colour: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """Return a plate (40, 40, 4) of one colour: too broad to be wire."""
    return np.full((40, 40, 4), colour, np.uint8)


def toned(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the photo as a brown print on cream paper."""
    grey = photo.mean(axis=2, keepdims=True) / 255
    return np.asarray(np.rint(255 * grey ** np.array([0.9, 1.05, 1.2])), np.uint8)


def test_golden_wire_is_deeper_than_golden_acetate():
    """Metal mirrors a room; acetate has its colour in any light."""
    wire, acetate = (front_textures(rims_of(mm), 4.0, 0.0).front.paint for mm in (1.2, 4.0))

    metal, dyed = (paint[paint[..., 3] > 0.99][:, :3].mean(axis=0) for paint in (wire, acetate))

    assert luminance(metal) < 0.9 * luminance(dyed)
    assert metal[2] / metal[0] < 0.9 * dyed[2] / dyed[0]


def test_level_wire_is_lighter_than_upright_wire():
    """What lies level mirrors the light above."""
    layer = front_textures(rims_of(1.2), 4.0, 0.0).front
    x, y = (round(float(mm)) for mm in np.array([35.0, 20.0]) * layer.scale + layer.zero)
    level = luminance(layer.paint[y - 8 : y + 8, x - 20 : x + 20, :3]).max()
    x, y = (round(float(mm)) for mm in np.array([61.5, 0.0]) * layer.scale + layer.zero)
    upright = luminance(layer.paint[y - 20 : y + 20, x - 8 : x + 8, :3]).max()

    assert level > 1.2 * upright


def test_crystal_is_no_darker_than_the_skin_behind_it():
    """Clear acetate throws back a little light and keeps back a little, so skin stays skin."""
    skin = to_linear(np.array([205, 160, 135], np.uint8))
    whole = paint_of(acetate_of((218, 226, 230, 95)), 4.0)
    smoke = paint_of(acetate_of((40, 40, 40, 95)), 4.0)

    before_skin, dimmed = (
        each[20, 20, :3] + (1 - each[20, 20, 3]) * skin for each in (whole, smoke)
    )

    assert luminance(before_skin) == pytest.approx(luminance(skin), rel=0.15)
    assert luminance(dimmed) < 0.6 * luminance(skin)


@pytest.mark.parametrize("alpha", [255, 180, 95], ids="alpha {}".format)
def test_acetate_before_white_looks_as_in_its_product_photo(alpha):
    """What a body lets through and what it throws back make up what was photographed."""
    paint = paint_of(acetate_of((120, 120, 120, alpha)), 4.0)[20, 20]
    photographed = to_linear(np.array([255 - round((255 - 120) * alpha / 255)], np.uint8))[0]

    through, own = 1 - paint[3], to_linear(np.array([round(120 * alpha / 255)], np.uint8))[0]

    assert through + own == pytest.approx(photographed, abs=0.01)
    assert 0 < paint[0] <= own


@pytest.mark.parametrize("slug", ["aurel", "corvin", "elowen", "solane"])
def test_nose_pads_are_told_from_bridge_and_rims(slug):
    """Two of them, mirror images, none across the middle."""
    art = demo(slug).artwork

    pads = pads_of(art)

    rows, columns = np.nonzero(pads)
    off = (columns - art.centre[0]) / art.scale
    assert 8 < (off > 0).sum() / art.scale**2 < 40
    assert (off > 0).sum() == pytest.approx((off < 0).sum(), rel=0.05)
    assert np.abs(off).min() > 2
    assert ((rows - art.centre[1]) / art.scale).min() > -8


def test_a_frame_without_pads_has_none_taken_out():
    art = demo("merten").artwork

    assert not pads_of(art).any()
    assert front_textures(art, 3.0, 0.0, pads=True).pads is None


@pytest.mark.parametrize("yaw", [-20, 20], ids="turned {} degrees".format)
def test_pads_stand_behind_the_front(yaw):
    """As the head turns, they shift against the rims as what is nearer to the face does."""
    fit, eyewear = fit_of(yaw), frame_of(build=Build(hinge=(68.0, -10.0), pads=True))
    light = read_light(photo_of(fit), fit.camera, fit.head)
    x, y = (round(float(at)) for at in fit.camera.project(fit.frame_pose.translation))

    view = view_front(fit, eyewear, light, (x - 9, y - 9, x + 9, y + 9), 1.0, shiny=False)

    slid = float((view.pads - view.face)[..., 0].mean())
    assert slid == pytest.approx(BEHIND * np.tan(np.radians(yaw)), rel=0.1)


def test_a_rim_behind_the_nose_goes_without_steps():
    """The nose's edge has no finer depths than its raster; a rim must not show its cells."""
    fit, eyewear = fit_of(44), frame_of()
    raster = rasterise(fit.camera, fit.head).halved()

    seen = front_in_sight(fit, front_of(eyewear), raster)

    assert seen is not None
    assert seen.min() < 0.05
    assert max(np.abs(np.diff(seen, axis=axis)).max() for axis in (0, 1)) < 0.6


def test_dark_hair_over_an_ear_hides_the_temple_where_it_begins():
    """Over skin the temple is seen, over hair that hangs before it, it is not."""
    fit = fit_of(-25)
    photo = np.full_like(photo_of(fit), (205, 160, 135))
    hair = photo.copy()
    ear = fit.camera.project(fit.head.pose.apply(fit.head.mesh[[356]]))[0, 0]
    hair[:, round(float(ear)) :] = (45, 32, 26)

    bare, covered = (prepare(each, fit.camera, fit.head) for each in (photo, hair))

    assert bare.strands.max() == 0
    left, right = np.array_split(covered.strands, 2, axis=1)
    assert covered.ears[1] == 0
    assert right.max() > 0.9
    assert left.max() < 0.1


def test_skin_that_turns_into_shade_is_no_hair():
    """Without an edge it is the cheek's own, however dark and red; behind one it is hair."""
    fit = fit_of(-25)
    skin, shade, hair = (np.array(c, float) for c in ((205, 160, 135), (88, 34, 16), (20, 16, 15)))
    photo = np.full_like(photo_of(fit), skin.astype(np.uint8)).astype(float)
    places = fit.head.pose.apply(fit.head.mesh[[356, 280]])
    ear, cheek = fit.camera.project(places)[:, 0].astype(int)
    sudden = photo.copy()
    sudden[:, cheek + 20 :] = shade
    share = np.clip((np.arange(photo.shape[1]) - cheek) / (ear - cheek), 0, 1)
    gradual = photo + np.outer(share, shade - skin)
    for each in (sudden, gradual):
        each[:, ear + 6 :] = hair

    hidden = [
        prepare(np.asarray(each, np.uint8), fit.camera, fit.head) for each in (sudden, gradual)
    ]

    row = hidden[0].strands.shape[0] // 2
    column = round((ear - 4 - hidden[0].raster.left) / hidden[0].raster.step)
    assert [scene.ears[1] for scene in hidden] == [0, 0]
    assert hidden[0].strands[row, column] > 0.8
    assert hidden[1].strands[row, column] < 0.3


def test_shadows_on_skin_are_redder_than_the_skin():
    """Grey ones would look painted on; skin scatters red light into them."""
    skin = to_linear(np.full((4, 4, 3), (205, 160, 135), np.uint8))

    lit, dim = (shaded(skin, np.full((4, 4), left, np.float32)) for left in (1.0, 0.6))

    np.testing.assert_allclose(lit, skin, atol=1e-6)
    assert luminance(dim).max() < 0.7 * luminance(skin).max()
    assert (dim[..., 0] / dim[..., 2]).min() > 1.1 * (skin[..., 0] / skin[..., 2]).max()


def test_a_toned_print_gets_frames_of_its_own_tone():
    """In a sepia print a green temple would look pasted."""
    fit = fit_of(25)
    photo = toned(photo_of(fit))

    picture = try_on(photo, fit, frame_of(), effects=Effects(grain=False))

    light = to_linear(picture)
    level = np.argsort(luminance(light).ravel())
    strays = [
        np.ptp(group, axis=0).max() for group in np.array_split(light.reshape(-1, 3)[level], 400)
    ]
    assert not np.array_equal(picture, photo)
    assert np.percentile(strays, 95) < 0.03


def test_a_coloured_photo_has_no_tone():
    fit = fit_of()

    assert read_light(photo_of(fit), fit.camera, fit.head).tone is None


def test_warm_light_makes_frames_warm():
    """Where skin and room are both orange, it is the light that is."""
    fit = fit_of()
    photo = photo_of(fit)
    photo[:40] = np.random.default_rng(2).integers(90, 200, (40, photo.shape[1], 3))  # a bookshelf
    warm = np.asarray(photo * np.array([1.0, 0.72, 0.4]), np.uint8)

    plain, orange = (read_light(each, fit.camera, fit.head).tint for each in (photo, warm))

    assert orange[2] / orange[0] < 0.6 * plain[2] / plain[0]
