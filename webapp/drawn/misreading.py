"""Landmarks as the shipped network misreads them, on heads whose truth is known.

Size and correlation were measured on the FairFace rows kept out of training, adults turned by
less than 30 degrees (1,284 faces), with the code of `webapp.faces.training.agreement`: what the
network says less what the labels say, in shares of the distance between the pupils, the mean
over faces taken away. So it is what the network adds to its teacher's errors, not all of them;
`Misreading.times` enlarges it. Irises that the finder seeks in the photo
(`webapp.faces.irises`) err less, and on their own.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from webapp.fitting.anatomy import IRISES, mean_head
from webapp.fitting.scene import Floats

# Deviation at the nose's root, and what a mm away from it adds (in squares), shares of the PD: x,
# y, z. Measured of version 6: 1.3, 1.1, 1.1 % at the root; 1.7, 1.4, 1.5 % at 45 mm; 2.4, 2.3,
# 2.9 % at 97; version 7 errs by 3, 1 and 4 % less at the root, by 1, 0 and 2 % at 45 mm, and
# version 8 as version 7 within 2 %.
AT_NOSE = np.array([0.0113, 0.0115, 0.0116])
PER_MM = np.array([0.00025, 0.00021, 0.00025])
NOSE_ROOT = (0.0, 5.0, -15.0)
# Correlation of two landmarks' errors by their distance: 0.97 at 6 mm, 0.88 at 15, 0.65 at 30,
# 0.47 at 42, 0.26 at 60, nothing at 85; two Gaussians fit it: (share, mm).
LUMPS = ((0.85, 38.0), (0.15, 14.0))
FACES_DIFFER = 0.43  # of the logarithm of a face's error: some are read well, some badly
IRIS_CENTRE = 0.2  # mm, of an iris found in the photo: repeats of one photo
IRIS_ALIKE = 0.02  # relative, of both diameters: light and lids
IRIS_OWN = 0.016  # relative, of each: one person's two
IRIS_PIXELS = 0.25  # px of a diameter


@dataclass(frozen=True)
class Misreading:
    """How far landmarks err: `times` the measured size."""

    times: float = 1.0

    def spoil(self, seen: Floats, apart: float, iris: float, rng: np.random.Generator) -> Floats:
        """Return true landmarks (478, 3), pixels, with a network's errors.

        Args:
            seen: the truth, as `webapp.drawn.heads.photograph` returns it.
            apart: the distance between the pupils, in pixels were they seen straight on.
            iris: the irises' true diameter, mm.
            rng: draws the errors.
        """
        face = float(np.exp(rng.normal(0, FACES_DIFFER) - FACES_DIFFER**2))  # mean square 1
        lumps = correlated() @ rng.normal(size=(len(seen), 3))
        marks: Floats = seen + self.times * face * apart * deviations() * lumps
        alike = rng.normal(0, IRIS_ALIKE)
        for middle, rim in IRISES:
            width = float(np.linalg.norm(seen[rim[0], :2] - seen[rim[2], :2]))
            own = rng.normal(0, np.hypot(IRIS_OWN, IRIS_PIXELS / width))
            centre = seen[middle, :2] + rng.normal(0, IRIS_CENTRE * width / iris, 2)
            away = (seen[list(rim), :2] - seen[middle, :2]) * np.exp(alike + own)
            marks[middle, :2], marks[list(rim), :2] = centre, centre + away
        return marks


@lru_cache(maxsize=1)
def deviations() -> Floats:
    """Return (478, 3): each landmark's error, shares of the PD."""
    away = np.linalg.norm(mean_head().mean - np.array(NOSE_ROOT), axis=1)
    shares: Floats = np.hypot(AT_NOSE, PER_MM * away[:, None])
    return shares


@lru_cache(maxsize=1)
def correlated() -> Floats:
    """Return (478, 478): what makes errors of deviation 1 of independent draws."""
    points = mean_head().mean
    away = np.linalg.norm(points[:, None] - points, axis=2)
    alike = sum(share * np.exp(-0.5 * (away / reach) ** 2) for share, reach in LUMPS)
    mixing: Floats = np.linalg.cholesky(alike + 1e-6 * np.eye(len(points)))
    return mixing
