"""A bounded store of what was made from artworks: a shop shows the same frames again and again."""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np

from webapp.eyewear.frame import Artwork

Key = tuple[float, ...]
T = TypeVar("T")


class Kept(Generic[T]):
    """Things made from an artwork, the most recently used ones, in at most `most` bytes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._bytes = 0
        self._lock = threading.Lock()
        self._made: OrderedDict[Key, tuple[weakref.ref[Artwork], T, int]] = OrderedDict()

    def get(self, artwork: Artwork, key: Key, make: Callable[[], T]) -> T:
        """Return what `make` makes, from the store when it was made before."""
        key = (id(artwork), *key)
        with self._lock:
            found = self._made.get(key)
            if found is not None and found[0]() is artwork:  # an id may be used again
                self._made.move_to_end(key)
                return found[1]
        made = make()
        self._keep(key, weakref.ref(artwork), made)
        return made

    def _keep(self, key: Key, owner: weakref.ref[Artwork], made: T) -> None:
        size = _bytes_of(made)
        with self._lock:
            old = self._made.pop(key, None)
            self._bytes += size - (old[2] if old else 0)
            self._made[key] = (owner, made, size)
            while self._bytes > self.most and len(self._made) > 1:
                self._bytes -= self._made.popitem(last=False)[1][2]


def _bytes_of(made: object) -> int:
    """Return the bytes of all arrays in nested dataclasses, but for views: others own these."""
    if isinstance(made, np.ndarray):
        return made.nbytes if made.base is None else 0
    return sum(_bytes_of(part) for part in getattr(made, "__dict__", {}).values())
