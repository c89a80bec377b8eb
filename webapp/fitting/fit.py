"""From landmarks to a seated frame: the fit's front door."""

import math

import numpy as np
from numpy.typing import NDArray

from webapp.errors import FaceTooSmall, FaceTurnedAway
from webapp.eyewear.frame import Eyewear
from webapp.fitting.anatomy import LEFT_IRIS, RIGHT_IRIS, TEMPLE_SIDES
from webapp.fitting.camera import camera_of
from webapp.fitting.detail import with_detail
from webapp.fitting.perspective import focal_by_perspective
from webapp.fitting.pose import first_pose, fit_shape
from webapp.fitting.scale import Told, scale_of, typed
from webapp.fitting.scene import Camera, Estimate, Fit, Floats, Head, Pose
from webapp.fitting.seat import Nudge, ears_of, seat_of

MIN_EYE_GAP = 20.0  # px; below this a frame would be a few dots
MOST_YAW = 50.0  # degrees; beyond it an eye is hidden and its landmarks are guesses
MOST_PITCH = 40.0  # degrees
WIDTH_SIGMA = 2.5  # mm, the side landmarks' own error, beside the scale's


def head_of(
    landmarks: NDArray[np.floating],
    size: tuple[int, int],
    *,
    pd_mm: float | None = None,
    told: Told | None = None,
    focal_35mm: float | None = None,
) -> tuple[Camera, Head]:
    """Return the camera and the head that the landmarks show, in millimetres.

    Args:
        landmarks: (478, 3) x, y in pixels of the upright photo (x right, y down), z in the
            same unit, negative towards the camera.
        size: (width, height) of that photo, pixels.
        pd_mm: the shopper's PD for far sight, mm, where they typed it.
        told: all that is known of the face, instead of `pd_mm`.
        focal_35mm: from EXIF, where it told it.

    Raises:
        FaceTooSmall: the pupils are less than `MIN_EYE_GAP` pixels apart.
        FaceTurnedAway: the head is turned beyond `MOST_YAW` or `MOST_PITCH`.
    """
    points = np.asarray(landmarks, dtype=np.float64)
    refuse_small(points)
    camera = focal_by_perspective(points, camera_of(size, focal_35mm))
    basis = fit_shape(points, camera, first_pose(points, camera)[0])
    shaped = with_detail(points, camera, basis)
    refuse_turned(shaped.pose)
    scale = scale_of(points, camera, shaped, told or typed(pd_mm))
    sigma = scale.pd.sigma / scale.pd.value
    mesh = shaped.mesh * scale.factor
    pose = Pose(shaped.pose.rotation, shaped.pose.translation * scale.factor)
    head = Head(pose, mesh, scale.pd, width_of(mesh, sigma, scale.pd.method), sigma)
    return camera, head


def seat_frame(camera: Camera, head: Head, eyewear: Eyewear, nudge: Nudge | None = None) -> Fit:
    """Return `eyewear` seated on `head`: many frames can follow one head.

    Args:
        nudge: how the shopper has moved it; as far as the nose allows.
    """
    return Fit(camera, head, seat_of(eyewear, head, nudge), ears_of(head.mesh))


def width_of(mesh: Floats, sigma: float, method: str) -> Estimate:
    """Return the face's width at the temples' height, mm; `sigma` is the scale's, relative."""
    right, left = TEMPLE_SIDES
    width = float(np.linalg.norm(mesh[left] - mesh[right]))
    return Estimate(width, math.hypot(sigma * width, WIDTH_SIGMA), method)


def refuse_small(landmarks: Floats) -> None:
    """Raise `FaceTooSmall` where the pupils are too few pixels apart."""
    gap = float(np.linalg.norm(landmarks[LEFT_IRIS, :2] - landmarks[RIGHT_IRIS, :2]))
    if gap < MIN_EYE_GAP:
        raise FaceTooSmall(eye_gap_px=round(gap, 1), least_px=MIN_EYE_GAP)


def refuse_turned(pose: Pose) -> None:
    """Raise `FaceTurnedAway` where one eye or the other can't be seen."""
    yaw, pitch, _ = pose.angles
    if abs(yaw) > MOST_YAW or abs(pitch) > MOST_PITCH:
        raise FaceTurnedAway(yaw_deg=round(yaw), pitch_deg=round(pitch), most_deg=MOST_YAW)
