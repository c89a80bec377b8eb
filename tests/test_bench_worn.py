"""Where worn glasses sit is compared with where the same would be drawn."""

import numpy as np
import pytest
from flask.testing import FlaskCliRunner

from tests.rendering_stage import fit_of, frame_of
from webapp.cli.worn import Offset, fit_width, level_of, like, summed


def boxes_of(yaw: float) -> tuple[np.ndarray, float]:
    """Return the stage's lens boxes as a photo shows them, and its pixels a millimetre there."""
    fit, marks = fit_of(yaw), frame_of().marks
    x, y = marks.lens_width / 2, marks.lens_height / 2
    sides = np.array([[-x, 0, 0], [x, 0, 0], [0, -y, 0], [0, y, 0]])
    middles = np.array([[side * marks.lens_centres / 2, 0, 0] for side in (-1, 1)])
    points = fit.frame_pose.apply(middles[:, None] + sides)
    return fit.camera.project(points), fit.camera.focal / float(fit.frame_pose.translation[2])


@pytest.mark.parametrize("yaw", [-15, 0, 15])
def test_a_worn_frames_measures_are_read_off_its_boxes(yaw: int) -> None:
    boxes, scale = boxes_of(yaw)
    head, marks = fit_of(yaw).head, frame_of().marks

    found = like(boxes, scale, head, pads=True)

    assert fit_width(boxes, scale, head) == pytest.approx(marks.lens_centres, rel=0.02)
    assert found.marks.lens_width == pytest.approx(marks.lens_width, rel=0.03)
    assert found.marks.lens_height == pytest.approx(marks.lens_height, rel=0.03)
    assert found.build.pads


def test_down_is_down_the_face_however_it_leans() -> None:
    landmarks = np.zeros((478, 3))
    landmarks[468, :2], landmarks[473, :2] = (0, 0), (3, 4)

    across, down = level_of(landmarks).T

    assert across == pytest.approx([0.6, 0.8])
    assert down == pytest.approx([-0.8, 0.6])


def test_offsets_are_summed_by_mean_and_spread() -> None:
    told = summed([Offset(1.0, -1.0, 0.0), Offset(3.0, -3.0, 0.0)])

    assert told == "down -2.0 (sd 1.4)  across +2.0 (sd 1.4) mm"


def test_a_folder_without_the_photos_is_told(commands: FlaskCliRunner, tmp_path) -> None:
    done = commands.invoke(args=["bench", "worn", str(tmp_path)])

    assert done.exit_code == 1
    assert "worn.json" in done.stderr
