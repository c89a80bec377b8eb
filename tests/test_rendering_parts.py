"""The parts of the picture: light, sheets, the head's depth, textures, grain."""

import gc
import math
from dataclasses import replace

import numpy as np
import pytest

from tests.rendering_stage import fit_of, frame_of, paint_of, photo_of
from webapp.eyewear.frame import Artwork, Lens
from webapp.rendering import wholes
from webapp.rendering.colour import to_linear, to_srgb
from webapp.rendering.compose import prepare, unpack
from webapp.rendering.grain import read_grain
from webapp.rendering.hair import bare_ears
from webapp.rendering.kept import Kept
from webapp.rendering.light import read_light
from webapp.rendering.occlusion import NOTHING, rasterise
from webapp.rendering.shadows import shadow
from webapp.rendering.sheets import Front, Grid, Rays, front_of, rays
from webapp.rendering.temples import bars
from webapp.rendering.textures import front_textures, temple_texture


def test_every_byte_survives_linear_light():
    """Pixels that nothing touches come back as they were."""
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)

    assert np.array_equal(to_srgb(to_linear(levels)), levels)


def test_light_outside_the_range_is_clipped():
    """A highlight is white, not black."""
    light = np.array([-0.2, 0.0, 1.0, 7.5], dtype=np.float32)

    assert to_srgb(light).tolist() == [0, 0, 255, 255]


@pytest.mark.parametrize("yaw", [-35, 0, 35], ids="turned {} degrees".format)
def test_rays_meet_the_front_on_its_curve_and_on_the_ray(yaw):
    """The point found is on the sheet and projects to the pixel it was asked for."""
    fit = fit_of(yaw, 10, 5)
    sheet = front_of(frame_of())
    x, y = np.meshgrid(np.linspace(-66, 66, 9), np.linspace(-20, 20, 5))
    points = np.dstack([x, y, sheet.rise(x, y)])
    pixels = fit.camera.project(fit.frame_pose.apply(points))

    found_x, found_y, depth = sheet.meet(rays(fit.camera, fit.frame_pose, pixels))

    np.testing.assert_allclose(found_x, x, atol=0.15)
    np.testing.assert_allclose(found_y, y, atol=0.15)
    np.testing.assert_allclose(depth, fit.frame_pose.apply(points)[..., 2], atol=0.3)


@pytest.mark.parametrize("yaw", [-35, 20, 35], ids="turned {} degrees".format)
def test_rays_meet_a_strongly_wrapped_front_too(yaw):
    sheet = Front(slope=math.tan(math.radians(12)), curvature=8 / 530, half=33, reach=72)
    x, y = np.meshgrid(np.linspace(-70, 70, 29), np.linspace(-30, 30, 9))

    found_x, found_y, _ = sheet.meet(towards(sheet, x, y, yaw))

    np.testing.assert_allclose(found_x, x, atol=0.2)
    np.testing.assert_allclose(found_y, y, atol=0.2)


@pytest.mark.parametrize("yaw", [-35, 0, 35], ids="turned {} degrees".format)
def test_rays_beyond_a_fronts_ends_do_not_come_back_to_it(yaw):
    """Or a ghost of the front would be painted beside it."""
    sheet = Front(slope=math.tan(math.radians(12)), curvature=8 / 530, half=33, reach=72)
    x, y = np.meshgrid(np.linspace(74, 150, 20), np.linspace(-60, 60, 9))

    for side in (-1, 1):
        found = sheet.meet(towards(sheet, side * x, y, yaw))[0]
        assert (side * found).min() > 70


def towards(sheet: Front, x: np.ndarray, y: np.ndarray, yaw: float) -> Rays:
    """Return rays to points of a sheet from 450 mm before it, `yaw` degrees aside."""
    turn = math.radians(yaw)
    origin = -450 * np.array([math.sin(turn), 0, math.cos(turn)])
    return Rays(origin, (np.dstack([x, y, sheet.rise(x, y)]) - origin) / 450)


