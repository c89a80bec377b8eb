"""What is measured of a version: turned portraits, placed faces, agreement, its worst cases."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.factories import face
from webapp.errors import TrainingDataBroken
from webapp.faces.finder import Face
from webapp.faces.training import placed
from webapp.faces.training.agreement import (
    Reading,
    agreement_figures,
    at_equal_turns,
    over_best,
    yaw_bins,
)
from webapp.faces.training.chips import decode_test_rows
from webapp.faces.training.evaluate import (
    EYES68,
    Human68,
    decode_record,
    evaluate_faceless,
    evaluate_groups,
    evaluate_photos,
    evaluate_turned,
)
from webapp.faces.training.heights import lower_than_people
from webapp.faces.training.report import ACROSS, CELL, Case, draw_sheet, worst_of_agreement

EYE_CORNERS = ((33, 133), (263, 362))


class Seeing:
    """Finds faces whose eyes are where it was told."""

    def __init__(self, *eyes: Any) -> None:
        self.eyes = eyes

    def find(self, photo: np.ndarray) -> list[Face]:
        found = []
        for pair in self.eyes:
            landmarks = np.zeros((478, 3), np.float32)
            for corners, place in zip(EYE_CORNERS, pair, strict=True):
                landmarks[list(corners), :2] = place
            found.append(Face((0.0, 0.0, 1.0, 1.0), 0.9, landmarks))
        return found


@pytest.fixture
def portraits(tmp_path: Path) -> Path:
    """One picture whose eyes' centres are at (80, 100) and (120, 100)."""
    Image.new("RGB", (200, 200), "grey").save(tmp_path / "a.jpg")
    points = np.zeros((68, 2))
    points[36:42], points[42:48] = (80, 100), (120, 100)
    (tmp_path / "points68.json").write_text(json.dumps({"a.jpg": points.tolist()}))
    return tmp_path


@pytest.fixture
def reading() -> Reading:
    """Four frontal faces; the model agrees on the first two and is off by 1 and 2 px elsewhere."""
    labels = np.stack([face((160, 160)).landmarks] * 4)
    landmarks = labels.copy()
    landmarks[2, :, 0] += 1
    landmarks[3, :, 0] += 2
    photos = np.zeros((4, 160, 160, 3), np.uint8)
    names = {"gender": ["f", "f", "m", "m"], "race": ["a", "b", "a", "b"], "yaw": ["0-15"] * 4}
    groups = {group: np.array(own) for group, own in names.items()}
    return Reading(photos, labels, landmarks, groups, doubt=np.array([1.0, 3.0, 2.0, 2.0]))


def test_what_is_lower_in_every_face_is_told_less_what_peoples_points_are_aside() -> None:
    """Their pixels are counted otherwise, alike both ways; the model's points are lower by more."""
    landmarks = np.stack([face((160, 160)).landmarks] * 3)
    meant = {36: 33, 37: 160, 38: 158, 39: 133, 40: 153, 41: 144, 42: 362, 43: 385, 44: 387}
    meant |= {45: 263, 46: 373, 47: 380, 48: 61, 54: 291}
    human = np.zeros((3, 68, 2))
    human[:, list(meant)] = landmarks[:, list(meant.values()), :2] + 1  # from one, not from nought
    eyes = human[0, 36:42].mean(0), human[0, 42:48].mean(0)
    pixel = 100 / np.linalg.norm(eyes[1] - eyes[0])
    landmarks[:, :, 1] += np.array([[1.5], [2.0], [2.5]])

    told = lower_than_people(Human68(np.arange(3), landmarks, human, 3))

    assert told["aside"] == pytest.approx(pixel, rel=1e-3)
    assert told["lower"] == pytest.approx(2 * pixel, rel=1e-3)
    assert told["sigma"] == pytest.approx(pixel * np.sqrt(1 / 6 / 3), rel=1e-3)


def test_a_turned_portrait_is_found_where_the_turn_took_its_eyes(portraits: Path) -> None:
    """Clockwise as seen: the eye on the picture's right comes lower."""
    along = 20 * np.array([np.cos(np.radians(30)), np.sin(np.radians(30))])
    clockwise = (100 - along, 100 + along)
    finder: Any = Seeing(clockwise, ((20, 20), (40, 20)))

    right, left = (evaluate_turned(finder, portraits, turn) for turn in (30, -30))

    assert (right.found, right.false, right.missed) == (1, 1, [])
    assert (left.found, left.false, left.missed) == (0, 2, ["a.jpg"])


