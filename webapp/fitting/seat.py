"""Where a frame rests on a head: on the nose in front, on the ears behind."""

import math
from dataclasses import dataclass, fields

import numpy as np

from webapp.errors import NudgeTooFar
from webapp.eyewear.frame import Eyewear
from webapp.fitting.anatomy import (
    ADULT_PD,
    CORNEA_Z,
    LEFT_IRIS,
    RIDGE,
    RIGHT_IRIS,
    TEMPLE_SIDES,
)
from webapp.fitting.nose import nose_of, sides
from webapp.fitting.pose import small_rotation
from webapp.fitting.scene import Floats, Head, Pose

LENS_THICKNESS = 2.0  # mm, so much the front's surface lies before the lens back
REST_BELOW = 4.0  # mm below the datum line at which a bridge or its pads bear on the nose
REST_BEHIND = 5.0  # mm behind the front at which they do
RIM_AT_NOSE = 0.5  # mm that the rim takes off each side of DBL where it bears
PUPIL_DROP = 3.5  # mm, how far the datum line usually lies below the pupils
PUPIL_DROP_SIGMA = 6.0  # mm, over noses and moulded bridges, narrow to wide
CONTACT_SIGMA = 1.5  # mm, the fitted nose's skin is known no better (`bench placement`)
CONTACTS = np.arange(-8.0, 16.5)  # mm, heights at which contact is sought
BRIDGE_ABOVE = 6.0  # mm above the datum line of a bridge's underside: 5 to 8 on most fronts
RIDGE_CLEARANCE = 1.0  # mm between the bridge's back and the nose's ridge
EAR_BEHIND = 31.0  # mm from the face's side landmarks back to the ear's root
EAR_ABOVE = 4.0  # mm from those landmarks up to where a temple lies on the ear
EAR_OUTSIDE = 5.0  # mm from those landmarks outwards
HIGHEST, LOWEST = 6, 195  # of RIDGE: the nose's root, where it is too thin; above its tip
PAD_HOLD = 1.0  # mm behind the ridge, the least at which a bridge or its pads hold on
LEAST_VERTEX = 8.0  # mm; nearer, lashes brush the lenses
TILTS = (0.0, 18.0)  # degrees, pantoscopic; beyond, a bridge or its pads bear on an edge alone

Range = tuple[float, float]


@dataclass(frozen=True)
class Nudge:
    """How a shopper has moved a frame from where it came to rest.

    `up_mm`: along the nose, positive upwards. `out_mm`: positive away from the face.
    `tilt_deg`: added to the frame's pantoscopic tilt, positive where the lower rims come
    nearer to the cheeks.
    """

    up_mm: float = 0.0
    out_mm: float = 0.0
    tilt_deg: float = 0.0

    def __bool__(self) -> bool:
        """Return whether it moves anything."""
        return self != Nudge()


@dataclass(frozen=True)
class NudgeLimits:
    """How far a nose lets a frame be nudged: (least, most) of each of `Nudge`'s fields."""

    up_mm: Range
    out_mm: Range
    tilt_deg: Range

    def clamp(self, nudge: Nudge) -> Nudge:
        """Return the nudge, brought within the limits."""
        amounts = {
            field.name: min(max(getattr(nudge, field.name), low), high)
            for field in fields(nudge)
            for low, high in [getattr(self, field.name)]
        }
        return Nudge(**amounts)

    def check(self, nudge: Nudge) -> None:
        """Raise `NudgeTooFar`, with the field and its limits, for a nudge beyond them."""
        for field in fields(nudge):
            value, (low, high) = getattr(nudge, field.name), getattr(self, field.name)
            if not low <= value <= high:
                raise NudgeTooFar(field=field.name, value=value, low=low, high=high)


def seat_of(eyewear: Eyewear, head: Head, nudge: Nudge | None = None) -> Pose:
    """Return the pose of the frame in head coordinates, its datum line across the nose.

    The lens stands the build's vertex distance before the corneas, or further where the
    nose's ridge would be touched; the height is where the nose grows as wide as a moulded
    bridge or its ridge stops it, held near the drop that opticians fit. A nudge moves it
    from there, as far as the nose allows (`nudge_limits`); lower down, the ridge holds it
    further out.
    """
    moved = nudge or Nudge()
    if moved:
        moved = nudge_limits(eyewear, head, moved).clamp(moved)
    tilt = math.radians(eyewear.build.tilt + moved.tilt_deg)
    rest = resting_height(eyewear, head)
    down, middle = rest - moved.up_mm, nose_middle(eyewear, head, rest)
    place = np.array([middle, down, resting_depth(eyewear, head, down) - moved.out_mm])
    return Pose(small_rotation(np.array([tilt, 0.0, 0.0])), place)


