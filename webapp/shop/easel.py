"""The pictures of a wall: each is painted once, by whoever comes first, and kept in memory.

They lie in the photo's sighting, and so are gone with it. Whoever wants a picture that another
thread is painting waits for that one. The first page of a new photo's wall is painted ahead.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from webapp.errors import Busy, LorgnetteError
from webapp.fitting.scale import Told
from webapp.shop import sight
from webapp.shop.sight import Sighting
from webapp.storage import belongings

PICTURES_KEPT = 96  # of one photo; at 480 px some 50 kB each
log = logging.getLogger(__name__)

MOST_WAITING = 8  # walls; who comes later has theirs painted as its pictures are asked for


@dataclass(frozen=True)
class Wish:
    """A picture of the wall. `artwork`: changes with the looks of the variant with its lens.

    `width`: px. `lens`: the slug of one instead of the variant's own, or empty.
    """

    frame: str
    variant: str
    artwork: str
    face: int
    told: Told
    width: int
    lens: str = ""


def picture(seen: Sighting, wish: Wish, paint: Callable[[], bytes]) -> bytes:
    """Return the picture from memory, or paint it; what painting raises, all who wait are told.

    Raises:
        Busy: another thread did not finish it in time.
    """
    while True:
        mine = claim(seen, [wish]).get(wish)
        if mine is not None:
            return fulfil(seen, wish, mine, paint)
        there = seen.pictures.get(wish)
        try:
            if there is not None:
                return await_picture(there)
        except CancelledError:
            continue  # whoever had claimed it gave up


def claim(seen: Sighting, wishes: Sequence[Wish]) -> dict[Wish, Future[bytes]]:
    """Take on those pictures that nobody has painted or paints; return what they will be."""
    with seen.lock:
        mine = {wish: Future[bytes]() for wish in wishes if wish not in seen.pictures}
        seen.pictures.update(mine)
        while len(seen.pictures) > PICTURES_KEPT:
            seen.pictures.pop(next(iter(seen.pictures)))
    return mine


def fulfil(seen: Sighting, wish: Wish, mine: Future[bytes], paint: Callable[[], bytes]) -> bytes:
    """Paint a picture that was claimed, and return it."""
    try:
        mine.set_result(paint())
    except BaseException as error:
        drop(seen, wish, mine)  # the next to ask tries anew
        mine.set_exception(error)
        raise
    return mine.result()


def drop(seen: Sighting, wish: Wish, mine: Future[bytes]) -> None:
    """Let go of a claim, so that another can be made."""
    with seen.lock:
        if seen.pictures.get(wish) is mine:
            del seen.pictures[wish]


def await_picture(there: "Future[bytes]") -> bytes:
    """Return what another thread paints, or has painted. Raises `Busy`, and what it raised."""
    seconds = belongings.settings()["MODEL_WAIT_SECONDS"]
    try:
        return there.result(timeout=seconds)
    except TimeoutError:
        raise Busy(seconds=seconds) from None


@dataclass
class Ahead:
    """Who paints ahead: one thread, which takes one wall after the other, and one that helps it."""

    painter: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="easel")
    )
    helper: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="helper")
    )
    waiting: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, work: Callable[[], None]) -> None:
        """Do the work when its turn comes, unless too much waits already."""
        with self.lock:
            if self.waiting >= MOST_WAITING:
                return
            self.waiting += 1
        self.painter.submit(self._do, work)

    def _do(self, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            with self.lock:
                self.waiting -= 1


Painter = Callable[[], bytes]


def paint_ahead(token: str, pictures: Callable[[], dict[Wish, Painter]]) -> None:
    """Paint pictures of a photo in the background, as long as the photo is in memory.

    All are claimed at once, and who asks for one waits for it: more than two threads that paint
    contend for Python's lock, and are slower than two.

    Args:
        pictures: called in the background; returns what paints each picture, in turn.
    """
    ahead = belongings.only(Ahead)

    def work() -> None:
        painters = pictures()
        seen = sight.current().recall(token)
        if seen is None:
            return
        claims = deque(claim(seen, list(painters)).items())

        def paint() -> None:
            while sight.current().recall(token) is seen:  # else it was deleted meanwhile
                try:
                    wish, mine = claims.popleft()
                except IndexError:
                    return
                fulfil(seen, wish, mine, painters[wish])

        helping = ahead.helper.submit(in_background(paint))
        try:
            paint()
        finally:
            helping.result()
            for wish, mine in claims:
                drop(seen, wish, mine)
                mine.cancel()

    ahead.take(in_background(work))


def in_background(work: Callable[[], None]) -> Callable[[], None]:
    """Return what does the work in another thread, in the app's context.

    Whoever needs what fails there is told when they ask; what fails by a fault of ours is logged.
    """
    inside = belongings.context()

    def do() -> None:
        try:
            with inside(), suppress(LorgnetteError):
                work()
        except Exception:
            log.exception("what was begun ahead could not be done")

    return do
