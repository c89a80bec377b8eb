"""Crops for the landmark network: faces as a detector would offer them, and what is no face."""

from dataclasses import dataclass

import cv2
import numpy as np

from webapp.faces.conventions import LANDMARKS_INPUT as SIDE
from webapp.faces.crops import CLOSE_MARGIN, CROP_MARGIN, apply, crop_matrix
from webapp.faces.training.augment import disturb
from webapp.faces.training.backdrops import backdrop, faceless_piece
from webapp.faces.training.chips import Sources
from webapp.faces.training.cutouts import non_face

_CHIP = 160
_STEADY = 0.35  # of a proposal's errors: how far off the crop of a face that was found may be
_GLASSES = 0.4  # of the faces that something is drawn before
_EYES = ((33, 133, 468), (263, 362, 473))  # corners and iris centre
Sample = tuple[np.ndarray, np.ndarray, float]


@dataclass(frozen=True)
class Mix:
    """What the samples of a training are.

    faces: of all samples, the share that shows one.
    untouched: of the faces, those left as sharp and as well lit as most shoppers' are.
    margin: the crop's side over the face's size, about which both scatter.
    close: of the faces, those cropped as one is that was found: closely, and with little error.
    covered: of the faces, those with something drawn before them, glasses or a shape.
    turned: of the faces, those that are views of a photo turned further, where there are views.
    """

    faces: float = 0.75
    untouched: float = 0.25
    margin: float = CROP_MARGIN
    close: float = 0.0
    covered: float = 0.3
    turned: float = 0.2


USUAL = Mix()


def make_sample(
    sources: Sources,
    rng: np.random.Generator,
    mirror: np.ndarray,
    hard: np.ndarray,
    mix: Mix,
) -> Sample:
    """Return a crop (128, 128, 3) uint8 RGB, landmarks (478, 3) float32, and 1 for a face.

    Landmarks are as the network gives them: x and y from -1 to 1 across the crop, z on the same
    scale about its mean; zeros where there is no face.

    Args:
        mirror: (478,) which landmark each becomes when the picture is mirrored.
        hard: (K, 4) the detector's false alarms: picture's index, x, y, size.
    """
    if rng.random() < mix.faces:
        crop, landmarks = _face(sources, rng, mirror, mix)
        if rng.random() < mix.untouched:
            return crop, landmarks, 1.0
        return disturb(_degrade(crop, rng), rng), landmarks, 1.0
    crop = _no_face(sources, rng, hard)
    return disturb(_degrade(crop, rng), rng), np.zeros((478, 3), np.float32), 0.0


def _face(
    sources: Sources, rng: np.random.Generator, mirror: np.ndarray, mix: Mix
) -> tuple[np.ndarray, np.ndarray]:
    chip, landmarks, frame = _choose(sources, rng, mix.turned)
    if rng.random() < 0.5:
        chip = np.ascontiguousarray(chip[:, ::-1])
        landmarks = landmarks[mirror]
        landmarks[:, 0] = _CHIP - 1 - landmarks[:, 0]
        frame[0], frame[3] = _CHIP - 1 - frame[0], -frame[3]
    if mix.close and rng.random() < mix.close:
        matrix = crop_matrix(_jittered(frame, rng, _STEADY), SIDE, CLOSE_MARGIN)
    else:
        matrix = crop_matrix(_jittered(frame, rng), SIDE, mix.margin)
    crop = _warp(chip, matrix, sources, rng)
    told = np.empty_like(landmarks)
    in_crop = apply(matrix, landmarks[:, :2].astype(np.float64))
    told[:, :2] = (in_crop + 0.5) / (SIDE / 2) - 1
    depth = (landmarks[:, 2] - landmarks[:, 2].mean()) * np.hypot(matrix[0, 0], matrix[0, 1])
    told[:, 2] = depth / (SIDE / 2)
    return _wear(crop, in_crop, rng, mix.covered), told


