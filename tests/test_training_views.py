"""Views of training faces turned further: where landmarks and pixels come, and what is trusted."""

import sys
from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from webapp.errors import TrainingDataBroken
from webapp.faces.conventions import LANDMARKS
from webapp.faces.crops import face_frames
from webapp.faces.training.chips import CHIP_SIDES, PLACES, Chips, Sources, Views
from webapp.faces.training.samples import Mix, make_sample
from webapp.faces.training.teacher import Teacher
from webapp.faces.training.turning import turn_of, turned_further
from webapp.faces.training.views import (
    DISAGREEMENT,
    LABELS,
    PHOTOS,
    ROWS,
    TURNED,
    draw_views,
    load_views,
    trusted,
)
from webapp.fitting.anatomy import mean_head

SIDE = CHIP_SIDES[0]
MIDDLE = (SIDE - 1) / 2


def head(degrees):
    """Return the average head's landmarks in a chip, (478, 3), turned about the vertical."""
    turn = np.radians(degrees)
    cos, sin = np.cos(turn), np.sin(turn)
    points = mean_head().mean @ np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]]).T
    points = points * (120 / np.ptp(points[:, :2], axis=0).max())
    points[:, :2] += MIDDLE - (points[:, :2].min(0) + points[:, :2].max(0)) / 2
    return points.astype(np.float32)


def gradients():
    """Return a chip whose red tells the column, and whose green tells the row."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return np.stack([columns + 40, rows + 40, np.full_like(rows, 128)], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("degrees", [-30, -12, 15, 35])
def test_a_head_turns_on_to_the_side_it_is_turned_to(degrees):
    _, landmarks = turned_further(gradients(), head(degrees), 18, 0.0)

    before, after = turn_of(np.stack([head(degrees), landmarks]))
    assert after == pytest.approx(before + np.copysign(18, before), abs=0.2)


def test_a_turned_face_keeps_its_place_in_the_chip():
    was = head(20)

    _, landmarks = turned_further(gradients(), was, 25, 8)

    here, there = ((one[:, :2].min(0) + one[:, :2].max(0)) / 2 for one in (was, landmarks))
    np.testing.assert_allclose(there, here, atol=0.01)
    assert np.ptp(landmarks[:, :2], axis=0).max() == pytest.approx(120, rel=0.05)


def test_skin_goes_where_its_landmark_goes():
    was = head(15)

    view, landmarks = turned_further(gradients(), was, 20, -5)

    # The bridge, the tip, the cheek and the eye of the side that stays in sight.
    side = (50, 33, 133, 6, 1) if turn_of(was) > 0 else (280, 263, 362, 6, 1)
    for point in side:
        x, y = np.rint(landmarks[point, :2]).astype(int)
        red, green, _ = view[y, x].astype(float) - 40
        assert (red, green) == pytest.approx(tuple(was[point, :2]), abs=2.5)


def test_a_mirrored_face_turns_as_in_a_mirror():
    chip, was = gradients(), head(20)
    mirrored = was[mean_head().mirror]
    mirrored[:, 0] = 2 * MIDDLE - mirrored[:, 0]

    view, landmarks = turned_further(chip, was, 20, 0.0)
    other, told = turned_further(chip[:, ::-1].copy(), mirrored, 20, 0.0)

    back = told[mean_head().mirror]
    back[:, 0] = 2 * MIDDLE - back[:, 0]
    np.testing.assert_allclose(back, landmarks, atol=0.01)
    away = np.abs(other[:, ::-1].astype(float) - view)
    assert np.median(away) <= 1


def test_a_label_counts_where_the_teacher_agrees_with_itself_and_with_the_turn():
    turned = np.stack([head(40)] * 4)
    labels = turned.copy()
    labels[1] = np.nan  # no face was seen
    labels[3, :, 0] += 30  # another place
    disagreement = np.array([0.03, np.nan, 0.2, 0.03])

    assert trusted(labels, turned, disagreement).tolist() == [0]


def written(folder, **changed):
    """Write three views of one face into a folder."""
    folder.mkdir(exist_ok=True)
    files = {
        PHOTOS: np.full((3, SIDE, SIDE, 3), 250, np.uint8),
        TURNED: np.stack([head(40)] * 3),
        ROWS: np.array([5, 3, 4]),
        LABELS: np.stack([head(40)] * 3),
        DISAGREEMENT: np.array([0.03, 0.3, 0.03]),
    }
    for name, values in (files | changed).items():
        np.save(folder / name, values)
    return folder


def test_views_are_read_without_those_that_nobody_trusts(tmp_path):
    views = load_views(written(tmp_path / "views"))

    assert views.indices.tolist() == [0, 2]
    assert views.rows.tolist() == [5, 4]
    np.testing.assert_allclose(views.frames, face_frames(views.landmarks), rtol=1e-5)


@pytest.mark.parametrize("missing", [PHOTOS, LABELS, DISAGREEMENT])
def test_views_without_their_labels_name_the_file(tmp_path, missing):
    folder = written(tmp_path / "views")
    (folder / missing).unlink()

    with pytest.raises(TrainingDataBroken) as caught:
        load_views(folder)
    assert missing in caught.value.params["file"]


def test_every_head_that_is_turned_gets_its_views(tmp_path):
    """Those of the rows for training alone, and turned on."""
    cache, out = tmp_path / "chips", tmp_path / "views"
    cache.mkdir()
    landmarks = np.stack([head(degrees) for degrees in (2, 20, 30, -25, 40)])
    for side in CHIP_SIDES:
        np.save(cache / f"chips-{side}.npy", np.full((5, side, side, 3), 90, np.uint8))
    np.save(cache / PLACES, landmarks)
    np.save(cache / "frames.npy", face_frames(landmarks).astype(np.float32))
    none = np.array([], int)
    np.savez(cache / "rows.npz", train=np.arange(4), validation=np.array([4]), test=none)

    assert draw_views(tmp_path, cache, out, each=2) == 6

    rows, turned = np.load(out / ROWS), np.load(out / TURNED)
    assert rows.tolist() == [1, 1, 2, 2, 3, 3]
    further = turn_of(turned) / turn_of(landmarks[rows])
    assert (further > 1.1).all()
    assert np.load(out / PHOTOS).shape == (6, SIDE, SIDE, 3)


def test_a_training_shows_as_many_views_as_it_is_told():
    dark = np.zeros((1, SIDE, SIDE, 3), np.uint8)
    landmarks = head(0)[None]
    chips = Chips((dark,), landmarks, face_frames(landmarks).astype(np.float32), {})
    bright = np.full((1, SIDE, SIDE, 3), 250, np.uint8)
    only = np.zeros(1, int)
    views = Views(bright, only, landmarks, chips.frames, only)
    sources = Sources(chips, only, [bright[0]], np.ones(1), views)
    none = np.zeros((0, 4), np.float32)

    def bright_share(sources, turned):
        mix = replace(Mix(faces=1.0, untouched=1.0, covered=0.0), turned=turned)
        crops = [
            make_sample(sources, np.random.default_rng(seed), np.arange(LANDMARKS), none, mix)[0]
            for seed in range(120)
        ]
        return np.mean([crop[64, 64].mean() > 125 for crop in crops])

    assert bright_share(sources, 0.0) == 0
    assert bright_share(sources, 1.0) == 1
    assert bright_share(sources, 0.4) == pytest.approx(0.4, abs=0.15)
    assert bright_share(replace(sources, views=None), 1.0) == 0


class Blobs:
    """An engine in the teacher's place: its landmarks are where the red and the blue spot are."""

    def __init__(self, **_):
        pass

    def process(self, picture):
        red, green, blue = (picture[..., channel].astype(float) for channel in range(3))
        if green.max() > 200:
            return SimpleNamespace(multi_face_landmarks=None)
        height, width = red.shape
        rows, columns = np.mgrid[:height, :width] + 0.5
        spots = []
        for light in (np.maximum(red - blue, 0) ** 2, np.maximum(blue - red, 0) ** 2):
            x, y = ((light * along).sum() / light.sum() for along in (columns, rows))
            spots.append(SimpleNamespace(x=x / width, y=y / height, z=0.0))
        all_of_them = [spots[point >= 473] for point in range(LANDMARKS)]
        return SimpleNamespace(multi_face_landmarks=[SimpleNamespace(landmark=all_of_them)])


