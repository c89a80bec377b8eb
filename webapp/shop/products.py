"""Product photos: read, calibrated and cut into artwork, for the editor and the import alike."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import cv2
import numpy as np

from webapp.drawn.finishes import Acetate, Metal
from webapp.drawn.temples import Side, draw_temple, ear_point
from webapp.errors import InvalidFrame
from webapp.eyewear.calibration import Points, propose
from webapp.eyewear.cutting import Cut, cut_front
from webapp.eyewear.frame import (
    REC709,
    Artwork,
    Build,
    Lens,
    LensKind,
    Material,
    Shape,
    SizeMarks,
)
from webapp.eyewear.side import Temple, cut_temple
from webapp.rendering import codec
from webapp.rendering.codec import Pixels
from webapp.shop import uploads
from webapp.shop.pictures import Pictures
from webapp.storage.images import Draft
from webapp.storage.tables import Kind

KEPT_WIDTH = 2000  # px of a product photo; artwork has at most 8 pixels a millimetre
KEPT_QUALITY = 95  # of the kept JPEG: the artwork may be cut from it again
END = 6.0  # mm of a front's end from which a temple without a photo has its colour
DRAWN_FINER = 2  # times the artwork's scale at which such a temple is drawn
CLEAR = 0.82  # share of the paper's light through a lens that counts as clear
FADES = 0.06  # from a lens's top to its bottom, from which it is a gradient


@dataclass(frozen=True)
class Photographed:
    """What product photos gave: pictures to save, and what was seen of the frame.

    `hinge`: (x, y) mm in the frame's coordinates. `lens` and `swatch`: proposed from the
    picture. `points`: where it was cut, pixels of the kept photo.
    """

    pictures: Pictures
    points: Points
    hinge: tuple[float, float]
    lens: Lens
    swatch: str


def photographed(
    front: bytes,
    side: bytes | None,
    marks: SizeMarks,
    *,
    material: str,
    shape: str,
    points: Points | None = None,
) -> Photographed:
    """Return the artwork of a colourway, cut from its product photos.

    Args:
        front, side: files as they came; without a side, the temple is drawn in the front's
            colour.
        points: where the front is cut, pixels of the kept photo; None: where it is proposed.

    Raises:
        PhotoError: a file that is no acceptable picture.
        ProductPhotoError: what is wrong with a picture.
        Busy: other large pictures took too long.
    """
    pixels = [kept(uploads.read_product(data)) for data in (front, side) if data]
    digest = hashlib.sha256(
        b"".join(hashlib.sha256(data or b"").digest() for data in (front, side))
    )
    return cut(pixels, digest.hexdigest(), marks, material=material, shape=shape, points=points)


def cut(
    pixels: list[Pixels],
    digest: str | None,
    marks: SizeMarks,
    *,
    material: str,
    shape: str,
    points: Points | None = None,
) -> Photographed:
    """Return the artwork cut from kept photos, the front first. Raises `ProductPhotoError`."""
    points = points or propose(pixels[0], marks).points
    opaque = material != Material.ACETATE
    front = cut_front(pixels[0], points, marks, opaque=opaque, rimless=shape == Shape.RIMLESS)
    swatch = end_colour(front, marks)
    if len(pixels) > 1:
        temple = cut_temple(pixels[1], marks.temple, front.scale, opaque=opaque)
    else:
        temple = plain_temple(marks.temple, swatch, front.scale, material)
    artwork = Artwork(
        front.front, front.lenses, temple.picture, front.scale, front.centre, temple.joint,
        temple.ear,
    )  # fmt: skip
    drafts = tuple(draft_of(one) for one in pixels)
    told = {**facts_of(points), "size": [pixels[0].shape[1], pixels[0].shape[0]]}
    pictures = Pictures(artwork, drafts, digest, told)
    return Photographed(pictures, points, hinge_of(points, marks), lens_seen(front), swatch)


def kept(pixels: Pixels) -> Pixels:
    """Return a product photo as it is kept: at most `KEPT_WIDTH` wide."""
    k = KEPT_WIDTH / pixels.shape[1]
    if k >= 1:
        return pixels
    size = KEPT_WIDTH, max(round(pixels.shape[0] * k), 1)
    if pixels.shape[2] == 4:  # colours under nothing must not bleed in
        share = pixels[..., 3:].astype(np.float32) / 255
        mixed = np.dstack([pixels[..., :3] * share, share * 255])
        small = np.asarray(cv2.resize(mixed, size, interpolation=cv2.INTER_AREA), np.float32)
        small[..., :3] /= np.maximum(small[..., 3:] / 255, 1e-3)
        return np.asarray(np.round(np.clip(small, 0, 255)), np.uint8)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def draft_of(pixels: Pixels) -> Draft:
    """Return a product photo to store."""
    height, width = pixels.shape[:2]
    if pixels.shape[2] == 4:
        return Draft(codec.encode_png(pixels), Kind.SOURCE, "image/png", width, height)
    data = codec.encode_jpeg(pixels, KEPT_QUALITY)
    return Draft(data, Kind.SOURCE, "image/jpeg", width, height)


def read_kept(data: bytes) -> Pixels:
    """Return a stored product photo's pixels. Raises `BrokenPicture`."""
    return codec.read_layer(data) if data[:4] == b"\x89PNG" else codec.read_stored(data)


