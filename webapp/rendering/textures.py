"""A frame's artwork made ready to be laid on surfaces: linear light, right size, right softness.

Artwork is shrunk once to about the photo's pixels per millimetre, so that sampling it never
flickers, and softened to the photo's own sharpness. What was made is kept, within bounds, since
a shop shows the same frames again and again.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.eyewear.frame import Artwork
from webapp.fitting.scene import Floats
from webapp.rendering.colour import Bytes, Light
from webapp.rendering.kept import Kept
from webapp.rendering.wholes import SIDE_SHADE, Steps, Whole, in_light, whole_front, whole_temple

FINER = 1.3  # texture pixels per photo pixel: sampling between them then blurs little
OCTAVE = 4  # texture sizes per doubling
SOFT_STEP = 0.25  # texture pixels; softness is rounded to this, so that textures are shared
PROFILE_POINTS = 14  # along a temple up to where it fades, and again from there
LEAST_ENLARGED_BLUR = 0.6  # texture pixels, where the photo is finer than the artwork
LEAST_SQUEEZE = 0.01  # a temple's length comes down to a few texture pixels, no fewer
FRONT_BYTES = 96 * 2**20  # kept of fronts: a wall's 24 at 480 px, or some ten at full size
TEMPLE_BYTES = 48 * 2**20  # and of temples
FADE = (5.0, 0.0)  # mm before a bare ear's bend: a temple begins to fade, and is gone
HAIR_FADE = (45.0, 14.0)  # the same where hair covers the ear
BARE_STEPS = 4


@dataclass(frozen=True)
class Layer:
    """A flat picture measured in millimetres.

    `paint` (h, w, 4) float32: linear RGB times alpha, and alpha. Texture pixel = mm * `scale` +
    `zero`, both (x, y).
    """

    paint: Light
    scale: tuple[float, float]
    zero: tuple[float, float]


@dataclass(frozen=True)
class Textures:
    """A front, and in the same pixels (h, w): its lenses' share, float32 from 0 to 1, and how
    `solid` its rims are, uint8.

    `edge`: as of `WholeFront`, on the same area. `pads`: the nose pads, which `front` then lacks.
    """

    front: Layer
    lenses: Light
    solid: Bytes
    edge: Steps
    pads: Layer | None = None


@dataclass(frozen=True)
class TempleTextures:
    """A temple: its `side`; `profile` (n, 3), its outline up to the ear: mm from the joint along
    it, and its upper and lower edge there; `edge` (n, 4), its edges' colour times alpha, alpha.
    """

    side: Layer
    profile: Floats
    edge: Light


_fronts: Kept[Textures] = Kept(FRONT_BYTES)
_temples: Kept[TempleTextures] = Kept(TEMPLE_BYTES)


def front_textures(
    artwork: Artwork, px_per_mm: float, softness: float, *, pads: bool = False
) -> Textures:
    """Return a front's textures for a photo of `px_per_mm`, blurred by `softness` photo pixels.

    `pads`: it rests on nose pads, which come as a layer of their own.
    """
    ratio, blur = _size(artwork, px_per_mm, softness)
    return _fronts.get(artwork, (ratio, blur, pads), lambda: _front(artwork, ratio, blur, pads))


def temple_texture(
    artwork: Artwork, px_per_mm: float, softness: float, squeeze: float, bare: float
) -> TempleTextures:
    """Return the temple's textures, drawn out along its length by `squeeze` (0 to 1).

    A temple seen almost end on has few photo pixels along its length; its texture has as few,
    or it would flicker. `bare`: how bare of hair the ear is, 0 to 1.
    """
    ratio, blur = _size(artwork, px_per_mm, softness)
    squeeze = float(2 ** (np.ceil(np.log2(np.clip(squeeze, LEAST_SQUEEZE, 1.0)) * 2) / 2))
    fade = _fade(round(bare * BARE_STEPS) / BARE_STEPS)
    key = (ratio, blur, squeeze, *fade)
    return _temples.get(artwork, key, lambda: _temple(artwork, ratio, blur, squeeze, fade))


def _fade(bare: float) -> tuple[float, float]:
    """Return how many mm before the ear a temple begins to fade, and where it is gone."""
    (start, end), (hair_start, hair_end) = FADE, HAIR_FADE
    return hair_start + bare * (start - hair_start), hair_end + bare * (end - hair_end)


def _size(artwork: Artwork, px_per_mm: float, softness: float) -> tuple[float, float]:
    """Return the texture's size beside the artwork's, and its blur in texture pixels."""
    wanted = min(1.0, FINER * px_per_mm / artwork.scale)
    ratio = min(1.0, float(2 ** (np.ceil(np.log2(wanted) * OCTAVE) / OCTAVE)))
    blur = softness * ratio * artwork.scale / px_per_mm
    if px_per_mm > artwork.scale:
        blur = max(blur, LEAST_ENLARGED_BLUR)  # or fine highlights show the artwork's pixels
    return ratio, float(np.round(blur / SOFT_STEP) * SOFT_STEP)


def _front(artwork: Artwork, ratio: float, blur: float, pads: bool) -> Textures:
    whole = whole_front(artwork, pads=pads)
    front = _layer(whole.front.laid_out(), artwork.centre, artwork.scale, (ratio, ratio), blur)
    height, width = front.paint.shape[:2]
    shares = cv2.resize(artwork.lenses, (width, height), interpolation=cv2.INTER_AREA)
    lenses = np.asarray(shares, dtype=np.float32) * np.float32(1 / 255)
    solid = np.asarray(np.rint(front.paint[..., 3] * 255), dtype=np.uint8)
    return Textures(
        front=front,
        lenses=_soften(np.asarray(lenses, dtype=np.float32), blur),
        solid=solid,
        edge=whole.edge[:],  # a view: `Kept` counts its bytes where they are owned
        pads=None if whole.pads is None else _pads(whole.pads, artwork, ratio, blur),
    )


def _pads(whole: Whole, artwork: Artwork, ratio: float, blur: float) -> Layer:
    """Return a front's nose pads with room about them for their blur."""
    margin = 2 + int(2 * blur / ratio)
    left, top = (at - margin for at in whole.corner)
    zero = artwork.centre[0] - left, artwork.centre[1] - top
    return _layer(whole.laid_out(margin), zero, artwork.scale, (ratio, ratio), blur)


