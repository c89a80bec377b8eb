"""The light on a face: how strong, of which colour and from where, read off the skin.

Directions are in camera coordinates (x right, y down, z away from the camera) and point
towards the light.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.fitting.anatomy import mean_head
from webapp.fitting.scene import Camera, Floats, Head
from webapp.rendering.colour import Bytes, Light, luminance, median, to_linear
from webapp.rendering.sheets import around, fitted

# Landmarks on skin that beards, eyes and lips leave alone: brow, cheeks, the nose's flanks.
SKIN = (
    10, 151, 108, 337, 69, 299, 67, 297, 109, 338, 104, 333, 103, 332, 9, 107, 336,
    50, 280, 101, 330, 36, 266, 205, 425, 118, 347, 117, 346, 187, 411, 123, 352, 116, 345,
    100, 329, 126, 355, 142, 371, 203, 423, 5, 195, 51, 281, 48, 278, 147, 376,
)  # fmt: skip
SAMPLE_PX = 160  # the face is looked at this wide
ROOM_PX = 48  # and the whole photo this wide
USUAL = np.array([0.0, -0.80, -0.60])  # most light comes from above and from before the face
USUAL_WEIGHT = 0.5  # how much that counts beside what the skin shows
FULL_LIGHT = 0.62  # luminance of a highlight on skin in a well exposed photo
EXPOSURES = (0.3, 1.1)
EXPOSURE_POWER = 0.85  # below 1: cameras and eyes level exposures out
WHITES = ((468, 33), (468, 133), (473, 263), (473, 362))  # each between an iris and a corner
WHITES_AT = 0.68  # of the way from the iris's centre to the corner
WHITES_GAIN = 1.4  # lids and brow shade them
# Powers of what room and skin say, which have colours of their own, and of what both say.
ROOM_COLOUR, SKIN_COLOUR, AGREED_COLOUR = 0.48, 0.40, 0.35
TINTS = (0.5, 1.8)
USUAL_SKIN = np.array([1.74, 0.82, 0.49])  # linear RGB, luminance 1: median of 36 people's photos
GREY = 0.012  # linear; a photo whose channels differ by less is black and white
TONED = 0.08  # a photo whose colours differ so little at equal luminance is a toned print
UNLIKE_SKIN = 0.35  # by which a channel of toned skin departs from what skin usually has
TONES = 12  # steps of luminance at which a print's tone is read


@dataclass(frozen=True)
class Lighting:
    """`towards`: unit direction to the main light. `contrast`: share of the light that comes
    from there, 0 to 1. `exposure`: a white thing's luminance beside full. `tint`: linear RGB
    of the light, luminance 1. `upper` and `lower`: linear RGB of what is about the head, above
    and below, as a lens mirrors it. `tone`: of a black and white or toned photo, its linear RGB
    (n, 4) by rising luminance, which comes first; else None.
    """

    towards: Floats
    contrast: float
    exposure: float
    tint: Light
    upper: Light
    lower: Light
    skin: Light
    tone: Light | None


def read_light(photo: Bytes, camera: Camera, head: Head, room: Bytes | None = None) -> Lighting:
    """Return the light in a photo (H, W, 3) uint8 sRGB, as a face's skin shows it.

    `room`: the whole photo, small, where `photo` is only the part about the face.
    """
    posed = head.pose.apply(head.mesh)
    skin, normals = _skin(photo, camera, posed)
    room_light = _room(photo if room is None else room)
    middle = median(skin)
    tone = _tone(room_light, middle)
    mean = room_light.mean(axis=(0, 1))
    tint = np.ones(3, np.float32) if tone is not None else _tint(mean, middle)
    towards, contrast = _direction(luminance(skin), normals)
    rows = room_light.shape[0]
    return Lighting(
        towards=towards,
        contrast=contrast,
        exposure=_exposure(skin, _whites(photo, camera, posed)),
        tint=tint,
        upper=room_light[: max(1, rows // 3)].mean(axis=(0, 1)),
        lower=room_light[rows // 2 :].mean(axis=(0, 1)),
        skin=middle,
        tone=tone,
    )


def _room(photo: Bytes) -> Light:
    """Return the whole photo, tiny and linear. Rows are skipped first: it need not be exact."""
    skip = max(1, photo.shape[1] // (4 * ROOM_PX))
    height, width = photo.shape[:2]
    size = ROOM_PX, max(3, round(ROOM_PX * height / width))
    tiny = cv2.resize(photo[::skip, ::skip], size, interpolation=cv2.INTER_AREA)
    return to_linear(np.asarray(tiny, dtype=np.uint8))


def _skin(photo: Bytes, camera: Camera, posed: Floats) -> tuple[Light, Floats]:
    """Return the skin's linear RGB (n, 3) and normals (n, 3) at landmarks that are in sight."""
    normals = _normals(posed)
    points = np.array(SKIN)
    pixels = camera.project(posed[points])
    facing = -np.einsum("ij,ij->i", normals[points], posed[points])
    seen = _inside(photo, pixels) & (facing > 0.25 * np.linalg.norm(posed[points], axis=1))
    if not seen.any():
        return np.full((1, 3), 0.3, dtype=np.float32), USUAL[None]
    return _samples(photo, pixels[seen]), normals[points[seen]]


def _whites(photo: Bytes, camera: Camera, posed: Floats) -> Light:
    """Return linear RGB (n, 3) of the whites of the eyes, black where none is in the photo."""
    irises, corners = np.array(WHITES).T
    pixels = camera.project(posed[irises] + WHITES_AT * (posed[corners] - posed[irises]))
    pixels = pixels[_inside(photo, pixels)]
    if len(pixels) == 0:
        return np.zeros((1, 3), dtype=np.float32)
    return _samples(photo, pixels)


