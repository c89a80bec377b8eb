"""An engine in a process of its own, which works when it is told to.

It reads pictures from a folder, then answers each line of its input with a line of JSON. It
needs numpy alone, so that every engine can run it in its own environment.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Picture = Any  # (H, W, 3) uint8 RGB
ONE, MANY, MEMORY = "one", "many", "memory"


def take_turns(
    find_one: Callable[[Picture], int], find_many: Callable[[list[Picture]], int]
) -> None:
    """Answer until the input ends.

    `one N`: find the faces of picture N; `many N M ...`: of all these; `memory`: tell the peak.

    Args:
        find_one: returns how many faces it found; find_many: how many in all of them.
    """
    pictures = [np.load(path) for path in sorted(Path(sys.argv[1]).glob("*.npy"))]
    find_one(pictures[0])
    _say({"ready": len(pictures)})
    for line in sys.stdin:
        what, *numbers = line.split()
        chosen = [pictures[int(number)] for number in numbers]
        if what == ONE:
            _say(_timed(find_one, chosen[0]))
        elif what == MANY:
            _say(_timed(find_many, chosen))
        else:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            _say({"mb": peak / (2**20 if sys.platform == "darwin" else 2**10)})


def _timed(work: Callable[[Any], int], given: Any) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    faces = work(given)
    return {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "faces": faces,
    }


def keep_to_one_core() -> None:
    """Bind this process to one core, where the system can; libraries then start one thread."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)
