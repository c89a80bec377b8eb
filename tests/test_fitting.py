"""The fit, on heads whose millimetres are known because the test made them."""

import math

import numpy as np
import pytest

from webapp.drawn.heads import photograph, reference_head
from webapp.errors import FaceTooSmall, FaceTurnedAway
from webapp.eyewear.frame import Artwork, Build, Eyewear, SizeMarks
from webapp.fitting.advice import Verdict, advise
from webapp.fitting.anatomy import RIDGE, TEMPLE_SIDES, mean_head
from webapp.fitting.camera import camera_of
from webapp.fitting.fit import head_of, seat_frame
from webapp.fitting.pose import small_rotation
from webapp.fitting.scale import convergence
from webapp.fitting.scene import Camera, Pose

SIZE = (1200, 1600)
PHONE = 28.0  # mm, 35 mm equivalent


def head_with(pd: float = 63.4, nose: float = 0.0, lopsided: float = 0.0) -> np.ndarray:
    """Return a mesh (478, 3) mm that is not in the fitter's basis.

    Args:
        pd: distance between the pupils, mm; all else scales along.
        nose: mm that the tip stands out beyond the mean.
        lopsided: mm by which the wearer's left side is wider than the right.
    """
    mesh = mean_head().mean.copy()
    at_tip = np.exp(-((mesh - mesh[4]) ** 2).sum(1) / (2 * 14.0**2))
    mesh[:, 2] -= nose * at_tip
    mesh[:, 0] += lopsided * np.clip(mesh[:, 0] / 70, 0, 1) ** 2
    mesh *= pd / np.linalg.norm(mesh[468] - mesh[473])
    for middle, rim in ((468, range(469, 473)), (473, range(474, 478))):
        off = mesh[rim] - mesh[middle]
        mesh[rim] = mesh[middle] + off / np.linalg.norm(off[0] - off[2]) * 11.7
    return mesh


def turned(yaw: float = 0, pitch: float = 0, roll: float = 0) -> np.ndarray:
    """Return the rotation for angles in degrees, in the senses of `Pose.angles`."""
    about = [np.radians([0, 0, roll]), np.radians([pitch, 0, 0]), np.radians([0, -yaw, 0])]
    return small_rotation(about[0]) @ small_rotation(about[1]) @ small_rotation(about[2])


def seen(mesh: np.ndarray, pose: Pose, camera: Camera) -> np.ndarray:
    """Return the landmarks (478, 3) that a perfect network would give."""
    placed = pose.apply(mesh)
    depth = placed[:, 2] - placed[:, 2].mean()
    return np.column_stack([camera.project(placed), depth * camera.focal / placed[:, 2].mean()])


def glasses(bridge: float = 18.0, width: float = 140.0, lens: float = 52.0, **build) -> Eyewear:
    """Return a pair with plain artwork: the fit looks at its measures alone."""
    blank = np.zeros((4, 4, 4), np.uint8)
    lenses = np.full((4, 4), 255, np.uint8)
    artwork = Artwork(blank, lenses, blank, 1.0, (2, 2), (0, 0), (0, 0))
    marks = SizeMarks(lens, 40.0, bridge, 145.0, width)
    return Eyewear(marks, artwork, Build(**build))


@pytest.mark.parametrize("yaw", [-35, 0, 25])
@pytest.mark.parametrize("pitch", [-15, 0, 20])
@pytest.mark.parametrize("roll", [-30, 10])
def test_the_pose_of_an_unusual_head_is_found(yaw, pitch, roll):
    """A long nose and a wider cheek don't pass for a turn of the head."""
    mesh = head_with(pd=60, nose=4, lopsided=2)
    pose = Pose(turned(yaw, pitch, roll), np.array([40.0, -30.0, 600.0]))

    _, head = head_of(seen(mesh, pose, camera_of(SIZE, PHONE)), SIZE, focal_35mm=PHONE)

    np.testing.assert_allclose(head.pose.angles, (yaw, pitch, roll), atol=1.6)


@pytest.mark.parametrize("pd", [54, 63.4, 72])
def test_a_typed_pd_makes_every_length_true(pd):
    """With the PD known, face width and distance come out in true millimetres."""
    mesh = head_with(pd=pd)
    pose = Pose(turned(8, 4, -5), np.array([0.0, 0.0, 700.0]))
    typed = pd + convergence(pd, 700.0)  # the eyes look at the camera, opticians measure far

    _, head = head_of(seen(mesh, pose, camera_of(SIZE, PHONE)), SIZE, pd_mm=typed, focal_35mm=PHONE)

    right, left = mesh[list(TEMPLE_SIDES)]
    assert head.width.value == pytest.approx(np.linalg.norm(left - right), rel=0.015)
    assert head.pose.translation[2] == pytest.approx(700, rel=0.015)
    assert head.pd.method == "typed"


