"""Irises found on the photo: drawn eyes whose circles are known."""

import cv2
import numpy as np
import pytest

from webapp.faces.irises import EYES, refine

SIDE = 640
FINE = 4  # the eyes are drawn so much larger, then averaged
GAP = 260.0  # px between the eyes' middles
MIDDLES = np.array([[190.0, 320.0], [190.0 + GAP, 320.0]])


def opening(middle: np.ndarray, count: int, height: float) -> np.ndarray:
    """Return (count, 2) points of an eye's almond outline, 130 px wide, from its left corner."""
    turn = np.pi + np.linspace(0, 2 * np.pi, count, endpoint=False)
    return middle + np.stack([65 * np.cos(turn), height * np.sin(turn)], 1)


def eyes(
    radius: float, gaze: float = 0.0, height: float = 30.0, blur: float = 1.5, noise: float = 3.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return a picture (H, W, 3) of two eyes on skin, and their irises' centres (2, 2).

    Args:
        radius: of the irises, px.
        gaze: px by which the irises stand to the right of the openings' middles.
        height: px from an opening's middle to its lids; below `radius` they cover the iris.
    """
    canvas = np.full((SIDE * FINE, SIDE * FINE, 3), (200, 150, 125), np.uint8)
    centres = MIDDLES + np.array([gaze + 0.3, 0.4])
    for middle, centre in zip(MIDDLES, centres, strict=True):
        eye = np.full_like(canvas, (200, 150, 125))
        white = np.round((opening(middle, 64, height) + 0.5) * FINE - 0.5).astype(np.int32)
        mask = np.zeros(canvas.shape[:2], np.uint8)
        cv2.fillPoly(mask, [white], 1)
        eye[:] = (225, 220, 215)
        at = tuple(round(float(v)) for v in (centre + 0.5) * FINE - 0.5)
        cv2.circle(eye, at, round(radius * FINE), (95, 70, 50), -1)
        cv2.circle(eye, at, round(radius * FINE * 0.4), (12, 10, 10), -1)
        glint = (at[0] - round(radius * FINE * 0.2), at[1] - round(radius * FINE * 0.25))
        cv2.circle(eye, glint, round(radius * FINE * 0.12), (255, 255, 255), -1)
        canvas[mask > 0] = eye[mask > 0]
    small = cv2.resize(canvas, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    small = np.asarray(cv2.GaussianBlur(small, (0, 0), blur), np.float32)
    small += np.random.default_rng(5).normal(0, noise, small.shape)
    return np.clip(small, 0, 255).astype(np.uint8), centres


def guesses(centres: np.ndarray, radius: float, height: float = 30.0) -> np.ndarray:
    """Return landmarks (478, 3) as a network might guess them: eyes' outlines and irises."""
    marks = np.zeros((478, 3), np.float32)
    tall = 0.86  # the network's rims are wider than tall
    cross = np.array([[1, 0], [0, -tall], [-1, 0], [0, tall]]) * radius
    for (iris, rim, outline), middle, centre in zip(EYES, MIDDLES, centres, strict=True):
        points = opening(middle, len(outline), height)
        if outline[0] == 263:
            points = 2 * middle - points  # the wearer's left eye: its outer corner comes first
            points[:, 1] = 2 * middle[1] - points[:, 1]
        marks[list(outline), :2] = points
        marks[iris, :2], marks[list(rim), :2] = centre, centre + cross
    marks[:, 2] = np.arange(478)
    return marks


def irises(marks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return centres (2, 2) and horizontal radii (2,)."""
    centres = marks[[iris for iris, _, _ in EYES], :2]
    ends = [(marks[rim[0], :2], marks[rim[2], :2]) for _, rim, _ in EYES]
    return centres, np.array([np.linalg.norm(a - b) / 2 for a, b in ends])


@pytest.mark.parametrize("radius", [14.0, 24.0, 33.0])
@pytest.mark.parametrize("guess", [0.9, 1.0, 1.1])
def test_the_iris_is_found_to_a_fraction_of_a_pixel(radius, guess):
    """From a start 10 % off in size and a tenth off in place, under noise and blur."""
    photo, truth = eyes(radius)
    start = guesses(truth + np.array([0.12, -0.05]) * radius, radius * guess)

    centres, radii = irises(refine(photo, start))

    np.testing.assert_allclose(radii, radius, atol=0.025 * radius)
    np.testing.assert_allclose(centres[:, 0], truth[:, 0], atol=0.4)
    np.testing.assert_allclose(centres[:, 1], truth[:, 1], atol=0.05 * radius)


@pytest.mark.parametrize("height", [20.0, 24.0])
def test_lids_over_the_iris_change_little(height):
    """A narrow opening hides the top and the bottom of the rim; its sides tell the width."""
    photo, truth = eyes(26.0, height=height)
    start = guesses(truth + np.array([2, 1]), 26.0 * 1.08, height)

    centres, radii = irises(refine(photo, start))

    np.testing.assert_allclose(radii, 26.0, atol=0.9)
    np.testing.assert_allclose(centres[:, 0], truth[:, 0], atol=0.5)


@pytest.mark.parametrize("gaze", [-12.0, 12.0])
def test_eyes_that_look_aside_are_followed(gaze):
    """The network puts the irises half the way; the photo tells the rest."""
    photo, truth = eyes(26.0, gaze=gaze)
    start = guesses(truth - np.array([gaze * 0.6, 0]), 26.0)

    centres, _ = irises(refine(photo, start))

    np.testing.assert_allclose(centres[:, 0], truth[:, 0], atol=0.8)


def test_a_refined_rim_is_round():
    """Whoever measures it can see that it was found on the photo."""
    photo, truth = eyes(24.0)

    marks = refine(photo, guesses(truth, 24.0))

    for iris, rim, _ in EYES:
        radii = np.linalg.norm(marks[list(rim), :2] - marks[iris, :2], axis=1)
        np.testing.assert_allclose(radii, radii.mean(), rtol=1e-3)


def test_nothing_but_the_irises_moves():
    """The mesh, every depth and the caller's own array stay as they were."""
    photo, truth = eyes(24.0)
    start = guesses(truth + 2, 25.0)
    before = start.copy()

    marks = refine(photo, start)

    np.testing.assert_array_equal(start, before)
    np.testing.assert_array_equal(marks[:468], start[:468])
    np.testing.assert_array_equal(marks[:, 2], start[:, 2])
    assert not np.allclose(marks[468:, :2], start[468:, :2])


@pytest.mark.parametrize("contrast", [0.0, 4.0, 30.0])
def test_without_an_edge_the_landmarks_stay(contrast):
    """Plain skin, faint grain and coarse grain have no iris."""
    rng = np.random.default_rng(2)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (SIDE, SIDE, 1)), (0, 0), 3)[..., None]
    photo = np.clip(150 + contrast * grain / grain.std(), 0, 255).astype(np.uint8)
    start = guesses(MIDDLES, 24.0)

    marks = refine(np.repeat(photo, 3, axis=2), start)

    np.testing.assert_allclose(marks, start, atol=0.1 if contrast < 10 else 2.5)


