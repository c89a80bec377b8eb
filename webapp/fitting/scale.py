"""How many real millimetres a head of mean size stands for, with a standard deviation."""

import math
from dataclasses import dataclass

import numpy as np

from webapp.fitting.anatomy import (
    ADULT_PD,
    ADULT_PD_SIGMA,
    IRIS_MM,
    IRIS_SIGMA,
    LEFT_IRIS,
    RIGHT_IRIS,
    RIM_PAIRS,
)
from webapp.fitting.pose import Shaped
from webapp.fitting.scene import Camera, Estimate, Floats

EYE_RADIUS = 10.5  # mm, from an eye's turning point to its pupil
TYPED_SIGMA = 0.5  # mm, an optician's PD
# Relative error of the measured PD-to-iris ratio: over adults the labels' ratio varies by
# 9 %, of which people's true variation (PD 6 %, iris 4.3 %) explains 7.4.
RATIO_NOISE = 0.05


@dataclass(frozen=True)
class Scale:
    """`factor`: true millimetres per millimetre of the mean head; `pd`: for far sight, mm."""

    factor: float
    pd: Estimate


def scale_of(
    landmarks: Floats, camera: Camera, shaped: Shaped, pd_mm: float | None = None
) -> Scale:
    """Return the head's scale from a typed far PD, or else from irises and population.

    Args:
        landmarks: (478, 3) photo pixels.
        shaped: the head of mean size fitted to them.
        pd_mm: the shopper's far PD, mm, if they know it.
    """
    pupils, irises = measured(landmarks, camera, shaped)
    distance = float(shaped.pose.translation[2])
    if pd_mm is not None:
        near = pd_mm - convergence(pd_mm, distance)
        return Scale(near / pupils, Estimate(pd_mm, TYPED_SIGMA, "typed"))
    near = IRIS_MM * pupils / irises
    by_iris = near + convergence(near, distance)
    blended = blend(by_iris, by_iris * math.hypot(IRIS_SIGMA / IRIS_MM, RATIO_NOISE))
    near = blended.value - convergence(blended.value, distance)
    return Scale(near / pupils, blended)


def measured(landmarks: Floats, camera: Camera, shaped: Shaped) -> tuple[float, float]:
    """Return (distance between the pupils, mean iris diameter), mm of the mean head.

    Both are taken at the depth that the fitted head gives the eyes, so turn and
    perspective cancel.
    """
    placed = shaped.pose.apply(shaped.mesh)
    centre = np.asarray(camera.centre)

    def at_depth(index: int, of: int) -> Floats:
        ray = np.append((landmarks[index, :2] - centre) / camera.focal, 1.0)
        point: Floats = ray * placed[of, 2]
        return point

    pupils = np.linalg.norm(at_depth(LEFT_IRIS, LEFT_IRIS) - at_depth(RIGHT_IRIS, RIGHT_IRIS))
    irises = [
        np.linalg.norm(at_depth(a, of) - at_depth(b, of))
        for (a, b), of in zip(RIM_PAIRS, (RIGHT_IRIS, LEFT_IRIS), strict=True)
    ]
    return float(pupils), float(np.mean(irises))


def convergence(pd: float, distance: float) -> float:
    """Return by how many mm the pupils draw together when they look at a camera so far away."""
    return 2 * EYE_RADIUS * math.sin(math.atan(pd / (2 * distance)))


def blend(by_iris: float, sigma: float) -> Estimate:
    """Return the PD by the iris, weighed with the population's, by their variances."""
    iris, people = 1 / sigma**2, 1 / ADULT_PD_SIGMA**2
    value = (by_iris * iris + ADULT_PD * people) / (iris + people)
    return Estimate(value, (iris + people) ** -0.5, "iris")
