"""The teacher beside its own labels, where it reads the same chips again."""

from pathlib import Path

import numpy as np
import pytest

from tests.factories import face
from webapp.errors import TrainingDataBroken
from webapp.faces.training import reread
from webapp.faces.training.agreement import Reading
from webapp.faces.training.views import LABELS


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Reading:
    """Six frontal faces that the model is off by 3 px on."""
    labels = np.stack([face((160, 160)).landmarks] * 6)
    groups = {"race": np.array(["a", "b"] * 3), "yaw": np.array(["0-15"] * 6)}
    read = Reading(
        np.zeros((6, 160, 160, 3), np.uint8),
        labels,
        labels + np.array([3, 0, 0]),
        groups,
        np.ones(6),
    )
    monkeypatch.setattr(reread, "read_test_rows", lambda weights, data: read)
    return read


def test_the_teacher_is_measured_as_the_model_is_on_the_rows_it_saw_a_face_in(
    reading: Reading, tmp_path: Path
) -> None:
    """Its second reading is 1 px lower, and another one to the side in the odd rows."""
    again = reading.labels + np.array([0.0, 1, 0])
    again[1::2, :, 0] += 2
    again[2] = np.nan
    np.save(tmp_path / LABELS, again)
    pixel = 100 / np.linalg.norm(reading.labels[0, 468] - reading.labels[0, 473])

    told = reread.tell(tmp_path, tmp_path)

    assert {own["faces"] for own in told.values()} == {5}
    assert told["model"]["all"]["mesh"] == pytest.approx(3 * pixel, rel=1e-3)
    assert told["teacher"]["race"]["a"]["mesh"] == pytest.approx(pixel, rel=1e-3)
    assert told["teacher"]["race"]["b"]["mesh"] == pytest.approx(np.sqrt(5) * pixel, rel=1e-3)
    level = told["teacher, less its bias"]  # 1.2 px to the side on average
    assert level["race"]["a"]["mesh"] == pytest.approx(1.2 * pixel, rel=1e-3)
    assert level["race"]["b"]["mesh"] == pytest.approx(0.8 * pixel, rel=1e-3)


def test_a_folder_that_the_teacher_has_not_read_is_named(reading: Reading, tmp_path: Path) -> None:
    """With the file that is missing."""
    with pytest.raises(TrainingDataBroken) as caught:
        reread.tell(tmp_path, tmp_path)

    assert caught.value.params["file"].endswith(LABELS)