def test_an_iris_of_few_pixels_stays():
    """Where the photo shows no more than the network saw, the network is kept."""
    photo, truth = eyes(6.0)
    start = guesses(truth + 1, 6.0)

    np.testing.assert_array_equal(refine(photo, start), start)


@pytest.mark.parametrize("shift", [(-400.0, 0.0), (3000.0, 3000.0), (np.nan, 0.0)])
def test_a_face_outside_the_photo_is_no_error(shift):
    """Landmarks beyond the border, or not numbers at all, come back."""
    photo, truth = eyes(24.0)
    start = guesses(truth, 24.0)
    start[:, :2] += shift

    assert refine(photo, start).shape == start.shape


def test_trust_in_an_edge_grows_little_by_little():
    """As an eye comes out of fog no one step decides, or the PD would jump between takes."""
    photo, truth = eyes(24.0, noise=0.0)
    start = guesses(truth, 26.4)

    radii = []
    for clear in np.linspace(0, 0.3, 16):
        fog = np.rint(150 + clear * (photo - 150.0)).astype(np.uint8)
        radii.append(irises(refine(fog, start))[1].mean())
    steps = -np.diff(radii)

    assert radii[0] == pytest.approx(26.4, abs=0.1)
    assert radii[-1] == pytest.approx(24.0, abs=0.5)
    assert steps.max() < 0.5 * (radii[0] - radii[-1])
