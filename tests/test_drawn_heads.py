"""Reference heads have the millimetres that they were asked to have, and photograph true."""

import numpy as np
import pytest

from webapp.drawn.heads import (
    IRISES,
    Likeness,
    people,
    photograph,
    reference_head,
    turned,
)
from webapp.drawn.looks import LOOKS
from webapp.drawn.mannequin import draw
from webapp.fitting.anatomy import EYE_CORNERS, LEFT_IRIS, RIGHT_IRIS, mean_head
from webapp.fitting.scene import Camera

CAMERA = Camera(900.0, (199.5, 249.5))
NOSE_RIDGE, NOSE_TIP, CHIN = 6, 4, 152


@pytest.mark.parametrize("pd", [54.0, 63.4, 74.0])
@pytest.mark.parametrize("width", [125.0, 155.0])
def test_a_head_has_exactly_the_asked_measures(pd: float, width: float) -> None:
    head = reference_head(Likeness(pd=pd, width=width, nose=3, lopsided=2, ripple=0.5, seed=4))

    assert head.pd == pytest.approx(pd, abs=1e-6)
    assert head.width == pytest.approx(width, abs=1e-6)


def test_a_heads_origin_lies_midway_between_the_eyes_corners() -> None:
    head = reference_head(Likeness(nose=4, cheeks=3, lopsided=3, ripple=1))

    np.testing.assert_allclose(head.mesh[list(EYE_CORNERS)].mean(axis=0), 0, atol=1e-9)


def test_irises_are_round_and_of_the_asked_size() -> None:
    head = reference_head(Likeness(iris=11.2))

    for centre, ring in IRISES:
        radii = np.linalg.norm(head.mesh[list(ring)] - head.mesh[centre], axis=1)
        np.testing.assert_allclose(radii, 5.6, atol=1e-9)


@pytest.mark.parametrize("nose", [-4.0, 4.0])
def test_a_nose_stands_out_by_the_asked_millimetres(nose: float) -> None:
    plain, nosy = reference_head(), reference_head(Likeness(nose=nose))

    forward = plain.mesh[NOSE_RIDGE, 2] - nosy.mesh[NOSE_RIDGE, 2]

    assert forward == pytest.approx(nose, abs=0.6)


def test_a_lopsided_face_is_not_its_own_mirror_image() -> None:
    mirror = mean_head().mirror

    def lean(head_mesh: np.ndarray) -> float:
        flipped = head_mesh[mirror] * (-1, 1, 1)
        return float(np.abs(flipped - head_mesh)[:468].mean())

    assert lean(reference_head().mesh) < 0.05
    assert lean(reference_head(Likeness(lopsided=3)).mesh) > 1.0


def test_made_up_people_differ_and_are_the_same_for_the_same_seed() -> None:
    first, again, others = people(3, seed=8), people(3, seed=8), people(3, seed=9)

    np.testing.assert_array_equal(first[2].mesh, again[2].mesh)
    assert len({round(head.pd, 3) for head in [*first, *others]}) == 6


def test_a_head_twice_as_far_away_looks_about_half_as_large() -> None:
    head = reference_head()

    near = photograph(head, CAMERA, turned(distance=500))
    far = photograph(head, CAMERA, turned(distance=1000))

    def gap(landmarks: np.ndarray) -> float:
        return float(np.hypot(*(landmarks[LEFT_IRIS] - landmarks[RIGHT_IRIS])[:2]))

    assert gap(near) / gap(far) == pytest.approx(2.0, abs=0.02)


def test_pixels_are_the_cameras_and_depth_is_measured_from_the_faces_mean() -> None:
    head, pose = reference_head(), turned(yaw=15, pitch=-5, roll=8, distance=700)

    landmarks = photograph(head, CAMERA, pose)

    np.testing.assert_allclose(landmarks[:, :2], CAMERA.project(pose.apply(head.mesh)))
    assert landmarks[:, 2].mean() == pytest.approx(0, abs=1e-6)
    assert landmarks[NOSE_TIP, 2] < landmarks[CHIN, 2]  # nearer is negative


@pytest.mark.parametrize("angles", [(20, 0, 0), (0, -12, 0), (0, 0, 15), (-30, 10, -20)])
def test_a_turned_head_reports_the_angles_it_was_turned_by(angles: tuple[int, int, int]) -> None:
    pose = turned(*angles)

    assert pose.angles == pytest.approx(angles, abs=1e-9)


def test_yaw_turns_the_nose_to_the_pictures_right_and_pitch_down() -> None:
    head = reference_head()

    straight = photograph(head, CAMERA, turned())[NOSE_TIP]
    right = photograph(head, CAMERA, turned(yaw=20))[NOSE_TIP]
    down = photograph(head, CAMERA, turned(pitch=20))[NOSE_TIP]

    assert right[0] > straight[0] + 10
    assert down[1] > straight[1] + 10


def test_a_head_as_the_fit_describes_it_keeps_its_measures() -> None:
    head, pose = reference_head(Likeness(pd=66)), turned(yaw=10)

    placed = head.placed(pose)

    assert placed.pd.value == pytest.approx(66)
    assert placed.width.value == pytest.approx(head.width)
    np.testing.assert_array_equal(placed.mesh, head.mesh)


def test_a_mannequin_has_the_asked_size_and_is_painted_the_same_twice() -> None:
    head = reference_head(Likeness(seed=3))

    first = draw(head, CAMERA, turned(yaw=12), (400, 500))
    second = draw(head, CAMERA, turned(yaw=12), (400, 500))

    assert first.shape == (500, 400, 3)
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(first, second)


def test_a_mannequins_pupils_are_dark_where_the_landmarks_say() -> None:
    head, pose = reference_head(), turned(yaw=8, roll=5, distance=450)
    landmarks = photograph(head, CAMERA, pose)

    picture = draw(head, CAMERA, pose, (400, 500), LOOKS[1]).astype(int)

    for index, forehead in ((RIGHT_IRIS, 69), (LEFT_IRIS, 299)):
        x, y = np.round(landmarks[index, :2]).astype(int)
        u, v = np.round(landmarks[forehead, :2]).astype(int)
        assert picture[y, x].mean() < 0.5 * picture[v, u].mean()


def test_a_mannequin_without_a_look_gets_one_by_its_seed() -> None:
    pose, heads = turned(distance=900), [reference_head(Likeness(seed=k)) for k in (0, 2)]

    pictures = [draw(head, CAMERA, pose, (400, 500)).astype(int) for head in heads]

    assert np.abs(pictures[0] - pictures[1]).mean() > 2


def test_a_mannequin_may_look_out_of_the_picture() -> None:
    """With an eye beyond the edge the rest is still painted."""
    picture = draw(reference_head(), CAMERA, turned(distance=500), (210, 260))

    assert picture.shape == (260, 210, 3)
    assert picture.std() > 20
