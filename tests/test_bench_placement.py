"""`flask bench placement`: what counts as true, and how errors are reckoned."""

import json
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskCliRunner

from webapp.cli import placement
from webapp.cli.placement import ARMS, BLANK, POINTS, WAYS, fitted, marks_of, measure, take
from webapp.drawn.heads import Likeness, photograph, reference_head, turned
from webapp.drawn.misreading import Misreading
from webapp.drawn.wearing import nose_of, worn
from webapp.eyewear.frame import Build, Eyewear, SizeMarks
from webapp.fitting.scene import Camera


def glasses(bridge: float = 18.0, tilt: float = 10.0, pads: bool = False) -> Eyewear:
    """Return a frame whose artwork nobody looks at."""
    return Eyewear(SizeMarks(50.0, 40.0, bridge, 145.0, 138.0), BLANK, Build(tilt=tilt, pads=pads))


def test_the_command_prints_a_table_and_writes_the_figures(
    commands: FlaskCliRunner, tmp_path: Path
) -> None:
    """Both arms, both pastes, the bridge and the lens centres."""
    report = tmp_path / "placement.json"

    done = commands.invoke(
        args=["bench", "placement", "--heads", "6", "--seed", "1", "--json", str(report)]
    )

    assert done.exit_code == 0, done.output
    figures = json.loads(report.read_text())
    assert set(figures["millimetres"]) == set(ARMS)
    for arm in ARMS:
        assert set(figures["millimetres"][arm]) == set(WAYS)
        for point in POINTS:
            assert 0 < figures["millimetres"][arm]["fit"][point]["median"] < 15
    assert "arm A" in done.stdout
    assert "arm B" in done.stdout


def test_the_same_seed_draws_the_same_photos() -> None:
    """Another seed draws others."""
    first, again, other = (
        take(np.random.default_rng(seed), glasses(), Misreading()) for seed in (3, 3, 5)
    )

    np.testing.assert_array_equal(first.landmarks, again.landmarks)
    np.testing.assert_array_equal(first.truth.translation, again.truth.translation)
    assert not np.allclose(first.landmarks, other.landmarks)


def test_errors_are_millimetres_at_the_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fit that puts everything 2 mm aside errs by 2 mm, whatever the photo."""
    taken = take(np.random.default_rng(7), glasses(), Misreading())
    marks = taken.truth.apply(marks_of(taken.eyewear))
    aside = taken.camera.project(marks + np.array([0.0, 2.0, 0.0]))
    monkeypatch.setattr(placement, "fitted", lambda taken, knows: aside)

    assert measure(taken)["A"]["fit"] == pytest.approx([2.0, 2.0, 2.0])


def test_a_bridge_rests_where_the_drawn_nose_is_as_wide() -> None:
    """At the bearing height and depth, the skin is as far apart as the bridge's edges."""
    head, eyewear = reference_head(), glasses(bridge=18.0)

    _, down, forward = worn(eyewear, head).translation

    right, left = nose_of(head).sides(down + 4.0, forward + 5.0) or (0.0, 0.0)
    assert left - right == pytest.approx(17.0, abs=0.4)


def test_a_moulded_bridge_sits_higher_on_a_wider_nose() -> None:
    """The truth follows the drawn skin; a padded frame is bent to the usual height."""
    narrow, wide = (reference_head(Likeness(flanks=by)) for by in (-0.8, 0.8))

    moulded = [worn(glasses(), head).translation[1] for head in (narrow, wide)]
    padded = [worn(glasses(pads=True), head).translation[1] for head in (narrow, wide)]

    assert moulded[0] > moulded[1] + 1.5
    assert padded[0] == pytest.approx(padded[1], abs=0.3)


def test_a_bridge_follows_a_nose_that_stands_aside() -> None:
    """Where the drawn nose bends to the wearer's left, so does the frame."""
    straight, bent = (
        worn(glasses(pads=True), reference_head(Likeness(bend=by))).translation[0] for by in (0, 4)
    )

    assert straight == pytest.approx(0.0, abs=0.1)
    assert bent > 0.5


def test_a_frame_hangs_level_with_the_ears() -> None:
    """An ear that sits lower takes its side of the frame along."""
    pose = worn(glasses(tilt=0.0), reference_head(Likeness(ears=4.0)))

    right, left = pose.apply(np.array([[-60.0, 0.0, 0.0], [60.0, 0.0, 0.0]]))

    assert left[1] - right[1] == pytest.approx(4.0 * 120 / 140, abs=0.2)


def test_landmarks_err_as_measured() -> None:
    """By 1.4 % of the pupils' distance at the nose, together where near, apart where far."""
    head, camera = reference_head(), Camera(2000.0, (749.5, 999.5))
    seen = photograph(head, camera, turned(distance=800.0))
    apart = head.pd * 2000.0 / 800.0
    rng = np.random.default_rng(0)

    off = np.array([Misreading().spoil(seen, apart, 11.7, rng) - seen for _ in range(600)])

    across = off[:, :, 0] / apart
    assert across[:, 6].std() == pytest.approx(0.015, abs=0.003)
    assert np.corrcoef(across[:, 6], across[:, 197])[0, 1] > 0.9
    assert abs(np.corrcoef(across[:, 127], across[:, 356])[0, 1]) < 0.2


def test_a_clear_view_of_the_average_head_is_fitted_well() -> None:
    """Without landmark error the fit's bridge lies within 1.5 mm of the drawn head's own."""
    taken = take(np.random.default_rng(2), glasses(pads=True), Misreading(0.0))

    true = taken.camera.project(taken.truth.apply(marks_of(taken.eyewear)))

    off = np.linalg.norm(fitted(taken, knows=True) - true, axis=1)
    assert off[0] * taken.truth.translation[2] / taken.camera.focal < 1.5


def test_a_wide_bridge_lands_on_the_ridge_rather_than_slide_to_the_tip() -> None:
    """However wide, it stops where the ridge meets it; a narrower one stops higher."""
    head = reference_head()

    heights = [worn(glasses(bridge=bridge), head).translation[1] for bridge in (16, 18, 24, 28)]

    assert heights[0] < heights[1] <= heights[2] == heights[3] < 9
