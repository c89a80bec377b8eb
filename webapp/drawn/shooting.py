"""Product photos of drawn frames, as shops' suppliers send them, with the truth beside them.

A frame is photographed square on before plain paper: a little tilted, off the middle, with a
shadow, uneven light, blur and noise, or cut out on transparent. What the photo's calibration
should find, where the lenses' boxes and the hinges are, is known to a fraction of a pixel.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.drawn.product import FILL, Bytes, Floats, Picture, front_view, layout
from webapp.eyewear.frame import Eyewear

ASPECTS = (0.5, 0.62)  # height to width of the photos


@dataclass(frozen=True)
class Shot:
    """How a product photo is taken.

    `paper`: sRGB 0..1; None: the frame comes cut out, on transparent. `falloff`: how much
    darker one side of the paper is, 0..1, towards `falloff_to`, degrees. `tilt`: degrees,
    clockwise in the picture. `fill`: the front's share of the width; `off`: the frame's middle
    from the picture's, as shares of the width. `shadow`: of the ground, 1 as on the shop's
    cards; `cast`: share of light that a shadow on the paper behind takes, `cast_by` mm away
    (x, y) and `cast_soft` mm soft. `blur`: sigma, pixels. `noise`: sigma, levels of 255.
    `quality`: of the JPEG that it is to be stored as.
    """

    width_px: int = 1500
    aspect: float = 0.5
    paper: tuple[float, float, float] | None = (1.0, 1.0, 1.0)
    falloff: float = 0.0
    falloff_to: float = 90.0
    tilt: float = 0.0
    fill: float = FILL
    off: tuple[float, float] = (0.0, 0.0)
    shadow: float = 1.0
    cast: float = 0.0
    cast_by: tuple[float, float] = (2.0, 5.0)
    cast_soft: float = 4.0
    blur: float = 0.0
    noise: float = 0.0
    quality: int = 92


@dataclass(frozen=True)
class ProductPhoto:
    """A photo and its truth, pixels, image-left first.

    `pixels`: (H, W, 3) uint8 sRGB, or (H, W, 4) with straight alpha. `lenses`: (2, 2), the
    boxes' centres (x, y); `hinges`: (2, 2). `scale`: pixels a millimetre.
    """

    pixels: Bytes
    lenses: Floats
    hinges: Floats
    scale: float


def random_shot(rng: np.random.Generator) -> Shot:
    """Return a shot as they come: most on white, some on grey or cream, some cut out."""
    paper = None if rng.random() < 0.2 else papers(rng)
    return Shot(
        width_px=int(rng.integers(900, 2001)),
        aspect=float(rng.uniform(*ASPECTS)),
        paper=paper,
        falloff=float(rng.uniform(0, 0.06)),
        falloff_to=float(rng.uniform(0, 360)),
        tilt=float(rng.uniform(-3, 3)),
        fill=float(rng.uniform(0.62, 0.88)),
        off=(float(rng.uniform(-0.03, 0.03)), float(rng.uniform(-0.03, 0.03))),
        shadow=float(rng.uniform(0, 1.2)),
        cast=float(rng.choice((0.0, rng.uniform(0.03, 0.15)))),
        cast_by=(float(rng.uniform(-4, 4)), float(rng.uniform(2, 8))),
        cast_soft=float(rng.uniform(3, 8)),
        blur=float(rng.uniform(0, 1.2)),
        noise=float(rng.uniform(0, 1.5)),
        quality=int(rng.integers(75, 97)),
    )


def papers(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return a paper's colour: half the time pure white, else off-white, grey or cream."""
    if rng.random() < 0.5:
        return (1.0, 1.0, 1.0)
    grey = rng.uniform(0.86, 0.99)
    warm = rng.uniform(-0.015, 0.02)
    red, green, blue = np.clip([grey + warm, grey, grey - warm], 0, 1).tolist()
    return (red, green, blue)


