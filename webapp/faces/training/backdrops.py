"""What lies behind the faces of a training scene: real pieces without a face, and drawn ones."""

import cv2
import numpy as np

from webapp.faces.training.chips import Sources


def backdrop(sources: Sources, rng: np.random.Generator, side: int) -> np.ndarray:
    """Return a (side, side, 3) uint8 RGB background without a face."""
    kind = rng.random()
    if kind < 0.55:
        return faceless_piece(sources.faceless, rng, side)
    if kind < 0.67:
        return _out_of_focus(sources, rng, side)
    image = drawn_backdrop(rng, side)
    if rng.random() < 0.3:
        other = faceless_piece(sources.faceless, rng, side)
        image = cv2.addWeighted(image, 0.6, other, 0.4, 0)
    return image


def drawn_backdrop(rng: np.random.Generator, side: int) -> np.ndarray:
    """Return a (side, side, 3) uint8 RGB background that is drawn and nothing else."""
    drawn = (_plain, _gradient, _clouds, _stripes, _shapes)[rng.integers(5)]
    return drawn(rng, side)


def faceless_piece(pictures: list[np.ndarray], rng: np.random.Generator, side: int) -> np.ndarray:
    """Return a square piece of a picture without a face, at any scale, turned and mirrored."""
    picture = pictures[rng.integers(len(pictures))]
    height, width = picture.shape[:2]
    window = float(np.exp(rng.uniform(np.log(48), np.log(1.1 * max(height, width)))))
    x = rng.uniform(min(0, width - window), max(0, width - window)) + window / 2
    y = rng.uniform(min(0, height - window), max(0, height - window)) + window / 2
    scale = side / window
    if scale < 0.7:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        x, y, scale = x * scale, y * scale, 1.0
    angle = rng.normal(0, 12) + (90 * rng.integers(4) if rng.random() < 0.2 else 0)
    matrix = cv2.getRotationMatrix2D((float(x), float(y)), angle, scale)
    matrix[:, 2] = matrix[:, 2] + side / 2 - (x, y)
    border = cv2.BORDER_REFLECT_101 if rng.random() < 0.7 else cv2.BORDER_CONSTANT
    image = cv2.warpAffine(
        picture, matrix, (side, side), borderMode=border, borderValue=(127, 127, 127)
    )
    return image[:, ::-1].copy() if rng.random() < 0.5 else image


def _out_of_focus(sources: Sources, rng: np.random.Generator, side: int) -> np.ndarray:
    """Return a chip so blurred that only its colours are left."""
    tiny = sources.chips.photos[-1][int(rng.choice(sources.rows))]
    few = int(rng.integers(3, 6))
    tiny = cv2.resize(tiny, (few, few), interpolation=cv2.INTER_AREA)
    return cv2.resize(tiny, (side, side), interpolation=cv2.INTER_CUBIC)


def _colour(rng: np.random.Generator) -> list[int]:
    return [int(v) for v in rng.integers(0, 256, 3)]


def _plain(rng: np.random.Generator, side: int) -> np.ndarray:
    return np.full((side, side, 3), _colour(rng), np.uint8)


def _gradient(rng: np.random.Generator, side: int) -> np.ndarray:
    corners = rng.integers(0, 256, (2, 2, 3)).astype(np.uint8)
    return cv2.resize(corners, (side, side), interpolation=cv2.INTER_LINEAR)


def _clouds(rng: np.random.Generator, side: int) -> np.ndarray:
    image = np.zeros((side, side, 3), np.float32)
    for cells in (3, 8, 24, 80):
        noise = rng.normal(0, 1, (cells, cells, 3)).astype(np.float32)
        if rng.random() < 0.5:
            noise[:] = noise[..., :1]
        weight = rng.uniform(0, 60) * (1 if cells < 10 else 0.5)
        image += weight * cv2.resize(noise, (side, side), interpolation=cv2.INTER_LINEAR)
    return np.clip(image + np.array(_colour(rng), np.float32), 0, 255).astype(np.uint8)


def _stripes(rng: np.random.Generator, side: int) -> np.ndarray:
    image = _plain(rng, side)
    step, thick = rng.uniform(4, 50), int(rng.integers(1, 20))
    angle = rng.uniform(0, np.pi)
    along = np.array([np.cos(angle), np.sin(angle)]) * 2 * side
    across = np.array([-np.sin(angle), np.cos(angle)])
    colour = _colour(rng)
    for k in np.arange(-side, side, step):
        middle = side / 2 + across * k
        ends = [tuple(int(v) for v in middle + sign * along) for sign in (-1, 1)]
        cv2.line(image, ends[0], ends[1], colour, thick, cv2.LINE_AA)
    return image


def _shapes(rng: np.random.Generator, side: int) -> np.ndarray:
    """Return a drawn clutter of ellipses, boxes and lines; round pairs are what eyes look like."""
    image = _gradient(rng, side) if rng.random() < 0.5 else _plain(rng, side)
    for _ in range(rng.integers(4, 24)):
        at = tuple(int(v) for v in rng.integers(0, side, 2))
        to = tuple(int(v) for v in rng.integers(0, side, 2))
        colour, kind = _colour(rng), rng.integers(4)
        axes = tuple(int(v) for v in rng.integers(2, 40, 2))
        if kind == 0:
            cv2.ellipse(image, at, axes, rng.uniform(0, 180), 0, 360, colour, -1, cv2.LINE_AA)
        elif kind == 1:
            cv2.rectangle(image, at, (at[0] + axes[0], at[1] + axes[1]), colour, -1)
        elif kind == 2:
            cv2.line(image, at, to, colour, int(rng.integers(1, 8)), cv2.LINE_AA)
        else:
            radius = int(rng.integers(2, 14))
            other = at[0] + int(rng.integers(2, 6)) * radius, at[1]
            cv2.circle(image, at, radius, colour, -1, cv2.LINE_AA)
            cv2.circle(image, other, radius, colour, -1, cv2.LINE_AA)
    return image
