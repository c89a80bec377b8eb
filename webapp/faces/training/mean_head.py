"""Measure the average head and its shape basis from the training labels.

Makes `webapp/fitting/mean_head.npz` (contents: `webapp.fitting.anatomy`). The labels are
projections with depth, so the heads are as metric as the teacher's depth is; their scale is
set by the adult mean PD. Run it as `python -m webapp.faces.training.mean_head DATA OUT`; the file
ships.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

from webapp.errors import TrainingDataBroken
from webapp.faces.training.chips import TEST_ROWS

ADULT_PD = 63.4  # mm, doi:10.1117/12.529999
SURE = 0.022  # labels whose views disagree by more (in PDs) are left out
CHILDREN = ("0-2", "3-9", "10-19")
CORNERS = [33, 133, 362, 263]
SELLION, CHIN = 168, 199
FACIAL_ANGLE = 2.0  # degrees by which the chin lies behind the sellion's vertical (Downs)
ENOUGH = 8000  # faces for the basis; more change nothing and take minutes
COMPONENTS = 30  # 97.9 % of the variance
SKIN = 468  # landmarks before the irises
LIP_Y = 46.0  # mm below the eye corners; what lies lower moves with the jaw


def measure_mean_head(data: Path, out: Path) -> None:
    """Write the average head of the labels under `data` (the fairface-*.npz) to `out`.

    Raises:
        TrainingDataBroken: a shard is missing or not what it should be.
    """
    labels, adult = read_labels(data)
    mirror = np.load(data / "mirror478.npy")
    mean, weights = average(labels, adult, mirror)
    head = upright(mean * ADULT_PD / np.linalg.norm(mean[468] - mean[473]))
    weights = np.where((head[:, 1] > LIP_Y) | (np.arange(len(head)) >= SKIN), 0, weights)
    aligned = align(labels, head, weights)
    basis, deviations, spread = components(aligned - head, mirror)
    np.savez_compressed(
        out,
        mean=head.astype(np.float32),
        basis=basis.astype(np.float16),
        deviations=deviations.astype(np.float32),
        spread=spread.astype(np.float32),
        triangles=surface(head[:SKIN]).astype(np.int16),
        mirror=mirror.astype(np.int16),
    )


def read_labels(data: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the sure training labels (N, 478, 3) and which of them are adults' (N,)."""
    labels, adults = [], []
    for path in sorted(data.glob("fairface-*.npz")):
        with np.load(path) as shard:
            keep = np.flatnonzero(shard["disagreement"][:-TEST_ROWS] < SURE)
            labels.append(shard["landmarks_x32"][keep] / 32.0)
            adults.append(~np.isin(shard["age"][keep], CHILDREN))
    if not labels:
        raise TrainingDataBroken(file=str(data), record="fairface-*.npz")
    return np.concatenate(labels), np.concatenate(adults)


