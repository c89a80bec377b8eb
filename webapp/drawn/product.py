"""Catalogue pictures: a frame photographed for its shop card, from the front and the side.

Works on any `Eyewear`, drawn or photographed. Pictures are composed in display values
(sRGB 0..1), since a shop card's white is paper white.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.drawn.studio import to_srgb
from webapp.eyewear.frame import Artwork, Eyewear, Lens, LensKind

Picture = NDArray[np.float32]  # (H, W, 3) sRGB 0..1
Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Rgb = tuple[int, int, int]
View = Callable[[tuple[float, ...]], Picture]  # paints a view on paper, sRGB 0..1

ASPECT = 0.5  # height to width of a card's picture
FILL = 0.84  # share of the width that the front takes
DISTANCE = 620.0  # mm, camera to front
BOW_RADIUS = 230.0  # mm, of the front as the side view shows it
CAMERA_ABOVE = 34.0  # mm; a little from above, so that the temples' tips show lower


def product_picture(eyewear: Eyewear, width_px: int, background: Rgb | None = None) -> Bytes:
    """Return the frame from the front, its temples behind it, on a soft ground shadow.

    Returns:
        (H, W, 3) uint8 sRGB on `background`, or (H, W, 4) with straight alpha when it is
        None (made to look exact on white); H is half of `width_px`.
    """
    return on_ground(front_view(eyewear, width_px), background)


def side_picture(eyewear: Eyewear, width_px: int, background: Rgb | None = None) -> Bytes:
    """Return the frame from the wearer's left side; sizes and layers as `product_picture`."""
    return on_ground(side_view(eyewear, width_px), background)


def on_ground(view: View, background: Rgb | None) -> Bytes:
    """Return the view on a background, or cut out by the difference of white and black."""
    if background is not None:
        picture = view(tuple(value / 255 for value in background))
        return np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    white, black = view((1.0, 1.0, 1.0)), view((0.0, 0.0, 0.0))
    alpha = 1 - np.clip(white - black, 0, 1).min(axis=2, keepdims=True)
    colour = (white - (1 - alpha)) / np.maximum(alpha, 1e-3)
    cut = np.dstack([np.clip(colour, 0, 1), alpha])
    return np.round(cut * 255).astype(np.uint8)


def layout(eyewear: Eyewear, width_px: int) -> tuple[float, tuple[float, float]]:
    """Return the front view's pixels a millimetre, and where its boxing centre is, pixels."""
    scale = width_px * FILL / eyewear.marks.width
    low, high = rows_of(eyewear.artwork)
    rows = round(width_px * ASPECT)
    return scale, (width_px / 2, rows * 0.45 - (low + high) / 2 * scale)


def front_view(eyewear: Eyewear, width_px: int, shadow: float = 1.0) -> View:
    """Return what paints the front view on plain paper: shadow, temples, lenses, front.

    `shadow`: how strong the ground shadow is, 0 none, 1 as on the shop's own cards.
    """
    art, size = eyewear.artwork, (width_px, round(width_px * ASPECT))
    scale, middle = layout(eyewear, width_px)
    _, high = rows_of(art)
    soft = (art.scale / scale, art.scale / scale)
    front = placed(art.front, flat(art, scale, middle), size, soft)
    temples = [behind(eyewear, scale, middle, size, side) for side in (-1, 1)]
    lenses = placed(art.lenses, flat(art, scale, middle), size, soft)[..., 0]
    floor = middle[1] + high * scale
    glass = eyewear.lens, middle[1], eyewear.marks.lens_height * scale

    def paint(paper: tuple[float, ...]) -> Picture:
        picture = np.full((size[1], size[0], 3), paper, np.float32)
        picture = shadowed(picture, front[..., 3], floor, scale, shadow)
        for temple in temples:
            picture = over(picture, temple)
        return over(glazed(picture, lenses, *glass), front)

    return paint


def rows_of(art: Artwork) -> tuple[float, float]:
    """Return the front's top and bottom, mm from the boxing centre."""
    rows = np.flatnonzero((art.front[..., 3] > 127).any(axis=1))
    return (rows[0] - art.centre[1]) / art.scale, (rows[-1] - art.centre[1]) / art.scale


def flat(art: Artwork, scale: float, middle: tuple[float, float]) -> Picture:
    """Return the (3, 3) transform that lays the front's artwork on the picture."""
    k = scale / art.scale
    shift = [middle[n] - k * art.centre[n] for n in (0, 1)]
    return np.array([[k, 0, shift[0]], [0, k, shift[1]], [0, 0, 1]], np.float32)


