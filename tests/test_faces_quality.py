"""What quality says of a photo: nothing of a good one, and of a poor one what is wrong with it."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.factories import face as drawn_face
from webapp.errors import FaceTooSmall
from webapp.faces import quality
from webapp.faces.crops import eye_centres
from webapp.faces.finder import Face, FaceFinder
from webapp.faces.quality import CODES, LIMITS, REFUSE, WARN, judge, measure
from webapp.faces.training.chips import read_picture
from webapp.fitting.fit import MOST_PITCH, MOST_YAW, head_of

SHARED = Path(__file__).parents[2] / "shared"
AHEAD = (0.0, 0.0, 0.0)
needs_shared = pytest.mark.skipif(
    not (SHARED / "photos").exists(), reason="the evaluation pictures are not on this machine"
)


def angles_of(photo: np.ndarray, found: Face) -> tuple[float, float, float]:
    return head_of(found.landmarks, (photo.shape[1], photo.shape[0]))[1].pose.angles


def codes(photo: np.ndarray, found: Face) -> set[str]:
    return set(judge(photo, found, AHEAD).codes)


def darkened(photo: np.ndarray, share: float) -> np.ndarray:
    """Return the photo with its values, not its light, reduced to a share."""
    return (photo * share).astype(np.uint8)


def blurred(photo: np.ndarray, sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(photo, (0, 0), sigma)


def brightened(photo: np.ndarray, times: float) -> np.ndarray:
    return np.clip(photo * float(times), 0, 255).astype(np.uint8)


def resized(photo: np.ndarray, found: Face, scale: float) -> tuple[np.ndarray, Face]:
    """Return the photo at another size, and where its face lies then."""
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=way)
    middle = np.array([0.5, 0.5, 0])
    points = (found.landmarks + middle) * scale - middle
    box = tuple(side * scale for side in found.box)
    return small, Face(box, found.score, points.astype(np.float32))  # type: ignore[arg-type]


def without_left(photo: np.ndarray, found: Face, columns: int) -> tuple[np.ndarray, Face]:
    """Return the photo without its first columns, and where its face lies then."""
    x, *rest = found.box
    points = found.landmarks - np.array([columns, 0, 0], np.float32)
    return photo[:, columns:], Face((x - columns, *rest), found.score, points)  # type: ignore[arg-type]


def test_a_good_portrait_gives_no_concern(finder: FaceFinder, astronaut: np.ndarray, face: Face):
    verdict = judge(astronaut, face, angles_of(astronaut, face))

    assert verdict.verdicts == ()
    assert verdict.codes == ()


def test_a_dark_photo_is_too_dark_and_nothing_else(finder: FaceFinder, astronaut: np.ndarray):
    dark = darkened(astronaut, 0.12)

    assert codes(dark, finder.find(dark)[0]) == {"too-dark"}


def test_a_blurred_photo_is_blurred_and_nothing_else(finder: FaceFinder, astronaut: np.ndarray):
    soft = blurred(astronaut, 4)

    assert codes(soft, finder.find(soft)[0]) == {"blurred"}


def test_noise_does_not_pass_for_sharpness(finder: FaceFinder, astronaut: np.ndarray):
    noise = np.random.default_rng(0).normal(0, 6, astronaut.shape)
    soft = np.clip(blurred(astronaut, 5) + noise, 0, 255).astype(np.uint8)

    assert codes(soft, finder.find(soft)[0]) == {"blurred"}


def test_noise_alone_is_no_blur(finder: FaceFinder, astronaut: np.ndarray):
    noise = np.random.default_rng(0).normal(0, 10, astronaut.shape)
    grainy = np.clip(astronaut + noise, 0, 255).astype(np.uint8)

    assert codes(grainy, finder.find(grainy)[0]) == set()


def test_a_small_face_is_small_and_not_blurred(finder: FaceFinder, astronaut: np.ndarray):
    small = cv2.resize(astronaut, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)

    assert codes(small, finder.find(small)[0]) == {"too-small"}


def test_a_photo_that_ends_in_an_eye_is_cut_off(
    finder: FaceFinder, astronaut: np.ndarray, face: Face
):
    eye = int(eye_centres(face.landmarks)[0, 0])
    part = np.ascontiguousarray(astronaut[:, eye:])

    assert codes(part, finder.find(part)[0]) == {"cut-off"}


def test_a_missing_chin_is_no_concern(astronaut: np.ndarray, face: Face):
    """The frame sits above it."""
    mouth = int(face.landmarks[14, 1])

    assert codes(astronaut[: mouth + 3], face) == set()


def test_glaring_light_is_too_bright(astronaut: np.ndarray, face: Face):
    assert codes(brightened(astronaut, 3), face) == {"too-bright"}


@pytest.mark.parametrize("yaw", [40.0, -40.0])
def test_a_turned_head_is_turned(astronaut: np.ndarray, face: Face, yaw: float):
    (verdict,) = judge(astronaut, face, (yaw, 0.0, 0.0)).verdicts

    assert (verdict.code, verdict.value, verdict.severity) == ("turned", yaw, WARN)


@pytest.mark.parametrize("pitch", [36.0, -36.0])
def test_a_tilted_head_is_nodding(astronaut: np.ndarray, face: Face, pitch: float):
    (verdict,) = judge(astronaut, face, (0.0, pitch, 0.0)).verdicts

    assert (verdict.code, verdict.value, verdict.severity) == ("nodding", pitch, WARN)


def test_leaning_is_no_concern(astronaut: np.ndarray, face: Face):
    """The finder levels the eyes before it reads a face."""
    assert judge(astronaut, face, (0.0, 0.0, 40.0)).codes == ()


def test_a_face_that_the_fit_refuses_for_its_size_is_refused_here_too():
    size = (640, 480)
    far = drawn_face(size, distance=3000)
    grain = np.random.default_rng(0).integers(60, 200, (480, 640, 3), dtype=np.uint8)

    verdicts = judge(grain, far, AHEAD).verdicts

    assert [v.code for v in verdicts if v.severity == REFUSE] == ["too-small"]
    with pytest.raises(FaceTooSmall):
        head_of(far.landmarks, size)


@pytest.mark.parametrize(
    ("angles", "code"),
    [((MOST_YAW + 1, 0.0, 0.0), "turned"), ((0.0, -MOST_PITCH - 1, 0.0), "nodding")],
    ids=["turned", "nodding"],
)
def test_a_head_that_the_fit_refuses_is_refused_here_too(
    astronaut: np.ndarray, face: Face, angles: tuple[float, float, float], code: str
):
    """The limits are the fit's own; up to them there is advice."""
    verdicts = judge(astronaut, face, angles).verdicts
    before = judge(astronaut, face, (angles[0] * 0.97, angles[1] * 0.97, 0.0)).verdicts

    assert [(v.code, v.severity) for v in verdicts] == [(code, REFUSE)]
    assert [(v.code, v.severity) for v in before] == [(code, WARN)]


