"""The average head in millimetres, and which of its landmarks mean what.

`mean_head.npz` holds statistics of the training labels (see `webapp.faces.training`), in
head coordinates and scaled to the adult mean PD: `mean` (478, 3) mm; `basis` (K, 478, 3)
orthonormal shape directions with standard `deviations` (K,) in mm; `spread` (478, 3) mm,
what the basis leaves unexplained; `triangles` (n, 3), the skin as a surface, counter-clockwise
from inside; `mirror` (478,), the landmark on the other side of the face.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from webapp.fitting.scene import Floats

MEAN_HEAD = Path(__file__).with_name("mean_head.npz")

IRIS_MM = 11.7  # visible iris diameter, PMC4877715 and androidfist.com's account of MediaPipe Iris
IRIS_SIGMA = 0.5  # its spread over people, mm
ADULT_PD = 63.4  # mean distance between adults' pupils, mm, doi:10.1117/12.529999
# What is presumed before the irises are seen is wider than adults are: PDs lie mostly between 50
# and 75 mm, and an even spread over that range deviates by 6.9 mm. With 3.8 whoever is far from
# the mean would be drawn in and called certain (the 68 % interval would hold 55 % of truths spread
# evenly); with 6.9 it holds about 68 % of those and 70 % of adults', whose mean error grows by
# 0.1 mm.
PRIOR_SIGMA = 6.9  # mm

RIGHT_IRIS, LEFT_IRIS = 468, 473  # the wearer's; each followed by four points of its rim
IRISES = ((RIGHT_IRIS, (469, 470, 471, 472)), (LEFT_IRIS, (474, 475, 476, 477)))  # and rims
EYE_CORNERS = (33, 133, 362, 263)  # the wearer's right outer, right inner, left inner, left outer
TEMPLE_SIDES = (127, 356)  # the sides of the face at the temples' height, before the ears
RIDGE = (9, 8, 168, 6, 197, 195, 5, 4)  # the nose's ridge from the brow down, in the symmetry plane

CORNEA_Z = -10.5  # mm, the corneas' front, before the eye-corner plane (Hertel 16 mm from the rim)
UPPER_LIP_Y = 46.0  # mm; what lies lower moves with the jaw and the mouth


@dataclass(frozen=True)
class MeanHead:
    """The average head and how heads differ from it; see this module's docstring."""

    mean: Floats
    basis: Floats
    deviations: Floats
    spread: Floats
    triangles: NDArray[np.int64]
    mirror: NDArray[np.int64]

    @cached_property
    def steady(self) -> NDArray[np.bool_]:
        """(478,) true for landmarks that neither gaze nor eyelids nor jaw nor mouth moves."""
        steady = self.mean[:, 1] < UPPER_LIP_Y
        steady[468:] = False
        return steady & ~self.lids

    @cached_property
    def scaled_basis(self) -> Floats:
        """(3, 478, K) mm by which one standard deviation of each direction moves a landmark."""
        scaled = self.basis * self.deviations[:, None, None]
        return np.ascontiguousarray(scaled.transpose(2, 1, 0))

    @cached_property
    def lids(self) -> NDArray[np.bool_]:
        """(478,) true for skin landmarks inside an ellipse about either eye's opening."""
        centres = self.mean[list(EYE_CORNERS)].reshape(2, 2, 3).mean(1)
        off = (self.mean[:, None, :2] - centres[None, :, :2]) / np.array([12.0, 9.0])
        inside: NDArray[np.bool_] = ((off**2).sum(-1) < 1).any(1)
        inside[468:] = False
        return inside


@lru_cache(maxsize=1)
def mean_head() -> MeanHead:
    """Return the average head, read once."""
    with np.load(MEAN_HEAD) as file:
        return MeanHead(
            mean=file["mean"].astype(np.float64),
            basis=file["basis"].astype(np.float64),
            deviations=file["deviations"].astype(np.float64),
            spread=file["spread"].astype(np.float64),
            triangles=file["triangles"].astype(np.int64),
            mirror=file["mirror"].astype(np.int64),
        )