def placed(
    layer: Bytes, transform: Picture, size: tuple[int, int], soft: tuple[float, float]
) -> Picture:
    """Return a layer (gray or RGBA uint8) warped to the picture: 0..1, premultiplied.

    `soft`: how many pixels of the layer fall on one of the picture's, along x and y; they
    are averaged first, which keeps thin wires whole.
    """
    values = layer.astype(np.float32) / 255
    if values.ndim == 3:
        values[..., :3] *= values[..., 3:]
    values = np.asarray(
        cv2.GaussianBlur(
            values, (0, 0), sigmaX=max(0.36 * soft[0], 0.1), sigmaY=max(0.36 * soft[1], 0.1)
        ),
        np.float32,
    )
    warped = cv2.warpPerspective(values, transform.astype(np.float64), size, flags=cv2.INTER_LINEAR)
    return np.asarray(warped.reshape(size[1], size[0], -1), np.float32)


def behind(
    eyewear: Eyewear, scale: float, middle: tuple[float, float], size: tuple[int, int], side: int
) -> Picture:
    """Return an open temple seen past the front, in perspective; side 1 is the wearer's left."""
    art = eyewear.artwork
    x, y = eyewear.build.hinge
    rows, columns = art.temple.shape[:2]
    first = art.joint[0] + 5.0 * art.scale  # what lies before it is hidden by the end piece
    corners = np.array([[first, 0], [columns, 0], [columns, rows], [first, rows]], np.float32)
    along, down = ((corners - art.joint) / art.scale).T
    splay = np.radians(3.0)  # open temples run a little towards each other
    deep = along * np.cos(splay) + eyewear.build.depth
    near = DISTANCE / (DISTANCE + deep)
    across = side * (x - 0.5 * eyewear.build.temple_thickness - along * np.sin(splay))
    height = (y + down + CAMERA_ABOVE) * near - CAMERA_ABOVE
    target = np.stack([across * near * scale + middle[0], height * scale + middle[1]], axis=1)
    transform = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    squeeze = (columns - first) / max(float(np.ptp(target[:, 0])), 1.0)
    soft = (squeeze, art.scale / scale)
    values = placed(art.temple, np.asarray(transform, np.float32), size, soft)
    values[..., :3] *= 0.62  # the inner sides face away from the light
    return values


def shadowed(
    picture: Picture, mask: Picture, floor: float, scale: float, strength: float = 1.0
) -> Picture:
    """Return the picture with the soft shadow of the front on the table before it."""
    rows = picture.shape[0]
    columns = mask.max(axis=0)  # which columns of the picture the front covers
    spread = np.convolve(columns, np.hanning(int(40 * scale) | 1), "same") / (20 * scale)
    y = np.arange(rows, dtype=np.float32)[:, None]
    core = np.exp(-(((y - floor - 1.2 * scale) / (1.5 * scale)) ** 2))
    wide = np.exp(-(((y - floor - 3.2 * scale) / (4.2 * scale)) ** 2))
    lowest = lowest_of(mask, floor, scale)
    shade = (0.30 * core * lowest + 0.11 * wide) * np.minimum(spread * 1.15, 1)[None, :] ** 2
    return np.asarray(picture * (1 - strength * shade[..., None]), np.float32)


def lowest_of(mask: Picture, floor: float, scale: float) -> Picture:
    """Return how near each column of the front comes to the table, (1, W) 0..1, smooth."""
    rows = mask.shape[0]
    above = np.abs(np.arange(rows, dtype=np.float32)[:, None] - floor)
    near = mask * np.exp(-above / (2.5 * scale))
    touch = near.max(axis=0, keepdims=True)
    return np.asarray(cv2.GaussianBlur(touch, (0, 0), 1.6 * scale), np.float32)


def glazed(picture: Picture, lenses: Picture, lens: Lens, middle: float, height: float) -> Picture:
    """Return the picture with the lenses laid over it: tint, mirror and a faint reflection."""
    rows, columns = picture.shape[:2]
    y = (np.arange(rows, dtype=np.float32)[:, None] - middle) / height + 0.5  # 0 top, 1 bottom
    x = np.arange(columns, dtype=np.float32)[None, :] / columns
    seen = picture * to_srgb(np.asarray(lens.passes(y), np.float32))
    sky = np.clip(1.05 - 0.9 * y + 0.12 * np.cos(6.3 * (x * 2 - 0.2)), 0, 1) ** 1.4
    coating = np.array(lens.mirror_tint, np.float32)
    mirror = to_srgb(np.asarray(coating * sky[..., None], np.float32))
    share = np.sqrt(lens.reflectance) if lens.kind is LensKind.MIRROR else 0.0
    seen = seen * (1 - share) + mirror * share
    slant = np.mod(x * 2, 1) * 1.5 - y * 0.42
    band = 0.5 * (np.tanh((slant - 0.30) / 0.05) - np.tanh((slant - 0.62) / 0.05))
    gleam = (0.055 + 0.25 * lens.reflectance) * band * np.clip(1.1 - y, 0, 1)
    seen = 1 - (1 - seen) * (1 - gleam[..., None])
    share_in = lenses[..., None]
    return np.asarray(picture * (1 - share_in) + seen * share_in, np.float32)


