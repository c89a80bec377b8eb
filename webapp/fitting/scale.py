"""How many real millimetres a head of mean size stands for, with a standard deviation."""

import math
from dataclasses import dataclass

import numpy as np

from webapp.fitting.anatomy import (
    ADULT_PD,
    EYE_CORNERS,
    IRIS_MM,
    IRIS_SIGMA,
    IRISES,
    LEFT_IRIS,
    PRIOR_SIGMA,
    RIGHT_IRIS,
)
from webapp.fitting.pose import Shaped
from webapp.fitting.scene import Camera, Estimate, Floats

EYE_RADIUS = 10.5  # mm, from an eye's turning point to its pupil
TYPED_SIGMA = 0.5  # mm, an optician's PD
# Children's mean PD between 3 and 15 years of age, and how they spread about it over those years:
# 43.4 + 1.66 a - 0.034 a2 for boys, 41.8 + 1.89 a - 0.052 a2 for girls of `a` years, each within
# 3 mm (doi:10.1046/j.1475-1313.2002.00023.x). Their irises are nearly as large as adults'.
CHILD_PD = 54.5  # mm
CHILD_SIGMA = 4.5  # mm
MOST_GAZE = 0.6  # sine of the largest turn of the eyes that is believed, 37 degrees
# The ratio of pupil distance to iris, relative errors. Where the irises were found on the photo
# (`webapp.faces.irises`), one person's two differ as 1.6 % each would (11 clear pairs in 36
# photos), repeats of one photo by 0.5, and 2 % in both alike is presumed for light and lids.
# Where only the network saw them, its ratio departs from the labels' by 7.8 % (1,087 kept-out
# adults turned by less than 20 degrees; most of it in both eyes alike) and varies less than people
# do: it mostly tells the mean, 5.21 of ours against the labels' 5.32 at close range.
LEAST_NOISE = 0.025
PIXEL_NOISE = 0.25  # px of the iris's diameter
MOST_NOISE = 0.08


@dataclass(frozen=True)
class Told:
    """What is told of a face, rather than seen in it.

    `pd`: for far sight, mm, as typed or as a card beside the eyes gave it; None where only the
    irises can tell. `child`: whose PD is presumed to be a child's.
    """

    pd: Estimate | None = None
    child: bool = False


def typed(pd_mm: float | None) -> Told:
    """Return what a typed far PD, mm, tells of an adult; None: nothing."""
    return Told() if pd_mm is None else Told(Estimate(pd_mm, TYPED_SIGMA, "typed"))


@dataclass(frozen=True)
class Scale:
    """`factor`: true millimetres per millimetre of the mean head; `pd`: for far sight, mm."""

    factor: float
    pd: Estimate


@dataclass(frozen=True)
class Eyes:
    """What the fitted head of mean size says of the eyes.

    `pupils`: the distance between them, mm; `iris`: the mean diameter of the irises, mm;
    `noise`: relative standard deviation of the ratio of the two.
    """

    pupils: float
    iris: float
    noise: float


def scale_of(landmarks: Floats, camera: Camera, shaped: Shaped, told: Told | None = None) -> Scale:
    """Return the head's scale from a far PD that is known, or else from irises and population.

    Args:
        landmarks: (478, 3) photo pixels.
        shaped: the head of mean size fitted to them.
        told: the far PD, where it is known, and whether this is a child.
    """
    eyes = measured(landmarks, camera, shaped)
    distance = float(shaped.pose.translation[2])
    told = told or Told()
    if told.pd is not None:
        near = told.pd.value - convergence(told.pd.value, distance)
        return Scale(near / eyes.pupils, told.pd)
    near = IRIS_MM * eyes.pupils / eyes.iris
    by_iris = near + convergence(near, distance)
    blended = blend(by_iris, math.hypot(IRIS_SIGMA / IRIS_MM, eyes.noise), told.child)
    near = blended.value - convergence(blended.value, distance)
    return Scale(near / eyes.pupils, blended)


def measured(landmarks: Floats, camera: Camera, shaped: Shaped) -> Eyes:
    """Return pupils and irises in millimetres of the mean head.

    Both are taken at the depth that the fitted head gives the eyes, so turn and
    perspective cancel; irises that look past the camera are seen aslant, hence widened.
    """
    placed = shaped.pose.apply(shaped.mesh)
    centre = np.asarray(camera.centre)

    def at_depth(index: int, of: int) -> Floats:
        ray = np.append((landmarks[index, :2] - centre) / camera.focal, 1.0)
        point: Floats = ray * placed[of, 2]
        return point

    pupils = np.array([at_depth(middle, middle) for middle in (RIGHT_IRIS, LEFT_IRIS)])
    irises = [
        np.linalg.norm(at_depth(rim[0], middle) - at_depth(rim[2], middle))
        for middle, rim in IRISES
    ]
    width = float(np.mean(irises)) / facing(pupils, shaped)
    return Eyes(float(np.linalg.norm(pupils[1] - pupils[0])), width, noise_of(landmarks))


def facing(pupils: Floats, shaped: Shaped) -> float:
    """Return by what factor the irises' width shrinks as they look to the camera's side.

    An eye that looks straight out of the head has its pupil in front of the middle of its
    corners; aside, it has moved by `EYE_RADIUS` times the sine. The mean of both eyes is
    free of their convergence.

    Args:
        pupils: (2, 3) mm in camera coordinates.
    """
    pose = shaped.pose
    aside = ((pupils - pose.translation) @ pose.rotation)[:, 0].mean()
    aside -= shaped.mesh[list(EYE_CORNERS), 0].mean()
    gaze = math.asin(min(max(aside / EYE_RADIUS, -MOST_GAZE), MOST_GAZE))
    to_camera = -pose.rotation.T @ pose.translation
    return math.cos(gaze - math.atan2(to_camera[0], -to_camera[2]))


def noise_of(landmarks: Floats) -> float:
    """Return the relative standard deviation of the measured PD-to-iris ratio.

    A rim found on the photo is round; the network's is not, its radii vary by 4 to 14 %, and
    as much as they do its width is doubted.

    Args:
        landmarks: (478, 3) photo pixels.
    """
    radii = np.array(
        [
            np.linalg.norm(landmarks[list(rim), :2] - landmarks[middle, :2], axis=1)
            for middle, rim in IRISES
        ]
    )
    mean = float(radii.mean())
    uneven = float(np.mean(radii.std(axis=1))) / mean
    return min(MOST_NOISE, math.hypot(LEAST_NOISE, PIXEL_NOISE / (2 * mean), uneven))


def convergence(pd: float, distance: float) -> float:
    """Return by how many mm the pupils draw together when they look at a camera so far away."""
    return 2 * EYE_RADIUS * math.sin(math.atan(pd / (2 * distance)))


def blend(by_iris: float, sigma: float, child: bool = False) -> Estimate:
    """Return the PD by the iris, weighed with the population's, by their variances.

    The iris's deviation is a share of the true PD, so it is taken at the blended value: a
    ratio that came out large by chance must not count for less than one that came out small.

    Args:
        by_iris: mm.
        sigma: its relative standard deviation.
        child: weigh it with what children's PDs are.
    """
    usual, spread = (CHILD_PD, CHILD_SIGMA) if child else (ADULT_PD, PRIOR_SIGMA)
    value, people = by_iris, 1 / spread**2
    for _ in range(3):
        iris = 1 / (sigma * value) ** 2
        value = (by_iris * iris + usual * people) / (iris + people)
    return Estimate(value, (iris + people) ** -0.5, "iris")
