"""Versions of the model: side by side, chosen by name, and refused where they are no good."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask

from tests.model_versions import FINE, changed, put_version
from webapp.errors import (
    ModelUnusable,
    ModelWorse,
    NoSuchVersion,
    NotEvaluated,
    OutputUnwritable,
    VersionTaken,
)
from webapp.faces import versions
from webapp.faces.cards import SHIPPED, hashes, read_card
from webapp.faces.comparison import KEY_FIGURES, Figure, better_of, shown, worse_in
from webapp.faces.finder import FaceFinder
from webapp.faces.training.report import described
from webapp.shop import sight


def test_the_shipped_version_is_active_until_another_is(tmp_path: Path) -> None:
    """A shop that was never told otherwise sees with what it came with."""
    assert versions.active_folder(tmp_path) == SHIPPED

    folder = put_version(tmp_path, "v2")
    versions.activate(tmp_path, "v2")

    assert versions.active_folder(tmp_path) == folder


def test_versions_are_listed_with_the_shipped_one_first(tmp_path: Path) -> None:
    """Each with its date and figures; drafts and stray files are none."""
    put_version(tmp_path, "b")
    put_version(tmp_path, "a", figures=None)
    (versions.models(tmp_path) / ".publish-x").mkdir()
    (versions.models(tmp_path) / "notes.txt").write_text("hello")
    versions.activate(tmp_path, "b")

    shipped, a, b = versions.listed(tmp_path)

    assert (shipped.name, a.name, b.name) == ("shipped", "a", "b")
    assert [one.active for one in (shipped, a, b)] == [False, False, True]
    assert a.figures is None
    assert b.figures is not None
    assert (b.figures["photos"], b.made) == ({"found": 36}, "2030-01-02")


def test_the_shipped_version_can_be_taken_again(tmp_path: Path) -> None:
    """By its name, though it is worse, if forced."""
    put_version(tmp_path, "v2")
    versions.activate(tmp_path, "v2")

    with pytest.raises(ModelWorse):
        versions.activate(tmp_path, "shipped")
    versions.activate(tmp_path, "shipped", force=True)

    assert versions.active_folder(tmp_path) == SHIPPED


@pytest.mark.parametrize("figure", KEY_FIGURES, ids=lambda figure: figure.name)
def test_a_worse_version_is_refused_and_says_in_what(tmp_path: Path, figure: Figure) -> None:
    """Each key figure counts, and force overrules it."""
    put_version(tmp_path, "good")
    put_version(tmp_path, "poor", changed(figure, figure.margin + 0.5))
    versions.activate(tmp_path, "good")

    with pytest.raises(ModelWorse) as refusal:
        versions.activate(tmp_path, "poor")

    assert refusal.value.params["active"] == "good"
    assert refusal.value.params["worse"].startswith(figure.name)
    assert versions.active_name(tmp_path) == "good"
    versions.activate(tmp_path, "poor", force=True)
    assert versions.active_name(tmp_path) == "poor"


@pytest.mark.parametrize("figure", KEY_FIGURES, ids=lambda figure: figure.name)
def test_a_version_within_the_margin_is_let_pass(figure: Figure) -> None:
    """The margin itself is still within it, whatever rounding makes of it."""
    assert worse_in(changed(figure, figure.margin), FINE) == []
    assert worse_in(changed(figure, -0.25), FINE) == []


def test_a_figure_that_was_not_measured_counts_as_worse() -> None:
    """Leaving a measure out is no way past it; a figure that is no number neither."""
    without = {name: value for name, value in FINE.items() if name != "photos"}
    broken = FINE | {"photos": {"found": float("nan")}}

    assert worse_in(without, FINE) == ["portraits found: not measured"]
    assert len(worse_in(broken, FINE)) == 1
    assert worse_in(FINE, without) == []


def test_the_best_in_a_figure_are_marked_where_they_differ() -> None:
    """More is better of some figures, less of others; equals and the unmeasured are not marked."""
    found, error = KEY_FIGURES[0], KEY_FIGURES[-1]
    assert (found.higher, error.higher) == (True, False)

    assert better_of(found, [FINE, changed(found, 1), None]) == {0}
    assert better_of(error, [changed(error, 1), FINE, FINE]) == {1, 2}
    assert better_of(error, [FINE, FINE]) == set()
    assert shown(error, None) == "–"


def test_a_version_without_an_evaluation_is_not_activated(tmp_path: Path) -> None:
    """Unless forced."""
    put_version(tmp_path, "v2", figures=None)

    with pytest.raises(NotEvaluated):
        versions.activate(tmp_path, "v2")
    versions.activate(tmp_path, "v2", force=True)

    assert versions.active_name(tmp_path) == "v2"


def test_an_unmeasured_active_version_is_no_measure(tmp_path: Path) -> None:
    """What comes after it is held against the shipped one."""
    put_version(tmp_path, "unknown", figures=None)
    put_version(tmp_path, "poor", changed(KEY_FIGURES[0], 30))
    versions.activate(tmp_path, "unknown", force=True)

    with pytest.raises(ModelWorse) as refusal:
        versions.activate(tmp_path, "poor")

    assert refusal.value.params["active"] == "shipped"


def test_an_evaluation_of_other_weights_is_none(tmp_path: Path) -> None:
    """Figures measured on one network say nothing of another under the same name."""
    folder, other = put_version(tmp_path, "v2"), put_version(tmp_path, "v3")
    shutil.copy(other / "evaluation.json", folder)

    with pytest.raises(NotEvaluated) as refusal:
        versions.activate(tmp_path, "v2")

    assert "other weights" in refusal.value.params["reason"]


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"format": 1, "weights": 3}', '{"format": 9, "weights": {}}']
)
def test_a_damaged_evaluation_is_none(tmp_path: Path, content: str) -> None:
    """It is refused, and the list still stands."""
    folder = put_version(tmp_path, "v2")
    (folder / "evaluation.json").write_text(content)

    with pytest.raises(NotEvaluated):
        versions.read_evaluation(folder)
    assert versions.version(tmp_path, "v2").figures is None


def test_a_version_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    """So that a slip of the pen is seen."""
    put_version(tmp_path, "v2")

    with pytest.raises(NoSuchVersion) as refusal:
        versions.activate(tmp_path, "v3")

    assert refusal.value.params == {"version": "v3", "known": "shipped, v2"}


@pytest.mark.parametrize("force", [False, True], ids=["asked", "forced"])
@pytest.mark.parametrize("network", ["detector", "landmarks"])
def test_damaged_weights_are_never_activated(tmp_path: Path, network: str, force: bool) -> None:
    """Not even by force: the shop could find no face with them."""
    folder = put_version(tmp_path, "v2")
    (folder / f"{network}.safetensors").write_bytes(b"something else")

    with pytest.raises(ModelUnusable) as refusal:
        versions.activate(tmp_path, "v2", force)

    assert refusal.value.params["file"] == f"{network}.safetensors"
    assert "model activate shipped" in refusal.value.params["reason"]
    assert versions.active_name(tmp_path) == "shipped"


@pytest.mark.parametrize(
    ("told", "advice"),
    [
        ({"format": 2}, "update Lorgnette"),
        ({"format": "new"}, "model activate"),
        ({"network": "detector"}, "model activate"),
    ],
    ids=["too new", "no format", "foreign"],
)
def test_a_card_that_does_not_fit_is_refused_with_advice(
    tmp_path: Path, told: dict[str, Any], advice: str
) -> None:
    """A newer one asks for an update, or for another version."""
    folder = put_version(tmp_path, "v2")
    path = folder / "landmarks.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | told))

    with pytest.raises(ModelUnusable) as refusal:
        versions.activate(tmp_path, "v2", force=True)

    assert refusal.value.params["file"] == "landmarks.json"
    assert advice in refusal.value.params["reason"]
    assert versions.version(tmp_path, "v2").made == ""


@pytest.mark.parametrize("name", ["shipped", "active", "", "..", "../v", ".v", "a b", "v" * 65])
def test_some_names_are_no_versions(tmp_path: Path, name: str) -> None:
    """Nothing is written outside the folder of the versions, or over what is there."""
    with pytest.raises(VersionTaken):
        versions.folder_for(tmp_path, name)


def test_a_version_is_not_overwritten(tmp_path: Path) -> None:
    """Two models never share a name."""
    put_version(tmp_path, "v2")

    with pytest.raises(VersionTaken):
        versions.folder_for(tmp_path, "v2")


@pytest.mark.parametrize("content", [b"gone", b"../../elsewhere", b"", b"\xff\xfe"])
def test_an_active_version_that_is_gone_stops_photos_only(
    app: Flask, tmp_path: Path, content: bytes
) -> None:
    """The shop starts and forgets photos; finding a face is refused with advice."""
    instance = Path(app.instance_path)
    versions.models(instance).mkdir()
    (versions.models(instance) / "active").write_bytes(content)

    with app.app_context():
        seeing = sight.make()
        seeing.forget("a")
        with pytest.raises(ModelUnusable) as refusal:
            seeing.finder.find(np.zeros((64, 64, 3), np.uint8))

    assert "model activate shipped" in refusal.value.params["reason"]
    assert not any(one.active for one in versions.listed(instance))


def test_the_shop_sees_with_another_version_from_the_next_photo_on(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to restart it; as long as nothing changes, the weights are read once."""
    opened: list[Path] = []

    def open_folder(self: FaceFinder, folder: Path | None = None, threads: int = 1) -> None:
        opened.append(folder or SHIPPED)

    monkeypatch.setattr(FaceFinder, "__init__", open_folder)
    monkeypatch.setattr(FaceFinder, "find", lambda *_: [])
    instance = Path(app.instance_path)
    folder = put_version(instance, "v2")
    with app.app_context():
        finder = sight.make().finder
        finder.find(np.zeros((64, 64, 3), np.uint8))
        finder.find(np.zeros((64, 64, 3), np.uint8))

        versions.activate(instance, "v2")
        finder.find(np.zeros((64, 64, 3), np.uint8))

    assert opened == [SHIPPED, folder]


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk fails, the old one stands and no draft is left."""
    path = tmp_path / "active"
    versions.write_whole(path, "v1\n")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OutputUnwritable) as refusal:
        versions.write_whole(path, "v2\n")

    assert "No space" in refusal.value.params["reason"]
    assert path.read_text() == "v1\n"
    assert list(tmp_path.iterdir()) == [path]


def test_weights_are_described_by_what_they_are() -> None:
    """Hashes, name, date and size belong to the files."""
    told = described(SHIPPED)

    assert told["weights"] == hashes(SHIPPED)
    assert told["version"] == read_card(SHIPPED, "landmarks")["version"]
    assert told["size"]["detector"]["bytes"] == (SHIPPED / "detector.safetensors").stat().st_size
    assert told["size"]["landmarks"]["parameters"] > 100_000