def test_the_fronts_ends_lie_behind_its_middle():
    """Wrap turns each half back; both halves alike."""
    sheet = front_of(frame_of())
    ends = sheet.rise(np.array([-66.0, 0.0, 66.0]), np.zeros(3))

    assert ends[0] == ends[2] > ends[1] == 0


def test_tiles_make_up_a_grid_and_enlarge_alike():
    """Enlarged tile by tile, a map is the same as enlarged whole."""
    grid = Grid((13, 7, 120, 90), step=6)
    values = grid.positions() ** 2
    whole = grid.enlarge(values)
    pieced = np.zeros_like(whole)

    for tile, (rows, columns) in grid.tiles(40, 25):
        left, top, right, bottom = tile.box
        pieced[top - 7 : bottom - 7, left - 13 : right - 13] = tile.enlarge(values[rows, columns])

    np.testing.assert_allclose(pieced, whole, rtol=1e-5)


def test_enlarged_positions_are_the_pixels_themselves():
    """The grid's cells lie where they say: no half-pixel shift."""
    grid = Grid((20, 30, 71, 64), step=5)

    full = grid.enlarge(grid.positions())

    np.testing.assert_allclose(
        full[..., 0], np.broadcast_to(np.arange(20, 71), (34, 51)), atol=1e-3
    )
    np.testing.assert_allclose(full[:, 0, 1], np.arange(30, 64), atol=1e-3)


@pytest.mark.parametrize("yaw", [-30, 0, 30], ids="turned {} degrees".format)
def test_the_heads_depth_is_that_of_its_landmarks(yaw):
    """At the nose's tip and the brow the raster has the mesh's own depth."""
    fit = fit_of(yaw)
    raster = rasterise(fit.camera, fit.head)
    points = fit.head.pose.apply(fit.head.mesh[[1, 9, 168]])
    left, top = fit.camera.project(points).T

    depths = [
        raster.lift(raster.depth, (int(x), int(y), int(x) + 1, int(y) + 1), 0.0)[0, 0]
        for x, y in zip(left, top, strict=True)
    ]

    np.testing.assert_allclose(depths, points[:, 2], atol=2.5)


def test_behind_the_face_stands_a_skull_and_beside_it_nothing():
    """What a temple passes behind is there; the wall beside the head hides nothing."""
    raster = rasterise(fit_of().camera, fit_of().head)

    assert (raster.depth[:, 0] == NOTHING).all()
    assert ((raster.depth < NOTHING) & ~raster.skin).any()


def test_light_from_one_side_is_found_on_that_side():
    """Skin brighter on the picture's left says that the light stands there."""
    fit = fit_of()
    photo = photo_of(fit).astype(float)
    fall = np.linspace(1.3, 0.4, photo.shape[1])[None, :, None]
    from_left = np.asarray(np.clip(photo * fall, 0, 255), dtype=np.uint8)
    from_right = np.asarray(np.clip(photo * fall[:, ::-1], 0, 255), dtype=np.uint8)

    left, right = (read_light(each, fit.camera, fit.head) for each in (from_left, from_right))

    assert left.towards[0] < -0.2 < 0.2 < right.towards[0]


def test_light_that_runs_along_a_temple_throws_no_shadow_of_it():
    """Seen from the light, the temple is a line: no division by its width."""
    fit, eyewear = fit_of(), frame_of(lens=Lens(transmittance=1.0))
    straight = replace(fit, ears=np.array([[-70.0, -2.0, 88.0], [70.0, -2.0, 88.0]]))
    photo = photo_of(fit)
    scene = prepare(photo, fit.camera, fit.head)
    light = replace(scene.light, towards=np.array([0.0, -0.6, -0.8]))

    left = shadow(straight, eyewear, bars(straight, eyewear), scene.rough, light)

    assert np.isfinite(left).all()
    assert 0.2 < left.min() < left.max() <= 1


