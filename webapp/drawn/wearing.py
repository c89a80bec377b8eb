"""How a frame truly rests on a reference head: by contact with the head's own surface.

This is what the fit is measured against, so it asks nothing of the fit: no landmark of the
nose, no average head. The frame is a rigid body. Its temples lie on both ears, which gives
its roll and its turn, and hold its lenses at the build's vertex distance before the eyes;
so held, a moulded bridge slides down the nose until both of its bearing edges touch skin, or
until it lands on the ridge, though not before it is as low as opticians fit it; pads are bent
until it is. The ridge pushes out whatever would still cut into it. Head coordinates, mm; see
`webapp.fitting.scene`.
"""

import math
from dataclasses import dataclass

import numpy as np

from webapp.drawn.bust import whole_head
from webapp.drawn.heads import ReferenceHead, turned
from webapp.eyewear.frame import Eyewear
from webapp.fitting.anatomy import LEFT_IRIS, RIGHT_IRIS, TEMPLE_SIDES
from webapp.fitting.scene import Floats, Pose

FINE = 2  # refinements of the drawn surface: triangles of about 2 mm
NOSE_REACH = 24.0  # mm to either side within which skin is the nose's
CORNEAS = -10.5  # z, mm: before the plane of the eyes' corners (Hertel 16 mm from the rim)
LENS = 2.0  # mm from a lens's back to its front's surface
BEARING_BELOW = 4.0  # mm below the datum line at which a bridge bears on the nose
BEARING_BEHIND = 5.0  # mm behind the front at which it does
BEVEL = 0.5  # mm that the rim takes off each side of DBL where it bears
FITTED_DROP = 3.5  # mm below the pupils at which opticians fit the datum line of a padded frame
BAR_ABOVE = 6.0  # mm above the datum line of a bridge's underside: 5 to 8 on the demo frames
CLEARANCE = 1.0  # mm between the bridge's back and the skin of the ridge
SPAN = (-6.0, 14.0)  # mm: y between which a datum line can come to rest on any nose
STEP = 0.25  # mm by which a bridge is let down
EARS_BEHIND = 31.0  # mm from the face's sides back to the ears


@dataclass(frozen=True)
class Nose:
    """The skin of a drawn nose: `corners` (n, 3, 3) mm, triangles."""

    corners: Floats

    def sides(self, y: float, z: float) -> tuple[float, float] | None:
        """Return the x of the skin on the wearer's right and left at height y and depth z.

        None where the line misses the nose: it lies before the ridge.
        """
        met = crossings(self.corners, (1, 2), 0, (y, z))
        met = met[np.abs(met) < NOSE_REACH]
        return (float(met.min()), float(met.max())) if len(met) > 1 else None

    def ridge(self, x: float, y: float) -> float:
        """Return the z of the foremost skin at (x, y)."""
        met = crossings(self.corners, (0, 1), 2, (x, y))
        return float(met.min()) if len(met) else math.inf


def nose_of(head: ReferenceHead) -> Nose:
    """Return the skin about the nose, of the surface that the mannequin is painted with."""
    surface = whole_head(head.mesh, FINE)
    corners = surface.points[surface.triangles]
    near = (np.abs(corners[..., 0]).max(1) < NOSE_REACH + 6) & (corners[..., 2].max(1) < 12)
    return Nose(corners[near])


def crossings(
    corners: Floats, plane: tuple[int, int], along: int, at: tuple[float, float]
) -> Floats:
    """Return where a line parallel to the axis `along` through `at` meets the triangles.

    Args:
        corners: (n, 3, 3) mm.
        plane: the two other axes, those of `at`.
    """
    a, b, c = (corners[:, k][:, list(plane)] - np.array(at) for k in range(3))
    areas = np.stack([cross(b, c), cross(c, a), cross(a, b)], axis=1)
    total = areas.sum(1)
    inside = ((areas >= 0).all(1) | (areas <= 0).all(1)) & (np.abs(total) > 1e-12)
    share = areas[inside] / total[inside, None]
    met: Floats = (share * corners[inside][:, :, along]).sum(1)
    return met


def cross(a: Floats, b: Floats) -> Floats:
    """Return the cross products (n,) of plane vectors (n, 2)."""
    product: Floats = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return product


def worn(eyewear: Eyewear, head: ReferenceHead) -> Pose:
    """Return the pose in head coordinates in which the head wears the frame."""
    nose = nose_of(head)
    down = fitted_height(head) if eyewear.build.pads else sliding_height(eyewear, head, nose)
    front = held_depth(eyewear, nose, down)
    bearing = nose.sides(down + BEARING_BELOW, front + BEARING_BEHIND)
    middle = sum(bearing) / 2 if bearing else 0.0
    return Pose(hung(eyewear, head), np.array([middle, down, front]))


def held_depth(eyewear: Eyewear, nose: Nose, down: float) -> float:
    """Return the front's z with the datum line at y = `down`: held by the temples or the ridge."""
    return min(lens_plane(eyewear), ridge_limit(eyewear, nose, down))


def lens_plane(eyewear: Eyewear) -> float:
    """Return the front's z at the build's vertex distance."""
    return CORNEAS - eyewear.build.vertex - LENS


def ridge_limit(eyewear: Eyewear, nose: Nose, down: float) -> float:
    """Return the z that the front would have with its bridge against the ridge."""
    return nose.ridge(0.0, down - BAR_ABOVE) - CLEARANCE - eyewear.build.depth / 2


def fitted_height(head: ReferenceHead) -> float:
    """Return the datum line's y of a padded frame."""
    return float(head.mesh[[RIGHT_IRIS, LEFT_IRIS], 1].mean()) + FITTED_DROP


def sliding_height(eyewear: Eyewear, head: ReferenceHead, nose: Nose) -> float:
    """Return the datum line's y of a moulded bridge: where the nose first holds it."""
    gap, usual = eyewear.marks.bridge - 2 * BEVEL, fitted_height(head)
    for down in np.arange(*SPAN, STEP):
        depth = held_depth(eyewear, nose, float(down)) + BEARING_BEHIND
        sides = nose.sides(float(down) + BEARING_BELOW, depth)
        filled = sides is not None and sides[1] - sides[0] >= gap
        landed = down >= usual and ridge_limit(eyewear, nose, float(down)) <= lens_plane(eyewear)
        if filled or landed:
            return float(down)
    return SPAN[1]


def hung(eyewear: Eyewear, head: ReferenceHead) -> Floats:
    """Return the rotation of a front whose temples, equally long, lie on both ears."""
    right, left = ears_of(head)
    across = left - right
    roll = math.degrees(math.atan2(across[1], across[0]))
    yaw = math.degrees(math.atan2(across[2], across[0]))
    return turned(yaw, 0.0, roll).rotation @ turned(0.0, eyewear.build.tilt, 0.0).rotation


def ears_of(head: ReferenceHead) -> Floats:
    """Return (2, 3): where temples lie on the ears, the wearer's right first."""
    lower = head.likeness.ears / 2
    away = np.array([[0.0, -lower, EARS_BEHIND], [0.0, lower, EARS_BEHIND]])
    ears: Floats = head.mesh[list(TEMPLE_SIDES)] + away
    return ears
