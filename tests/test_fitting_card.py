"""A bank card at the forehead gives the PD, on scenes whose millimetres the test made."""

import math

import numpy as np
import pytest

from tests.test_fitting import PHONE, SIZE, glasses, head_with, seen, turned
from webapp.errors import CardImpossible, CardMarksOutside, CardMarksTogether
from webapp.fitting.advice import centration
from webapp.fitting.camera import camera_of
from webapp.fitting.card import CARD_MM, FOREHEAD, pd_by_card
from webapp.fitting.fit import head_of, seat_frame
from webapp.fitting.scale import Told, convergence
from webapp.fitting.scene import Camera, Estimate, Head, Pose

INSIDE_A_FEW_PIXELS = np.array([[600.0, 400.0], [610.0, 400.0]])


def scene(
    pd: float = 63.4, distance: float = 450.0, **angles: float
) -> tuple[Camera, Head, np.ndarray]:
    """Return the camera and head as fitted, and a card's ends (2, 2) px as they were held.

    `pd`: near, as the photo shows it, mm.
    """
    mesh, camera = head_with(pd=pd), camera_of(SIZE, PHONE)
    pose = Pose(turned(**angles), np.array([10.0, 30.0, distance]))
    fitted = head_of(seen(mesh, pose, camera), SIZE, focal_35mm=PHONE)
    forehead = mesh[list(FOREHEAD)]
    height, depth = float(forehead[1, 1]), float(forehead[:, 2].min())
    ends = np.array([[x, height, depth] for x in (-CARD_MM / 2, CARD_MM / 2)])
    return *fitted, camera.project(pose.apply(ends))


@pytest.mark.parametrize("pd", [48.0, 57.0, 63.4, 74.0])
@pytest.mark.parametrize("distance", [300.0, 450.0, 900.0])
def test_the_card_tells_the_far_pd(pd, distance):
    """Perspective is respected: a card nearer than the eyes makes them no smaller."""
    camera, head, marks = scene(pd, distance)

    told = pd_by_card(camera, head, marks, SIZE)

    assert told.method == "card"
    assert told.value == pytest.approx(pd + convergence(pd, distance), rel=0.01)


@pytest.mark.parametrize("angles", [{"yaw": 25}, {"pitch": 12}, {"roll": -20}, {"yaw": -20}])
def test_a_turned_head_turns_the_card_with_it(angles):
    camera, head, marks = scene(**angles)

    told = pd_by_card(camera, head, marks, SIZE)

    assert told.value == pytest.approx(63.4 + convergence(63.4, 450), rel=0.015)


def test_a_flat_measure_would_be_wrong():
    """The card is nearer to the camera: without depth, the PD comes out too small."""
    camera, head, marks = scene(distance=300.0)
    pupils = camera.project(head.pose.apply(head.mesh[[468, 473]]))

    flat = CARD_MM * np.linalg.norm(pupils[1] - pupils[0]) / np.linalg.norm(marks[1] - marks[0])

    assert flat < 63.4 - 2
    assert pd_by_card(camera, head, marks, SIZE).value > 63.4


def test_the_marks_order_does_not_matter():
    camera, head, marks = scene()

    assert pd_by_card(camera, head, marks[::-1], SIZE) == pd_by_card(camera, head, marks, SIZE)


def test_slips_of_the_hand_stay_within_the_stated_deviation():
    """Marks 1.5 px astray, 200 times: at least 9 in 10 PDs lie within two deviations."""
    camera, head, marks = scene()
    slips = np.random.default_rng(5).normal(0, 1.5, (200, 2, 2))

    told = [pd_by_card(camera, head, marks + slip, SIZE) for slip in slips]

    far = 63.4 + convergence(63.4, 450)
    assert np.mean([abs(one.value - far) < 2 * one.sigma for one in told]) > 0.9
    assert all(0.5 < one.sigma < 2 for one in told)


def test_a_card_far_away_is_known_less_well():
    near, far = (pd_by_card(*scene(distance=d), SIZE).sigma for d in (450.0, 1800.0))

    assert far > near


def test_a_card_makes_every_length_true():
    """Used as a known PD, it moves the head to where it was."""
    mesh, camera = head_with(pd=70.0), camera_of(SIZE, PHONE)
    points = seen(mesh, Pose(turned(), np.array([10.0, 30.0, 500.0])), camera)
    told = Told(Estimate(70.0 + convergence(70.0, 500), 0.9, "card"))

    _, head = head_of(points, SIZE, told=told, focal_35mm=PHONE)

    assert head.pd == told.pd
    assert head.pose.translation[2] == pytest.approx(500, rel=0.01)


@pytest.mark.parametrize(
    ("marks", "error"),
    [
        ([[600, 400], [600, 400]], CardMarksTogether),
        (INSIDE_A_FEW_PIXELS, CardMarksTogether),
        ([[-5, 400], [700, 400]], CardMarksOutside),
        ([[300, 400], [700, 1600]], CardMarksOutside),
        ([[math.nan, 400], [700, 400]], CardMarksOutside),
        ([[300, 400], [math.inf, 400]], CardMarksOutside),
        ([[580, 400], [620, 400]], CardImpossible),
        ([[0, 400], [1199, 400]], CardImpossible),
    ],
)
def test_what_cannot_be_a_card_is_refused(marks, error):
    camera, head, _ = scene()

    with pytest.raises(error):
        pd_by_card(camera, head, np.array(marks, float), SIZE)


def test_a_childs_pd_is_drawn_towards_childrens():
    mesh, camera = head_with(pd=53.0), camera_of(SIZE, PHONE)
    points = seen(mesh, Pose(turned(), np.array([0.0, 0.0, 450.0])), camera)

    adult, child = (
        head_of(points, SIZE, told=Told(child=child), focal_35mm=PHONE)[1].pd
        for child in (False, True)
    )

    assert abs(child.value - 54.2) < abs(adult.value - 54.2)
    assert child.sigma < adult.sigma


def test_the_monocular_pds_share_the_far_pd_by_the_nose():
    camera, head, _ = scene()
    told = centration(glasses(), seat_frame(camera, head, glasses()))

    assert told.right.value + told.left.value == pytest.approx(head.pd.value)
    assert told.right.value == pytest.approx(told.left.value, abs=0.7)
    assert told.near.value == pytest.approx(63.4, rel=0.05)
    assert told.near.value < head.pd.value


def test_a_nose_to_the_wearers_left_makes_the_right_share_larger():
    mesh, camera = head_with(), camera_of(SIZE, PHONE)
    mesh[:, 0] += 3.0 * np.exp(-((mesh[:, 0] / 12) ** 2)) * (np.arange(478) < 468)
    points = seen(mesh, Pose(turned(), np.array([0.0, 0.0, 450.0])), camera)

    seated = seat_frame(*head_of(points, SIZE, focal_35mm=PHONE), glasses())
    told = centration(glasses(), seated)

    assert told.right.value > told.left.value + 2


def test_a_raised_frame_has_a_lower_fitting_height():
    """The pupil keeps its place, so the lens's lower edge comes nearer."""
    from webapp.fitting.seat import Nudge

    camera, head, _ = scene()
    heights = [
        centration(glasses(), seat_frame(camera, head, glasses(), Nudge(up_mm=up))).height.value
        for up in (0.0, 2.0)
    ]

    assert 20 < heights[0] < 32  # of a lens 40 mm high
    assert heights[0] - heights[1] == pytest.approx(2.0, abs=0.3)
