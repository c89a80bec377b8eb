"""How far the teacher is from its own labels where it reads the test rows again.

Its labels are readings of 224-pixel originals, and what is trained and tested with are chips of 160
pixels. What it then says otherwise no pupil can be asked to know.

    python -m webapp.faces.training.reread write FOLDER
    make teacher VIEWS=FOLDER
    python -m webapp.faces.training.reread tell FOLDER
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from webapp.errors import TrainingDataBroken
from webapp.faces.training.agreement import Reading, agreement_figures, read_test_rows
from webapp.faces.training.chips import decode_test_rows
from webapp.faces.training.views import LABELS, PHOTOS


def write(data: Path, folder: Path) -> int:
    """Write the test rows' chips for the teacher, and return how many there are.

    Raises:
        TrainingDataBroken: a shard can't be read.
    """
    photos, _ = decode_test_rows(data)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / PHOTOS, photos)
    return len(photos)


def tell(data: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """Return the agreement with the labels of the shipped model and of the teacher's new reading.

    Both of the rows on which the teacher saw a face; and the teacher's with what it is off alike in
    all rows taken away.

    Raises:
        TrainingDataBroken: a shard or what the teacher read isn't there.
    """
    ours = read_test_rows(None, data)
    try:
        read = np.load(folder / LABELS)
    except (OSError, ValueError) as error:
        raise TrainingDataBroken(file=str(folder / LABELS), record=-1) from error
    there = np.flatnonzero(np.isfinite(read).all((1, 2)))
    ours, theirs = _of(ours, there), replace(_of(ours, there), landmarks=read[there])
    level = replace(theirs, landmarks=theirs.landmarks - _bias(theirs))
    readings = {"model": ours, "teacher": theirs, "teacher, less its bias": level}
    return {name: agreement_figures(reading) for name, reading in readings.items()}


def _of(reading: Reading, rows: np.ndarray) -> Reading:
    groups = {name: own[rows] for name, own in reading.groups.items()}
    return Reading(
        reading.photos[rows],
        reading.labels[rows],
        reading.landmarks[rows],
        groups,
        reading.doubt[rows],
    )


def _bias(reading: Reading) -> np.ndarray:
    """Return by how much each landmark is off on average, (478, 3), in the chips' pixels."""
    mean: np.ndarray = (reading.landmarks - reading.labels).mean(0)
    return mean


def main() -> None:
    """Write or tell from the command line."""
    parser = argparse.ArgumentParser(description="Measure the teacher against its own labels.")
    parser.add_argument("what", choices=("write", "tell"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=Path("../shared/faces"))
    options = parser.parse_args()
    if options.what == "write":
        print(write(options.data, options.folder))
        return
    for name, told in tell(options.data, options.folder).items():
        print(f"{name}: {told['faces']} faces, mesh {told['all']['mesh']:.2f} %")
        for group in ("yaw", "race"):
            print("  " + ", ".join(f"{k} {v['mesh']:.2f}" for k, v in told[group].items()))
        worst = [v["mesh"] for v in told["race"].values()]
        print(f"  worst race over best {max(worst) / min(worst):.2f}")


if __name__ == "__main__":
    main()
