"""Training scenes for the detector: chips laid into pictures, and pictures without a face.

Variety is what this module is for. Cut-out edges, skin, hair and repetition all occur without a
face as well as with one, so that only the face itself tells.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

from webapp.faces.training.augment import disturb, recolour
from webapp.faces.training.backdrops import backdrop, faceless_piece
from webapp.faces.training.chips import Sources
from webapp.faces.training.cutouts import cutout_mask, non_face
from webapp.faces.training.pasting import blend, placement, stored_level

SIDE = 192  # pixels
SMALLEST = 9.0  # pixels; smaller faces are neither taught nor punished
LARGEST = 190.0
_PAD = 127  # the grey that letterboxing leaves
_MOST_CELLS = 30
_KINDS = ("negative", "close", "mosaic", "cutouts")


@dataclass
class Scene:
    """A picture being composed.

    image: (192, 192, 3) uint8 RGB.
    faces: rows (x, y, size, roll, weight) in pixels and radians; weight 0: neither taught nor
        punished.
    """

    image: np.ndarray
    faces: list[tuple[float, float, float, float, float]] = field(default_factory=list)


def compose(
    sources: Sources, rng: np.random.Generator, hard: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return a training scene.

    Args:
        hard: (K, 4) pieces of faceless pictures that were taken for faces: picture's index,
            x, y and size of the alarm in its pixels.

    Returns:
        The picture, (192, 192, 3) uint8 RGB, and (N, 5) float32 faces: x, y, size, roll,
        weight.
    """
    kind = rng.choice(_KINDS, p=(0.33, 0.17, 0.12, 0.38))
    make = {"negative": _negative, "close": _close, "mosaic": _mosaic, "cutouts": _cutouts}[kind]
    scene = make(sources, rng, hard)
    scene.image = disturb(scene.image, rng)
    if rng.random() < 0.25:
        _letterbox(scene, rng)
    faces = np.array(scene.faces, np.float32).reshape(-1, 5)
    return scene.image, faces


def _negative(sources: Sources, rng: np.random.Generator, hard: np.ndarray | None) -> Scene:
    if hard is not None and len(hard) and rng.random() < 0.4:
        image = _around_alarm(sources, rng, hard)
    elif rng.random() < 0.8:
        image = faceless_piece(sources.faceless, rng, SIDE)
    else:
        image = backdrop(sources, rng, SIDE)
    scene = Scene(image)
    if rng.random() < 0.35:
        for _ in range(rng.integers(1, 5)):
            _paste_non_face(scene, sources, rng, _any_size(rng))
    return scene


def _around_alarm(sources: Sources, rng: np.random.Generator, hard: np.ndarray) -> np.ndarray:
    index, x, y, size = hard[rng.integers(len(hard))]
    picture = sources.faceless[int(index)]
    scale = min(4.0, _any_size(rng) / max(size, 4.0))
    return _turned(picture, x, y, scale, rng)


def _turned(
    picture: np.ndarray, x: float, y: float, scale: float, rng: np.random.Generator
) -> np.ndarray:
    """Return the surroundings of a point at a scale, turned and perhaps mirrored."""
    if scale < 0.7:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        x, y, scale = x * scale, y * scale, 1.0
    angle = rng.normal(0, 12)
    matrix = cv2.getRotationMatrix2D((float(x), float(y)), angle, scale)
    matrix[:, 2] = matrix[:, 2] + rng.uniform(0.2, 0.8, 2) * SIDE - (x, y)
    image = cv2.warpAffine(picture, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT_101)
    return image[:, ::-1].copy() if rng.random() < 0.5 else image