def nudge_limits(eyewear: Eyewear, head: Head, nudge: Nudge | None = None) -> NudgeLimits:
    """Return how far the frame can be moved on this nose.

    Up and down: what bears on the nose stays between its root and its tip. Nearer: until
    the bridge touches the ridge, or the lenses the lashes; farther: while what bears still
    lies behind the ridge; both depend on the height that `nudge` has reached. Tilt: within
    `TILTS`. Where a frame rests is always within the limits.
    """
    rest = resting_height(eyewear, head)
    bears = rest + REST_BELOW
    up = spanning(bears - head.mesh[LOWEST, 1], bears - head.mesh[HIGHEST, 1])
    down = rest - (min(max(nudge.up_mm, up[0]), up[1]) if nudge else 0.0)
    front = resting_depth(eyewear, head, down)
    touching = ridge_depth(head.mesh, down - BRIDGE_ABOVE) - eyewear.build.depth / 2
    nearest = min(touching, lens_plane(head, LEAST_VERTEX))
    holding = ridge_depth(head.mesh, down + REST_BELOW) + PAD_HOLD - REST_BEHIND
    out = spanning(front - nearest, front - holding)
    tilt = spanning(TILTS[0] - eyewear.build.tilt, TILTS[1] - eyewear.build.tilt)
    return NudgeLimits(up, out, tilt)


def spanning(one: float, other: float) -> Range:
    """Return the range between two bounds, widened where it wouldn't hold zero."""
    low, high = float(one), float(other)
    return min(low, 0.0), max(high, 0.0)


def lens_plane(head: Head, vertex: float) -> float:
    """Return the z of the front that stands `vertex` mm before the corneas."""
    return CORNEA_Z * head.pd.value / ADULT_PD - vertex - LENS_THICKNESS


def resting_depth(eyewear: Eyewear, head: Head, down: float) -> float:
    """Return the front's z, mm, with the datum line at the height y = `down`."""
    return float(resting_depths(eyewear, head, np.array([down]))[0])


def resting_depths(eyewear: Eyewear, head: Head, down: Floats) -> Floats:
    """Return the front's z, mm, for each of the heights `down` (n,) of the datum line."""
    forward = lens_plane(head, eyewear.build.vertex)
    return np.minimum(forward, bridge_limits(eyewear, head, down))


def bridge_limits(eyewear: Eyewear, head: Head, down: Floats) -> Floats:
    """Return the front's z, mm, with its bridge against the ridge, for each of the heights."""
    ridge = head.mesh[list(RIDGE)]
    skin = np.interp(down - BRIDGE_ABOVE, ridge[:, 1], ridge[:, 2])
    limits: Floats = skin - RIDGE_CLEARANCE - eyewear.build.depth / 2
    return limits


def resting_height(eyewear: Eyewear, head: Head) -> float:
    """Return the datum line's y in head coordinates, mm, from contact and from custom."""
    usual = float(head.mesh[[RIGHT_IRIS, LEFT_IRIS], 1].mean()) + PUPIL_DROP
    if eyewear.build.pads:  # bent until the height is right
        return usual
    known, trust = PUPIL_DROP_SIGMA**-2, CONTACT_SIGMA**-2
    held = min(contact_height(eyewear, head), max(landing_height(eyewear, head), usual))
    return (usual * known + held * trust) / (known + trust)


def contact_height(eyewear: Eyewear, head: Head) -> float:
    """Return the datum line's y at which a moulded bridge, let down the nose, first fits it.

    There the nose is as wide as the gap between the bearing edges, at their height and depth.
    """
    depths = resting_depths(eyewear, head, CONTACTS) + REST_BEHIND
    skin = sides(nose_of(head.mesh), np.column_stack([CONTACTS + REST_BELOW, depths]))
    return reached(np.nan_to_num(skin[:, 1] - skin[:, 0]), eyewear.marks.bridge - 2 * RIM_AT_NOSE)


def landing_height(eyewear: Eyewear, head: Head) -> float:
    """Return the datum line's y at which the bridge, held by the temples, lands on the ridge."""
    forward = lens_plane(head, eyewear.build.vertex)
    return reached(-bridge_limits(eyewear, head, CONTACTS), -forward)


def reached(values: Floats, bound: float) -> float:
    """Return the height, of `CONTACTS` and between, at which `values` first come up to `bound`."""
    over = np.flatnonzero(values >= bound)
    after = int(over[0]) if len(over) else len(CONTACTS) - 1
    before = max(after - 1, 0)
    return float(np.interp(bound, values[[before, after]], CONTACTS[[before, after]]))


def nose_middle(eyewear: Eyewear, head: Head, down: float) -> float:
    """Return the x midway between the skin on both sides of the nose where the frame bears.

    Args:
        down: the datum line's y where the frame rests, mm.
    """
    depth = resting_depth(eyewear, head, down) + REST_BEHIND
    right, left = sides(nose_of(head.mesh), np.array([[down + REST_BELOW, depth]]))[0]
    if math.isnan(right):  # on a flat nose the edges bear before its ridge
        return float(head.mesh[list(RIDGE), 0].mean())
    return float(right + left) / 2


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
