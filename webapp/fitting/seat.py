"""Where a frame rests on a head: on the nose in front, on the ears behind."""

import math

import numpy as np

from webapp.eyewear.frame import Eyewear
from webapp.fitting.anatomy import (
    ADULT_PD,
    CORNEA_Z,
    FLANKS,
    LEFT_IRIS,
    RIDGE,
    RIGHT_IRIS,
    TEMPLE_SIDES,
)
from webapp.fitting.pose import small_rotation
from webapp.fitting.scene import Floats, Head, Pose

LENS_THICKNESS = 2.0  # mm, so much the front's surface lies before the lens back
REST_BELOW = 4.0  # mm below the datum line at which a bridge or its pads bear on the nose
REST_BEHIND = 5.0  # mm behind the front at which they do
RIM_AT_NOSE = 0.5  # mm that the rim takes off each side of DBL where it bears
PUPIL_DROP = 3.5  # mm, how far the datum line usually lies below the pupils
PUPIL_DROP_SIGMA = 1.5  # mm, over frames and faces
CONTACT_SIGMA = 2.5  # mm, the landmarks' flanks are known no better
RIDGE_CLEARANCE = 1.0  # mm between the bridge's back and the nose's ridge
EAR_BEHIND = 31.0  # mm from the face's side landmarks back to the ear's root
EAR_ABOVE = 4.0  # mm from those landmarks up to where a temple lies on the ear
EAR_OUTSIDE = 5.0  # mm from those landmarks outwards


def seat_of(eyewear: Eyewear, head: Head) -> Pose:
    """Return the pose of the frame in head coordinates, its datum line across the nose.

    The lens stands the build's vertex distance before the corneas, or further where the
    nose's ridge would be touched; the height is where the nose grows as wide as the
    bridge, held near the drop that opticians fit.
    """
    rotation = small_rotation(np.array([math.radians(eyewear.build.tilt), 0.0, 0.0]))
    size = head.pd.value / ADULT_PD
    forward = CORNEA_Z * size - eyewear.build.vertex - LENS_THICKNESS
    pupils = float(head.mesh[[RIGHT_IRIS, LEFT_IRIS], 1].mean())
    down = resting_height(eyewear, head, forward, pupils)
    ridge = ridge_depth(head.mesh, down)
    bridge_back = ridge - RIDGE_CLEARANCE - eyewear.build.depth / 2
    middle = float(head.mesh[list(RIDGE), 0].mean())
    return Pose(rotation, np.array([middle, down, min(forward, bridge_back)]))


def resting_height(eyewear: Eyewear, head: Head, forward: float, pupils: float) -> float:
    """Return the datum line's y in head coordinates, mm, from contact and from custom."""
    usual = pupils + PUPIL_DROP
    gap = eyewear.marks.bridge / 2 - RIM_AT_NOSE
    touch = contact_height(head.mesh, gap, forward + REST_BEHIND) - REST_BELOW
    # Pads are bent until the height is right; a moulded bridge sits where it touches.
    trust = 0.0 if eyewear.build.pads else CONTACT_SIGMA**-2
    known = PUPIL_DROP_SIGMA**-2
    return (usual * known + touch * trust) / (known + trust)


def contact_height(mesh: Floats, gap: float, depth: float) -> float:
    """Return the y at which the nose at `depth` (z, mm) is 2 x `gap` mm wide.

    The flanks are taken as planes: half-width = a + b * y + c * z, by least squares over
    both sides' landmarks.
    """
    right, left = np.array(FLANKS).T
    points = (mesh[left] + mesh[right] * [-1, 1, 1]) / 2  # folded onto the wearer's left side
    known = np.column_stack([np.ones(len(points)), points[:, 1:]])
    a, b, c = np.linalg.lstsq(known, points[:, 0], rcond=None)[0]
    return float((gap - a - c * depth) / max(b, 0.1))


def ridge_depth(mesh: Floats, y: float) -> float:
    """Return the z of the nose's ridge at height `y`, mm, between its landmarks."""
    ridge = mesh[list(RIDGE)]
    return float(np.interp(y, ridge[:, 1], ridge[:, 2]))


def ears_of(mesh: Floats) -> Floats:
    """Return (2, 3) mm: where temples lie on the ears, the wearer's right first."""
    sides = mesh[list(TEMPLE_SIDES)]
    outwards = np.array([[-EAR_OUTSIDE, 0.0, 0.0], [EAR_OUTSIDE, 0.0, 0.0]])
    ears: Floats = sides + outwards + np.array([0.0, -EAR_ABOVE, EAR_BEHIND])
    return ears
