"""Changes of light, colour, sharpness and compression that keep every face where it is."""

import cv2
import numpy as np

_RAMP = np.arange(256, dtype=np.float32) / 255


def disturb(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a picture as another camera, another light or another file might have given it.

    Args:
        image: (H, W, 3) uint8 RGB.
    """
    if rng.random() < 0.85:
        image = recolour(image, rng)
    if rng.random() < 0.2:
        image = shade(image, rng)
    if rng.random() < 0.25:
        image = soften(image, rng)
    if rng.random() < 0.25:
        image = add_noise(image, rng)
    if rng.random() < 0.3:
        image = recompress(image, rng)
    return image


def recolour(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a picture of other brightness, contrast, gamma, white balance and saturation."""
    if rng.random() < 0.12:
        image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    elif rng.random() < 0.3:
        grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        keep = rng.uniform(0.3, 1.5)
        image = cv2.addWeighted(image, keep, grey, 1 - keep, 0)
    gamma = np.exp(rng.normal(0, 0.25))
    contrast = np.exp(rng.normal(0, 0.2))
    bright = rng.normal(0, 0.1)
    tint = np.exp(rng.normal(0, 0.08, 3)) if rng.random() < 0.7 else np.ones(3)
    curve = (_RAMP**gamma - 0.5) * contrast + 0.5 + bright
    table = np.clip(curve[:, None] * tint * 255, 0, 255).astype(np.uint8)
    return cv2.LUT(image, table[None])


def shade(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a picture under a light that falls off towards one side."""
    corners = rng.uniform(0.35, 1.3, (2, 2, 1)).astype(np.float32)
    height, width = image.shape[:2]
    light = cv2.resize(corners, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.clip(image * light[..., None], 0, 255).astype(np.uint8)


def soften(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a blurred picture: out of focus, moved, or enlarged from few pixels."""
    height, width = image.shape[:2]
    kind = rng.integers(3)
    if kind == 0:
        return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 2.0))
    if kind == 1:
        length = int(rng.integers(3, 8))
        kernel = np.zeros((length, length), np.float32)
        kernel[length // 2] = 1 / length
        return cv2.filter2D(image, -1, kernel if rng.random() < 0.5 else kernel.T)
    part = rng.uniform(0.35, 0.8)
    size = max(8, int(width * part)), max(8, int(height * part))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def add_noise(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a picture with a sensor's noise."""
    noise = np.empty(image.shape, np.int16)
    cv2.setRNGSeed(int(rng.integers(2**31)))
    cv2.randn(noise, np.zeros(3), np.full(3, rng.uniform(2, 18)))
    return cv2.add(image, noise, dtype=cv2.CV_8U)


def recompress(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a picture through a JPEG file of low to good quality."""
    quality = int(rng.integers(25, 92))
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    again = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return image if again is None else again
