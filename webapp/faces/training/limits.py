"""Where a photo becomes too poor: the landmark error at the eyes as photos are made worse.

Run it as `python -m webapp.faces.training.limits --data ../shared/faces`; it prints the tables
of `docs/quality.md`. The limits of `webapp.faces.quality` are read off them by hand: a measured
curve is judged, not obeyed.

Faces: rows of FairFace kept out of training, against their labels, and the faces of human68,
whose eyes were marked by people. Every photo is made worse step by step, the shipped finder looks
at it, and the error of lids and irises is set against the error on the same photos untouched.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from webapp.errors import TrainingDataBroken
from webapp.faces.crops import eye_centres
from webapp.faces.finder import Face, FaceFinder
from webapp.faces.quality import LIMITS, Measures, measure
from webapp.faces.training.chips import decode_test_rows
from webapp.faces.training.worsening import LADDERS, STILL, Ladder, Sample
from webapp.fitting.anatomy import EYE_CORNERS, LEFT_IRIS, RIGHT_IRIS, mean_head
from webapp.fitting.camera import camera_of
from webapp.fitting.perspective import focal_by_perspective
from webapp.fitting.pose import first_pose, fit_shape

BAR = 1.5  # times the error on the photos untouched
FOUND = 0.95  # of the faces; a face that is missed has no error, but is no better for it
_FOUND_WITHIN = 0.5  # of the distance between the eyes: else another face was found, or none
_BATCH = 50  # photos at once
_CORNERS68 = [36, 39, 42, 45]  # of the 68 points: `EYE_CORNERS` in the same order

Angles = tuple[float, float, float]
AHEAD: Angles = (0.0, 0.0, 0.0)
_XY = np.array([1, 1j])


@dataclass(frozen=True)
class Seen:
    """A face that was found.

    off: (K,) complex, how far the landmarks lie off their places, % of the PD, along the eyes'
    line and across it.
    """

    off: np.ndarray
    measures: Measures


def fairface_samples(data: Path, most: int) -> list[Sample]:
    """Return rows kept out of training, spread over the shards, with labels of lids and irises.

    Raises:
        TrainingDataBroken: a shard can't be read.
    """
    photos, labels = decode_test_rows(data)
    which = np.append(np.flatnonzero(mean_head().lids), np.arange(RIGHT_IRIS, RIGHT_IRIS + 10))
    rows = np.linspace(0, len(photos) - 1, min(most, len(photos))).astype(int)
    samples = []
    for photo, label in zip(photos[rows], labels[rows], strict=True):
        unit = float(np.linalg.norm(label[RIGHT_IRIS] - label[LEFT_IRIS]))
        box = np.concatenate([label[:, :2].min(0), label[:, :2].max(0)])
        samples.append(Sample(photo, which, label[which, :2], unit, eye_centres(label), box))
    return samples


def human68_samples(path: Path, most: int) -> list[Sample]:
    """Return faces whose eye corners people marked. Raises `TrainingDataBroken`."""
    with np.load(path) as data:
        jpeg, offset, points = data["jpeg"], data["offset"], data["points68_x32"] / 32
    samples = []
    for row in np.linspace(0, len(points) - 1, min(most, len(points))).astype(int):
        bgr = cv2.imdecode(jpeg[offset[row] : offset[row + 1]], cv2.IMREAD_COLOR)
        if bgr is None:
            raise TrainingDataBroken(file=str(path), record=int(row))
        photo, places = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), points[row, _CORNERS68]
        box = np.concatenate([points[row].min(0), points[row].max(0)])
        eyes = places.reshape(2, 2, 2).mean(1)
        samples.append(Sample(photo, np.array(EYE_CORNERS), places, 0.0, eyes, box))
    return samples


TURNS = (
    ("degrees of yaw", "turned", ((0, 10), (10, 20), (20, 25), (25, 30), (30, 35), (35, 40),
                                  (40, 50), (50, 90))),
    ("degrees of pitch", "nodding", ((-90, -30), (-30, -25), (-25, -20), (-20, -10), (-10, 10),
                                     (10, 20), (20, 25), (25, 30), (30, 90))),
)  # fmt: skip


def see(
    finder: FaceFinder,
    samples: Sequence[Sample],
    ladder: Ladder | None = None,
    amount: float = 0.0,
    posed: bool = False,
) -> list[Seen | None]:
    """Return what the finder makes of each sample, None where it does not find the face.

    Args:
        ladder, amount: how the photos are made worse first; None: not at all.
        posed: find the head's angles too; they take longer than all else.
    """
    seen: list[Seen | None] = []
    for start in range(0, len(samples), _BATCH):
        some = samples[start : start + _BATCH]
        made = [ladder.worsen(s, amount) if ladder else (s.photo, STILL) for s in some]
        found = finder.find_many([photo for photo, _ in made])
        for sample, (photo, move), faces in zip(some, made, found, strict=True):
            seen.append(_look(sample, photo, move, faces, posed))
    return seen


def _look(
    sample: Sample, photo: np.ndarray, move: np.ndarray, faces: list[Face], posed: bool
) -> Seen | None:
    """Return what was seen of the face that is meant, compared in the sample's own pixels."""
    apart = float(np.linalg.norm(sample.eyes[1] - sample.eyes[0]))
    for face in faces:
        points = (face.landmarks - [*move[1:], 0] + [0.5, 0.5, 0]) / move[0] - [0.5, 0.5, 0]
        if np.linalg.norm(eye_centres(points) - sample.eyes, axis=1).max() > _FOUND_WITHIN * apart:
            continue
        unit = sample.unit or float(np.linalg.norm(points[RIGHT_IRIS] - points[LEFT_IRIS]))
        off = (points[sample.which, :2] - sample.places) @ _XY
        along = (sample.eyes[1] - sample.eyes[0]) @ _XY
        angles = angles_of(face.landmarks, (photo.shape[1], photo.shape[0])) if posed else AHEAD
        return Seen(100 * off * apart / along / unit, measure(photo, face, angles))
    return None


