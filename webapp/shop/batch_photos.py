"""The photos of a batch on their way in: uploaded one by one, or listed in a folder."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, count
from pathlib import PurePosixPath

from webapp.errors import BatchClosed, BatchInvalid, PhotoError
from webapp.rendering import codec
from webapp.shop import sight, uploads
from webapp.shop.batch_views import AddedView
from webapp.storage import batches as rows
from webapp.storage import belongings, clock, images
from webapp.storage.batch_tables import Batch, BatchItem, BatchPhoto, Outcome, State, Turn
from webapp.storage.database import Session, reading, writing
from webapp.storage.images import Draft
from webapp.storage.places import place
from webapp.storage.tables import Image, Kind

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f/\\]+")
LONGEST_NAME = 200  # characters


def plain(text: str, most: int) -> str:
    """Return a text from outside without control characters and slashes, cut to `most`."""
    return UNPRINTABLE.sub(" ", text).strip()[:most]


def add(token: str, owner: str, name: str, data: bytes) -> AddedView:
    """Add a photo to an open batch, stored as any photo is: rebuilt from pixels, for hours.

    One that can't be used is no error: it is added too, with its reason, and nothing of it is kept.

    Raises:
        NotFound: unknown, expired or somebody else's.
        BatchClosed: the batch was started.
        BatchInvalid: it has as many photos as a batch may have.
        Busy: no model slot came free in time.
    """
    with reading() as session:
        require_open(rows.get(session, token, owner, clock.now()))  # before the work for nothing
    name = plain(name, LONGEST_NAME)
    try:
        with sight.current().slot():  # it bounds the memory of large decodes
            picture = uploads.read(data)
            jpeg = codec.encode_jpeg(picture.image, belongings.settings()["JPEG_QUALITY"])
    except PhotoError as refusal:
        with writing() as session:
            batch = require_open(rows.get(session, token, owner, clock.now(), lock=True))
            return refused(session, batch, name, refusal.code)
    with reading() as session:
        expires = rows.get(session, token, owner, clock.now()).expires_at
    width, height = picture.image.size
    draft = Draft(jpeg, Kind.PHOTO, "image/jpeg", width, height, expires)
    with images.storing(draft) as (session, (image,)):
        batch = require_open(rows.get(session, token, owner, clock.now(), lock=True))
        return taken(session, batch, name, image, picture.focal_35mm)


def get(token: str, owner: str, number: int) -> AddedView:
    """Return a photo that was added.

    Raises:
        NotFound: unknown, expired or somebody else's.
    """
    with reading() as session:
        batch = rows.get(session, token, owner, clock.now())
        photo = rows.photo(session, batch, number)
        return AddedView(photo.number, photo.name, photo.reason)


def require_open(batch: Batch) -> Batch:
    """Return the batch. Raises `BatchClosed` and `BatchInvalid` as `add`."""
    if batch.state != State.OPEN:
        raise BatchClosed(state=str(batch.state), needed=str(State.OPEN))
    most = belongings.settings()["BATCH_MOST_PHOTOS"]
    if batch.photos >= most:
        raise BatchInvalid(field="photo", value="", advice=f"{most} at most")
    return batch


def taken(
    session: Session, batch: Batch, name: str, image: Image, focal_35mm: float | None
) -> AddedView:
    """Add the row of a stored photo."""
    batch.photos += 1
    number = batch.photos
    photo = BatchPhoto(
        batch_id=batch.id,
        number=number,
        name=name or f"photo {number}",
        stem=numbered_stem(name, number),
        image=image,
        focal_35mm=focal_35mm,
    )
    session.add(photo)
    return AddedView(number, photo.name, None)


def refused(session: Session, batch: Batch, name: str, reason: str) -> AddedView:
    """Add the row of a photo that can't be used: all of its items have failed."""
    batch.photos += 1
    number = batch.photos
    photo = BatchPhoto(
        batch_id=batch.id,
        number=number,
        name=name or f"photo {number}",
        stem=numbered_stem(name, number),
        state=Turn.ENDED,
        reason=reason,
        ended_at=clock.now(),
    )
    session.add(photo)
    session.flush()
    session.add_all(
        BatchItem(
            batch_id=batch.id,
            photo_id=photo.id,
            look=look,
            state=Outcome.FAILED,
            reason=reason,
            milliseconds=0,
        )
        for look in range(len(batch.looks))
    )
    batch.failed += len(batch.looks)
    return AddedView(number, photo.name, reason)


def numbered_stem(name: str, number: int) -> str:
    """Return how the names of an uploaded photo's results begin: unlike any other's."""
    stem = PurePosixPath(name).stem.lstrip(".")
    return f"{number:06d}-{stem}" if stem else f"{number:06d}"


def add_listed(session: Session, batch: Batch) -> int:
    """Add the photos at the batch's source that it doesn't have yet; return how many.

    Raises:
        PlaceUnusable: the source can't be listed.
    """
    known = rows.names_of(session, batch)
    new = [name for name in place(batch.source).names() if name not in known]
    stems = distinct_stems(new, set(known.values()))
    added = rows.add_names(session, batch, zip(new, stems, strict=True), start=batch.photos + 1)
    batch.photos += added
    return added


def distinct_stems(names: Iterable[str], taken: set[str]) -> Iterator[str]:
    """Yield each name without its ending; with it, or a number, where that would come twice."""
    for name in names:
        plain_stem = str(PurePosixPath(name).with_suffix(""))
        numbered = (f"{name}-{number}" for number in count(2))
        stem = next(one for one in chain([plain_stem, name], numbered) if one not in taken)
        taken.add(stem)
        yield stem


def triable(session: Session, batch: Batch, numbers: list[int]) -> list[int]:
    """Return those of the photos whose pixels can still be had."""
    if batch.source:
        return numbers
    return sorted(set(numbers) & set(rows.numbers_stored(session, batch)))