@pytest.mark.parametrize("nose", [-4.0, 4.0])
def test_a_nose_that_no_basis_knows_keeps_its_own_shape(nose):
    """Of what a nose stands out beyond the mean, the larger part is found from aside."""
    mesh = head_with(nose=nose)
    tip, pose = 4, Pose(turned(25, 5, 0), np.array([0.0, 0.0, 600.0]))

    marks = seen(mesh, pose, camera_of(SIZE, PHONE))
    _, head = head_of(marks, SIZE, pd_mm=64.5, focal_35mm=PHONE)

    found = mean_head().mean[tip, 2] - head.mesh[tip, 2]
    assert 0.4 < found / nose < 1.2


def test_irises_that_look_at_the_camera_settle_the_head():
    """A mesh that was read 2 mm too low comes halfway back; one whose eyes stray far does not."""
    pose, camera = Pose(np.eye(3), np.array([0.0, 0.0, 600.0])), camera_of(SIZE, PHONE)
    right = photograph(reference_head(), camera, pose)
    low, strayed = right.copy(), right.copy()
    low[:468, 1] += 2.0 * camera.focal / 600
    strayed[:468, 1] += 6.0 * camera.focal / 600

    downs = [
        head_of(marks, SIZE, pd_mm=64.5, focal_35mm=PHONE)[1].pose.translation[1]
        for marks in (right, low, strayed)
    ]

    assert 0.8 < downs[1] - downs[0] < 1.7
    assert downs[2] - downs[0] > 5.0


def test_irises_tell_wide_set_eyes_from_close_set_ones():
    """The estimate follows the truth, drawn towards the population, and says how unsure it is."""
    pose = Pose(np.eye(3), np.array([0.0, 0.0, 600.0]))
    camera = camera_of(SIZE, PHONE)

    found = [
        head_of(seen(head_with(pd=pd), pose, camera), SIZE, focal_35mm=PHONE)[1].pd
        for pd in (56.0, 63.4, 70.0)
    ]

    narrow, middle, wide = (one.value for one in found)
    assert 56 < narrow < middle < wide < 71
    assert all(1.5 < one.sigma < 5.0 for one in found)


def test_a_mirrored_face_is_turned_the_other_way():
    """Mirroring the photo flips yaw and roll, and changes no length."""
    mesh = head_with(pd=62, lopsided=3)
    pose = Pose(turned(20, 5, 10), np.array([15.0, 0.0, 650.0]))
    marks = seen(mesh, pose, camera_of(SIZE))
    mirrored = marks[mean_head().mirror] * [-1, 1, 1] + [SIZE[0] - 1, 0, 0]

    _, head = head_of(marks, SIZE)
    _, flipped = head_of(mirrored, SIZE)

    yaw, pitch, roll = head.pose.angles
    np.testing.assert_allclose(flipped.pose.angles, (-yaw, pitch, -roll), atol=0.2)
    assert flipped.width.value == pytest.approx(head.width.value, rel=2e-3)


def test_twice_the_pixels_are_the_same_head():
    """Resizing the photo changes no millimetre."""
    pose = Pose(turned(-12, 6, 4), np.array([0.0, 20.0, 550.0]))
    marks = seen(head_with(pd=66), pose, camera_of(SIZE))
    doubled = np.column_stack([(marks[:, :2] + 0.5) * 2 - 0.5, marks[:, 2] * 2])

    _, head = head_of(marks, SIZE)
    _, large = head_of(doubled, (SIZE[0] * 2, SIZE[1] * 2))

    np.testing.assert_allclose(large.mesh, head.mesh, atol=0.05)


@pytest.mark.parametrize("distance", [450.0, 1500.0])
def test_without_exif_perspective_tells_near_from_far(distance):
    """The guessed distance errs by less than a factor of 1.7 either way."""
    mesh = head_with()
    camera = Camera(distance * 2.0, ((SIZE[0] - 1) / 2, (SIZE[1] - 1) / 2))
    pose = Pose(turned(10, 5, 0), np.array([0.0, 0.0, distance]))

    _, head = head_of(seen(mesh, pose, camera), SIZE)

    assert distance / 1.7 < head.pose.translation[2] < distance * 1.7