def angles_of(landmarks: np.ndarray, size: tuple[int, int]) -> Angles:
    """Return (yaw, pitch, roll) as the fit sees them, of faces that it would refuse as well."""
    points = landmarks.astype(np.float64)
    camera = focal_by_perspective(points, camera_of(size))
    return fit_shape(points, camera, first_pose(points, camera)[0]).pose.angles


def climb(finder: FaceFinder, samples: list[Sample], ladder: Ladder) -> list[str]:
    """Return the lines of a ladder's table; the first is of the photos untouched."""
    clean = see(finder, samples)
    samples = [sample for sample, seen in zip(samples, clean, strict=True) if seen]
    before = [seen for seen in clean if seen]
    meant = habit(before)
    lines = [_line("untouched", ladder.code, before, error(before, meant), 1.0, len(before))]
    for amount in ladder.amounts:
        after = see(finder, samples, ladder, amount)
        pairs = [(was, now) for was, now in zip(before, after, strict=True) if now]
        found = [now for _, now in pairs]
        now, was = error(found, meant), error([was for was, _ in pairs], meant)
        lines.append(_line(f"{amount:g}", ladder.code, found, now, now / was, len(before)))
    return lines


def habit(seen: list[Seen]) -> np.ndarray:
    """Return (K,), how landmarks lie off on average: people and the mesh mean other points."""
    mean: np.ndarray = np.mean([one.off for one in seen], axis=0)
    return mean


def error(seen: list[Seen], meant: np.ndarray) -> float:
    """Return the mean error at the eyes, % of the PD, apart from what is `meant`; NaN for none."""
    return float(np.mean([np.abs(one.off - meant).mean() for one in seen])) if seen else np.nan


def turn(seen: list[Seen], code: str, bins: Sequence[tuple[float, float]]) -> list[str]:
    """Return the lines of a table by the head's angle; the bar is set by faces within 10°."""
    ahead = [s for s in seen if max(abs(s.measures.yaw), abs(s.measures.pitch)) < 10]
    meant, lines = habit(ahead), []
    for low, high in bins:
        some = [s for s in seen if low <= _angle(s, code) < high]
        if some:
            now = error(some, meant)
            ratio = now / error(ahead, meant)
            lines.append(_line(f"{low:g} to {high:g}", code, some, now, ratio, len(some)))
    return lines


def _angle(seen: Seen, code: str) -> float:
    return abs(seen.measures.yaw) if code == "turned" else seen.measures.pitch


def _measure_of(code: str) -> str:
    return next(limit.measure for limit in LIMITS if limit.code == code)


def _line(amount: str, code: str, seen: list[Seen], now: float, ratio: float, there: int) -> str:
    """Return a table's line: amount, faces, share found, median measure, error, ratio."""
    if not seen:
        return f"| {amount} | {there} | 0 % | – | – | – |"
    values = [abs(getattr(s.measures, _measure_of(code))) for s in seen]
    share = len(seen) / there
    mark = " **over**" if ratio > BAR or share < FOUND else ""
    return (
        f"| {amount} | {there} | {100 * share:.0f} % | {np.median(values):.1f} "
        f"| {now:.2f} | {ratio:.2f}{mark} |"
    )


def table(name: str, code: str, lines: list[str]) -> str:
    """Return a Markdown table."""
    titles = f"| {name} | faces | found | {_measure_of(code)} | error, % of the PD | ratio |"
    return "\n".join([f"\n`{code}`\n", titles, "|---|---|---|---|---|---|", *lines])


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Measure where photos become too poor.")
    parser.add_argument("--data", type=Path, default=Path("../shared/faces"))
    parser.add_argument("--weights", type=Path, default=None)
    parser.add_argument("--faces", type=int, default=120, help="of each set, made worse")
    parser.add_argument("--turned", type=int, default=900, help="of each set, by the head's turn")
    options = parser.parse_args()
    finder = FaceFinder(options.weights)
    human68 = options.data / "human68.npz"
    for title, read, source in (
        ("FairFace", fairface_samples, options.data),
        ("human68", human68_samples, human68),
    ):
        print(f"\n## {title}")
        for ladder in LADDERS:
            lines = climb(finder, read(source, options.faces), ladder)
            print(table(ladder.name, ladder.code, lines), flush=True)
        seen = [one for one in see(finder, read(source, options.turned), posed=True) if one]
        for name, code, bins in TURNS:
            print(table(name, code, turn(seen, code, bins)), flush=True)


if __name__ == "__main__":
    main()