def _close(sources: Sources, rng: np.random.Generator, _hard: np.ndarray | None) -> Scene:
    """Return one chip that fills most of the scene; what lies beyond it is made up."""
    row = int(rng.choice(sources.rows))
    size = float(np.exp(rng.uniform(np.log(70), np.log(LARGEST))))
    x, y = SIDE / 2 + rng.normal(0, 0.16, 2) * (SIDE - 0.55 * size)
    roll = float(np.radians(np.clip(rng.normal(0, 13), -45, 45)))
    scene = Scene(backdrop(sources, rng, SIDE))
    matrix, flipped, frame = placement(sources, row, x, y, size, roll, rng)
    level, matrix = stored_level(sources.chips, row, matrix, flipped)
    border = rng.integers(3)
    if border == 0:  # the chip's own mirrored surroundings, out of focus with distance
        wide = cv2.warpAffine(level, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT_101)
        tiny = cv2.resize(wide, (12, 12), interpolation=cv2.INTER_AREA)
        scene.image = cv2.resize(tiny, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    mask: np.ndarray = np.full(level.shape[:2], 255, np.uint8)
    if border < 2:
        edge = max(2, int(level.shape[0] * rng.uniform(0.02, 0.08)))
        mask[:edge] = mask[-edge:] = 0
        mask[:, :edge] = mask[:, -edge:] = 0
        mask = cv2.blur(mask, (edge, edge))
    blend(scene.image, level, mask, matrix)
    _cover(scene, frame, rng)
    _note(scene, frame)
    return scene


def _mosaic(sources: Sources, rng: np.random.Generator, _hard: np.ndarray | None) -> Scene:
    """Return whole chips side by side, no mask: natural skin, hair and cloth next to faces."""
    cell = float(np.exp(rng.uniform(np.log(13), np.log(120))))
    scene = Scene(backdrop(sources, rng, SIDE))
    columns = min(int(SIDE / cell) + 2, int(np.sqrt(_MOST_CELLS)))
    spread = max(0.0, SIDE - columns * cell)
    left, top = rng.uniform(-cell, 0, 2) + rng.uniform(0, 1, 2) * spread
    faces_share = rng.uniform(0.3, 1.0)
    for j in range(columns):
        for i in range(columns):
            x0, y0 = round(left + i * cell), round(top + j * cell)
            side = round(left + (i + 1) * cell) - x0
            _fill_cell(scene, sources, rng, (x0, y0, side), rng.random() < faces_share)
    return scene


def _fill_cell(
    scene: Scene,
    sources: Sources,
    rng: np.random.Generator,
    cell: tuple[int, int, int],
    with_face: bool,
) -> None:
    x0, y0, side = cell
    low_x, low_y = max(x0, 0), max(y0, 0)
    high_x, high_y = min(x0 + side, SIDE), min(y0 + side, SIDE)
    if high_x <= low_x or high_y <= low_y:
        return
    if with_face:
        row = int(rng.choice(sources.rows))
        size = sources.chips.frames[row, 2] * side / 160 * rng.uniform(0.8, 1.1)
        x, y = x0 + side * rng.normal(0.5, 0.03), y0 + side * rng.normal(0.5, 0.03)
        roll = float(np.radians(rng.normal(0, 9)))
        matrix, flipped, frame = placement(sources, row, x - x0, y - y0, size, roll, rng)
        level, matrix = stored_level(sources.chips, row, matrix, flipped)
        patch = cv2.warpAffine(level, matrix, (side, side), borderMode=cv2.BORDER_REFLECT_101)
        _note(scene, (frame[0] + x0, frame[1] + y0, frame[2], frame[3]))
    else:
        patch = cv2.resize(non_face(sources, rng), (side, side), interpolation=cv2.INTER_AREA)
    scene.image[low_y:high_y, low_x:high_x] = patch[
        low_y - y0 : high_y - y0, low_x - x0 : high_x - x0
    ]


def _cutouts(sources: Sources, rng: np.random.Generator, _hard: np.ndarray | None) -> Scene:
    """Return faces and non-faces, cut out with the same masks, over any background."""
    scene = Scene(backdrop(sources, rng, SIDE))
    count = int(rng.choice((1, 2, 3, 4, 6), p=(0.4, 0.2, 0.15, 0.15, 0.1)))
    for _ in range(count):
        size = _any_size(rng) if count < 3 else min(_any_size(rng), 75.0)
        if rng.random() < 0.28:
            _paste_non_face(scene, sources, rng, size)
        else:
            _paste_face(scene, sources, rng, size)
    return scene


def _paste_face(scene: Scene, sources: Sources, rng: np.random.Generator, size: float) -> None:
    row = int(rng.choice(sources.rows))
    inset = min(0.28 * size, SIDE / 2 - 1)
    x, y = rng.uniform(inset, SIDE - inset, 2)
    if any(np.hypot(x - f[0], y - f[1]) < 0.5 * (size + f[2]) for f in scene.faces):
        return
    roll = float(np.radians(np.clip(rng.normal(0, 15), -47, 47)))
    matrix, flipped, frame = placement(sources, row, x, y, size, roll, rng)
    level, matrix = stored_level(sources.chips, row, matrix, flipped)
    landmarks = sources.chips.landmarks[row, :, :2] * (level.shape[0] / 160)
    if flipped:
        landmarks = level.shape[0] - 1 - landmarks * (1, -1) - (0, level.shape[0] - 1)
    mask = cutout_mask(rng, level.shape[0], landmarks)
    if not scene.faces and rng.random() < 0.4:
        _body(scene.image, frame, rng)
    patch = recolour(level, rng) if rng.random() < 0.4 else level
    blend(scene.image, patch, mask, matrix)
    _cover(scene, frame, rng)
    _note(scene, frame)


def _paste_non_face(scene: Scene, sources: Sources, rng: np.random.Generator, size: float) -> None:
    x, y = rng.uniform(0, SIDE, 2)
    if any(np.hypot(x - f[0], y - f[1]) < 0.55 * (size + f[2]) for f in scene.faces):
        return
    patch = non_face(sources, rng)
    if size < 80:
        patch = cv2.resize(patch, (80, 80), interpolation=cv2.INTER_AREA)
    if size < 40:
        patch = cv2.resize(patch, (40, 40), interpolation=cv2.INTER_AREA)
    side = patch.shape[0]
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), rng.normal(0, 15), size / side)
    matrix[:, 2] += (x - side / 2, y - side / 2)
    if not scene.faces and rng.random() < 0.4:
        _body(scene.image, (x, y, size, 0.0), rng)
    blend(scene.image, patch, cutout_mask(rng, side, None), matrix)


