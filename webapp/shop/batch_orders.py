"""What a batch asks for, as a worker needs it: where photos lie, what they wear, where to."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from webapp.errors import FilesUnusable, FileUnreadable, NotFound, OutputUnwritable
from webapp.eyewear.frame import Eyewear
from webapp.shop import batches, sight, tryons, uploads
from webapp.shop.batch_dressing import Dressed, Dresser, Raw, Rules
from webapp.storage import batch_leases as leases
from webapp.storage import belongings, clock, files, images
from webapp.storage.batch_leases import Lease, Made
from webapp.storage.batch_tables import Batch, State
from webapp.storage.database import Session, writing
from webapp.storage.images import Draft
from webapp.storage.places import Place, place
from webapp.storage.tables import Image, Kind

Ready = tuple[Lease, list[Dressed]]


@dataclass(frozen=True)
class Order:
    """A batch, copied from its row. source and target: None where pictures are in the store."""

    batch_id: int
    looks: tuple[str, ...]
    width: int | None
    expires: datetime
    source: Place | None
    target: Place | None

    @classmethod
    def of(cls, batch: Batch) -> "Order":
        """Return the copy of a row."""
        return cls(
            batch_id=batch.id,
            looks=tuple(batch.looks),
            width=batch.width,
            expires=batch.expires_at,
            source=place(batch.source) if batch.source else None,
            target=place(batch.target) if batch.target else None,
        )

    def dresser(self) -> Dresser:
        """Return who dresses photos in the batch's looks, under the shop's rules."""
        reader = belongings.only(uploads.make)
        return Dresser(sight.current().finder, reader, self.eyewear(), rules(self.width))

    def eyewear(self) -> list[Eyewear | str]:
        """Return each look, or the reason why it can't be worn: its frame may be gone by now."""
        return [eyewear_or_reason(look) for look in self.looks]

    def raw(self, lease: Lease) -> Raw:
        """Return a photo's bytes, to be dressed.

        Raises:
            FileUnreadable: they can't be read, or are gone.
            PlaceUnusable: nothing can be read there.
        """
        if self.source is not None:
            data = self.source.read(lease.name)
            seed = seed_of(hashlib.sha256(data).hexdigest())
            return Raw(lease.photo_id, data, seed)
        if lease.file is None:
            raise FileUnreadable(file=lease.name, reason="its picture is gone")
        try:
            data = files.read(lease.file)
        except OSError as error:
            raise FileUnreadable(file=lease.name, reason="its picture is gone") from error
        return Raw(lease.photo_id, data, seed_of(lease.sha256 or "0"), lease.focal_35mm)

    def finish(self, ready: Sequence[Ready]) -> None:
        """Write results, then say in the rows what came of each photo.

        Raises:
            OutputUnwritable: no room, or no permission; the rows stay as they were.
        """
        if self.target is None:
            self.finish_stored(ready)
        else:
            self.finish_in(self.target, ready)

    def finish_stored(self, ready: Sequence[Ready]) -> None:
        """Finish with results in the picture store."""
        drafts = {
            (lease.photo_id, look): Draft(
                one.jpeg, Kind.TRY_ON, "image/jpeg", one.width, one.height, self.expires
            )
            for lease, dressed in ready
            for look, one in enumerate(dressed)
            if one.reason is None
        }
        lost: list[str] = []
        try:
            with images.storing(*drafts.values()) as (session, stored):
                by_key = dict(zip(drafts, stored, strict=True))
                made = [(lease, self.in_store(lease, dressed, by_key)) for lease, dressed in ready]
                for lease in self.end(session, made):
                    for look in range(len(self.looks)):
                        by_key.pop((lease.photo_id, look), None)
                for image in by_key.values():  # another worker's results count, or nobody's
                    lost.append(image.file)
                    session.delete(image)
        except FilesUnusable as error:
            reason = getattr(error.__cause__, "strerror", None) or error.code
            raise OutputUnwritable(file=str(files.folder()), reason=reason) from error
        for file in lost:
            files.remove(file)

    def finish_in(self, target: Place, ready: Sequence[Ready]) -> None:
        """Finish with results in a folder or a bucket; who else writes there writes the same."""
        target.write(
            [
                (file_of(lease.stem, self.looks[look]), one.jpeg)
                for lease, dressed in ready
                for look, one in enumerate(dressed)
                if one.reason is None
            ]
        )
        self.record([(lease, self.in_files(lease, dressed)) for lease, dressed in ready])

    def in_store(
        self, lease: Lease, dressed: Sequence[Dressed], images: Mapping[tuple[int, int], Image]
    ) -> list[Made]:
        """Return what was made of a photo, its results being images, by photo and look."""
        return [
            Made(look, one.milliseconds, one.reason, images.get((lease.photo_id, look)))
            for look, one in enumerate(dressed)
        ]

    def in_files(self, lease: Lease, dressed: Sequence[Dressed]) -> list[Made]:
        """Return what was made of a photo, its results lying in files."""
        return [
            Made(
                look,
                one.milliseconds,
                one.reason,
                file=None if one.reason else file_of(lease.stem, self.looks[look]),
            )
            for look, one in enumerate(dressed)
        ]

    def record(self, ready: Sequence[tuple[Lease, Sequence[Made]]]) -> None:
        """Say in the rows what came of photos whose results are written."""
        with writing() as session:
            self.end(session, ready)

    def end(self, session: Session, ready: Sequence[tuple[Lease, Sequence[Made]]]) -> list[Lease]:
        """End the photos whose leases still hold, and count their items; return those leases."""
        batch = leases.locked(session, self.batch_id)
        if batch is None:
            return []
        held: list[Lease] = []
        if batch.state != State.CANCELLED:  # or nothing that was made counts
            with session.no_autoflush:  # the rows of all photos go out together
                held = [lease for lease, made in ready if self.count(session, batch, lease, made)]
        if batch.target:
            batch.expires_at = batches.expiry(clock.now(), batch.target)
        session.flush()
        leases.close(session, self.batch_id, clock.now())
        return held

    def count(self, session: Session, batch: Batch, lease: Lease, made: Sequence[Made]) -> bool:
        """End a photo if the lease still holds, and count its items; tell whether it held."""
        if not leases.end(session, lease, made, clock.now()):
            return False
        failed = sum(one.reason is not None for one in made)
        batch.failed += failed
        batch.done += len(made) - failed
        return True


def file_of(stem: str, look: str) -> str:
    """Return the name of a photo's result with a look."""
    return f"{stem}--{look.replace('/', '-')}.jpg"


def eyewear_or_reason(look: str) -> Eyewear | str:
    """Return a look as a thing to wear, or the reason why it can't be."""
    frame, _, variant = look.partition("/")
    try:
        return tryons.choose(frame, variant).eyewear
    except NotFound as error:
        return error.code


def rules(width: int | None) -> Rules:
    """Return the shop's limits, for photos that are read outside it too."""
    quality = belongings.settings()["JPEG_QUALITY"]
    return Rules(bounds=uploads.bounds(whole=False), quality=quality, width=width)


def seed_of(sha256: str) -> int:
    """Return the seed of the grain: the same photo always gets the same."""
    return int(sha256[:8], 16)


def broken(dressed: Sequence[Dressed]) -> bool:
    """Tell whether a photo's work broke, so that it is worth another try."""
    return any(one.broken for one in dressed)
