"""Head pose and identity from landmarks: robust least squares on the reprojection error.

The unknowns are the head's rotation and translation and the coefficients of the shape
basis. The head's size is held at the adult mean: one picture can't tell a large head far
away from a small one near by; `webapp.fitting.scale` settles that afterwards.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from webapp.fitting.anatomy import MeanHead, mean_head
from webapp.fitting.scene import Camera, Floats, Pose

STEADY_SIGMA = 1.2  # mm, landmark error on the face, 2.7 % of the PD over both axes
MOVING_SIGMA = 5.0  # mm, lids, jaw and mouth: they tell little of the pose
IRIS_SIGMA = 3.0  # mm, gaze
DEPTH_SIGMA = 5.0  # mm, the network's z is a guess learnt from other faces
KNEE = 2.0  # in sigmas; beyond it a residual pulls with constant force (Huber)
SAMPLES = 60  # neighbouring landmarks err together: the mesh is worth about so many free points
ROUNDS = 10
SETTLED = 1e-4  # rad and relative shift: a step below it changes nothing that can be seen


@dataclass(frozen=True)
class Shaped:
    """A head of mean size: `pose`, `mesh` (478, 3) mm in head coordinates, `shape` (K,) sigmas."""

    pose: Pose
    mesh: Floats
    shape: Floats


@dataclass(frozen=True)
class Mould:
    """What a head is fitted by: all landmarks, or some that stand for their neighbours.

    `which` (n,): their indices. `mean` (n, 3) mm and `basis` (3, n, K) mm a sigma: of the mean
    head. `noise` (n, 3) mm: what `sigmas` expects of their residuals.
    """

    which: NDArray[np.int64]
    mean: Floats
    basis: NDArray[np.float32]
    noise: Floats

    @property
    def worth(self) -> float:
        """How many free points one landmark is worth."""
        return SAMPLES / len(self.which)


@lru_cache(maxsize=4)
def mould(every: int = 1) -> Mould:
    """Return the mould of all landmarks, or of one in `every` few, alike on both sides."""
    head = mean_head()
    number = np.minimum(np.arange(len(head.mean)), head.mirror)
    which = np.flatnonzero(number % every == 0)
    basis = head.scaled_basis[:, which].astype(np.float32)
    return Mould(which, head.mean[which], basis, sigmas(head)[which])


def first_pose(landmarks: Floats, camera: Camera) -> tuple[Pose, float]:
    """Return a rough pose, and the face's pixels per millimetre, without iterating.

    Aligns the mean head with the landmarks (478, 3), z included, by a similarity
    (Umeyama, 1991), then stands it off by the distance that this scale means.
    """
    head = mean_head()
    weight = head.steady / head.steady.sum()
    model, seen = head.mean, landmarks
    model_centre, seen_centre = weight @ model, weight @ seen
    cross = (seen - seen_centre).T @ (weight[:, None] * (model - model_centre))
    u, stretch, vt = np.linalg.svd(cross)
    sign = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = (u * sign) @ vt
    spread = weight @ ((model - model_centre) ** 2).sum(1)
    scale = float((stretch * sign).sum() / spread)
    distance = camera.focal / scale
    centre = np.append((seen_centre[:2] - np.asarray(camera.centre)) / camera.focal, 1.0) * distance
    return Pose(rotation, centre - rotation @ model_centre), scale


def fit_shape(
    landmarks: Floats,
    camera: Camera,
    start: Pose,
    rounds: int = ROUNDS,
    shape: Floats | None = None,
    by: Mould | None = None,
) -> Shaped:
    """Return the head of mean size that projects onto the landmarks (478, 3).

    Gauss-Newton from `start` and `shape`, by default the mean's; the landmarks' z counts lightly,
    against the mean depth. `by`: the landmarks that are looked at, by default all.
    """
    head, by = mean_head(), by or mould()
    seen = landmarks[by.which]
    pose, shape = start, np.zeros(len(head.deviations)) if shape is None else shape
    for _ in range(rounds):
        step = solve(seen, camera, pose, shape, by)
        turned = small_rotation(step[:3]) @ pose.rotation
        pose = Pose(turned, pose.translation + step[3:6])
        shape = shape + step[6:]
        if max(np.abs(step[:3]).max(), np.abs(step[3:6]).max() / away(pose)) < SETTLED:
            break
    mesh = head.mean + (head.scaled_basis @ shape).T
    return Shaped(pose, mesh, shape)


def away(pose: Pose) -> float:
    """Return how far the head is from the camera, mm along the optical axis."""
    return float(pose.translation[2])


def sigmas(head: MeanHead) -> Floats:
    """Return (478, 3): expected residuals in mm, x and y in the picture, z in depth."""
    across = np.where(head.steady, STEADY_SIGMA, MOVING_SIGMA)
    across[468:] = IRIS_SIGMA
    across = np.hypot(across[:, None], head.spread[:, :2])
    depth = np.hypot(DEPTH_SIGMA, across.mean(1))
    return np.column_stack([across, depth])


def solve(seen: Floats, camera: Camera, pose: Pose, shape: Floats, by: Mould) -> Floats:
    """Return one Gauss-Newton step: 3 rotation (rad), 3 translation (mm), K shape (sigmas).

    seen: (n, 3) photo pixels of the landmarks of the mould.
    """
    local = by.mean + (by.basis @ shape.astype(np.float32)).T
    turned = local @ pose.rotation.T
    off = residuals(seen, camera, pose, turned)
    trust = trusted(off, by)
    # Single precision: a step need not be exact, and the residuals, which say where to end, are.
    jacobian = slopes(pose, turned, by.basis)
    jacobian *= trust.T[:, :, None].astype(np.float32)
    a = jacobian.reshape(-1, jacobian.shape[2])
    b = (off * trust).T.ravel().astype(np.float32)
    normal, right = (a.T @ a).astype(np.float64), (a.T @ b).astype(np.float64)
    normal[6:, 6:] += np.eye(len(shape))
    right[6:] -= shape
    return np.asarray(np.linalg.solve(normal, right), np.float64)


def residuals(landmarks: Floats, camera: Camera, pose: Pose, turned: Floats) -> Floats:
    """Return (n, 3) mm at the head: seen less projected, then the network's depth less ours."""
    mm = away(pose) / camera.focal  # millimetres a pixel at the head
    off = np.empty((len(turned), 3))
    off[:, :2] = (landmarks[:, :2] - camera.project(turned + pose.translation)) * mm
    off[:, 2] = centred(landmarks[:, 2]) * mm - centred(turned[:, 2])
    return off


