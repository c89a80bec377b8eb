"""What the use cases of batches hand out: frozen copies, free of the database."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class BatchView:
    """A batch and how far it is; times are aware, in UTC.

    state: open (photos are still added), running, paused, cancelled or done. reason: the code of
    the fault that paused it, None where somebody did. looks: "frame/variant" of each. photos: how
    many it has; every photo makes as many items as there are looks. done, failed: items that have
    come to an end. rate: items a second, of late or, at the end, over all; None before it is known.
    seconds_left: at that rate; None where nothing is left or known. source, target: the folder or
    bucket that photos come from and results go to, empty where they lie in the picture store.
    """

    token: str
    name: str
    state: str
    reason: str | None
    looks: tuple[str, ...]
    width: int | None
    source: str
    target: str
    photos: int
    done: int
    failed: int
    rate: float | None
    seconds_left: float | None
    created: datetime
    started: datetime | None
    ended: datetime | None
    expires: datetime

    @property
    def items(self) -> int:
        """How many items the batch has."""
        return self.photos * len(self.looks)

    @property
    def left(self) -> int:
        """How many of them have not come to an end."""
        return max(0, self.items - self.done - self.failed)

    @property
    def share(self) -> float:
        """The share of items that have come to an end, 0 to 1."""
        return (self.done + self.failed) / self.items if self.items else 0.0


@dataclass(frozen=True)
class ItemView:
    """What came of a photo with a look.

    number: the photo's, counted from 1. look: its place among the batch's looks, from 0. state:
    done or failed. reason: the code of what went wrong. file: the result's name; width and height
    in pixels where it lies in the picture store. tries: how often the photo was begun.
    """

    number: int
    photo: str
    look: int
    frame: str
    state: str
    reason: str | None
    file: str | None
    width: int | None
    height: int | None
    milliseconds: int
    tries: int


@dataclass(frozen=True)
class AddedView:
    """A photo that was added to a batch. reason: why it can't be used, None where it can."""

    number: int
    photo: str
    reason: str | None