def _temple(
    artwork: Artwork, ratio: float, blur: float, squeeze: float, fade: tuple[float, float]
) -> TempleTextures:
    whole = whole_temple(artwork).laid_out()
    side = _layer(whole, artwork.joint, artwork.scale, (ratio * squeeze, ratio), blur)
    columns = np.arange(side.paint.shape[1])
    left = _uncovered(artwork, (columns - side.zero[0]) / side.scale[0], fade)
    cv2.multiply(side.paint, cv2.merge([np.tile(left, (len(side.paint), 1))] * 4), dst=side.paint)
    profile = _profile(artwork, fade)
    return TempleTextures(side, profile, _edge(artwork, whole, profile[:, 0], fade))


def _edge(artwork: Artwork, whole: Steps, along: Floats, fade: tuple[float, float]) -> Light:
    """Return (n, 4): the colour of the temple's edge times its alpha, and alpha, along it."""
    columns = np.rint(along * artwork.scale + artwork.joint[0]).astype(int)
    paint = in_light(whole[:, columns])
    alpha = paint[..., 3].max(axis=0)
    mean = paint.sum(axis=0)
    solid = alpha * _uncovered(artwork, along, fade)
    colour = SIDE_SHADE[0] * mean[:, :3] / np.maximum(mean[:, 3:], 1e-3)
    return np.concatenate([colour * solid[:, None], solid[:, None]], axis=-1)


def _uncovered(artwork: Artwork, along: NDArray[np.floating], fade: tuple[float, float]) -> Light:
    """Return how much of a temple hair and ear leave to be seen, `along` mm from its joint."""
    ear = (artwork.ear[0] - artwork.joint[0]) / artwork.scale
    start, end = fade
    share = np.clip((ear - end - along) / (start - end), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)


def _profile(artwork: Artwork, fade: tuple[float, float]) -> Floats:
    """Return (n, 3) mm: along the temple, denser where it fades, its upper and lower edge there."""
    solid = artwork.temple[..., 3] > 127
    used = np.flatnonzero(solid.any(axis=0))
    first, last = (int(used[0]), int(used[-1])) if used.size else (0, 1)
    end = min(float(last), artwork.ear[0] - fade[1] * artwork.scale)
    fading = min(end, artwork.ear[0] - fade[0] * artwork.scale)
    body = np.linspace(float(first), fading, PROFILE_POINTS, endpoint=False)
    columns = np.append(body, np.linspace(fading, end, PROFILE_POINTS)).astype(int)
    upper = solid[:, columns].argmax(axis=0)
    lower = solid.shape[0] - solid[::-1, columns].argmax(axis=0)
    x, y = artwork.joint
    edges = np.column_stack([columns - x, upper - 0.5 - y, lower - 0.5 - y])
    return np.asarray(edges / artwork.scale)


def _layer(
    whole: Steps,
    zero: tuple[float, float],
    scale: float,
    ratios: tuple[float, float],
    blur: float,
) -> Layer:
    """Return a part of an artwork (h, w, 4) as a layer resized by `ratios`.

    `zero`: the pixel at which its millimetres begin (x, y).
    """
    height, width = whole.shape[:2]
    # Two at least: of a face far away a temple is less than a pixel high, and has edges still.
    size = max(2, round(width * ratios[0])), max(2, round(height * ratios[1]))
    kx, ky = size[0] / width, size[1] / height
    small = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    return Layer(
        paint=_soften(in_light(np.asarray(small, np.uint16)), blur),
        scale=(scale * kx, scale * ky),
        zero=((zero[0] + 0.5) * kx - 0.5, (zero[1] + 0.5) * ky - 0.5),
    )


def _soften(picture: Light, blur: float) -> Light:
    if blur <= 0:
        return picture
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), blur, borderType=cv2.BORDER_CONSTANT))