def _inside(photo: Bytes, pixels: Floats) -> NDArray[np.bool_]:
    """Return which pixel positions (n, 2) lie in the photo."""
    height, width = photo.shape[:2]
    return np.asarray(((pixels > 1) & (pixels < [width - 2, height - 2])).all(axis=1))


def _samples(photo: Bytes, pixels: Floats) -> Light:
    """Return linear RGB (n, 3) about pixel positions (n, 2), from a small copy of their box."""
    height, width = photo.shape[:2]
    left, top, right, bottom = fitted(around(pixels, 2), (width, height))
    k = min(1.0, SAMPLE_PX / (right - left))
    size = max(1, round((right - left) * k)), max(1, round((bottom - top) * k))
    small = cv2.resize(photo[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    small = cv2.blur(to_linear(np.asarray(small, dtype=np.uint8)), (3, 3))
    at = np.clip(np.rint((pixels - [left, top]) * k), 0, np.array(size) - 1).astype(int)
    return np.asarray(small[at[:, 1], at[:, 0]])


def _normals(posed: Floats) -> Floats:
    """Return unit normals (478, 3) of the skin, out of the head."""
    triangles = mean_head().triangles
    a, b, c = posed[triangles[:, 0]], posed[triangles[:, 1]], posed[triangles[:, 2]]
    faces = np.cross(b - a, c - a)
    corners, each = triangles.T.ravel(), np.tile(faces, (3, 1)).T
    normals = np.column_stack([np.bincount(corners, axis, len(posed)) for axis in each])
    # Whichever way round the triangles run, the nose's tip looks out of the face.
    if normals[1] @ posed[1] > 0:
        normals = -normals
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.asarray(normals / np.maximum(lengths, 1e-9))


def _direction(brightness: Light, normals: Floats) -> tuple[Floats, float]:
    """Return the main light's direction and its share, by Lambert's law over the skin.

    Each sample says brightness = even light + normal . light; solved by least squares with the
    usual light as a prior, outliers (hair, shadow, shine) clipped.
    """
    level = float(np.median(brightness)) + 1e-4
    said = np.clip(brightness / level, 0.4, 1.7)
    ridge = 0.08 * len(said) * USUAL_WEIGHT
    terms = np.c_[np.ones(len(said)), normals]
    prior = np.r_[1.0, 0.3 * USUAL]
    lhs = terms.T @ terms + ridge * np.eye(4)
    solved = np.linalg.solve(lhs, terms.T @ said + ridge * prior)
    vector = solved[1:]
    vector = np.array([vector[0], min(vector[1], 0.05), min(vector[2], -0.05)])  # never from behind
    strength = float(np.linalg.norm(vector))
    return vector / strength, min(0.85, strength / (strength + max(0.2, float(solved[0]))))


def _exposure(skin: Light, whites: Light) -> float:
    """Return how bright a white thing is, from the skin's lit parts and the whites of the eyes.

    Pigment darkens skin; the eyes' whites are alike in all people, though the brow shades them.
    """
    lit = float(np.percentile(luminance(skin), 90))
    white = WHITES_GAIN * float(np.percentile(luminance(whites), 75))
    return float(np.clip((max(lit, white) / FULL_LIGHT) ** EXPOSURE_POWER, *EXPOSURES))


def _tone(room: Light, skin: Light) -> Light | None:
    """Return the colour of each luminance (n, 4) in a photo that has but one; None in others.

    A face before a wall of its own colour is no toned print: there, skin has a print's colour.
    """
    if np.abs(_chroma(skin) / USUAL_SKIN - 1).max() < UNLIKE_SKIN:
        return None
    if np.ptp(room, axis=2).max() < GREY:
        return np.linspace(0, 1, 2, dtype=np.float32)[:, None].repeat(4, axis=1)
    pixels = room.reshape(-1, 3)
    order = np.argsort(luminance(pixels))
    colours = _chroma(pixels)
    groups = [group for group in np.array_split(order, TONES) if group.size]
    strays = [np.abs(colours[group] - median(colours[group])) for group in groups]
    if np.percentile(np.concatenate(strays).max(axis=1), 90) > TONED:
        return None
    steps = np.array([median(pixels[group]) for group in groups])
    ends = np.array([steps[0] * 0, steps[-1] / luminance(steps[-1])])  # paper is a little toned too
    steps = np.concatenate([ends[:1], steps, ends[1:]])
    return np.column_stack([luminance(steps), steps]).astype(np.float32)


def in_tone(light: Light, tone: Light) -> Light:
    """Return linear RGB (h, w, 3) as a print of that tone (n, 4) shows it."""
    level = luminance(light)
    channels = [np.interp(level, tone[:, 0], tone[:, at]) for at in (1, 2, 3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def _tint(room: Light, skin: Light) -> Light:
    """Return the light's colour from the room's mean colour and the skin's, both held back.

    A warm room may be wood, and warm skin a tan; where both are warm, the light is.
    """
    by_room = np.log(np.clip(_chroma(room), *TINTS))
    by_skin = np.log(np.clip(_chroma(skin) / USUAL_SKIN, *TINTS))
    both = np.where(by_room * by_skin > 0, np.minimum(abs(by_room), abs(by_skin)), 0)
    power = ROOM_COLOUR * by_room + SKIN_COLOUR * by_skin + AGREED_COLOUR * both * np.sign(by_room)
    return _chroma(np.asarray(np.exp(power), dtype=np.float32))


def _chroma(colour: Light) -> Light:
    """Return linear RGB scaled to luminance 1; near black it says nothing."""
    return np.asarray((colour + 0.02) / (luminance(colour)[..., None] + 0.02), dtype=np.float32)