def facts_of(points: Points) -> dict[str, Any]:
    """Return points as a row holds them, to a hundredth of a pixel."""
    return {name: np.round(value, 2).tolist() for name, value in asdict(points).items()}


def points_of(facts: Mapping[str, Any]) -> Points:
    """Return the points that a row, or a form, holds.

    Raises:
        InvalidFrame: they are no such points, or lie upon each other.
    """
    try:
        each = [np.array(facts[name], float) for name in ("lenses", "hinges", "ends")]
    except (KeyError, TypeError, ValueError):
        each = []
    good = [one for one in each if one.shape == (2, 2) and bool(np.isfinite(one).all())]
    if len(good) < 3 or any(one[1, 0] - one[0, 0] < 10 for one in good):
        raise InvalidFrame(
            field="points", value=facts, advice="left and right marks, apart and in order"
        )
    return Points(*good)


def hinge_of(points: Points, marks: SizeMarks) -> tuple[float, float]:
    """Return the wearer's left hinge in the frame's coordinates, mm: the two hinges' mean."""
    middle = points.lenses.mean(axis=0)
    ahead = points.lenses[1] - points.lenses[0]
    ahead = ahead / np.linalg.norm(ahead)
    scale = float(np.linalg.norm(points.ends[1] - points.ends[0])) / marks.width
    turned = (points.hinges - middle) @ np.array([ahead, [-ahead[1], ahead[0]]]).T / scale
    x, y = (turned[1, 0] - turned[0, 0]) / 2, turned[:, 1].mean()
    return round(float(x), 2), round(float(y), 2)


def build_for(material: str, lens: Lens, hinge: tuple[float, float]) -> Build:
    """Return how such a frame is usually built, its hinge as the photo shows it."""
    wire = material == Material.METAL
    sun = lens.category >= 2
    return Build(
        wrap=6.0 if sun else 4.5,
        tilt=9.0,
        vertex=13.0 if wire else 12.0,
        base_curve=6.0 if sun else 4.0,
        depth=2.2 if wire else 4.0,
        temple_thickness=1.6 if wire else 3.8,
        hinge=hinge,
        pads=material != Material.ACETATE,
    )


def end_colour(front: Cut, marks: SizeMarks) -> str:
    """Return the colour of the front's ends, as #rrggbb."""
    reach = (marks.width / 2 - END) * front.scale
    away = np.abs(np.arange(front.front.shape[1]) - front.centre[0]) > reach
    shown = front.front[:, away].reshape(-1, 4)
    shown = shown[shown[:, 3] > 0.8 * max(int(shown[:, 3].max()), 1)]
    red, green, blue = np.median(shown[:, :3], axis=0).astype(int).tolist()
    return f"#{red:02x}{green:02x}{blue:02x}"


def plain_temple(length: float, colour: str, scale: float, material: str) -> Temple:
    """Return a plain temple in a colour: a sheet's, or a wire's with a dark tip."""
    wire = material == Material.METAL
    half = (
        ((0, 1.5), (18, 0.9), (length - 64, 0.8), (length - 58, 2.0), (length, 2.7))
        if wire
        else ((0, 3.8), (30, 3.0), (length - 60, 2.4), (length - 27, 3.0), (length, 3.2))
    )
    side = Side(half, bend=length - 44, sleeve=length - 60 if wire else None)
    finish = Metal(colour) if wire else Acetate((colour,))
    drawn = draw_temple(side, length, finish, Acetate(("#161616",)), scale * DRAWN_FINER)
    picture = drawn.picture(DRAWN_FINER)
    x, y = drawn.grid.origin
    ear = ear_point(side, length)
    at = scale * DRAWN_FINER
    spots = [
        (float((px + 0.5) / DRAWN_FINER - 0.5), float((py + 0.5) / DRAWN_FINER - 0.5))
        for px, py in ((x, y), (x + ear[0] * at, y + ear[1] * at))
    ]
    return Temple(picture, spots[0], spots[1], scale)


def lens_seen(front: Cut) -> Lens:
    """Return the lens that the photo shows, as a proposal: its tint, and whether it fades."""
    linear = ((np.clip(front.glass, 0, 1) + 0.055) / 1.055) ** 2.4
    rows = np.median(linear, axis=1) @ np.array(REC709)
    third = max(len(rows) // 3, 1)
    top, bottom = float(np.median(rows[:third])), float(np.median(rows[-third:]))
    whole = np.median(linear.reshape(-1, 3), axis=0)
    light = float(whole @ np.array(REC709))
    if light > CLEAR:
        return Lens()
    red, green, blue = (whole / max(light, 1e-3)).tolist()
    lens = Lens(LensKind.SOLID, round(max(light, 0.03), 3), (red, green, blue), reflectance=0.05)
    if bottom - top > FADES:
        # The thirds' middles are two thirds of the lens apart
        rise = (bottom - top) * 0.75
        ends = max(light - rise, 0.03), min(light + rise, 0.95)
        return replace(
            lens, kind=LensKind.GRADIENT, transmittance=round(ends[0], 3),
            transmittance_bottom=round(ends[1], 3),
        )  # fmt: skip
    return lens
