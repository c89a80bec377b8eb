"""Pictures of reference heads: a neat shop-window mannequin, seen by any camera.

Good enough for previews. It is painted, not photographed: nothing learns from it.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from webapp.drawn.bust import Surface, ear, neck, smoothed, whole_head
from webapp.drawn.eyes import paint_eye
from webapp.drawn.fields import Field
from webapp.drawn.heads import IRISES, ReferenceHead
from webapp.drawn.looks import LOOKS, Look
from webapp.drawn.studio import shown, swatch, to_srgb
from webapp.fitting.anatomy import TEMPLE_SIDES, mean_head
from webapp.fitting.scene import Camera, Floats, Pose

Corners = NDArray[np.int32]
Indices = NDArray[np.int64]

FINER = 2  # drawn this many times larger, then reduced
CHART = 4.0  # pixels a millimetre of the face's colour chart
CHART_BOX = (-80.0, -70.0, 80.0, 125.0)  # mm: left, top, right, bottom
LEVEL = 3  # refinements; triangles of about 1 mm

LIPS = (
    61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146,
)  # fmt: skip
MOUTH = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
BROWS = (
    (70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
    (300, 293, 334, 296, 336, 285, 295, 282, 283, 276),
)
HAIRLINE = (  # (z, y) mm on the average head: hair grows above
    (-20.0, -62.0), (10.0, -58.0), (34.0, -40.0), (52.0, -22.0), (62.0, 8.0), (74.0, 10.0),
    (86.0, -8.0), (100.0, 10.0), (114.0, 42.0), (180.0, 58.0),
)  # fmt: skip
LIGHTS = (  # direction to the light (camera axes), amount, colour, how far it wraps round
    ((-0.52, -0.55, -0.66), 0.66, (1.0, 0.98, 0.95), 0.30),
    ((0.72, -0.15, -0.68), 0.24, (0.95, 0.98, 1.0), 0.45),
    ((0.75, -0.45, 0.48), 0.22, (1.0, 1.0, 1.0), 0.0),
)
EYE_BIAS = 6.0  # mm; eyes are painted on the lids' closed skin, hence a little nearer
SAW_TOOTH = 0.045  # sum of linear RGB over one facet that would be seen as a step
SHIFT = 4  # facets' corners are given in 1/16 pixel


def draw(
    head: ReferenceHead, camera: Camera, pose: Pose, size: tuple[int, int], look: Look | None = None
) -> NDArray[np.uint8]:
    """Return the head's picture, (height, width, 3) uint8 sRGB RGB; `size` is (width, height).

    Without a `look`, one is taken by the likeness's seed.
    """
    look = look or LOOKS[head.likeness.seed % len(LOOKS)]
    fine = camera.scaled(FINER)
    picture = backdrop((size[0] * FINER, size[1] * FINER), look)
    corners, depth, light = facets(head, fine, pose, look)
    order = np.argsort(-depth)
    eyes = pose.apply(head.mesh[[ring for ring, _ in IRISES]])[:, 2] - EYE_BIAS
    stops = np.searchsorted(-depth[order], -eyes)
    at = 0
    for eye in np.argsort(stops):
        fill(picture, corners, light, order[at : stops[eye]])
        paint_eye(picture, head, fine, pose, look, int(eye))
        at = int(stops[eye])
    fill(picture, corners, light, order[at:])
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.round(to_srgb(shown(np.asarray(small, np.float32))) * 255).astype(np.uint8)


def backdrop(size: tuple[int, int], look: Look) -> Field:
    """Return a studio's paper, lighter behind the head, linear RGB (H, W, 3)."""
    x = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None]
    fall = 1.04 - 0.20 * np.minimum(x**2 + (y + 0.15) ** 2, 2.0)
    return np.ascontiguousarray(fall[..., None] * swatch(look.paper), np.float32)


def fill(picture: Field, corners: Corners, light: Field, order: Indices) -> None:
    """Paint the facets of these indices one over the other."""
    for corner, colour in zip(corners[order], light[order].tolist(), strict=True):
        cv2.fillConvexPoly(picture, corner, colour, cv2.LINE_8, SHIFT)


def facets(
    head: ReferenceHead, camera: Camera, pose: Pose, look: Look
) -> tuple[Corners, Floats, Field]:
    """Return what faces the camera: corners (n, 3, 2) in 1/16 pixels, depth (n,), light (n, 3)."""
    wide = head.width / mean_width()
    skull = haired(whole_head(head.mesh, LEVEL))
    parts = [(skull, face_colours(skull, look)), (neck(wide), None)]
    parts += [(ear(side, wide), None) for side in (-1, 1)]
    found = [seen(part, colours, camera, pose, look) for part, colours in parts]
    corners, depth, light = (np.concatenate(column) for column in zip(*found, strict=True))
    return corners, depth, light


