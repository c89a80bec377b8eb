"""A shopper may move a frame as far as the nose holds it, and no further."""

from dataclasses import astuple

import numpy as np
import pytest

from tests.test_fitting import PHONE, SIZE, glasses, mean_seen
from webapp.errors import NudgeTooFar
from webapp.fitting.anatomy import CORNEA_Z, RIDGE
from webapp.fitting.fit import head_of, seat_frame
from webapp.fitting.scene import Camera, Head, Pose
from webapp.fitting.seat import BRIDGE_ABOVE, LENS_THICKNESS, Nudge, nudge_limits

FAR = 100.0  # mm or degrees, further than any nose lets a frame go


@pytest.fixture(scope="module")
def scene() -> tuple[Camera, Head]:
    """The average head before a phone."""
    return head_of(mean_seen(), SIZE, focal_35mm=PHONE)


def seat(scene: tuple[Camera, Head], nudge: Nudge | None = None, **how) -> Pose:
    return seat_frame(*scene, glasses(**how), nudge).seat


def ridge_at(head: Head, y: float) -> float:
    return float(np.interp(y, *head.mesh[list(RIDGE)].T[1:]))


def test_a_frame_that_was_not_nudged_stays_where_it_rests(scene):
    np.testing.assert_array_equal(seat(scene, Nudge()).translation, seat(scene).translation)
    np.testing.assert_array_equal(seat(scene, Nudge()).rotation, seat(scene).rotation)


def test_a_nudge_moves_the_frame_by_its_millimetres_and_degrees(scene):
    moved = seat(scene, Nudge(up_mm=1.0, out_mm=2.0, tilt_deg=3.0))

    straight_up = seat(scene, Nudge(up_mm=1.0))
    assert moved.translation[1] - seat(scene).translation[1] == pytest.approx(-1.0)
    assert moved.translation[2] - straight_up.translation[2] == pytest.approx(-2.0)
    assert moved.angles[1] - seat(scene).angles[1] == pytest.approx(3.0)
    assert moved.translation[0] == seat(scene).translation[0]


def test_the_picture_shows_a_raised_frame_higher(scene):
    camera, head = scene
    middles = [
        camera.project(seat_frame(camera, head, glasses(), nudge).frame_pose.translation)
        for nudge in (Nudge(up_mm=2.0), Nudge(), Nudge(up_mm=-2.0))
    ]

    assert middles[0][1] < middles[1][1] - 2 < middles[2][1] - 4  # px, y down


@pytest.mark.parametrize("bridge", [14.0, 18.0, 22.0])
@pytest.mark.parametrize("pads", [False, True], ids=["moulded", "on pads"])
def test_a_step_either_way_is_within_every_nose(scene, bridge, pads):
    """Limits hold where it rests, and leave a step up, down, out and of tilt."""
    limits = nudge_limits(glasses(bridge=bridge, pads=pads), scene[1])

    limits.check(Nudge())
    for step in (Nudge(up_mm=1), Nudge(up_mm=-1), Nudge(out_mm=1), Nudge(tilt_deg=-1)):
        limits.check(step)


@pytest.mark.parametrize("field", ["up_mm", "out_mm", "tilt_deg"])
@pytest.mark.parametrize("sense", [-1, 1])
def test_beyond_the_nose_is_refused_with_its_limits(scene, field, sense):
    limits = nudge_limits(glasses(), scene[1])

    with pytest.raises(NudgeTooFar) as refusal:
        limits.check(Nudge(**{field: sense * FAR}))

    assert refusal.value.params["field"] == field
    assert (refusal.value.params["low"], refusal.value.params["high"]) == getattr(limits, field)


def test_what_is_no_number_is_refused(scene):
    with pytest.raises(NudgeTooFar):
        nudge_limits(glasses(), scene[1]).check(Nudge(up_mm=float("nan")))


@pytest.mark.parametrize("sense", [-1, 1])
def test_a_seat_never_leaves_the_limits(scene, sense):
    """Whatever is asked, the frame stops at the nose's limit."""
    asked = Nudge(*(sense * FAR,) * 3)
    limits = nudge_limits(glasses(), scene[1], asked)

    at_limit = seat(scene, limits.clamp(asked))

    limits.check(limits.clamp(asked))
    np.testing.assert_allclose(seat(scene, asked).translation, at_limit.translation)
    assert max(map(abs, astuple(limits.clamp(asked)))) < 20


@pytest.mark.parametrize("up", [-FAR, -3.0, 0.0, 2.0, FAR])
def test_pushed_close_the_frame_stays_clear_of_nose_and_lashes(scene, up):
    head = scene[1]

    _, down, front = seat(scene, Nudge(up_mm=up, out_mm=-FAR), depth=4.0).translation

    assert front + 2.0 <= ridge_at(head, down - BRIDGE_ABOVE) + 1e-9
    assert CORNEA_Z * head.pd.value / 63.4 - front - LENS_THICKNESS >= 8.0 - 1e-9


def test_down_the_nose_a_frame_comes_further_out(scene):
    """The ridge stands out more towards the tip, and holds the front before it."""
    rest, lower = seat(scene), seat(scene, Nudge(up_mm=-6.0))

    assert lower.translation[2] < rest.translation[2] - 1


def test_a_tilt_never_turns_the_lower_rims_outwards(scene):
    """Pantoscopic tilt stays between an upright front and 18 degrees, whatever the build."""
    for tilt in (4.0, 10.0, 15.0):
        flat, steep = (seat(scene, Nudge(tilt_deg=d), tilt=tilt).angles[1] for d in (-FAR, FAR))

        assert (flat, steep) == pytest.approx((0.0, 18.0), abs=1e-6)