def average(
    labels: np.ndarray, adult: np.ndarray, mirror: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the adults' symmetric mean shape (478, 3), and each landmark's steadiness (478,)."""
    mean, weights = labels[0] - labels[0].mean(0), np.ones(labels.shape[1])
    for _ in range(7):
        aligned = align(labels, mean, weights)
        wander = np.sqrt(aligned.var(0).sum(1))
        weights = 1 / (wander**2 + (0.5 * np.median(wander)) ** 2)
        weights[SKIN:] = 0
        mean = aligned[adult].mean(0)
        flipped = mean[mirror] * np.array([-1, 1, 1])
        mean = (mean + align(flipped[None], mean, np.ones(len(mean)))[0]) / 2
    return mean, weights


def align(shapes: np.ndarray, onto: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the shapes (N, P, 3) laid on `onto` (P, 3) by weighted similarities (Umeyama)."""
    share = weights / weights.sum()
    off = shapes - np.einsum("npi,p->ni", shapes, share)[:, None]
    centre = share @ onto
    u, stretch, vt = np.linalg.svd(np.einsum("npi,p,pj->nij", off, share, onto - centre))
    proper = np.ones_like(stretch)
    proper[:, 2] = np.sign(np.linalg.det(u @ vt))
    turn = (u * proper[:, None]) @ vt
    scale = (stretch * proper).sum(1) / np.einsum("npi,p,npi->n", off, share, off)
    return np.einsum("npi,nij->npj", off, turn) * scale[:, None, None] + centre


def upright(mean: np.ndarray) -> np.ndarray:
    """Return the head in head coordinates (`webapp.fitting.scene`), mm."""
    across = unit(mean[263] - mean[33])
    down = mean[CHIN] - mean[SELLION]
    down = unit(down - across * (down @ across))
    inwards = np.cross(across, down)
    angle = np.radians(FACIAL_ANGLE)
    y = down * np.cos(angle) - inwards * np.sin(angle)
    return (mean - mean[CORNERS].mean(0)) @ np.stack([across, y, np.cross(across, y)]).T


def unit(vector: np.ndarray) -> np.ndarray:
    """Return the vector at length 1."""
    return vector / np.linalg.norm(vector)


def components(off: np.ndarray, mirror: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (basis (K, 478, 3), deviations (K,) mm, spread (478, 3) mm) of faces off the mean."""
    flipped = off[:, mirror] * np.array([-1, 1, 1])
    rng = np.random.default_rng(0)
    both = np.concatenate([off, flipped])
    some = both[rng.permutation(len(both))[:ENOUGH]]
    some = some.reshape(len(some), -1)
    # The irises follow gaze: they are carried along, but don't steer the basis.
    weight = np.repeat(np.where(np.arange(off.shape[1]) < SKIN, 1.0, 0.3), 3)
    _, size, directions = np.linalg.svd(some * weight, full_matrices=False)
    kept = directions[:COMPONENTS]
    rest = some - ((some * weight) @ kept.T) @ (kept / weight)
    spread = np.sqrt((rest**2).mean(0)).reshape(-1, 3)
    deviations = size[:COMPONENTS] / np.sqrt(len(some))
    return (kept / weight).reshape(COMPONENTS, -1, 3), deviations, spread


def surface(skin: np.ndarray) -> np.ndarray:
    """Return triangles (n, 3) over the skin (468, 3): Delaunay on it unrolled from a cylinder."""
    flat = np.column_stack([np.arctan2(skin[:, 0], 75 - skin[:, 2]) * 75, skin[:, 1]])
    flat = (flat - flat.min(0) + 1).astype(np.float32)
    low, high = flat.min(0) - 1, flat.max(0) + 1
    mesher = cv2.Subdiv2D((*np.floor(low).astype(int), *np.ceil(high - low).astype(int) + 1))
    mesher.insert(flat.tolist())
    corners = np.asarray(mesher.getTriangleList()).reshape(-1, 3, 2)
    inside = ((corners >= low) & (corners <= high)).all((1, 2))
    gaps = np.linalg.norm(corners[inside][:, :, None] - flat, axis=3)
    triangles = gaps.argmin(2)
    return np.array([outwards(one, skin) for one in triangles if sound(one, flat)])


def sound(triangle: np.ndarray, flat: np.ndarray) -> bool:
    """Return whether a triangle is neither a sliver nor a bridge over a hollow of the outline."""
    a, b, c = flat[triangle].astype(float)
    area = abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
    longest = max(np.linalg.norm(a - b), np.linalg.norm(b - c), np.linalg.norm(c - a))
    return bool(area > 0.3 and longest < 40)


def outwards(triangle: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """Return the triangle wound so that its normal points out of the head."""
    a, b, c = skin[triangle]
    out = (a + b + c) / 3 - np.array([0, 20, 60])
    return triangle if np.cross(b - a, c - a) @ out > 0 else triangle[::-1]


if __name__ == "__main__":
    measure_mean_head(Path(sys.argv[1]), Path(sys.argv[2]))
