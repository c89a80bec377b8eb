"""Reference heads: synthetic people whose every millimetre is known.

The average face is bent by smooth bumps of our own (not by the statistics that the fitter
uses), then the distance between the pupils, the face's width and the irises are set exactly.
"""

from dataclasses import dataclass, replace

import numpy as np

from webapp.fitting.anatomy import (
    EYE_CORNERS,
    IRIS_MM,
    LEFT_IRIS,
    RIGHT_IRIS,
    TEMPLE_SIDES,
    mean_head,
)
from webapp.fitting.scale import EYE_RADIUS
from webapp.fitting.scene import Camera, Estimate, Floats, Head, Pose

IRISES = ((RIGHT_IRIS, range(469, 473)), (LEFT_IRIS, range(474, 478)))
SETTLE = 12  # rounds; each measure is set in turn until all hold


@dataclass(frozen=True)
class Likeness:
    """How a head differs from the average one; lengths in mm.

    `pd`: between the pupils (eyes straight ahead). `width`: of the face at the temples'
    height. `iris`: visible diameter. `nose`: how much further the ridge stands out, and
    `nose_tip` the tip; `flanks`: how much wider the nose is at each pad. `cheeks`, `brow`:
    how much further they stand out. `jaw`: how much wider its corners are, each side.
    `chin`: how much lower it lies. `lopsided`: how much lower and further back the wearer's
    left side of the face lies than the right; `bend`: how far the nose's tip stands to the
    wearer's left; `ears`: how much lower the left ear sits, beside what `lopsided` says.
    `ripple`: deviation of a smooth random field with lumps of about 25 mm, from `seed`.
    """

    pd: float = 63.4
    width: float = 139.6
    iris: float = IRIS_MM
    nose: float = 0.0
    nose_tip: float = 0.0
    flanks: float = 0.0
    cheeks: float = 0.0
    brow: float = 0.0
    jaw: float = 0.0
    chin: float = 0.0
    lopsided: float = 0.0
    bend: float = 0.0
    ears: float = 0.0
    ripple: float = 0.0
    seed: int = 0


@dataclass(frozen=True)
class ReferenceHead:
    """A head with known measures: `mesh` (478, 3) mm in head coordinates."""

    mesh: Floats
    likeness: Likeness

    @property
    def pd(self) -> float:
        """The distance between the pupils, mm."""
        return gap(self.mesh, RIGHT_IRIS, LEFT_IRIS)

    @property
    def width(self) -> float:
        """The face's width at the temples' height, mm."""
        return gap(self.mesh, *TEMPLE_SIDES)

    def placed(self, pose: Pose) -> Head:
        """Return the head as the fit would describe it if it knew everything."""
        pd, width = (Estimate(value, 0.0, "drawn") for value in (self.pd, self.width))
        return Head(pose, self.mesh, pd, width, 0.0)


def gap(mesh: Floats, a: int, b: int) -> float:
    """Return the distance between two landmarks, mm."""
    return float(np.linalg.norm(mesh[a] - mesh[b]))


def reference_head(likeness: Likeness | None = None) -> ReferenceHead:
    """Return a head of this likeness (the average head without one)."""
    wanted = likeness or Likeness()
    mesh = mean_head().mean + bumps(mean_head().mean, wanted)
    for _ in range(SETTLE):
        mesh = with_width(mesh, wanted.width)
        mesh = with_pd(mesh, wanted.pd)
        mesh = mesh - mesh[list(EYE_CORNERS)].mean(axis=0)
    return ReferenceHead(with_irises(mesh, wanted.iris), wanted)


def people(count: int, seed: int = 0) -> list[ReferenceHead]:
    """Return heads of `count` made-up adults, the same ones for the same seed."""
    rng = np.random.default_rng(seed)
    return [reference_head(someone(rng)) for _ in range(count)]


def someone(rng: np.random.Generator) -> Likeness:
    """Return the likeness of a made-up adult: PD 63.4 +- 3.8 mm, nose +- 4 mm and the rest."""
    return Likeness(
        pd=float(np.clip(rng.normal(63.4, 3.8), 54, 74)),
        width=float(np.clip(rng.normal(139.6, 6.0), 124, 156)),
        iris=float(np.clip(rng.normal(IRIS_MM, 0.4), 10.7, 12.7)),
        nose=float(rng.uniform(-4, 4)),
        nose_tip=float(rng.uniform(-3, 3)),
        flanks=float(rng.uniform(-1.5, 1.5)),
        cheeks=float(rng.uniform(-3, 3)),
        brow=float(rng.uniform(-2, 2)),
        jaw=float(rng.uniform(-5, 5)),
        chin=float(rng.uniform(-6, 6)),
        lopsided=float(rng.uniform(-2, 2)),
        ripple=0.5,
        seed=int(rng.integers(2**31)),
    )


