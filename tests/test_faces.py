"""The face finder: what it must find, what it must leave alone, and how it fails."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data

from webapp.errors import ModelUnusable
from webapp.faces.crops import Pyramid, apply, crop_matrix, eye_centres, warp_crop
from webapp.faces.finder import LOOKS, Candidate, FaceFinder, _leaves_doubt, _worth_reading
from webapp.faces.training.evaluate import evaluate_faceless, evaluate_photos
from webapp.fitting.anatomy import mean_head

WEIGHTS = Path(__file__).parents[1] / "webapp" / "faces" / "weights"
SHARED = Path(__file__).parents[2] / "shared"
ASTRONAUT_EYES = np.array([[203.0, 101.4], [247.5, 103.4]])  # set by eye, in its pixels
needs_shared = pytest.mark.skipif(
    not (SHARED / "photos").exists(), reason="the evaluation pictures are not on this machine"
)


@pytest.fixture(scope="module")
def finder():
    """The shipped model."""
    return FaceFinder()


@pytest.fixture(scope="module")
def astronaut():
    """A portrait that scikit-image ships: (512, 512, 3) uint8 RGB."""
    return data.astronaut()


def moved(picture, matrix, size=(512, 512)):
    """Return a picture under an affine transform, its surroundings repeated."""
    return cv2.warpAffine(picture, matrix, size, borderMode=cv2.BORDER_REFLECT_101)


def eye_error(face, eyes):
    """Return the worse eye's distance in units of the distance between the eyes."""
    away = np.linalg.norm(eye_centres(face.landmarks) - eyes, axis=1)
    return away.max() / np.linalg.norm(eyes[1] - eyes[0])


def test_a_portrait_has_one_face_with_its_eyes_in_place(finder, astronaut):
    """One face is found, its landmarks lie in its box and its eyes on the eyes."""
    faces = finder.find(astronaut)

    assert len(faces) == 1
    assert faces[0].landmarks.shape == (478, 3)
    assert eye_error(faces[0], ASTRONAUT_EYES) < 0.15
    x, y, width, height = faces[0].box
    assert (faces[0].landmarks[:, 0] >= x - 1e-3).all()
    assert (faces[0].landmarks[:, 1] <= y + height + 1e-3).all()
    assert 0.5 < faces[0].score <= 1 < width < 300


def test_nose_is_nearer_to_the_camera_than_the_ears(finder, astronaut):
    """Depth is negative towards the camera."""
    depth = finder.find(astronaut)[0].landmarks[:, 2]

    assert depth[1] < depth[127]
    assert depth[1] < depth[356]


@pytest.mark.parametrize("degrees", [-30, 30], ids="turned {} degrees".format)
def test_a_tilted_head_is_found(finder, astronaut, degrees):
    """A head tilted to either side is found, its eyes where the turn took them."""
    matrix = cv2.getRotationMatrix2D((224.0, 130.0), degrees, 1.0)

    faces = finder.find(moved(astronaut, matrix))

    assert faces
    assert min(eye_error(face, apply(matrix, ASTRONAUT_EYES)) for face in faces) < 0.2


@pytest.mark.parametrize("scale", [0.35, 2.5], ids="scaled {}".format)
def test_small_and_large_photos_give_the_same_face(finder, astronaut, scale):
    """The answer is in the pixels of the given photo, whatever its size."""
    size = round(512 * scale)
    photo = cv2.resize(astronaut, (size, size), interpolation=cv2.INTER_AREA)

    faces = finder.find(photo)

    assert len(faces) == 1
    assert eye_error(faces[0], (ASTRONAUT_EYES + 0.5) * scale - 0.5) < 0.15


def test_two_people_give_two_faces_largest_first(finder, astronaut):
    """Both of two portraits side by side are found, the larger one first."""
    head = astronaut[0:240, 110:350]
    photo = np.full((480, 800, 3), 120, np.uint8)
    photo[100:340, 20:260] = head
    photo[60:420, 400:760] = cv2.resize(head, (360, 360))

    faces = finder.find(photo)

    assert len(faces) == 2
    assert faces[0].box[0] > 400 > faces[1].box[0]
    assert len(finder.find(photo, most=1)) == 1


def test_a_faint_proposal_is_read_only_where_none_is_sure(finder):
    """Beside a sure face it is nobody; alone it may be the one face of a hard photo."""
    networks = finder._open()
    sure, faint = (
        Candidate(0, np.array([200.0, 200.0, 90.0, 0.0]), score, score, score)
        for score in (networks.sure, networks.faint - 0.01)
    )

    assert networks.proposed < networks.faint < networks.sure
    assert _worth_reading([sure, faint], networks) == [sure]
    assert _worth_reading([faint], networks) == [faint]


