"""Whether a photo shows a face well enough to measure it, and if not, what to do about it.

Each limit stands where the landmark error at the eyes leaves its bar, half as much again as on
the same photos left as they are; `docs/quality.md` holds the curves, and
`python -m webapp.faces.training.limits --data ../shared/faces` draws them anew.
Nothing here refuses: what the fit refuses is severity "refuse", all else is advice.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from webapp.faces.crops import apply, crop_matrix, eye_centres, face_frames, warp_crop
from webapp.faces.finder import Face
from webapp.faces.glasses import LIKELY, wears_glasses
from webapp.fitting.anatomy import LEFT_IRIS, RIGHT_IRIS, UPPER_LIP_Y, mean_head
from webapp.fitting.fit import MIN_EYE_GAP, MOST_PITCH, MOST_YAW

WARN, REFUSE = "warn", "refuse"

_SIDE = 192  # pixels of the face looked at, at most: three times what the landmarks are read from
_FINE, _COARSE = 1.0, 2.0  # pixels, the blurs between which an edge's own width shows
_WIDEST = 40.0  # % of the PD; beyond it there are no edges left to tell a width from
_WHITE = 250  # of 255; a camera's white is hardly ever quite 255 after JPEG
_PEPPER = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)  # blind to edges and slopes
_PEPPER_GAIN = 6.0 * 0.6745  # of the median of its absolute answer to white noise (Immerkær, 1996)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear sRGB, ITU-R BT.709
_LINEAR = np.where(
    np.arange(256) <= 0.04045 * 255,
    np.arange(256) / 255 / 12.92,
    ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4,
)  # of an 8-bit sRGB value, IEC 61966-2-1


@dataclass(frozen=True)
class Measures:
    """What is measured of a face in its photo.

    yaw, pitch: degrees, as of `webapp.fitting.scene.Pose.angles`.
    gap: pixels between the pupils.
    light: linear luminance of the skin's lightest tenth, % of white.
    blown: % of the skin that is white in all channels.
    blur: standard deviation of an edge's width at the eyes, % of the distance between them.
    cut: % of the landmarks above the mouth that lie outside the photo: where the frame sits, and
        what tells the head's turn. A missing chin harms neither.
    glasses: how likely the face wears glasses, %.
    """

    yaw: float
    pitch: float
    gap: float
    light: float
    blown: float
    blur: float
    cut: float
    glasses: float


@dataclass(frozen=True)
class Limit:
    """Where a measure begins to concern: `warn`, and `refuse` where the fit refuses too.

    `least`: the measure concerns below its limit; else above it.
    """

    code: str
    measure: str
    warn: float
    refuse: float | None = None
    least: bool = False

    def passes(self, value: float, bound: float) -> bool:
        """Tell whether a value lies beyond a bound, on the side that concerns."""
        return value < bound if self.least else value > bound


LIMITS = (
    Limit("turned", "yaw", 28.0, MOST_YAW),
    Limit("nodding", "pitch", 30.0, MOST_PITCH),
    Limit("too-small", "gap", 40.0, MIN_EYE_GAP, least=True),
    Limit("too-dark", "light", 1.0, least=True),
    Limit("too-bright", "blown", 20.0),
    Limit("blurred", "blur", 4.5),
    Limit("cut-off", "cut", 10.0),
    Limit("wears-glasses", "glasses", 100 * LIKELY),
)
CODES = tuple(limit.code for limit in LIMITS)


@dataclass(frozen=True)
class Concern:
    """One thing that is wrong: a code of `CODES`, the measure's value, and the limit it passed.

    `severity`: "warn", the face can be measured, less well; "refuse", the fit refuses it.
    """

    code: str
    value: float
    limit: float
    severity: str


@dataclass(frozen=True)
class Quality:
    """What is wrong with a face in its photo, in the order of `CODES`; nothing, if it is good."""

    verdicts: tuple[Concern, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes alone."""
        return tuple(verdict.code for verdict in self.verdicts)


def judge(photo: np.ndarray, face: Face, angles: tuple[float, float, float]) -> Quality:
    """Return what is wrong with a face in its photo.

    Args:
        photo: (H, W, 3) uint8 RGB, that the face was found in.
        face: one of its faces.
        angles: (yaw, pitch, roll) of the head, degrees, as of the fit's pose.
    """
    measured = measure(photo, face, angles)
    verdicts = (_concern(limit, getattr(measured, limit.measure)) for limit in LIMITS)
    return Quality(tuple(verdict for verdict in verdicts if verdict))


def _concern(limit: Limit, value: float) -> Concern | None:
    amount = abs(value)
    if limit.refuse is not None and limit.passes(amount, limit.refuse):
        return Concern(limit.code, value, limit.refuse, REFUSE)
    if limit.passes(amount, limit.warn):
        return Concern(limit.code, value, limit.warn, WARN)
    return None


