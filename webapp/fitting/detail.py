"""What a face has of its own, beyond the shape basis: the last step of the fit.

The basis holds how labelled faces vary. A nose, a cheek or a half of the face that varies
otherwise leaves residuals there, all one way, and so do errors of the landmarks; each landmark
is moved by the share of its residual that its own nature explains better than error does. And
the whole head is moved towards where the irises say it is: they are found in the photo itself,
and err less than the mesh, as long as their owner looks at the camera.
"""

import numpy as np

from webapp.fitting.anatomy import ADULT_PD, LEFT_IRIS, RIGHT_IRIS, MeanHead, mean_head
from webapp.fitting.pose import Shaped, away, residuals
from webapp.fitting.scale import EYE_RADIUS, noise_of
from webapp.fitting.scene import Camera, Floats, Pose

# How the shipped network errs, mm on a head of mean size: at the nose's root, and what each mm
# away from it adds in squares (kept-out FairFace rows; `webapp.drawn.misreading` has the figures).
ERROR_AT_NOSE = 0.0116 * ADULT_PD
ERROR_PER_MM = 0.00024 * ADULT_PD
NOSE_ROOT = (0.0, 5.0, -15.0)
OWN = 2.6  # mm by which faces differ from what the basis makes of them
OWN_DEPTH = 1.6  # mm, less believed: how far the network's teacher is right in depth isn't known
MOST_OWN = 4.0  # mm; whatever is further off is a hand or a misread landmark
IRIS_SHARE = 0.42  # of the irises' word: gaze strays by more than the mesh errs as a whole
IRIS_STRAYS = 4.0  # mm; further off, they look elsewhere
CLEAR_IRISES = 0.05  # `noise_of` below which irises were found in the photo


def with_detail(landmarks: Floats, camera: Camera, shaped: Shaped) -> Shaped:
    """Return the head with its own detail, placed by its irises as well.

    Args:
        landmarks: (478, 3) photo pixels.
        shaped: the head that the basis makes of them.
    """
    turned = shaped.mesh @ shaped.pose.rotation.T
    off = residuals(landmarks, camera, shaped.pose, turned)
    off *= np.minimum(1.0, MOST_OWN / np.maximum(np.linalg.norm(off, axis=1), 1e-9))[:, None]
    mesh = shaped.mesh + (off * shares(mean_head())) @ shaped.pose.rotation
    shift = np.append(by_irises(landmarks, camera, shaped), 0.0)
    return Shaped(Pose(shaped.pose.rotation, shaped.pose.translation + shift), mesh, shaped.shape)


def shares(head: MeanHead) -> Floats:
    """Return (478, 3): the share of each landmark's residual that is its own; of moving ones 0."""
    error = ERROR_PER_MM * np.linalg.norm(head.mean - np.array(NOSE_ROOT), axis=1)
    error = np.hypot(ERROR_AT_NOSE, error)[:, None]
    own = np.array([OWN, OWN, OWN_DEPTH])
    share: Floats = np.where(head.steady[:, None], own**2 / (own**2 + error**2), 0.0)
    return share


def by_irises(landmarks: Floats, camera: Camera, shaped: Shaped) -> Floats:
    """Return (2,) mm by which the head is to be moved so that its eyes look at the camera.

    Nothing where only the network saw the irises, and less and less the further aside the eyes
    look (Tukey's biweight).
    """
    if noise_of(landmarks) > CLEAR_IRISES:
        return np.zeros(2)
    eyes = [RIGHT_IRIS, LEFT_IRIS]
    pivots = shaped.mesh[eyes] + [0.0, 0.0, EYE_RADIUS]
    ahead = -shaped.pose.rotation.T @ shaped.pose.translation - pivots
    pupils = pivots + EYE_RADIUS * ahead / np.linalg.norm(ahead, axis=1)[:, None]
    off = landmarks[eyes, :2] - camera.project(shaped.pose.apply(pupils))
    mean: Floats = off.mean(axis=0) * away(shaped.pose) / camera.focal
    believed = max(0.0, 1.0 - float(mean @ mean) / IRIS_STRAYS**2) ** 2
    return IRIS_SHARE * believed * mean
