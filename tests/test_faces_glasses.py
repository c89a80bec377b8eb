"""Whoever wears glasses is told so, and may go on; nobody else is."""

import numpy as np
import pytest

from webapp.drawn.catalogue import demo_frames
from webapp.eyewear.frame import Eyewear
from webapp.faces import glasses, quality
from webapp.faces.finder import Face, FaceFinder
from webapp.faces.training.glasses import Faces, fitted, rightness
from webapp.fitting.fit import head_of, seat_frame
from webapp.rendering.compose import try_on

AHEAD = (0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def face(astronaut: np.ndarray) -> Face:
    return FaceFinder().find(astronaut)[0]


def wearing(photo: np.ndarray, face: Face, slug: str) -> np.ndarray:
    """Return the photo with a demo frame drawn on the face."""
    frame = next(one for one in demo_frames() if one.slug == slug)
    eyewear = Eyewear(frame.marks, frame.variants[0].artwork(), frame.build, frame.variants[0].lens)
    camera, head = head_of(face.landmarks, (photo.shape[1], photo.shape[0]))
    return try_on(photo, seat_frame(camera, head, eyewear), eyewear)


@pytest.mark.parametrize("slug", ["merten", "delphine", "bastide", "ruben"])
def test_a_face_with_glasses_is_told_so(astronaut: np.ndarray, face: Face, slug: str):
    """Of acetate or metal, clear or dark: the advice is there, and it refuses nobody."""
    photo = wearing(astronaut, face, slug)

    verdicts = quality.judge(photo, FaceFinder().find(photo)[0], AHEAD).verdicts

    assert [(one.code, one.severity) for one in verdicts] == [("wears-glasses", quality.WARN)]


def test_a_face_without_glasses_is_not(astronaut: np.ndarray, face: Face):
    assert glasses.wears_glasses(astronaut, face.landmarks) < 0.2


def test_mirrored_photos_are_judged_alike(astronaut: np.ndarray, face: Face):
    """Both halves of a face count as one."""
    photo = wearing(astronaut, face, "merten")
    mirrored = np.ascontiguousarray(photo[:, ::-1])
    landmarks = face.landmarks.copy()
    landmarks[:, 0] = photo.shape[1] - 1 - landmarks[:, 0]
    swapped = landmarks.copy()
    for one, other in ((33, 263), (133, 362)):
        swapped[[one, other]] = landmarks[[other, one]]

    first = glasses.wears_glasses(photo, face.landmarks)
    second = glasses.wears_glasses(mirrored, swapped)

    assert first == pytest.approx(second, abs=0.03)


def test_the_weights_are_found_from_labelled_faces():
    """Edges that only wearers have are weighed up, and told from all others."""
    rng = np.random.default_rng(5)
    worn = rng.random(200) < 0.3
    edges = rng.normal(1, 0.1, (200, 6))
    edges[:, 2] += worn

    weights, bias = fitted(Faces(edges, worn))

    found = rightness(Faces(edges, worn), weights, bias)
    assert np.argmax(weights) == 2
    assert (found.both, found.said) == (found.worn, found.worn)
    assert found.worn == worn.sum()