@pytest.fixture
def spotted(monkeypatch):
    """The teacher's package, and a mirror table that changes nothing."""
    engine = SimpleNamespace(solutions=SimpleNamespace(face_mesh=SimpleNamespace(FaceMesh=Blobs)))
    monkeypatch.setitem(sys.modules, "mediapipe", engine)
    return np.arange(LANDMARKS)


def spots(red, blue):
    """Return a chip with a red and a blue spot, soft ones, at such places (x, y)."""
    chip = np.zeros((SIDE, SIDE, 3), np.float32)
    for channel, (x, y) in ((0, red), (2, blue)):
        chip[y, x, channel] = 1
    soft = np.asarray(cv2.GaussianBlur(chip, (0, 0), 2.5))
    return np.rint(soft / soft.max((0, 1)).clip(1e-6) * 250).astype(np.uint8)


def test_the_teachers_four_readings_are_told_in_the_views_pixels(spotted):
    readings = Teacher(spotted).read(spots(red=(60, 70), blue=(100, 66)))

    assert readings is not None
    assert readings.shape == (4, LANDMARKS, 3)
    np.testing.assert_allclose(readings[:, 468, :2], [(60, 70)] * 4, atol=0.1)
    np.testing.assert_allclose(readings[:, 473, :2], [(100, 66)] * 4, atol=0.1)


def test_a_view_without_a_face_has_no_label(spotted):
    assert Teacher(spotted).read(np.full((SIDE, SIDE, 3), 255, np.uint8)) is None
