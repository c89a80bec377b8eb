"""Times of named stages, over interleaved rounds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median


@dataclass
class Stopwatch:
    """Seconds of each stage, one figure a round, in the order in which they were met."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is done inside, as the process's own time."""
        begin = time.process_time()
        yield
        self.seconds.setdefault(name, []).append(time.process_time() - begin)

    def clear(self) -> None:
        """Forget what was timed so far: the warm-up."""
        self.seconds.clear()

    def medians(self) -> dict[str, float]:
        """Return each stage's median, seconds."""
        return {name: median(rounds) for name, rounds in self.seconds.items()}
