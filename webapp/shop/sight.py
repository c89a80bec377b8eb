"""The model's eye, one per app: it finds faces, and remembers them for minutes, in memory only.

Face geometry is nowhere else: not on disk, not in the database, not in logs. Whoever asks
for it has just checked the photo's row, and names the photo by its token.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from webapp.faces import versions
from webapp.faces.crops import Photo
from webapp.faces.finder import Face
from webapp.faces.versions import ActiveFinder
from webapp.fitting.scale import Told
from webapp.fitting.scene import Camera, Head
from webapp.rendering.codec import Pixels
from webapp.rendering.compose import Scene
from webapp.shop.door import Door, slots_here
from webapp.storage import belongings

HEADS_KEPT = 32  # of one photo: its faces, and the PDs typed for them
STAGES_KEPT = 6  # of one photo: its faces, PDs and widths; a wall needs one


class Finder(Protocol):
    """Whatever finds faces: the model, or what a test puts in its place."""

    def find(self, photo: Photo) -> list[Face]:
        """Return the faces in an (H, W, 3) uint8 RGB photo, or a pyramid of one."""
        ...

    def find_many(self, photos: Sequence[Photo]) -> list[list[Face]]:
        """Return the faces in each of the photos, which are read together."""
        ...


@dataclass(frozen=True)
class Stage:
    """All that is the same for every frame on one face at one size."""

    pixels: Pixels
    camera: Camera
    head: Head
    scene: Scene


Seated = tuple[Camera, Head]
HeadKey = tuple[int, Told]  # face number, and what is known of it
StageKey = tuple[int, Told, int, bool]  # and width, px, and whether a close-up


@dataclass
class Sighting:
    """What memory holds of one photo. `lock` is held while something is added.

    `faces`: those that glasses can be seated on, in pixels of the stored photo.
    `concerns`: codes of what is not ideal about the first of them.
    `told`: what a try-on was made with that the photo doesn't show, by its token.
    `pictures`: of its wall, painted or being painted, by what was wished for (`easel.Wish`).
    """

    used: float
    lock: threading.Lock = field(default_factory=threading.Lock)
    faces: list[Face] | None = None
    concerns: tuple[str, ...] = ()
    heads: dict[HeadKey, Seated] = field(default_factory=dict)
    stages: dict[StageKey, Stage] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    pictures: dict[Any, Future[bytes]] = field(default_factory=dict)


class Sight:
    """The finder behind a limited number of slots, and the memory of what it saw."""

    def __init__(
        self,
        finder: Finder,
        *,
        slots: int,
        wait_seconds: float,
        kept: int,
        minutes: float,
        queue: int = 12,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`kept` photos are remembered at once, each for `minutes` after its last use.

        At most `queue` requests wait for one of the `slots`, each for `wait_seconds`.
        """
        self.finder = finder
        self._door = Door(slots, queue, wait_seconds)
        self._kept = kept
        self._seconds = minutes * 60
        self._clock = clock
        self._lock = threading.Lock()
        self._memory: OrderedDict[str, Sighting] = OrderedDict()
        self._gone: OrderedDict[str, float] = OrderedDict()
        self._alarm: threading.Timer | None = None

    @contextmanager
    def slot(self, *, waits: bool = True) -> Iterator[None]:
        """Hold one of the model's slots: finding and rendering are done inside.

        Take it before any sighting's lock, and once only, or two requests could wait for
        each other.

        Raises:
            Busy: too many wait already, or none came free in time.
        """
        with self._door.passed(waits=waits):
            yield

    def knock(self) -> None:
        """Raise `Busy` where too many wait for a slot already; no slot is held."""
        self._door.knock()

    def sighting(self, token: str) -> Sighting:
        """Return what is remembered of a photo; something empty, kept from now on, if nothing."""
        with self._lock:
            self._drop_old()
            sighting = self._memory.pop(token, None) or Sighting(self._clock())
            sighting.used = self._clock()
            # A request that began before the photo's deletion may ask after it.
            if token not in self._gone:
                self._memory[token] = sighting
                self._set_alarm()
            while len(self._memory) > self._kept:
                self._memory.popitem(last=False)
            return sighting

    def recall(self, token: str) -> Sighting | None:
        """Return what is remembered of a photo, if anything; being asked is no use of it."""
        with self._lock:
            self._drop_old()
            return self._memory.get(token)

    def forget(self, token: str) -> None:
        """Drop all that is remembered of a photo that is gone, and remember nothing of it again."""
        with self._lock:
            self._memory.pop(token, None)
            self._gone[token] = self._clock()
            self._drop_old()

    def remembered(self) -> list[str]:
        """Return the tokens of the photos of which anything is in memory."""
        with self._lock:
            self._drop_old()
            return list(self._memory)

    def _drop_old(self) -> None:
        """Drop what was last used too long ago. The lock is held."""
        before = self._clock() - self._seconds
        while self._memory and next(iter(self._memory.values())).used <= before:
            self._memory.popitem(last=False)
        while self._gone and next(iter(self._gone.values())) <= before:
            self._gone.popitem(last=False)

    def _set_alarm(self) -> None:
        """See to it that memory is emptied in time even if nobody asks again. The lock is held."""
        if self._alarm is None:
            self._alarm = threading.Timer(self._seconds, self._ring)
            self._alarm.daemon = True
            self._alarm.start()

    def _ring(self) -> None:
        with self._lock:
            self._alarm = None
            self._drop_old()
            if self._memory:
                self._set_alarm()


def make() -> Sight:
    """Return a sight as the settings say; the model's weights are read at the first photo."""
    settings = belongings.settings()
    return Sight(
        ActiveFinder(Path(settings["INSTANCE_DIR"]), threads=settings["MODEL_THREADS"]),
        slots=slots_here(settings["MODEL_SLOTS"], settings["WEB_WORKERS"]),
        queue=settings["MODEL_QUEUE"],
        wait_seconds=settings["MODEL_WAIT_SECONDS"],
        kept=settings["FACES_KEPT"],
        minutes=settings["FACES_MINUTES"],
    )


def current() -> Sight:
    """Return the app's sight."""
    return belongings.only(make)


def version() -> str:
    """Return the name of the model's version that the shop sees with."""
    return versions.active_name(Path(belongings.settings()["INSTANCE_DIR"]))


def warm() -> None:
    """Load the model and let it look once, so that the first shopper need not wait for it.

    Raises:
        ModelUnusable: its weights can't be read.
        Busy: shoppers were quicker, so that there is nothing to do.
    """
    sight = current()
    with sight.slot():
        sight.finder.find(np.full((192, 192, 3), 128, np.uint8))


def use(sight: Sight) -> None:
    """Let the app see with this sight from now on: the seam for tests."""
    belongings.replace(make, sight)