def _cover(
    scene: Scene, frame: tuple[float, float, float, float], rng: np.random.Generator
) -> None:
    """Lay a hand, a microphone, a bar of dark glasses or the like over a part of a face."""
    if rng.random() > 0.2:
        return
    x, y, size, roll = frame
    colour = rng.integers(0, 256, 3).tolist()
    away = rng.uniform(0, 2 * np.pi)
    far = size * rng.uniform(0.3, 0.55)
    at = round(x + far * np.cos(away)), round(y + far * np.sin(away))
    axes = tuple(max(1, round(v * size)) for v in rng.uniform(0.08, 0.26, 2))
    if rng.random() < 0.3:  # glasses: a dark band where the eyes are
        up = -0.18 * size
        at = round(x - up * np.sin(roll)), round(y + up * np.cos(roll))
        axes, away = (max(1, round(0.36 * size)), max(1, round(0.09 * size))), roll
        colour = rng.integers(0, 70, 3).tolist()
    cv2.ellipse(scene.image, at, axes, np.degrees(away), 0, 360, colour, -1, cv2.LINE_AA)


def _body(
    image: np.ndarray, frame: tuple[float, float, float, float], rng: np.random.Generator
) -> None:
    """Draw hair behind a head and shoulders below it."""
    x, y, size, _ = frame
    cloth, hair = rng.integers(0, 256, 3).tolist(), rng.integers(0, 120, 3).tolist()
    axes = round(size * rng.uniform(0.7, 1.2)), round(size * rng.uniform(0.5, 0.9))
    at = round(x), round(y + size * rng.uniform(1.0, 1.2))
    cv2.ellipse(image, at, axes, 0, 0, 360, cloth, -1, cv2.LINE_AA)
    axes = round(size * rng.uniform(0.45, 0.65)), round(size * rng.uniform(0.55, 0.8))
    cv2.ellipse(image, (round(x), round(y)), axes, 0, 0, 360, hair, -1, cv2.LINE_AA)


def _note(scene: Scene, frame: tuple[float, float, float, float]) -> None:
    """Remember a face: taught when its centre is well inside and it is large enough."""
    x, y, size, roll = frame
    inside = min(x, y, SIDE - 1 - x, SIDE - 1 - y)
    if inside < -0.5 * size:
        return
    taught = size >= SMALLEST and inside >= min(0.22 * size, 40) and abs(roll) < 0.9
    scene.faces.append((x, y, size, roll, 1.0 if taught else 0.0))


def _letterbox(scene: Scene, rng: np.random.Generator) -> None:
    """Grey out the right or lower end of a scene, as letterboxing a photo does."""
    end = int(rng.uniform(0.5, 0.97) * SIDE)
    axis = int(rng.integers(2))
    scene.image = scene.image.copy()
    scene.image[(slice(None), slice(end, None)) if axis == 0 else slice(end, None)] = _PAD
    kept = []
    for face in scene.faces:
        if face[axis] + 0.22 * face[2] < end:
            kept.append(face)
        elif face[axis] - 0.5 * face[2] < end:
            kept.append((*face[:4], 0.0))
    scene.faces = kept


def _any_size(rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST))))