def test_the_frame_sits_across_the_nose_before_the_eyes():
    """Lens centres a little below the pupils, the bridge clear of the ridge, vertex as built."""
    _, head = head_of(mean_seen(), SIZE, focal_35mm=PHONE)

    fit = seat_frame(camera_of(SIZE, PHONE), head, glasses())

    across, down, forward = fit.seat.translation
    pupils = head.mesh[[468, 473], 1].mean()
    ridge = np.interp(down, head.mesh[list(RIDGE), 1], head.mesh[list(RIDGE), 2])
    assert abs(across) < 1.0
    assert 1 < down - pupils < 7
    assert forward < ridge
    assert 10 <= -10.5 - forward - 2 <= 18  # cornea to lens back


def test_a_frame_sits_amid_a_nose_that_stands_aside():
    """The seat is midway between the skin on both sides of the nose."""
    mesh = head_with()
    mesh[:468, 0] += 3.0 * np.exp(-((mesh[:468] - [0, 12, -28]) ** 2).sum(1) / (2 * 14.0**2))
    pose = Pose(np.eye(3), np.array([0.0, 0.0, 600.0]))
    camera = camera_of(SIZE, PHONE)
    _, head = head_of(seen(mesh, pose, camera), SIZE, focal_35mm=PHONE)

    across = seat_frame(camera, head, glasses()).seat.translation[0]

    assert 1.0 < across < 3.0


def test_a_narrower_bridge_sits_higher():
    """The nose grows wider downwards, so a moulded bridge stops where it touches."""
    _, head = head_of(mean_seen(), SIZE, focal_35mm=PHONE)
    camera = camera_of(SIZE, PHONE)

    heights = [
        seat_frame(camera, head, glasses(bridge=bridge)).seat.translation[1]
        for bridge in (14.0, 18.0, 22.0)
    ]

    assert heights[0] < heights[1] < heights[2]


def test_the_lower_rims_lean_towards_the_cheeks():
    """Pantoscopic tilt brings the bottom of the front nearer to the face than its top."""
    _, head = head_of(mean_seen(), SIZE, focal_35mm=PHONE)

    fit = seat_frame(camera_of(SIZE, PHONE), head, glasses(tilt=10.0))

    top, bottom = fit.seat.apply(np.array([[0.0, -20.0, 0.0], [0.0, 20.0, 0.0]]))
    assert bottom[2] - top[2] == pytest.approx(40 * math.sin(math.radians(10)))


def test_the_ears_are_beside_and_behind_the_eyes():
    """Temples end 60 to 110 mm behind the front, outside the face, one on each side."""
    _, head = head_of(mean_seen(), SIZE, focal_35mm=PHONE)

    right, left = seat_frame(camera_of(SIZE, PHONE), head, glasses()).ears

    assert right[0] < -65
    assert left[0] > 65
    assert 60 < right[2] + 26 < 110
    assert 60 < left[2] + 26 < 110


@pytest.mark.parametrize(
    ("width", "verdict"), [(126.0, Verdict.NARROW), (140.0, Verdict.GOOD), (152.0, Verdict.WIDE)]
)
def test_advice_compares_the_front_with_the_face(width, verdict):
    """A front far narrower or wider than the face is called so, with the gap in mm."""
    _, head = head_of(mean_seen(), SIZE, pd_mm=64.5, focal_35mm=PHONE)

    advice = advise(glasses(width=width), head)

    assert advice.verdict == verdict
    assert advice.gap.value == pytest.approx(width - head.width.value)
    assert advice.gap.sigma > 2


def test_a_tiny_face_is_refused_with_its_size():
    """Twelve pixels between the eyes can't carry a frame."""
    marks = mean_seen() * 0.05

    with pytest.raises(FaceTooSmall) as refusal:
        head_of(marks, (60, 80))

    assert refusal.value.params["eye_gap_px"] < 20


def test_a_profile_is_refused_with_its_angle():
    """At 65 degrees one eye is a guess, so no frame is drawn on it."""
    pose = Pose(turned(65, 0, 0), np.array([0.0, 0.0, 600.0]))

    with pytest.raises(FaceTurnedAway) as refusal:
        head_of(seen(head_with(), pose, camera_of(SIZE, PHONE)), SIZE, focal_35mm=PHONE)

    assert refusal.value.params["yaw_deg"] == pytest.approx(65, abs=4)


def mean_seen() -> np.ndarray:
    """Return the average head's landmarks, looking at a phone 600 mm away."""
    pose = Pose(np.eye(3), np.array([0.0, 0.0, 600.0]))
    return seen(head_with(), pose, camera_of(SIZE, PHONE))