def mean_width() -> float:
    """Return the average face's width at the temples, mm."""
    a, b = mean_head().mean[list(TEMPLE_SIDES)]
    return float(np.linalg.norm(a - b))


def seen(
    part: Surface, colours: Field | None, camera: Camera, pose: Pose, look: Look
) -> tuple[Corners, Floats, Field]:
    """Return the part's facets that face the camera, as `facets` does."""
    placed = pose.apply(part.points)
    pixels = camera.project(placed)
    normal = smoothed(part, 4) @ pose.rotation.T
    albedo = bust_colours(part, look) if colours is None else colours
    light = shaded(albedo, normal)
    a, b, c = (pixels[part.triangles[:, k]] for k in range(3))
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    triangles = part.triangles[turn < 0]
    found = split(
        np.concatenate([pixels[triangles], placed[triangles, 2:], light[triangles]], axis=2)
    )
    corners = np.round(found[..., :2] * 2**SHIFT).astype(np.int32)
    return corners, found[..., 2].mean(axis=1), found[..., 3:].mean(axis=1).astype(np.float32)


def split(facets: Floats, rounds: int = 2) -> Floats:
    """Return the facets (n, 3, 6: x, y, depth, RGB), those that span an edge of colour cut up.

    A facet is painted in one colour, so a hairline or a collar would show as saw teeth.
    """
    for _ in range(rounds):
        varied = np.ptp(facets[..., 3:].sum(axis=2), axis=1) > SAW_TOOTH
        a, b, c = np.moveaxis(facets[varied], 1, 0)
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        cut = [np.stack(t, axis=1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
        facets = np.concatenate([facets[~varied], *cut])
    return facets


def shaded(albedo: Field, normal: Floats) -> Field:
    """Return the light (n, 3) of matt surfaces under a large key, a fill and a rim light."""
    light = np.full((len(normal), 3), 0.20) + 0.10 * np.clip(-normal[:, 1:2], -1, 1)
    for ray, amount, colour, wrap in LIGHTS:
        facing = (normal @ np.array(ray) + wrap) / (1 + wrap)
        # Red light travels furthest in skin, so its shadows end softer.
        soft = np.stack([np.clip(facing + extra, 0, None) for extra in (0.05, 0.015, 0.0)], axis=1)
        light += amount * np.array(colour) * soft**1.25
    half = np.array(LIGHTS[0][0]) + np.array([0, 0, -1.0])
    shine = np.clip(normal @ (half / np.linalg.norm(half)), 0, 1) ** 22
    return np.asarray(albedo * light + 0.045 * shine[:, None], np.float32)


def haired(surface: Surface) -> Surface:
    """Return the head with the hair's thickness added where hair grows."""
    thick = 7.0 * hair_share(surface.chart, 9.0)
    return Surface(
        surface.points + surface.normals() * thick[:, None], surface.chart, surface.triangles
    )


def hair_share(chart: Floats, soft: float) -> Floats:
    """Return how surely hair grows at each place of the average head, (n,) 0..1."""
    line = np.interp(chart[:, 2], *np.array(HAIRLINE).T)
    t = np.clip((line - chart[:, 1]) / soft + 0.5, 0, 1)
    share: Floats = t * t * (3 - 2 * t)
    return share


def face_colours(surface: Surface, look: Look) -> Field:
    """Return the head's colours (n, 3), linear: skin, lips and brows from the chart, hair."""
    skin = looked_up(face_chart(look), surface.chart)
    behind = np.clip((surface.chart[:, 2:] - 30) / 20, 0, 1)
    skin = np.asarray(skin * (1 - behind) + swatch(look.skin) * behind, np.float32)
    share = hair_share(surface.chart, 4.5)[:, None]
    about = np.arctan2(surface.chart[:, 0], -surface.chart[:, 1] - 40)
    strands = 1 + 0.20 * np.sin(about * 61 + 2.2 * np.sin(about * 23)) * np.sin(about * 17 + 1)
    hair = swatch(look.hair) * strands[:, None]
    return np.asarray(skin * (1 - share) + hair * share, np.float32)


def looked_up(chart: Field, places: Floats) -> Field:
    """Return the chart's colours (n, 3) at places (n, 2 or 3) mm, bilinear."""
    left, top, _, _ = CHART_BOX
    last = np.array([chart.shape[1], chart.shape[0]]) - 1.001
    at = np.clip((places[:, :2] - (left, top)) * CHART, 0, last)
    column, row = at.astype(int).T
    x, y = (at % 1).T[..., None]
    upper = chart[row, column] * (1 - x) + chart[row, column + 1] * x
    lower = chart[row + 1, column] * (1 - x) + chart[row + 1, column + 1] * x
    return np.asarray(upper * (1 - y) + lower * y, np.float32)


def face_chart(look: Look) -> Field:
    """Return the average face's colours seen from the front, (H, W, 3) linear."""
    left, top, right, bottom = CHART_BOX
    shape = (int((bottom - top) * CHART), int((right - left) * CHART))
    skin = swatch(look.skin)
    chart = np.broadcast_to(skin, (*shape, 3)).astype(np.float32)
    mean = mean_head().mean
    for side in (-1, 1):
        tint(chart, (side * 40, 34), (17, 13), skin * (1.10, 0.80, 0.78), 0.5)  # cheeks
        tint(chart, (side * 31, -2), (19, 12), skin * (0.74, 0.62, 0.58), 0.5)  # eye sockets
        tint(chart, (side * 9, 36), (4.0, 3.0), skin * (0.45, 0.33, 0.30), 0.55)  # nostrils
    tint(chart, (0, 33), (11, 8), skin * (1.06, 0.84, 0.80), 0.45)  # nose tip
    tint(chart, (0, 84), (13, 4.0), skin * (0.78, 0.66, 0.62), 0.4)  # under the lip
    stain(chart, mean[list(LIPS)], skin * (0.82, 0.54, 0.55), 0.75, 1.3)
    stain(chart, mouth_line(mean), skin * (0.40, 0.22, 0.22), 0.8, 0.7)
    for brow in BROWS:
        stain(chart, mean[list(brow)], np.minimum(swatch(look.hair) * 1.15, skin), 0.72, 1.3)
    return chart


def mouth_line(mean: Floats) -> Floats:
    """Return the closed mouth's seam as a thin outline (n, 3)."""
    seam = mean[list(MOUTH)]
    thick = np.array([0.0, 0.45, 0.0])
    return np.vstack([seam - thick, seam[::-1] + thick])


def tint(
    chart: Field,
    centre: tuple[float, float],
    reach: tuple[float, float],
    colour: Field,
    strength: float,
) -> None:
    """Blend a soft spot of colour into the chart; mm."""
    left, top, _, _ = CHART_BOX
    rows, columns = chart.shape[:2]
    x = (np.arange(columns, dtype=np.float32) / CHART + left - centre[0])[None, :] / reach[0]
    y = (np.arange(rows, dtype=np.float32) / CHART + top - centre[1])[:, None] / reach[1]
    share = strength * np.exp(-0.5 * (x**2 + y**2))[..., None]
    chart += (np.asarray(colour, np.float32) - chart) * share


def stain(chart: Field, outline: Floats, colour: Field, strength: float, soft: float) -> None:
    """Blend a filled outline (n, 2 or 3) into the chart, its edge `soft` mm wide."""
    left, top, _, _ = CHART_BOX
    corners = np.round((outline[:, :2] - (left, top)) * CHART * 16).astype(np.int32)
    mask = np.zeros(chart.shape[:2], np.float32)
    cv2.fillPoly(mask, [corners], 1.0, cv2.LINE_AA, 4)
    share = strength * cv2.GaussianBlur(mask, (0, 0), soft * CHART / 2)[..., None]
    chart += (np.asarray(colour, np.float32) - chart) * share


def bust_colours(part: Surface, look: Look) -> Field:
    """Return the colours (n, 3) of neck and ears: skin, shaded under the jaw, and cloth."""
    _, y, z = part.points.T
    skin = np.repeat(swatch(look.skin)[None], len(y), axis=0)
    under = 0.60 + 0.40 * np.clip((y - 96) / 66, 0, 1)
    shade = np.where(y > 46, np.maximum(under, np.clip((z - 70) / 60, 0, 0.9)), 0.94)
    collar = 182 - 16 * np.clip((z - 60) / 60, 0, 1)
    cloth = np.clip((y - collar) / 2.5 + 0.5, 0, 1)[:, None]
    return np.asarray(skin * shade[:, None] * (1 - cloth) + swatch(look.cloth) * cloth, np.float32)