def over(picture: Picture, layer: Picture) -> Picture:
    """Return a premultiplied RGBA layer laid over the picture."""
    return np.asarray(picture * (1 - layer[..., 3:]) + layer[..., :3], np.float32)


def side_view(eyewear: Eyewear, width_px: int) -> View:
    """Return what paints the side view on plain paper: shadow, the front edge on, the temple."""
    art, size = eyewear.artwork, (width_px, round(width_px * ASPECT))
    length = (art.temple.shape[1] - art.joint[0]) / art.scale
    scale = width_px * FILL / (length + 8)
    joint = (width_px * (1 - FILL) / 2 + 8 * scale, size[1] * 0.36)
    k = scale / art.scale
    shift = [joint[n] - k * art.joint[n] for n in (0, 1)]
    shifted = np.array([[k, 0, shift[0]], [0, k, shift[1]], [0, 0, 1]], np.float32)
    temple = placed(art.temple, shifted, size, (1 / k, 1 / k))
    edge = edge_on(eyewear, scale, joint, size)
    floor = joint[1] + (rows_of(art)[1] - eyewear.build.hinge[1]) * scale
    covered = np.maximum(temple[..., 3], edge[..., 3])

    def paint(paper: tuple[float, ...]) -> Picture:
        picture = np.full((size[1], size[0], 3), paper, np.float32)
        return over(over(shadowed(picture, covered, floor, scale), edge), temple)

    return paint


def edge_on(
    eyewear: Eyewear, scale: float, joint: tuple[float, float], size: tuple[int, int]
) -> Picture:
    """Return the front seen from the side, premultiplied RGBA: its outer wall, row by row.

    A row lies further forward the nearer to the nose its rim is (the front is bowed), and
    the lower rim comes back towards the cheek by the pantoscopic tilt.
    """
    build = eyewear.build
    y = (np.arange(size[1], dtype=float) - joint[1]) / scale + build.hinge[1]  # mm in the frame
    out, colour, alpha = outer_wall(eyewear.artwork, y)
    bow = (build.hinge[0] ** 2 - np.minimum(out, build.hinge[0]) ** 2) / (2 * BOW_RADIUS)
    bow = 2.6 * np.tanh(bow / 2.6)  # the far rim hides behind the near one before it bends more
    back = joint[0] + scale * (np.tan(np.radians(build.tilt)) * (y - build.hinge[1]) - bow)
    half = scale * (build.depth + 0.8) / 2
    centre = back[:, None] - half
    u = (np.arange(size[0])[None, :] - centre) / half  # -1 the front surface, 1 the back
    inside = np.clip((1 - np.abs(u)) * half + 0.5, 0, 1) * alpha[:, None]
    shade = 0.78 + 0.30 * np.exp(-(((u + 0.55) / 0.3) ** 2)) - 0.25 * np.maximum(u, 0) ** 2
    light = np.clip(colour[:, None, :] * shade[..., None], 0, 1)
    return np.dstack([light * inside[..., None], inside]).astype(np.float32)


def outer_wall(art: Artwork, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Return x (mm), colour (n, 3) and alpha (n,) of the left rim's outermost part at heights y."""
    half = art.front[:, round(art.centre[0]) :].astype(float) / 255
    rows = np.arange(len(half))
    lens = art.lenses[:, round(art.centre[0]) :]
    solid = (half[..., 3] > 0.3) | (lens > 127)  # a bare lens ends the front where no rim does
    outermost = half.shape[1] - 1 - np.argmax(solid[:, ::-1], axis=1)
    sample = np.maximum(outermost - round(0.8 * art.scale), 0)
    values = half[rows, sample] * np.any(solid, axis=1, keepdims=True)
    values = np.asarray(cv2.GaussianBlur(values, (1, 0), sigmaX=1e-3, sigmaY=0.5 * art.scale))
    at = y * art.scale + art.centre[1]
    columns = [np.interp(at, rows, values[:, n], 0, 0) for n in range(4)]
    filled = np.flatnonzero(solid.any(axis=1))
    run = outermost[filled] / art.scale
    kernel = np.hanning(round(5 * art.scale) | 1)
    padded = np.pad(run, len(kernel) // 2, mode="edge")
    run = np.convolve(padded, kernel / kernel.sum(), "valid")  # end pieces flow into the rim
    x = np.interp(at, filled, run)
    return x, np.stack(columns[:3], axis=1), columns[3]