def bumps(mesh: Floats, like: Likeness) -> Floats:
    """Return every landmark's shift (478, 3), mm."""
    x, y, _ = mesh.T
    side = np.sign(x) * np.clip(np.abs(x) / 8, 0, 1)
    shift = np.zeros_like(mesh)
    # Forward is -z. The centres are anatomical: ridge, tip, pads, cheekbones, brow, jaw, chin.
    shift[:, 2] -= like.nose * bump(mesh, (0, 6, -26), (11, 20, 18))
    shift[:, 2] -= like.nose_tip * bump(mesh, (0, 33, -42), (13, 13, 16))
    shift[:, 0] += like.bend * bump(mesh, (0, 33, -42), (14, 18, 22))
    for left in (-1, 1):
        shift[:, 0] += like.flanks * left * bump(mesh, (left * 12, 12, -14), (8, 14, 14))
        shift[:, 2] -= like.cheeks * bump(mesh, (left * 42, 28, 2), (22, 18, 24))
        shift[:, 2] -= like.brow * bump(mesh, (left * 28, -18, -8), (26, 12, 20))
        shift[:, 0] += like.jaw * left * bump(mesh, (left * 58, 76, 34), (26, 26, 34))
    shift[:, 1] += like.chin * np.clip((y - 45) / 65, 0, 1.2) ** 1.5
    shift[:, 1] += 0.5 * like.lopsided * side
    shift[:, 2] += 0.5 * like.lopsided * side
    return shift + ripples(mesh, like)


def bump(mesh: Floats, centre: tuple[float, float, float], reach: tuple[float, ...]) -> Floats:
    """Return a Gaussian bump's weight at each landmark, 1 at its centre, (478,)."""
    away = (mesh - np.array(centre)) / np.array(reach)
    weight: Floats = np.exp(-0.5 * np.sum(away**2, axis=1))
    return weight


def ripples(mesh: Floats, like: Likeness, count: int = 24) -> Floats:
    """Return a smooth random shift (478, 3) with deviation `like.ripple` mm."""
    rng = np.random.default_rng(like.seed)
    waves = rng.normal(0, 1 / 25.0, (count, 3))
    phases = rng.uniform(0, 2 * np.pi, count)
    amounts = rng.normal(0, like.ripple * np.sqrt(2 / count), (count, 3))
    shift: Floats = np.cos(mesh @ waves.T + phases) @ amounts
    return shift


def with_pd(mesh: Floats, pd: float) -> Floats:
    """Return the mesh with each eye region moved sideways until the pupils are `pd` apart."""
    eyes = mesh[[RIGHT_IRIS, LEFT_IRIS]]
    apart = eyes[1] - eyes[0]
    needed = np.sqrt(max(pd**2 - apart[1] ** 2 - apart[2] ** 2, 0.0)) - apart[0]
    moved = mesh.copy()
    for eye, sense in zip(eyes, (-0.5, 0.5), strict=True):
        moved[:, 0] += sense * needed * bump(mesh, tuple(eye), (18.0, 16.0, 30.0))
    return moved


def with_width(mesh: Floats, width: float) -> Floats:
    """Return the mesh with its sides moved until the face is `width` wide; the eyes stay."""
    factor = width / gap(mesh, *TEMPLE_SIDES) - 1
    outer = np.clip((np.abs(mesh[:, 0]) - 40) / 26, 0, 1)
    moved = mesh.copy()
    moved[:, 0] *= 1 + factor * outer * outer * (3 - 2 * outer)
    return moved


def with_irises(mesh: Floats, diameter: float) -> Floats:
    """Return the mesh with round irises of this diameter about the pupils, facing ahead."""
    moved = mesh.copy()
    for centre, ring in IRISES:
        away = mesh[list(ring)] - mesh[centre]
        away[:, 2] = 0.0
        moved[list(ring)] = (
            mesh[centre] + away / np.linalg.norm(away, axis=1)[:, None] * diameter / 2
        )
    return moved


def looking(head: ReferenceHead, target: Floats) -> ReferenceHead:
    """Return the head with its eyes turned to look at `target` (3,), mm in head coordinates."""
    mesh = head.mesh.copy()
    for middle, rim in IRISES:
        pivot = mesh[middle] + (0, 0, EYE_RADIUS)
        ahead = (target - pivot) / np.linalg.norm(target - pivot)
        side = np.cross(ahead, (0, 1, 0))
        side /= np.linalg.norm(side)
        axes = np.column_stack([side, np.cross(side, -ahead), -ahead])
        eye = [middle, *rim]
        mesh[eye] = pivot + (mesh[eye] - pivot) @ axes.T
    return replace(head, mesh=mesh)


def photograph(head: ReferenceHead, camera: Camera, pose: Pose) -> Floats:
    """Return the landmarks (478, 3) that a perfect finder sees in the photo.

    x, y: photo pixels, by true perspective. z: depth relative to the face's mean, in the
    same unit, negative towards the camera.
    """
    placed = pose.apply(head.mesh)
    mean = placed[:, 2].mean()
    depth = (placed[:, 2:] - mean) * camera.focal / mean
    return np.hstack([camera.project(placed), depth])


def turned(
    yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0, distance: float = 600.0
) -> Pose:
    """Return the pose of a head `distance` mm before the camera, turned by degrees.

    The angles are those of `Pose.angles`: yaw positive when the nose points to the picture's
    right, pitch when it points down, roll when the head leans clockwise in the picture.
    """
    a, b, c = np.radians([-yaw, pitch, roll])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return Pose(about_z @ about_x @ about_y, np.array([0.0, 0.0, distance]))
