"""The scene that the fit describes and the picture draws: camera, head and seated frame.

Camera coordinates, in millimetres: x to the picture's right, y down, z away from the
camera. Head coordinates: the origin lies midway between the eyes' outer and inner
corners; x to the wearer's left (the picture's right), y down, z into the head, so that a
head that looks straight at the camera has the identity as its rotation. Frame
coordinates: see `webapp.eyewear.frame`.
"""

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A measured quantity: value, standard deviation (same unit), and how it was found."""

    value: float
    sigma: float
    method: str


@dataclass(frozen=True)
class Camera:
    """A pinhole camera: `focal` length and principal point `centre` (x, y), in pixels.

    Pixel (0, 0) is the centre of the picture's first pixel. `sigma`: the focal length's
    relative standard deviation.
    """

    focal: float
    centre: tuple[float, float]
    sigma: float = 0.0

    def project(self, points: Floats) -> Floats:
        """Return pixels (..., 2) of camera-space points (..., 3) in mm with z > 0."""
        pixels: Floats = self.focal * points[..., :2] / points[..., 2:] + np.asarray(self.centre)
        return pixels

    def scaled(self, k: float) -> Self:
        """Return the camera of the same picture resized by `k`."""
        x, y = ((at + 0.5) * k - 0.5 for at in self.centre)
        return replace(self, focal=self.focal * k, centre=(x, y))

    def cropped(self, left: float, top: float) -> Self:
        """Return the camera of the picture with `left` columns and `top` rows cut off."""
        return replace(self, centre=(self.centre[0] - left, self.centre[1] - top))


@dataclass(frozen=True)
class Pose:
    """A rigid motion: `rotation` (3, 3) then `translation` (3,), in mm."""

    rotation: Floats
    translation: Floats

    def apply(self, points: Floats) -> Floats:
        """Return the moved points (..., 3)."""
        return points @ self.rotation.T + self.translation

    def after(self, first: "Pose") -> "Pose":
        """Return the motion that does `first`, then this one."""
        return Pose(self.rotation @ first.rotation, self.apply(first.translation))

    @property
    def angles(self) -> tuple[float, float, float]:
        """(yaw, pitch, roll) in degrees, of rotation = Rz(roll) Rx(pitch) Ry(-yaw).

        Yaw is positive when the nose points to the picture's right, pitch when it points
        down, roll when the head leans clockwise in the picture.
        """
        r = self.rotation
        pitch = math.asin(max(-1.0, min(1.0, float(r[2, 1]))))
        yaw = math.atan2(-float(r[2, 0]), float(r[2, 2]))
        roll = math.atan2(-float(r[0, 1]), float(r[1, 1]))
        return math.degrees(-yaw), math.degrees(pitch), math.degrees(roll)


@dataclass(frozen=True)
class Head:
    """One person's head, placed before the camera.

    `pose`: head to camera coordinates. `mesh`: (478, 3) mm in head coordinates, the
    face-mesh topology, irises last. `pd`: distance between the pupils for far sight, mm.
    `width`: the face's width at the temples' height, mm. `sigma`: relative standard
    deviation of the scale, hence of every length.
    """

    pose: Pose
    mesh: Floats
    pd: Estimate
    width: Estimate
    sigma: float


@dataclass(frozen=True)
class Fit:
    """A frame seated on a head before a camera.

    `seat`: frame to head coordinates. `ears`: (2, 3) mm in head coordinates, where the
    temples' bends lie on the ears, the wearer's right ear (picture left) first.
    """

    camera: Camera
    head: Head
    seat: Pose
    ears: Floats

    @property
    def frame_pose(self) -> Pose:
        """Frame to camera coordinates."""
        return self.head.pose.after(self.seat)

    def scaled(self, k: float) -> "Fit":
        """Return the same scene for the picture resized by `k`."""
        return replace(self, camera=self.camera.scaled(k))