def _choose(
    sources: Sources, rng: np.random.Generator, turned: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a chip, its landmarks and its frame: at times a view's."""
    if sources.views is not None and rng.random() < turned:
        views = sources.views
        while True:
            index = int(rng.integers(len(views.rows)))
            if rng.random() < sources.shares[views.rows[index]]:
                photo = views.photos[views.indices[index]]
                return photo, np.array(views.landmarks[index]), views.frames[index].astype(float)
    row = choose_row(sources, rng)
    chips = sources.chips
    return chips.photos[0][row], np.array(chips.landmarks[row]), chips.frames[row].astype(float)


def choose_row(sources: Sources, rng: np.random.Generator) -> int:
    """Return a face's row, each as often as its share says."""
    while True:
        row = int(rng.choice(sources.rows))
        if rng.random() < sources.shares[row]:
            return row


def _jittered(frame: np.ndarray, rng: np.random.Generator, share: float = 1.0) -> np.ndarray:
    """Return a face's frame as a detector misjudges it, or by a share of that."""
    x, y, size, roll = frame
    wild = share * (2.0 if rng.random() < 0.2 else 1.0)
    x, y = np.array([x, y]) + rng.normal(0, 0.03 * wild, 2) * size
    size *= np.exp(rng.normal(0, 0.055 * wild))
    return np.array([x, y, size, roll + np.radians(rng.normal(0, 5 * wild))])


def _warp(
    chip: np.ndarray, matrix: np.ndarray, sources: Sources, rng: np.random.Generator
) -> np.ndarray:
    """Return the crop of a chip; what lies beyond the chip's edge is made up in many ways."""
    size, kind = (SIDE, SIDE), rng.random()
    if kind < 0.25:
        return cv2.warpAffine(chip, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    if kind < 0.5:
        return cv2.warpAffine(chip, matrix, size, borderMode=cv2.BORDER_REFLECT_101)
    below = backdrop(sources, rng, SIDE)
    if kind < 0.6:
        other = sources.chips.photos[0][int(rng.choice(sources.rows))]
        below = cv2.resize(other, size, interpolation=cv2.INTER_AREA)
    elif kind < 0.75:
        wide = cv2.warpAffine(chip, matrix, size, borderMode=cv2.BORDER_REFLECT_101)
        tiny = cv2.resize(wide, (10, 10), interpolation=cv2.INTER_AREA)
        below = cv2.resize(tiny, size, interpolation=cv2.INTER_CUBIC)
    mask: np.ndarray = np.zeros((_CHIP, _CHIP), np.uint8)
    mask[2:-2, 2:-2] = 255
    if rng.random() < 0.7:
        mask = cv2.blur(mask, (9, 9))
    top = cv2.warpAffine(chip, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.warpAffine(mask, matrix, size).astype(np.uint16)[..., None]
    return ((top * cover + below * (255 - cover)) // 255).astype(np.uint8)


def _wear(
    crop: np.ndarray, points: np.ndarray, rng: np.random.Generator, share: float
) -> np.ndarray:
    """Return the crop, at times with glasses drawn over the eyes or something before the face."""
    kind = rng.random()
    if kind < _GLASSES * share:
        return _glasses(crop, points, rng)
    if kind < share:
        crop = crop.copy()
        colour = [int(v) for v in rng.integers(0, 256, 3)]
        at = tuple(int(v) for v in rng.integers(0, SIDE, 2))
        axes = tuple(int(v) for v in rng.integers(5, 32, 2))
        if rng.random() < 0.5:
            to = at[0] + axes[0] * 2, at[1] + axes[1] * 2
            cv2.rectangle(crop, at, to, colour, -1)
        else:
            cv2.ellipse(crop, at, axes, rng.uniform(0, 180), 0, 360, colour, -1, cv2.LINE_AA)
    return crop


def _glasses(crop: np.ndarray, points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the crop with a pair of glasses: shoppers often wear theirs."""
    drawn = crop.copy()
    colour = [int(v) for v in rng.integers(0, 110, 3)]
    thick = int(rng.integers(1, 5))
    eyes = np.array([points[list(eye)].mean(0) for eye in _EYES])
    apart = float(np.linalg.norm(eyes[1] - eyes[0]))
    along = (eyes[1] - eyes[0]) / max(apart, 1.0)
    angle = float(np.degrees(np.arctan2(along[1], along[0])))
    half = int(apart * rng.uniform(0.34, 0.44)), int(apart * rng.uniform(0.2, 0.36))
    for sign, eye in zip((-1, 1), eyes, strict=True):
        at = tuple(int(v) for v in eye + along * sign * 0.05 * apart)
        if rng.random() < 0.5:
            cv2.ellipse(drawn, at, half, angle, 0, 360, colour, thick, cv2.LINE_AA)
        else:
            box = cv2.boxPoints((at, (2 * half[0], 2 * half[1]), angle)).astype(np.int32)
            cv2.polylines(drawn, [box], True, colour, thick, cv2.LINE_AA)
        if rng.random() < 0.35:
            tinted = drawn.copy()
            cv2.ellipse(tinted, at, half, angle, 0, 360, colour, -1, cv2.LINE_AA)
            clear = rng.uniform(0.05, 0.7)
            drawn = cv2.addWeighted(drawn, clear, tinted, 1 - clear, 0)
    ends = [tuple(int(v) for v in eyes[i] - along * s * half[0]) for i, s in ((0, -1), (1, 1))]
    cv2.line(drawn, ends[0], ends[1], colour, thick, cv2.LINE_AA)
    return drawn


def _degrade(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the crop, at times as a small face far away gives it: enlarged from few pixels."""
    if rng.random() > 0.2:
        return crop
    few = int(np.exp(rng.uniform(np.log(16), np.log(80))))
    small = cv2.resize(crop, (few, few), interpolation=cv2.INTER_AREA)
    way = cv2.INTER_LINEAR if rng.random() < 0.7 else cv2.INTER_CUBIC
    return cv2.resize(small, (SIDE, SIDE), interpolation=way)


def _no_face(sources: Sources, rng: np.random.Generator, hard: np.ndarray) -> np.ndarray:
    kind = rng.random()
    if kind < 0.4 and len(hard):
        return _alarm(sources, rng, hard)
    if kind < 0.6:
        return faceless_piece(sources.faceless, rng, SIDE)
    if kind < 0.8:
        return _astray(sources, rng)
    if kind < 0.85:
        return backdrop(sources, rng, SIDE)
    patch = cv2.resize(non_face(sources, rng), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:  # as a face would lie in its crop, with surroundings
        crop = backdrop(sources, rng, SIDE)
        inner = int(rng.uniform(0.7, 0.95) * SIDE)
        at = (SIDE - inner) // 2
        crop[at : at + inner, at : at + inner] = cv2.resize(patch, (inner, inner))
        return crop
    return patch


def _alarm(sources: Sources, rng: np.random.Generator, hard: np.ndarray) -> np.ndarray:
    """Return what the detector took for a face, cropped as it would be."""
    index, x, y, size = (float(v) for v in hard[rng.integers(len(hard))])
    roll = np.radians(rng.normal(0, 8))
    matrix = crop_matrix(_jittered(np.array([x, y, size, roll]), rng), SIDE)
    border = cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_REFLECT_101
    picture = sources.faceless[int(index)]
    shrink = 1 / np.hypot(matrix[0, 0], matrix[0, 1])
    if shrink > 1.5:
        scale = 1 / shrink
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        matrix = crop_matrix(np.array([x, y, size, roll]) * (scale, scale, scale, 1), SIDE)
    crop = cv2.warpAffine(picture, matrix, (SIDE, SIDE), borderMode=border)
    return crop[:, ::-1].copy() if rng.random() < 0.5 else crop


def _astray(sources: Sources, rng: np.random.Generator) -> np.ndarray:
    """Return a crop far beside a face, or one that shows only a part of it, or a tiny one."""
    row = int(rng.choice(sources.rows))
    chip, (x, y, size, roll) = sources.chips.photos[0][row], sources.chips.frames[row].astype(float)
    kind = rng.integers(3)
    if kind == 0:
        away = rng.uniform(0, 2 * np.pi)
        far = size * rng.uniform(0.55, 0.9)
        x, y = x + far * np.cos(away), y + far * np.sin(away)
    elif kind == 1:
        x, y = np.array([x, y]) + rng.uniform(-0.35, 0.35, 2) * size
        size *= rng.uniform(0.2, 0.45)
    else:
        size *= rng.uniform(2.3, 4.0)
    return _warp(chip, crop_matrix(np.array([x, y, size, roll]), SIDE), sources, rng)
