"""A mannequin's eyes, painted into its picture where the landmarks say."""

import cv2
import numpy as np

from webapp.drawn.curves import open_spline
from webapp.drawn.fields import Field
from webapp.drawn.heads import IRISES, ReferenceHead
from webapp.drawn.looks import Look
from webapp.drawn.studio import swatch
from webapp.fitting.scene import Camera, Floats, Pose

EYES = (
    ((33, 246, 161, 160, 159, 158, 157, 173, 133), (155, 154, 153, 145, 144, 163, 7)),
    ((263, 466, 388, 387, 386, 385, 384, 398, 362), (382, 381, 380, 374, 373, 390, 249)),
)


def paint_eye(
    picture: Field, head: ReferenceHead, camera: Camera, pose: Pose, look: Look, eye: int
) -> None:
    """Paint one eye: white, iris, pupil, the lids' shade and line, a catch-light."""
    upper, lower = EYES[eye]
    centre, ring = IRISES[eye]
    pixels = camera.project(pose.apply(head.mesh))
    opening = rounded(np.vstack([pixels[list(upper)], pixels[list(lower)]]))
    lid = rounded(pixels[list(upper)])[: -len(opening) // 12 or None]
    unit = float(np.linalg.norm(pixels[ring[0]] - pixels[ring[2]])) / head.likeness.iris  # px/mm
    corner, view = window(picture, opening, unit)
    if view.size == 0 or np.ptp(opening, axis=0).min() < 2:
        return  # outside the picture, or too small to see
    offset = np.array(corner)
    within = polygon(view.shape, opening - offset, 0.25 * unit)
    iris = disc(view.shape, pixels[list(ring)] - offset, 1.0, 0.25 * unit)
    pupil = disc(view.shape, pixels[list(ring)] - offset, 0.40, 0.2 * unit)
    edge = iris - disc(view.shape, pixels[list(ring)] - offset, 0.82, 0.9 * unit)
    eye_light = np.broadcast_to(np.array((0.66, 0.63, 0.61), np.float32), view.shape).copy()
    blend_in(eye_light, swatch(look.eyes) * 1.1, iris)
    blend_in(eye_light, swatch(look.eyes) * 0.25, np.clip(edge, 0, 1) * 0.8)
    blend_in(eye_light, np.full(3, 0.006, np.float32), pupil)
    shade = stripe(view.shape, lid - offset, 3.6 * unit, 1.5 * unit)
    eye_light *= (1 - 0.55 * shade)[..., None]
    glint = pixels[centre] - offset + np.array((-0.22, -0.26)) * head.likeness.iris * unit
    blend_in(eye_light, np.full(3, 1.0, np.float32), spot(view.shape, glint, 0.75 * unit))
    blend_in(view, eye_light, within)
    blend_in(
        view,
        swatch(look.hair) * 0.35,
        0.85 * stripe(view.shape, lid - offset, 0.9 * unit, 0.35 * unit),
    )
    low = rounded(pixels[[upper[0], *lower[::-1], upper[-1]]])
    blend_in(
        view,
        swatch(look.skin) * 0.32,
        0.40 * stripe(view.shape, low - offset, 0.5 * unit, 0.35 * unit),
    )


def rounded(points: Floats) -> Floats:
    """Return a polyline's smooth version, its ends kept."""
    return open_spline(points, 6)


def window(picture: Field, opening: Floats, unit: float) -> tuple[tuple[int, int], Field]:
    """Return the corner (x, y) and the view of the picture round an eye."""
    low = np.floor(opening.min(axis=0) - 4 * unit).astype(int)
    high = np.ceil(opening.max(axis=0) + 4 * unit).astype(int)
    left, top = (int(max(v, 0)) for v in low)
    return (left, top), picture[top : max(int(high[1]), top), left : max(int(high[0]), left)]


def polygon(shape: tuple[int, ...], outline: Floats, soft: float) -> Field:
    """Return the outline (n, 2) filled, (H, W) 0..1, its edge `soft` pixels wide."""
    mask = np.zeros(shape[:2], np.float32)
    cv2.fillPoly(mask, [np.round(outline * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(soft, 0.3)), np.float32)


def disc(shape: tuple[int, ...], ring: Floats, share: float, soft: float) -> Field:
    """Return the ellipse through a ring's four points, `share` of its size, as `polygon`."""
    centre = ring.mean(axis=0)
    across, down = (ring[0] - ring[2]) / 2 * share, (ring[1] - ring[3]) / 2 * share
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)[:, None]
    return polygon(shape, centre + np.cos(turn) * across + np.sin(turn) * down, soft)


def stripe(shape: tuple[int, ...], line: Floats, width: float, soft: float) -> Field:
    """Return a polyline `width` pixels thick, as `polygon`."""
    mask = np.zeros(shape[:2], np.float32)
    corners = np.round(line * 16).astype(np.int32)
    cv2.polylines(mask, [corners], False, 1.0, max(round(width), 1), cv2.LINE_AA, 4)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(soft, 0.3)), np.float32)


def spot(shape: tuple[int, ...], at: Floats, radius: float) -> Field:
    """Return a soft round spot, (H, W) 0..1."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    away = np.hypot(x - at[0], y - at[1])
    return np.asarray(np.clip(1.2 - away / max(radius, 0.5), 0, 1) ** 0.7, np.float32)


def blend_in(picture: Field, light: Field, share: Field) -> None:
    """Mix `light` ((H, W, 3) or (3,)) into the picture by `share` (H, W), in place."""
    picture += (np.asarray(light, np.float32) - picture) * share[..., None]