def trusted(off: Floats, by: Mould) -> Floats:
    """Return (n, 3) weights, 1/mm: less for what is expected to err, and for outliers."""
    size = np.hypot(off[:, 0] / by.noise[:, 0], off[:, 1] / by.noise[:, 1])
    huber = np.sqrt(np.minimum(1.0, KNEE / np.maximum(size, 1e-9)) * by.worth)
    weights: Floats = huber[:, None] / by.noise
    return weights


def slopes(pose: Pose, turned: Floats, basis: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (3, n, 6 + K): how each residual's model moves with each unknown.

    In mm at the head's distance, so that perspective is a factor near one.
    """
    moves = np.zeros((3, len(turned), 6 + basis.shape[2]), np.float32)
    x, y, z = turned.T
    # the cross product of a small turn with each point
    moves[0, :, 1], moves[0, :, 2] = z, -y
    moves[1, :, 0], moves[1, :, 2] = -z, x
    moves[2, :, 0], moves[2, :, 1] = y, -x
    moves[[0, 1, 2], :, [3, 4, 5]] = 1.0
    turn = pose.rotation.astype(np.float32)
    moves[:, :, 6:] = (turn @ basis.reshape(3, -1)).reshape(basis.shape)
    seen = turned + pose.translation
    ratio = (seen[:, :2] / seen[:, 2:]).T[:, :, None].astype(np.float32)
    moves[:2] -= ratio * moves[2]
    moves[:2] *= (away(pose) / seen[:, 2])[:, None].astype(np.float32)
    moves[2] -= moves[2].mean(0)
    return moves


def centred(values: Floats) -> Floats:
    """Return `values` less their mean."""
    return values - float(values.mean())


def small_rotation(vector: Floats) -> Floats:
    """Return the rotation (3, 3) about `vector` by its length in radians (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    k = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    rotation: Floats = np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * (k @ k)
    return rotation
