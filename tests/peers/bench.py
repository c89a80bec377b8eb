"""`make bench-peers`: the face finder beside MediaPipe FaceMesh, in one run.

Both get the same decoded pictures, each in a process of its own, bound to one core, and take
turns picture by picture, so that whatever else the machine does slows both alike.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from tests.peers.turns import MANY, MEMORY, ONE

ROOT = Path(__file__).parents[2]
PHOTOS = ROOT.parent / "shared" / "photos"
SIDE = 1280  # px, the longer side
BATCH = 32
MOST_OVER_PEER = 2.0  # times MediaPipe's time
MOST_OVER_SINGLE = 0.9  # of a single photo's time, for each of a batch
OURS, PEER = "Lorgnette", "MediaPipe FaceMesh 0.10.21"


class Engine:
    """An engine's process, spoken to by lines."""

    def __init__(self, python: Path, module: str, pictures: Path) -> None:
        self._module = module
        self._process = subprocess.Popen(
            [python, "-m", module, pictures],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.answer()

    def ask(self, *words: object) -> dict[str, Any]:
        """Give it a turn and return what it says."""
        assert self._process.stdin is not None
        print(*words, file=self._process.stdin, flush=True)
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """Return its next answer.

        Raises:
            SystemExit: it ended.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"{self._module} ended early; its errors are above")
        return dict(json.loads(line))

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def write_pictures(folder: Path) -> int:
    """Write the decoded pictures to measure with, and return how many."""
    paths = sorted(PHOTOS.glob("*.jpg"))
    if paths:
        pictures = [cv2.imread(str(path), cv2.IMREAD_COLOR_RGB) for path in paths]
    else:
        from skimage.data import astronaut

        pictures = [astronaut()]
    for number, picture in enumerate(pictures):
        assert picture is not None
        scale = SIDE / max(picture.shape[:2])
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        resized = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=way)
        np.save(folder / f"{number:04d}.npy", resized)
    return len(pictures)


def with_one_face(engines: dict[str, Engine], pictures: int) -> list[int]:
    """Return the pictures in which every engine finds one face.

    A picture of several is more work for whoever reads them all.
    """
    return [
        number
        for number in range(pictures)
        if all(engine.ask(ONE, number)["faces"] == 1 for engine in engines.values())
    ]


def measure(
    engines: dict[str, Engine], portraits: list[int], pictures: int, rounds: int
) -> dict[str, dict[str, Any]]:
    """Return each engine's seconds: of portraits, of batches, and its memory's peak."""
    told: dict[str, dict[str, list]] = {name: {"one": [], "many": []} for name in engines}
    batch = [number % pictures for number in range(BATCH)]
    names = list(engines)
    for turn in tqdm(range(rounds), unit="round", disable=None):
        for number in portraits:
            for name in names if (turn + number) % 2 else reversed(names):
                told[name]["one"].append(engines[name].ask(ONE, number))
        for name in names:
            told[name]["many"].append(engines[name].ask(MANY, *batch))
            # The very pictures of the batch, one at a time and in the same minute.
            alone = [engines[name].ask(ONE, number) for number in batch]
            told[name].setdefault("alone", []).append({"cpu": sum(a["cpu"] for a in alone)})
    return {name: summary(told[name], engines[name].ask(MEMORY)["mb"]) for name in engines}


def summary(told: dict[str, list], peak: float) -> dict[str, Any]:
    """Return an engine's figures: milliseconds of pictures with one face, megabytes."""
    one = told["one"]
    each = [m["cpu"] / BATCH for m in told["many"]]
    over = [m["cpu"] / a["cpu"] for m, a in zip(told["many"], told["alone"], strict=True)]
    return {
        "wall": 1000 * median(t["wall"] for t in one),
        "wall p90": 1000 * quantiles([t["wall"] for t in one], n=10)[-1],
        "cpu": 1000 * median(t["cpu"] for t in one),
        "cpu p90": 1000 * quantiles([t["cpu"] for t in one], n=10)[-1],
        "batch": 1000 * median(each),
        "batch over single": median(over),
        "mb": peak,
    }


def table(figures: dict[str, dict[str, Any]], pictures: tuple[int, int], rounds: int) -> str:
    """Return the figures as lines of text.

    Args:
        pictures: how many hold one face, and how many there are.
    """
    heads = "median", "p90", "CPU", "p90", f"of {BATCH}", "MB"
    lines = [
        f"{pictures[0]} of {pictures[1]} pictures with one face, {SIDE} px, {rounds} rounds, "
        f"one thread, by turns; milliseconds (of {BATCH}: each of a batch of all)",
        " " * 28 + "".join(f"{head:>8}" for head in heads),
    ]
    for name, f in figures.items():
        times = "".join(f"{f[k]:8.1f}" for k in ("wall", "wall p90", "cpu", "cpu p90", "batch"))
        lines.append(f"{name:<28}{times}{f['mb']:8.0f}")
    wall, cpu = (figures[OURS][k] / figures[PEER][k] for k in ("wall", "cpu"))
    batch = figures[OURS]["batch over single"]
    lines += [
        f"ratio of medians: {wall:.2f} by the clock, {cpu:.2f} by CPU time; target "
        f"{MOST_OVER_PEER:g}: {'reached' if wall <= MOST_OVER_PEER else 'missed'}",
        f"each of a batch of {BATCH}: {batch:.2f} of the same pictures' single time; target "
        f"{MOST_OVER_SINGLE:g}: {'reached' if batch <= MOST_OVER_SINGLE else 'missed'}",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, default=ROOT / ".venv-peers" / "bin" / "python")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        pictures = write_pictures(Path(folder))
        engines = {
            OURS: Engine(Path(sys.executable), "tests.peers.lorgnette_faces", Path(folder)),
            PEER: Engine(options.peers, "tests.peers.mediapipe_faces", Path(folder)),
        }
        for engine in engines.values():
            stack.callback(engine.close)
        portraits = with_one_face(engines, pictures)
        figures = measure(engines, portraits, pictures, options.rounds)
    print(table(figures, (len(portraits), pictures), options.rounds))


if __name__ == "__main__":
    main()