def test_many_photos_at_once_give_what_each_gives_alone(finder, astronaut):
    """Batching changes nothing but the time."""
    photos = [astronaut, np.zeros((40, 60, 3), np.uint8), astronaut[:300]]

    together = finder.find_many(photos)

    assert [len(faces) for faces in together] == [1, 0, 1]
    alone = finder.find(photos[2])[0]
    np.testing.assert_allclose(together[2][0].landmarks, alone.landmarks, atol=0.05)


def test_a_second_crop_would_hardly_move_the_landmarks(finder, astronaut, monkeypatch):
    """Where the first crop was good, its landmarks are those that a second one gives."""
    once = finder.find(astronaut)[0]
    monkeypatch.setattr("webapp.faces.finder._WELL_CROPPED", 0.0)  # nothing is good enough
    twice = finder.find(astronaut)[0]

    away = np.linalg.norm(once.landmarks[:, :2] - twice.landmarks[:, :2], axis=1)
    assert away.mean() < 0.01 * max(once.box[2:])


@pytest.mark.parametrize(
    "off",
    [
        (0.05, -0.04, 0.0, 0.0),
        (0.0, 0.0, 0.15, 0.1),
        (-0.05, 0.06, -0.1, -0.1),
        (0.15, 0.1, 0.2, 0),
    ],
    ids=["beside", "too large and turned", "too small and turned", "far off"],
)
def test_where_a_face_is_proposed_hardly_moves_its_landmarks(finder, astronaut, monkeypatch, off):
    """What counts is read in crops that the face's own landmarks place."""
    propose = FaceFinder._propose

    def displaced(self, networks, photos):
        candidates = propose(self, networks, photos)
        for candidate in candidates:
            size = candidate.frame[2]
            candidate.frame += np.array([size, size, size, 1.0]) * off
        return candidates

    wanted = finder.find(astronaut)[0].landmarks
    monkeypatch.setattr(FaceFinder, "_propose", displaced)
    face = finder.find(astronaut)[0]

    away = np.linalg.norm(face.landmarks[:, :2] - wanted[:, :2], axis=1)
    assert away.mean() < 0.003 * max(face.box[2:])


@pytest.mark.parametrize("share", [0.06, 0.5], ids="a face {:.0%} of the photo".format)
def test_a_small_face_asks_for_a_closer_look(share):
    """Beside a face as small as any that is sought, a look may have missed another."""
    seen = np.array([[90.0, 90.0, share * LOOKS[-1], 0.0, 0.99]])

    assert _leaves_doubt(seen, sure=0.6) == (share < 0.1)


def test_torch_finds_the_same_where_there_is_no_runtime(finder, astronaut, monkeypatch):
    """ONNX Runtime only runs what torch defines: without it the shop is slower, not different.

    A value midway between two steps may be rounded to either, which moves landmarks a little.
    """
    planned = finder.find(astronaut)

    monkeypatch.setattr("webapp.faces.inference.can_plan", lambda: False)
    plain = FaceFinder().find(astronaut)

    assert len(plain) == len(planned) == 1
    np.testing.assert_allclose(
        plain[0].landmarks, planned[0].landmarks, atol=0.002 * planned[0].box[2]
    )


def test_a_mirrored_photo_has_the_mirrored_face(finder, astronaut):
    """Both readings of a face count alike, so a look straight or in a mirror tells the same."""
    face = finder.find(astronaut)[0]
    mirrored = finder.find(np.ascontiguousarray(astronaut[:, ::-1]))[0]

    back = mirrored.landmarks[mean_head().mirror] * [-1, 1, 1] + [astronaut.shape[1] - 1, 0, 0]
    away = np.linalg.norm(back[:, :2] - face.landmarks[:, :2], axis=1)
    pupils = np.linalg.norm(face.landmarks[468] - face.landmarks[473])
    assert away.mean() < 0.004 * pupils  # 0.0096 where each was read one way alone


@pytest.mark.parametrize("size", [40.0, 190.0, 460.0, 900.0], ids="face of {:g} pixels".format)
def test_a_crop_is_the_same_from_a_photo_and_from_its_pyramid(astronaut, size):
    """Halves shared by many crops show what the photo shows."""
    photo = cv2.GaussianBlur(cv2.resize(astronaut, (1101, 1101)), (0, 0), 5)
    matrix = crop_matrix(np.array([480.0, 400.0, size, 0.2]), 128)

    direct = warp_crop(photo, matrix, 128).astype(float)
    shared = warp_crop(Pyramid(photo), matrix, 128).astype(float)

    assert np.abs(direct - shared).mean() < 1.0


def drawn_noise():
    return np.random.default_rng(5).integers(0, 256, (300, 400, 3)).astype(np.uint8)


def drawn_gradient():
    return np.dstack([np.tile(np.linspace(0, 255, 400), (300, 1))] * 3).astype(np.uint8)


