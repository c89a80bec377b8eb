"""The average head is measured from labels whose heads are known."""

import numpy as np

from webapp.drawn.heads import people, turned
from webapp.faces.training.mean_head import measure_mean_head
from webapp.fitting.anatomy import mean_head


def labels_of(mesh: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a head as a label shows it: turned, at any size and place, in pixels of a chip."""
    pose = turned(*rng.normal(0, 12, 3))
    return mesh @ pose.rotation.T * rng.uniform(0.7, 1.0) + rng.uniform(60, 100, 3)


def test_turned_and_scaled_labels_give_the_upright_head_in_millimetres(tmp_path):
    """What pose and size did to the labels is undone, and the adults' PD sets the scale."""
    rng = np.random.default_rng(3)
    heads = [labels_of(head.mesh, rng) for head in people(40, seed=1)]
    unused = [np.zeros((478, 3))] * 500  # the test rows at the end are never looked at
    np.savez(
        tmp_path / "fairface-0.npz",
        landmarks_x32=np.round(np.array(heads + unused) * 32).astype(np.int16),
        disagreement=np.full(540, 0.01),
        age=np.full(540, "30-39"),
    )
    np.save(tmp_path / "mirror478.npy", mean_head().mirror)

    measure_mean_head(tmp_path, tmp_path / "head.npz")

    with np.load(tmp_path / "head.npz") as measured:
        mean, mirror = measured["mean"], measured["mirror"]
        off = np.linalg.norm(mean - mean_head().mean, axis=1)
    assert abs(np.linalg.norm(mean[468] - mean[473]) - 63.4) < 1e-3
    np.testing.assert_allclose(mean[mirror] * [-1, 1, 1], mean, atol=0.01)
    assert np.median(off) < 4
