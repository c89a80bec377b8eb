"""The picture as a shopper sees it: what a worn frame changes in a photo, and what it leaves."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.rendering_stage import fit_of, frame_of, mirrored, photo_of
from webapp.cli.picture import worn as worn_demo
from webapp.eyewear.frame import Eyewear, Lens, LensKind
from webapp.fitting.scene import Fit
from webapp.rendering import compose
from webapp.rendering.colour import LUMINANCE, to_linear
from webapp.rendering.compose import Effects, prepare, region, try_on, try_on_image

PLAIN = Effects(reflections=False, shadows=False, grain=False)
NO_GRAIN = Effects(grain=False)


def worn(fit: Fit, eyewear: Eyewear, effects: Effects = NO_GRAIN) -> NDArray[np.uint8]:
    """Return the stage's photo with the frame worn."""
    return try_on(photo_of(fit), fit, eyewear, effects=effects)


def changed(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which pixels (H, W) differ by more than two levels."""
    return np.asarray(np.abs(before.astype(int) - after).max(axis=2) > 2)


def box_of(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the first and last row and column that hold a true pixel."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return np.array([rows[0], rows[-1], columns[0], columns[-1]])


@pytest.mark.parametrize("yaw", [-30, 0, 20], ids="turned {} degrees".format)
def test_pixels_outside_the_region_stay_as_they_were(yaw):
    """Not one bit changes outside the box, nor in the photo that was given."""
    fit, eyewear = fit_of(yaw), frame_of(lens=Lens(LensKind.SOLID, 0.15))
    photo = photo_of(fit)
    kept = photo.copy()

    picture = try_on(photo, fit, eyewear)

    left, top, right, bottom = region(fit, eyewear, (photo.shape[1], photo.shape[0]))
    outside = np.ones(photo.shape[:2], dtype=bool)
    outside[top:bottom, left:right] = False
    assert np.array_equal(photo, kept)
    assert np.array_equal(picture[outside], photo[outside])
    assert changed(photo, picture).any()


@pytest.mark.parametrize("yaw", [-35, 0, 18], ids="turned {} degrees".format)
@pytest.mark.parametrize("padded", [False, True], ids=["moulded", "padded"])
def test_what_is_left_unpainted_would_not_have_changed(monkeypatch, yaw, padded):
    """Only the part of each tile that the frame or its shadow reaches is painted."""
    fit = fit_of(yaw, 8, 5)
    eyewear = worn_demo("aurel", 0) if padded else frame_of(lens=Lens(LensKind.SOLID, 0.15))
    assert eyewear.build.pads == padded
    photo = photo_of(fit)
    painted = try_on(photo, fit, eyewear, seed=3)

    monkeypatch.setattr(
        compose, "_wanted", lambda tile, *_: np.ones(tile.face.shape[:2], dtype=bool)
    )
    whole = try_on(photo, fit, eyewear, seed=3)

    assert np.abs(painted.astype(int) - whole).max() <= 1
    assert changed(photo, painted).any()


def test_same_input_gives_the_same_bytes():
    """A scene prepared before, or made on the way, makes no difference either."""
    fit, eyewear = fit_of(12, 5, 8), frame_of()
    photo = photo_of(fit)
    noise = np.random.default_rng(1).integers(0, 9, photo.shape, dtype=np.uint8)
    photo = photo + noise

    first = try_on(photo, fit, eyewear, seed=7)
    second = try_on(photo, fit, eyewear, seed=7, scene=prepare(photo, fit.camera, fit.head))
    other = try_on(photo, fit, eyewear, seed=8)

    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    "lens",
    [
        Lens(LensKind.CLEAR, 0.92),
        Lens(LensKind.SOLID, 0.5, tint=(0.82, 1.08, 0.72)),
        Lens(LensKind.SOLID, 0.15),
        Lens(LensKind.SOLID, 0.05),
        Lens(LensKind.MIRROR, 0.12, reflectance=0.3, mirror_tint=(0.2, 0.5, 1.0)),
        Lens(LensKind.GRADIENT, 0.12, transmittance_bottom=0.5),
    ],
    ids=lambda lens: f"{lens.kind} {lens.transmittance:g}",
)
def test_lenses_let_through_what_their_marks_say(lens):
    """Reflections off, the mean share of light is within 2 points of the stated one."""
    fit = fit_of()
    grey = np.full_like(photo_of(fit), 200)
    bare = try_on(grey, fit, frame_of(lens=Lens(transmittance=1.0), temples=False), effects=PLAIN)
    tinted = try_on(grey, fit, frame_of(lens=lens, temples=False), effects=PLAIN)

    before, after = to_linear(bare) @ LUMINANCE, to_linear(tinted) @ LUMINANCE
    within = cv2.erode((after < before * 0.97).astype(np.uint8), np.ones((5, 5)))
    share = (after / np.maximum(before, 1e-6))[within > 0].mean()

    bottom = lens.transmittance_bottom
    stated = lens.transmittance if bottom is None else (lens.transmittance + bottom) / 2
    assert (within > 0).sum() > 2000
    assert share == pytest.approx(stated, abs=0.02)


def test_a_photo_of_twice_the_size_shows_the_frame_twice_as_large():
    """The outline doubles, and the picture made smaller again is the same picture."""
    fit, eyewear = fit_of(15, 4, 6, width=480), frame_of()
    photo = photo_of(fit)
    height, width = photo.shape[:2]
    large = np.repeat(np.repeat(photo, 2, axis=0), 2, axis=1)

    small_one = try_on(photo, fit, eyewear, effects=NO_GRAIN)
    large_one = try_on(large, fit.scaled(2), eyewear, effects=NO_GRAIN)

    shrunk = cv2.resize(large_one, (width, height), interpolation=cv2.INTER_AREA)
    small_box = box_of(changed(photo, small_one))
    large_box = box_of(changed(large, large_one))
    left, top, right, bottom = region(fit, eyewear, (width, height))
    off = np.abs(shrunk.astype(int) - small_one)[top:bottom, left:right]
    assert np.abs(large_box - 2 * small_box).max() <= 8
    assert off.mean() < 2.5


@pytest.mark.parametrize("yaw", [30, -30], ids="turned {} degrees".format)
def test_the_far_temple_does_not_cross_the_far_cheek(yaw):
    """A head turned by 30 degrees hides one temple and shows the other."""
    fit = fit_of(yaw)
    photo = photo_of(fit)
    scene = prepare(photo, fit.camera, fit.head)
    scene = replace(scene, ears=(1.0, 1.0), strands=np.zeros_like(scene.strands))  # none is drawn

    with_temples = try_on(photo, fit, frame_of(), scene=scene, effects=PLAIN)
    without = try_on(photo, fit, frame_of(temples=False), scene=scene, effects=PLAIN)

    temple = changed(without, with_temples)
    raster = scene.raster
    box = (0, 0, photo.shape[1], photo.shape[0])
    skin = raster.lift(raster.skin.astype(np.float32), box, 0.0) > 0.99
    skin = cv2.erode(skin.astype(np.uint8), np.ones((7, 7))) > 0
    nose = fit.camera.project(fit.head.pose.apply(fit.head.mesh[[168]]))[0, 0]
    columns = np.arange(photo.shape[1])
    far = columns > nose if yaw > 0 else columns < nose
    assert not (temple & skin & far).any()
    assert (temple & ~far).sum() > 150


def test_a_mirrored_scene_gives_the_mirrored_picture():
    """Neither side is treated otherwise than the other."""
    fit, eyewear = fit_of(18, -6, 9, right=20), frame_of(lens=Lens(LensKind.SOLID, 0.3))
    photo = photo_of(fit)

    picture = try_on(photo, fit, eyewear, effects=NO_GRAIN)
    turned_round = try_on(
        np.ascontiguousarray(photo[:, ::-1]),
        mirrored(fit, photo.shape[1]),
        eyewear,
        effects=NO_GRAIN,
    )

    touched = changed(photo, picture)
    off = np.abs(picture.astype(int) - turned_round[:, ::-1])
    assert off[touched].mean() < 1


@pytest.mark.parametrize("right", [-170.0, 165.0], ids="{} mm beside the middle".format)
def test_a_frame_partly_outside_the_photo_is_cut_off(right):
    """What lies inside is drawn, what lies outside is not missed."""
    fit, eyewear = fit_of(right=right), frame_of()
    photo = photo_of(fit)

    picture = try_on(photo, fit, eyewear)

    left, _, end, _ = region(fit, eyewear, (photo.shape[1], photo.shape[0]))
    assert picture.shape == photo.shape
    assert left == 0 or end == photo.shape[1]
    assert changed(photo, picture).any()


def test_a_frame_outside_the_photo_changes_nothing():
    """A face cut off by the photo's edge may have its eyes outside."""
    fit, eyewear = fit_of(right=900), frame_of()
    photo = photo_of(fit)

    picture = try_on(photo, fit, eyewear)

    assert np.array_equal(picture, photo)
    assert picture is not photo


@pytest.mark.parametrize(
    ("yaw", "pitch", "roll"),
    [(35, 0, 0), (-35, 20, 0), (35, -20, 15), (0, 20, -25), (0, -20, 40), (45, 10, 10)],
    ids=str,
)
def test_turned_heads_wear_the_frame_where_it_projects(yaw, pitch, roll):
    """The rims' black is found where the frame's geometry says, and hardly anywhere else."""
    fit, eyewear = fit_of(yaw, pitch, roll), frame_of(temples=False)
    picture = worn(fit, eyewear, PLAIN)
    bridge, lens = np.array([[0.0, -6.0, 0.0]]), np.array([[35.0, 0.0, 0.0]])

    (bridge_x, bridge_y), (lens_x, lens_y) = (
        np.rint(fit.camera.project(fit.frame_pose.apply(point))[0]).astype(int)
        for point in (bridge, lens)
    )
    dark = picture.max(axis=2) < 60

    assert dark[bridge_y, bridge_x]
    assert not dark[lens_y, lens_x]
    assert 0.004 < dark.mean() < 0.08


def test_shadows_only_take_light_away():
    """Below and beside the rims the skin is darker; nowhere does a shadow brighten it."""
    fit, eyewear = fit_of(), frame_of(temples=False)

    lit = worn(fit, eyewear, PLAIN).astype(int)
    shaded = worn(fit, eyewear, replace(PLAIN, shadows=True)).astype(int)

    assert (shaded <= lit + 1).all()
    assert ((lit - shaded) > 8).sum() > 300


def test_grain_falls_on_painted_pixels_only():
    """A noisy photo's own pixels beside the frame keep their own noise."""
    fit, eyewear = fit_of(), frame_of()
    photo = photo_of(fit)
    noise = np.random.default_rng(2).normal(0, 5, photo.shape)
    photo = np.asarray(np.clip(photo + noise, 0, 255), dtype=np.uint8)

    smooth = try_on(photo, fit, eyewear, effects=replace(PLAIN, grain=False))
    grainy = try_on(photo, fit, eyewear, effects=replace(PLAIN, grain=True))

    grain = changed(smooth, grainy)
    assert grain.any()
    assert not (grain & ~changed(photo, smooth)).any()


def test_a_black_and_white_photo_stays_black_and_white():
    """A coloured frame in a grey photo would look pasted."""
    fit = fit_of(25)
    photo = photo_of(fit, grey=True)

    picture = try_on(photo, fit, frame_of(), effects=NO_GRAIN)

    assert np.ptp(picture, axis=2).max() == 0


def test_reflections_add_light_to_dark_lenses():
    """A mirror lens shows the surroundings in its own colour."""
    fit = fit_of()
    eyewear = frame_of(
        lens=Lens(LensKind.MIRROR, 0.1, reflectance=0.35, mirror_tint=(0.1, 0.4, 1.0)),
        temples=False,
    )

    dull = worn(fit, eyewear, PLAIN).astype(int)
    shiny = worn(fit, eyewear, replace(PLAIN, reflections=True)).astype(int)

    added = (shiny - dull)[changed(dull.astype(np.uint8), shiny.astype(np.uint8))]
    assert (added >= -1).all()
    assert added[:, 2].mean() > added[:, 0].mean() + 10


def test_painting_in_place_gives_the_same_picture():
    """The caller's own array is painted, and nothing else about the picture differs."""
    fit, eyewear = fit_of(12), frame_of()
    photo = photo_of(fit)
    copy = photo.copy()

    new = try_on(photo, fit, eyewear, seed=5)
    painted = try_on(copy, fit, eyewear, seed=5, in_place=True)

    assert painted is copy
    np.testing.assert_array_equal(painted, new)


@pytest.mark.parametrize("right", [0.0, 90.0], ids=["in the middle", "at the edge"])
def test_an_image_is_dressed_as_its_pixels_are(right):
    """Only the part about the face becomes an array; the rest stays bit for bit."""
    fit, eyewear = fit_of(10, right=right), frame_of(lens=Lens(LensKind.SOLID, 0.2))
    photo = photo_of(fit)
    image = Image.fromarray(photo)

    try_on_image(image, fit, eyewear)

    whole, part = try_on(photo, fit, eyewear, effects=NO_GRAIN).astype(int), np.asarray(image)
    left, top, r, bottom = region(fit, eyewear, image.size)
    outside = np.ones(photo.shape[:2], dtype=bool)
    outside[top:bottom, left:r] = False
    assert np.array_equal(part[outside], photo[outside])
    assert np.abs(whole - part)[~outside].mean() < 0.6
    assert changed(photo, part).any()