def drawn_stripes():
    photo = np.zeros((300, 400, 3), np.uint8)
    photo[:, np.arange(400) // 12 % 2 == 1] = 200
    return photo


@pytest.mark.parametrize("draw", [drawn_noise, drawn_gradient, drawn_stripes])
def test_drawn_patterns_hold_no_face(finder, draw):
    """Noise, gradients and stripes are not taken for people."""
    assert finder.find(draw()) == []


@pytest.mark.parametrize("shape", [(0, 0, 3), (0, 5, 3), (1, 1, 3), (7, 400, 3), (12, 12, 3)])
def test_empty_and_tiny_photos_hold_no_face(finder, shape):
    """A photo too small for a face is no error."""
    assert finder.find(np.zeros(shape, np.uint8)) == []


def test_a_grey_photo_works_like_a_coloured_one(finder, astronaut):
    """Two-dimensional and one-channel photos are read as grey."""
    grey = cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)

    assert len(finder.find(grey)) == len(finder.find(grey[..., None])) == 1


def test_an_array_that_is_no_photo_is_refused(finder):
    """Floats and five channels are a programming error, not a photo without a face."""
    with pytest.raises(ValueError, match="uint8"):
        finder.find(np.zeros((50, 50, 3)))
    with pytest.raises(ValueError, match="channels"):
        finder.find(np.zeros((50, 50, 5), np.uint8))


@pytest.fixture
def model_copy(tmp_path):
    """A copy of the shipped model that a test may damage."""
    return Path(shutil.copytree(WEIGHTS, tmp_path / "model"))


def fails_to_find(folder):
    with pytest.raises(ModelUnusable) as caught:
        FaceFinder(folder).find(np.zeros((64, 64, 3), np.uint8))
    return caught.value.params


def test_a_damaged_weights_file_is_refused_with_advice(model_copy):
    """One changed byte is noticed; the error names the file and what to do."""
    path = model_copy / "detector.safetensors"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)

    told = fails_to_find(model_copy)

    assert told["file"] == "detector.safetensors"
    assert "restore" in told["reason"]


def test_a_foreign_network_is_refused(model_copy):
    """The landmark network under the detector's name is not used."""
    for ending in ("safetensors", "json"):
        shutil.copy(model_copy / f"landmarks.{ending}", model_copy / f"detector.{ending}")

    assert "landmarks" in fails_to_find(model_copy)["reason"]


def test_weights_of_a_newer_format_ask_for_an_update(model_copy):
    """A card of a later version is refused rather than guessed at."""
    path = model_copy / "landmarks.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))

    assert "update" in fails_to_find(model_copy)["reason"]


def test_a_missing_model_is_a_domain_error(tmp_path):
    """An empty folder says which file is missing."""
    assert fails_to_find(tmp_path)["file"] == "detector.json"


def test_importing_the_finder_does_not_import_torch():
    """Pages that never look at a photo start without torch."""
    code = "import sys, webapp.faces.finder; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_shipped_weights_are_small():
    """Both networks together stay within 8 MB."""
    assert sum(path.stat().st_size for path in WEIGHTS.glob("*.safetensors")) <= 8_000_000


@needs_shared
def test_faces_of_real_photos_are_found(finder):
    """Nearly every portrait's face is found, with its eyes in place."""
    assert evaluate_photos(finder, SHARED / "photos").found >= 33


@needs_shared
def test_pictures_without_a_face_stay_without(finder):
    """Hardly any false face in 120 natural pictures."""
    assert evaluate_faceless(finder, SHARED / "faceless").false <= 6


def test_an_image_is_seen_as_its_array_is(finder, astronaut):
    """Of a large one little becomes an array, and the landmarks lie where they did."""
    large = Image.fromarray(astronaut).resize((2000, 2000), Image.Resampling.BICUBIC)

    by_array = finder.find(np.asarray(large))
    by_image = finder.find(Pyramid(large))

    assert len(by_array) == len(by_image) == 1
    apart = np.abs(by_array[0].landmarks[:, :2] - by_image[0].landmarks[:, :2])
    assert apart.max() < 0.004 * by_array[0].box[2]  # a face of 128 px: half a pixel


@pytest.mark.parametrize("crop", [(700, 600, 500, 0.2), (30, 40, 300, -0.4), (90, 90, 60, 0.0)])
def test_a_crop_of_an_image_is_that_of_its_array(crop):
    """Also over the photo's border, and where nothing is reduced."""
    smooth = np.random.default_rng(1).integers(0, 255, (30, 40, 3), dtype=np.uint8)
    photo = Image.fromarray(smooth).resize((1200, 900), Image.Resampling.BICUBIC)
    matrix = crop_matrix(np.array(crop, float), 128)

    by_array = warp_crop(np.asarray(photo), matrix, 128).astype(float)
    by_image = warp_crop(Pyramid(photo), matrix, 128).astype(float)

    assert np.abs(by_array - by_image).max() < 3