def photograph(eyewear: Eyewear, shot: Shot, rng: np.random.Generator) -> ProductPhoto:
    """Return the front's photo; `rng`: of its noise."""
    inner = max(round(shot.width_px * shot.fill / FILL), 64)
    scale, middle = layout(eyewear, inner)
    to_photo = placing(middle, inner * 0.45 * 0.5, shot)
    low = front_view(eyewear, inner, shot.shadow)
    cut = cut_out(eyewear, inner)
    size = shot.width_px, round(shot.width_px * shot.aspect)
    if shot.paper is None:
        pixels = on_transparent(cut, to_photo, size, shot)
    else:
        picture = warped(low(shot.paper), to_photo, size, shot.paper)
        alpha = warped(cut, to_photo, size, (0.0, 0.0, 0.0, 0.0))[..., 3]
        pixels = on_paper(picture, alpha, shot, scale, rng)
    half, (x, y) = eyewear.marks.lens_centres / 2, eyewear.build.hinge
    spots = np.array([[-half, 0], [half, 0], [-x, y], [x, y]]) * scale + middle
    seen = np.c_[spots, np.ones(4)] @ to_photo.T
    return ProductPhoto(pixels, seen[:2], seen[2:], scale)


def cut_out(eyewear: Eyewear, width_px: int) -> Picture:
    """Return the front view without any shadow, premultiplied RGBA 0..1."""
    view = front_view(eyewear, width_px, shadow=0.0)
    white, black = view((1.0, 1.0, 1.0)), view((0.0, 0.0, 0.0))
    alpha = 1 - np.clip(white - black, 0, 1).min(axis=2, keepdims=True)
    return np.dstack([np.clip(black, 0, 1), alpha]).astype(np.float32)


def placing(middle: tuple[float, float], height: float, shot: Shot) -> Floats:
    """Return the (2, 3) turn and shift from the front view to the photo, both in pixels."""
    turn = np.radians(shot.tilt)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    share = np.array([0.5 + shot.off[0], shot.aspect / 2 + shot.off[1]]) * shot.width_px
    about = np.array([middle[0], height])
    return np.asarray(np.c_[rotation, share - rotation @ about], np.float64)


def warped(
    picture: Picture, to_photo: Floats, size: tuple[int, int], around: tuple[float, ...]
) -> Picture:
    """Return the picture turned and shifted into the photo's frame, `around` where it ends."""
    out = cv2.warpAffine(
        picture, to_photo, size, flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT, borderValue=around,
    )  # fmt: skip
    return np.asarray(np.clip(out, 0, 1), np.float32)


def on_transparent(cut: Picture, to_photo: Floats, size: tuple[int, int], shot: Shot) -> Bytes:
    """Return the cut-out in the photo's frame, (H, W, 4) uint8, straight alpha."""
    layer = softened(warped(cut, to_photo, size, (0.0, 0.0, 0.0, 0.0)), shot.blur)
    alpha = layer[..., 3:]
    colour = np.clip(layer[..., :3] / np.maximum(alpha, 1e-3), 0, 1)
    return np.round(np.dstack([colour, alpha]) * 255).astype(np.uint8)


def on_paper(
    picture: Picture, alpha: Picture, shot: Shot, scale: float, rng: np.random.Generator
) -> Bytes:
    """Return the photo as the camera gives it, (H, W, 3) uint8."""
    light = 1 - shot.falloff * slope(picture.shape[:2], shot.falloff_to)
    if shot.cast:
        shift = np.array([[1, 0, shot.cast_by[0] * scale], [0, 1, shot.cast_by[1] * scale]])
        size = picture.shape[1], picture.shape[0]
        behind = cv2.warpAffine(alpha, shift, size)
        behind = cv2.GaussianBlur(behind, (0, 0), shot.cast_soft * scale)
        light = light * (1 - shot.cast * behind * (1 - alpha))
    seen = softened(np.asarray(picture * light[..., None], np.float32), shot.blur)
    seen = seen + rng.normal(0, max(shot.noise, 1e-6) / 255, seen.shape).astype(np.float32)
    return np.round(np.clip(seen, 0, 1) * 255).astype(np.uint8)


def slope(shape: tuple[int, ...], towards: float) -> NDArray[np.float32]:
    """Return an even rise from 0 to 1 over a picture, towards a direction in degrees."""
    y, x = np.mgrid[-0.5 : 0.5 : shape[0] * 1j, -0.5 : 0.5 : shape[1] * 1j]
    turn = np.radians(towards)
    return np.asarray(np.clip(0.5 + x * np.cos(turn) + y * np.sin(turn), 0, 1), np.float32)


def softened(picture: Picture, sigma: float) -> Picture:
    """Return the picture out of focus by `sigma` pixels."""
    if sigma < 0.15:
        return picture
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)