def test_a_darker_photo_has_a_dimmer_light():
    """Frames in a dim photo are dim as well."""
    fit = fit_of()
    photo = photo_of(fit)

    bright = read_light(photo, fit.camera, fit.head)
    dim = read_light(photo // 3, fit.camera, fit.head)

    assert dim.exposure < 0.6 * bright.exposure


@pytest.mark.parametrize(("hidden", "bare"), [(False, True), (True, False)])
def test_ears_under_dark_hair_are_told_from_bare_ones(hidden, bare):
    """Skin where an ear is looked for means a bare ear; dark hair there means a covered one."""
    fit = fit_of()
    photo = np.full_like(photo_of(fit), (205, 160, 135))
    if hidden:
        photo[:, :130] = photo[:, -130:] = (45, 32, 26)
    light = read_light(photo, fit.camera, fit.head)

    ears = bare_ears(photo, fit.camera, fit.head, light.skin)

    assert all((ear > 0.5) is bare for ear in ears)


def test_noise_is_measured_in_levels():
    """The sigma found is that of the noise put in."""
    fit = fit_of()
    photo = np.full_like(photo_of(fit), 150)
    noisy = photo + np.random.default_rng(3).normal(0, 4, (*photo.shape[:2], 1))

    grain = read_grain(np.asarray(np.rint(noisy), dtype=np.uint8), fit.camera, fit.head)

    assert grain.noise == pytest.approx(4, rel=0.2)
    assert read_grain(photo, fit.camera, fit.head).noise == 0


def test_textures_are_made_once_for_an_artwork_and_size():
    """A wall of pictures of one size shares them; another size has its own."""
    art = frame_of().artwork

    first = front_textures(art, 2.0, 0.5)

    assert front_textures(art, 2.0, 0.5) is first
    assert front_textures(art, 1.0, 0.5) is not first
    assert front_textures(frame_of().artwork, 2.0, 0.5) is not first


def test_what_is_unpacked_is_shrunk_for_every_size_but_not_painted_anew(monkeypatch):
    eyewear = frame_of()
    unpack(eyewear)
    monkeypatch.setattr(wholes, "painted", lambda *_: pytest.fail("painted anew"))

    for size in (1.0, 2.0, 3.0):
        front_textures(eyewear.artwork, size, 0.5, pads=eyewear.build.pads)
        temple_texture(eyewear.artwork, size, 0.5, 1.0, 1.0)


def test_light_kept_in_steps_is_as_bright():
    """The darkest shades too: a step is a tenth of what a byte of sRGB can tell apart."""
    art = frame_of().artwork
    whole = wholes.whole_front(art).front

    away = np.abs(wholes.in_light(whole.laid_out()) - paint_of(art.front, art.scale))

    assert away.max() < 1 / 255 / 12.92 / 10


def test_the_store_of_textures_keeps_its_bound():
    """However many frames are shown, the store drops the ones shown longest ago."""
    store: Kept[np.ndarray] = Kept(most=100)
    arts = [frame_of().artwork for _ in range(3)]
    made = [np.zeros(40, dtype=np.uint8) for _ in arts]

    for art, array in zip(arts, made, strict=True):
        store.get(art, (1.0,), array.copy)

    fresh = np.ones(40, dtype=np.uint8)
    assert store.get(arts[2], (1.0,), lambda: fresh) is not fresh
    assert store.get(arts[0], (1.0,), lambda: fresh) is fresh


def test_an_artwork_that_is_gone_is_not_taken_for_a_new_one():
    """Python gives an old object's id to a new one; its textures must not come along."""
    store: Kept[str] = Kept(most=10**6)

    def ask(word: str) -> str:
        artwork: Artwork = frame_of().artwork
        return store.get(artwork, (1.0,), lambda: word)

    told = [ask("first")]
    gc.collect()
    told.append(ask("second"))

    assert told == ["first", "second"]
