"""The measurement behind quality's limits: photos are made worse, and the face in them followed."""

from dataclasses import replace

import numpy as np
import pytest

from webapp.faces.crops import eye_centres
from webapp.faces.finder import Face, FaceFinder
from webapp.faces.quality import LIMITS, measure
from webapp.faces.training.limits import climb, error, habit, see
from webapp.faces.training.worsening import LADDERS, Ladder, Sample

AHEAD = (0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def sample(astronaut: np.ndarray, face: Face) -> Sample:
    """The portrait as a sample of the measurement: labelled as the model sees it untouched."""
    eyes = face.landmarks[468:, :2].astype(np.float64)
    unit = float(np.linalg.norm(face.landmarks[468] - face.landmarks[473]))
    x, y, width, height = face.box
    box = np.array([x, y, x + width, y + height])
    centres = eye_centres(face.landmarks)
    return Sample(astronaut, np.arange(468, 478), eyes, unit, centres, box)


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda ladder: ladder.name)
def test_the_measurement_follows_a_face_through_what_is_done_to_the_photo(
    finder: FaceFinder, sample: Sample, ladder: Ladder
):
    """Cut or shrunk, the landmarks are compared at the same places: the first step costs little."""
    (clean,) = see(finder, [sample])
    (seen,) = see(finder, [sample], ladder, ladder.amounts[0])

    assert clean is not None
    assert seen is not None
    assert error([clean], np.zeros(10)) < 0.1
    assert error([seen], np.zeros(10)) < 8


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda ladder: ladder.name)
def test_each_step_makes_the_photo_worse(face: Face, sample: Sample, ladder: Ladder):
    """The measure that a ladder is about moves one way along it, where the face stays put."""
    if ladder.code in ("too-small", "cut-off"):
        sizes = [ladder.worsen(sample, amount)[0].size for amount in ladder.amounts]
        assert sizes == sorted(sizes, reverse=True)
        return
    name = next(limit.measure for limit in LIMITS if limit.code == ladder.code)
    values = [
        getattr(measure(ladder.worsen(sample, amount)[0], face, AHEAD), name)
        for amount in ladder.amounts
    ]
    assert values == sorted(values, reverse=ladder.code == "too-dark")


def test_what_lies_off_on_average_is_no_error(finder: FaceFinder, sample: Sample):
    seen = [one for one in see(finder, [sample]) if one]

    assert error(seen, habit(seen)) == pytest.approx(0)
    assert np.isnan(error([], habit(seen)))


def test_a_ladder_is_a_table_of_its_steps(finder: FaceFinder, sample: Sample):
    ladder = LADDERS[0]

    lines = climb(finder, [sample, replace(sample, places=sample.places + 1)], ladder)

    assert [line.split("|")[1].strip() for line in lines] == [
        "untouched",
        *(f"{amount:g}" for amount in ladder.amounts),
    ]