def test_a_picture_that_ends_early_is_named_with_its_record() -> None:
    """Evaluation data may be damaged like any other."""
    with pytest.raises(TrainingDataBroken) as caught:
        decode_record(np.zeros(0, np.uint8), Path("human68.npz"), 17)

    assert caught.value.params == {"file": "human68.npz", "record": 17}


@pytest.mark.parametrize(
    ("measure", "named"),
    [
        (evaluate_photos, "points68.json"),
        (evaluate_groups, "boxes.json"),
        (evaluate_faceless, ""),
        (lambda finder, folder: placed.evaluate_placed(finder, folder / "human68.npz"), "human68"),
    ],
    ids=["photos", "groups", "faceless", "human68"],
)
def test_missing_evaluation_data_is_no_good_result(
    measure: Any, named: str, tmp_path: Path
) -> None:
    """An empty folder is told by name; without pictures there would be no false face either."""
    with pytest.raises(TrainingDataBroken) as caught:
        measure(Seeing(), tmp_path)

    assert caught.value.params["file"].startswith(str(tmp_path / named))


@pytest.mark.parametrize("kept", [0.3, 0.9], ids="{} of it is left".format)
def test_a_file_that_ends_early_is_named(kept: float, tmp_path: Path) -> None:
    """Shards and the human-annotated set alike."""
    whole = io.BytesIO()
    np.savez(whole, jpeg=np.zeros(5000, np.uint8), offset=np.zeros(3), points68_x32=np.zeros(9))
    for name in ("fairface-0.npz", "human68.npz"):
        (tmp_path / name).write_bytes(whole.getvalue()[: int(kept * len(whole.getvalue()))])

    with pytest.raises(TrainingDataBroken, match=r"fairface-0\.npz"):
        decode_test_rows(tmp_path)
    with pytest.raises(TrainingDataBroken, match=r"human68\.npz"):
        placed.read_samples(tmp_path / "human68.npz")


@pytest.mark.parametrize("seed", range(12))
def test_a_placed_face_lies_wholly_in_its_scene(seed: int) -> None:
    """Of any size between the smallest and the largest; its pixels come with its points."""
    photo = np.full((256, 256, 3), 255, np.uint8)
    points = np.array([[64.0, 64], [192, 64], [64, 192], [192, 192]])

    scene, there = placed.place(photo, points, np.random.default_rng(seed))
    again, _ = placed.place(photo, points, np.random.default_rng(seed))

    low, high = there.min(0), there.max(0)
    assert (low >= 0).all()
    assert (high <= placed.SIDE).all()
    assert 0.059 < (high - low)[0] / placed.SIDE < 0.951
    x, y = (round(middle) for middle in (low + high) / 2)
    assert (scene[y, x] == 255).all()
    np.testing.assert_array_equal(scene, again)


@pytest.mark.parametrize("yaw", [-38, -20, 5, 20, 38])
def test_heads_are_binned_by_their_turn_to_either_side(yaw: float) -> None:
    """The bins are of the angle's size, in degrees."""
    turned = face((160, 160), yaw=yaw).landmarks

    bins = {5: "0-15", 20: "15-30", 38: "30-45"}

    assert yaw_bins(turned[None], 160).tolist() == [bins[abs(int(yaw))]]


def test_agreement_is_told_by_region_and_by_group(reading: Reading) -> None:
    """In % of the distance between the pupils."""
    apart = np.linalg.norm(reading.labels[0, 468] - reading.labels[0, 473])

    told = agreement_figures(reading)

    assert told["faces"] == 4
    assert told["gender"]["f"] == {"mesh": 0, "level": 0, "doubt": 2, "faces": 2}
    assert told["gender"]["m"]["mesh"] == pytest.approx(150 / apart, rel=1e-3)
    assert told["race over best"]["sure"] == pytest.approx(2)
    for region in ("mesh", "irises", "eyelids", "lips", "brows", "face's outline"):
        assert told["all"][region] == pytest.approx(75 / apart, rel=1e-3)