def measure(photo: np.ndarray, face: Face, angles: tuple[float, float, float]) -> Measures:
    """Return what `judge` judges by; the arguments are the same."""
    points = face.landmarks[:, :2].astype(np.float64)
    gap = float(np.linalg.norm(points[LEFT_IRIS] - points[RIGHT_IRIS]))
    frame = face_frames(face.landmarks[None])[0]
    # Never enlarged: that would blur a small face that is as sharp as its pixels allow.
    side = int(np.clip(round(frame[2]), 16, _SIDE))
    # Every so many pixels tell as much of a large photo: what is blurred has no finer detail to
    # alias, and what has some is not blurred.
    step = max(1, int(frame[2] // (2 * _SIDE)))
    matrix = crop_matrix(frame, side, margin=1.0)
    crop = warp_crop(photo[::step, ::step], matrix * [step, step, 1], side)
    inside = _inside(points, photo.shape[:2])
    light, blown = _exposure(crop, apply(matrix, points)[inside & _skin()])
    return Measures(
        yaw=angles[0],
        pitch=angles[1],
        gap=gap,
        light=light,
        blown=blown,
        blur=_blur(crop, apply(matrix, eye_centres(face.landmarks))),
        cut=100 * (1 - float(inside[mean_head().mean[:, 1] < UPPER_LIP_Y].mean())),
        glasses=100 * wears_glasses(photo, face.landmarks),
    )


def _inside(points: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Return (N,) which points (x, y) lie on a picture of `size` (height, width)."""
    furthest = np.array([size[1], size[0]]) - 0.5
    return np.all((points >= -0.5) & (points <= furthest), axis=1)


def _skin() -> np.ndarray:
    """Return (478,) which landmarks lie on skin: all but irises and lids."""
    skin = ~mean_head().lids
    skin[LEFT_IRIS - 5 :] = False
    return skin


def _exposure(crop: np.ndarray, skin: np.ndarray) -> tuple[float, float]:
    """Return `light` and `blown`, from (N, 2) places of skin on the crop."""
    if not len(skin):
        return 0.0, 0.0
    columns, rows = np.clip(np.round(skin), 0, crop.shape[0] - 1).astype(int).T
    colours = crop[rows, columns]
    luminance = _LINEAR[colours] @ _LUMINANCE
    return (
        # Highlights tell how much light there was with less regard to how dark the skin is.
        100 * float(np.percentile(luminance, 90)),
        100 * float((colours.min(1) >= _WHITE).mean()),
    )


def _blur(crop: np.ndarray, eyes: np.ndarray) -> float:
    """Return how wide the edges about the eyes are, % of the distance between the eyes.

    Lids, lashes and irises are sharp in every sharp photo, whoever is in it. An edge of width s
    has the energy of its gradient fall as 1 / s, so two blurs of known width tell s by the ratio
    (Zhuo & Sim, Pattern Recognition 2011, there at single edges); noise, which would pass for
    sharpness, is measured and taken off first.

    Args:
        crop: (S, S, 3) uint8, the eyes level in it; eyes: (2, 2), their centres on it.
    """
    apart = float(np.linalg.norm(eyes[1] - eyes[0]))
    reach = apart * np.array([0.4, 0.35])  # brows, lids and what glasses there are
    low = np.clip(np.floor(eyes.min(0) - reach), 0, crop.shape[0]).astype(int)
    high = np.clip(np.ceil(eyes.max(0) + reach), 0, crop.shape[0]).astype(int)
    band = crop[low[1] : high[1], low[0] : high[0]]
    if min(band.shape[:2]) < 8:
        return 0.0  # so little of the eyes is in the photo that other concerns speak
    grey = cv2.cvtColor(band, cv2.COLOR_RGB2GRAY).astype(np.float32)
    noise = float(np.median(np.abs(cv2.filter2D(grey, -1, _PEPPER)))) / _PEPPER_GAIN
    fine, coarse = (_edge_energy(grey, sigma, noise) for sigma in (_FINE, _COARSE))
    ratio = max((fine / coarse) ** 2, 1.0 + 1e-6)
    squared = (_COARSE**2 - ratio * _FINE**2) / (ratio - 1)
    return min(100 * float(np.sqrt(max(squared, 0.0))) / apart, _WIDEST)


def _edge_energy(grey: np.ndarray, sigma: float, noise: float) -> float:
    """Return the mean squared gradient after a blur, less what white noise gives there."""
    soft = cv2.GaussianBlur(grey, (0, 0), sigma)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    energy = float((across**2 + down**2).mean()) / 64  # Sobel's gain is 8
    return max(energy - noise**2 / (4 * np.pi * sigma**4), 1e-6)
