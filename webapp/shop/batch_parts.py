"""A batch as a process on any machine needs it: no database, no settings, only places and looks."""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from webapp.errors import LorgnetteError, ModelUnusable, OutputUnwritable, PlaceUnusable
from webapp.eyewear.frame import Eyewear
from webapp.faces.finder import FaceFinder
from webapp.intake.reader import Reader
from webapp.shop.batch_dressing import Dressed, Dresser, Raw, Rules
from webapp.shop.batch_orders import broken, file_of, seed_of
from webapp.storage.places import place

HALTED = (ModelUnusable, OutputUnwritable, PlaceUnusable)


@dataclass(frozen=True)
class Part:
    """What one process needs. weights: the model's folder, on that machine too."""

    source: str
    target: str
    names: tuple[str, ...]
    looks: tuple[Eyewear | str, ...]
    rules: Rules
    weights: Path


@dataclass(frozen=True)
class Told:
    """What came of a photo with a look; halts: no photo's fault, the batch must pause."""

    photo_id: int
    look: int
    milliseconds: int
    reason: str
    broken: bool
    halts: bool


class Hand:
    """Dresses photos of a source into a target; it holds the model, and tells only outcomes."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.source, self.target = place(part.source), place(part.target)
        reader = Reader(Path(tempfile.gettempdir(), "lorgnette-decoding.lock"))
        self.dresser = Dresser(FaceFinder(part.weights), reader, part.looks, part.rules)

    def work(self, photos: Sequence[tuple[int, str, str]]) -> list[Told]:
        """Dress photos, (id, name, stem) each, write the results, and tell what came of each."""
        stems = {id: stem for id, _, stem in photos}
        told: list[Told] = []
        try:
            for raw, dressed in self.dresser.dress(self.read(photos)):
                self.write(stems[raw.key], dressed)
                told += outcomes(raw.key, dressed)
        except HALTED as fault:
            done = {one.photo_id for one in told}
            told += [
                Told(id, 0, 0, fault.code, broken=False, halts=True)
                for id in stems
                if id not in done
            ]
        return told

    def read(self, photos: Sequence[tuple[int, str, str]]) -> Iterator[Raw]:
        """Yield the photos' bytes, or why there are none."""
        for id, name, _ in photos:
            try:
                data = self.source.read(name)
            except HALTED:
                raise
            except LorgnetteError as error:
                yield Raw(id, error, seed=0)
            else:
                yield Raw(id, data, seed_of(hashlib.sha256(data).hexdigest()))

    def write(self, stem: str, dressed: Sequence[Dressed]) -> None:
        """Write a photo's results. Raises `OutputUnwritable`."""
        if not broken(dressed):
            self.target.write(
                [
                    (file_of(stem, self.part.names[look]), one.jpeg)
                    for look, one in enumerate(dressed)
                    if one.reason is None
                ]
            )


def outcomes(photo_id: int, dressed: Sequence[Dressed]) -> list[Told]:
    """Return what is told of a photo, look by look."""
    return [
        Told(photo_id, look, one.milliseconds, one.reason or "", one.broken, halts=False)
        for look, one in enumerate(dressed)
    ]
