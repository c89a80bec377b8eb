"""The PD of one person in one photo, take after take."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from flask.testing import FlaskCliRunner
from PIL import Image

from webapp.cli.takes import Take, pd_in, spread_of, summed, takes_of
from webapp.faces.crops import Photo, eye_centres
from webapp.faces.finder import Face, FaceFinder


@dataclass
class Told:
    """A finder that finds these faces in whatever it is shown."""

    faces: list[Face]

    def find(self, photo: Photo) -> list[Face]:
        return self.faces

    def find_many(self, photos: Sequence[Photo]) -> list[list[Face]]:
        return [self.faces for _ in photos]


def moved(face: Face, right: float, times: float = 1.0) -> Face:
    """Return a face elsewhere in the photo, and larger."""
    way = np.array([right, 0, 0], np.float32)
    return replace(face, landmarks=face.landmarks * np.float32(times) + way)


def test_a_take_says_where_a_point_of_the_photo_went() -> None:
    photo = np.zeros((300, 400, 3), np.uint8)
    photo[140:161, 180:201] = 250  # its middle at (190, 150)

    takes = list(takes_of(photo, (150.0, 100.0, 90.0, 110.0)))

    assert len(takes) == 13
    for take in takes:
        rows, columns = np.nonzero(take.pixels[..., 0] > 100)
        meant = (np.array([190, 150]) - take.corner) * take.scale
        assert np.abs([columns.mean(), rows.mean()] - meant).max() < 1


def test_a_longer_exposure_is_brighter() -> None:
    takes = list(takes_of(np.full((50, 50, 3), 100, np.uint8), (10.0, 10.0, 20.0, 20.0)))

    levels = [take.pixels.mean() for take in takes[-4:]]

    assert levels == sorted(levels)
    assert levels[0] < 100 < levels[-1]


def test_the_same_person_is_measured_though_another_is_larger(face: Face) -> None:
    """A crop may make another face the largest."""
    take = Take(np.zeros((512, 512, 3), np.uint8))
    eyes = eye_centres(face.landmarks)
    narrow = face.landmarks.copy()
    iris = slice(468, 473)
    narrow[iris, :2] = narrow[468, :2] + (narrow[iris, :2] - narrow[468, :2]) * 1.3
    other = moved(replace(face, landmarks=narrow), 150, 1.2)
    alone = pd_in(Told([face]), take, eyes)

    assert pd_in(Told([other, face]), take, eyes) == alone is not None
    assert pd_in(Told([other]), take, eyes) is None


def test_a_face_that_cannot_be_measured_is_lost_alone(face: Face) -> None:
    """As in a small take of a photo in which it is hardly large enough."""
    tiny = replace(face, landmarks=face.landmarks / 10)

    assert (
        pd_in(Told([tiny]), Take(np.zeros((52, 52, 3), np.uint8)), eye_centres(tiny.landmarks))
        is None
    )


def test_a_real_face_measures_alike_in_all_takes(finder: FaceFinder, astronaut: np.ndarray) -> None:
    spread = spread_of(finder, astronaut)

    assert spread is not None
    assert spread.found == 13
    assert spread.deviation < 0.02 * spread.mean
    assert "of 1 photos" in summed([spread])


def test_each_photo_has_its_line(commands: FlaskCliRunner, tmp_path, portrait: bytes) -> None:
    (tmp_path / "ada.jpg").write_bytes(portrait)
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    grey = io.BytesIO()
    Image.new("RGB", (300, 300), (120, 120, 120)).save(grey, "JPEG")
    (tmp_path / "grey.jpg").write_bytes(grey.getvalue())

    done = commands.invoke(args=["bench", "takes", str(tmp_path)])

    assert done.exit_code == 0
    assert done.stdout.splitlines()[0].startswith("ada.jpg")
    assert "of 1 photos" in done.stdout.splitlines()[-1]
    assert "broken.jpg: left out" in done.stderr
    assert "grey.jpg: left out, no face to measure" in done.stderr


def test_a_folder_without_faces_is_told(commands: FlaskCliRunner, tmp_path) -> None:
    done = commands.invoke(args=["bench", "takes", str(tmp_path)])

    assert done.exit_code == 1
    assert "no photo with a face" in done.stderr
