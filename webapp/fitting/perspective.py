"""The camera's distance, judged by perspective, where EXIF doesn't tell the focal length.

A face near the camera shows a large nose and narrow sides; one far away does not. The
landmarks hold enough of this to tell half a metre from two, and it matters: guessed too
near, a frame that stands 25 mm before the eyes is drawn too large.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from webapp.fitting.camera import DEFAULT_SIGMA, NEAREST_MM
from webapp.fitting.pose import KNEE, Shaped, first_pose, fit_shape, mould
from webapp.fitting.scene import Camera, Floats, Pose

DISTANCES = (NEAREST_MM, 600.0, 850.0, 1200.0, 1700.0)  # mm, from arm's length to across a room
USUAL_MM = 650.0  # between a phone at arm's length and a portrait
USUAL_SPREAD = 0.6  # of the logarithm
# How far the evidence is believed: noses differ more than the basis says.
BELIEF = 0.35
FIRST_ROUNDS, NEXT_ROUNDS = 3, 1  # of the fit at the nearest distance, and at each other
# Landmarks, of which one is fitted at each distance; how likely the head is, all of them tell. The
# focal length found differs by 1.0 % at most from that of every landmark and ten rounds (45 faces).
EVERY = 2


def focal_by_perspective(landmarks: Floats, camera: Camera) -> Camera:
    """Return `camera` with the focal length at which the landmarks make the likeliest head.

    Args:
        landmarks: (478, 3) photo pixels.
        camera: with a guessed focal length; one that is known comes back unchanged.
    """
    if camera.sigma < DEFAULT_SIGMA:
        return camera
    pixels_per_mm = first_pose(landmarks, camera)[1]
    tried = [at_distance(camera, distance * pixels_per_mm) for distance in DISTANCES]
    heads = heads_at(landmarks, tried)
    surprises = [surprise(landmarks, *one) for one in zip(tried, heads, strict=True)]
    unlikely = np.array(surprises) * BELIEF
    usual = np.log(np.array(DISTANCES) / USUAL_MM) / USUAL_SPREAD
    weight = np.exp(-0.5 * (unlikely - unlikely.min() + usual**2))
    mean = float(weight @ np.log([one.focal for one in tried]) / weight.sum())
    return at_distance(camera, math.exp(mean))


def at_distance(camera: Camera, focal: float) -> Camera:
    """Return the camera with another guess at its focal length."""
    return Camera(focal=focal, centre=camera.centre, sigma=camera.sigma)


def heads_at(landmarks: Floats, cameras: Sequence[Camera]) -> list[Shaped]:
    """Return the head that each camera sees, the nearest first.

    Each fit begins where the last one ended, stood off to its camera's distance, and settles in
    one round.
    """
    first, by = cameras[0], mould(EVERY)
    heads = [fit_shape(landmarks, first, first_pose(landmarks, first)[0], FIRST_ROUNDS, by=by)]
    for last, camera in pairwise(cameras):
        off = np.array([1.0, 1.0, camera.focal / last.focal])
        start = Pose(heads[-1].pose.rotation, heads[-1].pose.translation * off)
        heads.append(fit_shape(landmarks, camera, start, NEXT_ROUNDS, heads[-1].shape, by))
    return heads


def surprise(landmarks: Floats, camera: Camera, shaped: Shaped) -> float:
    """Return -2 log likelihood (but for a constant) of the landmarks, `camera` seeing `shaped`."""
    by = mould()
    mm = shaped.pose.translation[2] / camera.focal
    off = (landmarks[:, :2] - camera.project(shaped.pose.apply(shaped.mesh))) * mm
    pull = np.hypot(*(off / by.noise[:, :2]).T)
    huber = np.where(pull < KNEE, pull**2, 2 * KNEE * pull - KNEE**2)
    return float(huber.sum() * by.worth + (shaped.shape**2).sum())