WORSE = {
    "too-dark": lambda p, f, k: (darkened(p, 0.8**k), f),
    "too-bright": lambda p, f, k: (brightened(p, 1.3**k), f),
    "blurred": lambda p, f, k: (blurred(p, 0.7 * k), f),
    "too-small": lambda p, f, k: resized(p, f, 0.95**k),
    "cut-off": lambda p, f, k: without_left(p, f, 160 + 8 * k),
}


@pytest.mark.parametrize("code", WORSE)
def test_a_concern_never_vanishes_as_the_photo_grows_worse(
    astronaut: np.ndarray, face: Face, code: str
):
    told = [code in codes(*WORSE[code](astronaut, face, k)) for k in range(1, 14)]

    assert told == sorted(told)
    assert not told[0]
    assert told[-1]


@pytest.mark.parametrize("scale", [1, 2, 4, 8])
def test_size_alone_changes_no_verdict(astronaut: np.ndarray, face: Face, scale: float):
    """Twelve megapixels are judged like the same picture in one."""
    large, there = resized(astronaut, face, scale)
    soft, softer = blurred(large, 4 * scale), blurred(large, scale)

    assert codes(large, there) == set()
    assert codes(soft, there) == {"blurred"}
    assert codes(softer, there) == set()


def test_a_large_photo_shows_the_same_light(astronaut: np.ndarray, face: Face):
    few = measure(astronaut, face, AHEAD)
    many = measure(*resized(astronaut, face, 8), AHEAD)

    assert many.light == pytest.approx(few.light, rel=0.1)


@pytest.mark.parametrize("shift", [-2000, 2000])
def test_a_face_beside_its_photo_is_cut_off(astronaut: np.ndarray, face: Face, shift: int):
    """Nothing of it can be seen: no light is measured, and nothing fails."""
    aside = Face(face.box, face.score, face.landmarks + np.array([shift, 0, 0], np.float32))

    assert "cut-off" in codes(astronaut, aside)


def test_codes_are_told_in_one_order_and_once(astronaut: np.ndarray, face: Face):
    small, there = resized(darkened(astronaut, 0.1), face, 0.7)

    told = judge(small, there, (40.0, 36.0, 0.0)).codes

    assert told == tuple(code for code in CODES if code in told)
    assert set(told) == {"turned", "nodding", "too-small", "too-dark"}


def test_every_limit_is_passed_before_the_refusal():
    """Advice comes earlier than a refusal, and every measure has a single code."""
    for limit in LIMITS:
        if limit.refuse is not None:
            assert (limit.refuse < limit.warn) == limit.least
    assert len({limit.measure for limit in LIMITS}) == len(LIMITS) == len(set(CODES))


@needs_shared
def test_ordinary_photos_are_not_nagged(finder: FaceFinder):
    """Of 36 portraits few are turned, or cut off by their border; none is dark or blurred."""
    told = []
    for path in sorted((SHARED / "photos").glob("*.jpg")):
        photo = read_picture(path)
        found = finder.find(photo)[0]
        told.append(quality.judge(photo, found, angles_of(photo, found)).codes)

    nagged = [set(one) - {"wears-glasses"} for one in told]
    assert sum(bool(one) for one in nagged) <= 6
    assert {code for one in nagged for code in one} <= {"turned", "nodding", "cut-off"}
    assert 5 <= sum("wears-glasses" in one for one in told) <= 8  # seven do