def test_a_group_is_not_blamed_for_how_its_heads_are_turned() -> None:
    """Were they turned as everyone's are, who errs as much at each turn errs as much in all."""
    turns = np.array(["0-15"] * 6 + ["30-45"] * 6)
    errors = np.where(turns == "0-15", 2.0, 8.0)
    mostly_turned = np.arange(12) >= 5
    only_frontal = np.arange(12) < 3

    assert errors[mostly_turned].mean() > 1.3 * errors[~mostly_turned].mean()
    assert at_equal_turns(errors, mostly_turned, turns) == pytest.approx(5)
    assert at_equal_turns(errors, only_frontal, turns) == pytest.approx(2)  # nothing is made up


def test_faces_that_the_teacher_is_not_sure_of_can_be_left_out(reading: Reading) -> None:
    """The fourth face's label is a guess: without it, the other group errs more."""
    unsure = replace(reading, doubt=np.array([1.0, 1.0, 2.0, 9.0]))

    told = agreement_figures(unsure)["race over best"]

    assert told["sure faces"] == 3
    assert told["sure"] > 1000  # the only sure face of the other group has no error


def test_chance_is_told_beside_how_groups_differ() -> None:
    """Few faces of one kind differ by chance; where a group truly errs more, chance is not it."""
    errors = np.random.default_rng(2).gamma(4, 0.5, 900)
    groups = np.repeat(["a", "b", "c"], 300)

    alike = over_best(errors, groups)
    apart = over_best(np.where(groups == "b", 2 * errors, errors), groups)
    few = over_best(errors[::20], groups[::20])

    assert alike["low"] < alike["alike"] < alike["high"] < 1.3
    assert apart["alike"] < 1.15 < 1.7 < apart["low"] < 2.1 < apart["high"]
    assert few["high"] - few["low"] > 2 * (alike["high"] - alike["low"])


def test_the_worst_cases_come_first(reading: Reading) -> None:
    """Each under its record and its error."""
    titles = [case.title.partition(":")[0] for case in worst_of_agreement(reading)]

    assert titles[:2] == ["3", "2"]


def test_cases_off_the_photo_are_drawn_without_a_stumble(reading: Reading) -> None:
    """Landmarks may lie far outside the picture, as those of bad cases do."""
    far = replace(reading, landmarks=reading.landmarks + 900)

    assert worst_of_agreement(far)[0].picture.shape == (CELL, CELL, 3)


@pytest.mark.parametrize(("count", "rows"), [(0, 1), (1, 1), (ACROSS, 1), (ACROSS + 1, 2)])
def test_a_sheet_has_room_for_every_case(count: int, rows: int) -> None:
    """Rows of six; a sheet without a case is empty, and no error."""
    cases = [Case("1: 9 %", np.zeros((CELL, CELL, 3), np.uint8))] * count

    sheet = draw_sheet(cases)

    assert sheet.width == ACROSS * CELL
    assert rows * CELL < sheet.height < (rows + 0.5) * CELL


def test_placed_faces_are_counted_by_where_their_eyes_are_found(tmp_path: Path) -> None:
    """Two records: one found, with a false face beside it; of the other nothing is seen."""
    jpeg = io.BytesIO()
    Image.new("RGB", (256, 256), "grey").save(jpeg, "JPEG")
    record = np.frombuffer(jpeg.getvalue(), np.uint8)
    points = np.random.default_rng(1).uniform(64, 192, (2, 68, 2))
    path = tmp_path / "human68.npz"
    offset = np.arange(3) * len(record)
    np.savez(path, jpeg=np.tile(record, 2), offset=offset, points68_x32=np.int16(32 * points))
    photo, known = placed.read_samples(path)[0]
    there = placed.place(photo, known, np.random.default_rng((placed.SEED, 0)))[1]
    eyes = [there[part].mean(0) for part in EYES68]
    sights = iter([Seeing(eyes, [(-900, -900), (-800, -900)]), Seeing()])

    class Blinking:
        def find(self, scene: np.ndarray) -> list[Face]:
            return next(sights).find(scene)

    finder: Any = Blinking()

    told = placed.evaluate_placed(finder, path)

    assert told == {"faces": 2, "found": 1, "close": 1, "false": 1, "missed": [1]}
