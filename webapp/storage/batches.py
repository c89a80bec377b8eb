"""Queries on batches, their photos and what came of them. Whoever asks names the owner."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session, joinedload

from webapp.errors import NotFound
from webapp.storage import images
from webapp.storage.batch_tables import Batch, BatchItem, BatchPhoto, Outcome, State, Turn

MANY_ROWS = 2000  # inserted by one statement


def get(session: Session, token: str, owner: str, at: datetime, *, lock: bool = False) -> Batch:
    """Return the owner's batch; `lock` it where others write at the same time (PostgreSQL).

    Raises:
        NotFound: unknown, foreign or expired `at`.
    """
    query = select(Batch).where(Batch.token == token, Batch.owner == owner, Batch.expires_at > at)
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound()
    return row


def page(
    session: Session, owner: str, at: datetime, offset: int, most: int
) -> tuple[list[Batch], int]:
    """Return at most `most` of the owner's batches, the latest first, and how many there are."""
    own = (Batch.owner == owner, Batch.expires_at > at)
    query = select(Batch).where(*own).order_by(Batch.id.desc()).offset(offset).limit(most)
    total = session.scalar(select(func.count(Batch.id)).where(*own)) or 0
    return list(session.scalars(query)), total


def of_folders(session: Session, owner: str, target: str, at: datetime) -> list[Batch]:
    """Return the owner's batches whose results go to `target`, the latest first."""
    query = select(Batch).where(Batch.owner == owner, Batch.target == target, Batch.expires_at > at)
    return list(session.scalars(query.order_by(Batch.id.desc())))


def add_names(
    session: Session, batch: Batch, names: Iterable[tuple[str, str]], *, start: int
) -> int:
    """Add photos that lie at the batch's source, (name, stem) each; return how many."""
    rows: list[dict[str, object]] = []
    count = 0
    for number, (name, stem) in enumerate(names, start):
        rows.append({"batch_id": batch.id, "number": number, "name": name, "stem": stem})
        count += 1
        if len(rows) == MANY_ROWS:
            session.execute(insert(BatchPhoto), rows)
            rows = []
    if rows:
        session.execute(insert(BatchPhoto), rows)
    return count


def names_of(session: Session, batch: Batch) -> dict[str, str]:
    """Return the batch's photos, name to stem."""
    query = select(BatchPhoto.name, BatchPhoto.stem).where(BatchPhoto.batch_id == batch.id)
    return {row.name: row.stem for row in session.execute(query)}


def items(
    session: Session, batch: Batch, offset: int, most: int, state: Outcome | None = None
) -> list[BatchItem]:
    """Return at most `most` of what has come of a batch, photo by photo, then look by look."""
    query = (
        select(BatchItem)
        .join(BatchItem.photo)
        .where(BatchItem.batch_id == batch.id)
        .options(joinedload(BatchItem.photo), joinedload(BatchItem.image))
        .order_by(BatchPhoto.number, BatchItem.look)
    )
    if state is not None:
        query = query.where(BatchItem.state == state)
    return list(session.scalars(query.offset(offset).limit(most)))


def items_after(session: Session, batch: Batch, id: int, most: int) -> list[BatchItem]:
    """Return at most `most` of what has come of a batch since the row `id`, in that order."""
    query = (
        select(BatchItem)
        .where(BatchItem.batch_id == batch.id, BatchItem.id > id)
        .options(joinedload(BatchItem.photo))
        .order_by(BatchItem.id)
    )
    return list(session.scalars(query.limit(most)))


def photos_with_items(
    session: Session, batch: Batch, after: int, most: int
) -> list[tuple[BatchPhoto, list[BatchItem]]]:
    """Return at most `most` photos numbered above `after`, each with what has come of it."""
    query = select(BatchPhoto).where(BatchPhoto.batch_id == batch.id, BatchPhoto.number > after)
    photos = list(session.scalars(query.order_by(BatchPhoto.number).limit(most)))
    by_photo: dict[int, list[BatchItem]] = {photo.id: [] for photo in photos}
    for some in images.batches(list(by_photo)):
        made = select(BatchItem).where(BatchItem.photo_id.in_(some)).order_by(BatchItem.look)
        for row in session.scalars(made):
            by_photo[row.photo_id].append(row)
    return [(photo, by_photo[photo.id]) for photo in photos]


def photo(session: Session, batch: Batch, number: int) -> BatchPhoto:
    """Return a photo of a batch. Raises `NotFound`."""
    query = select(BatchPhoto).where(BatchPhoto.batch_id == batch.id, BatchPhoto.number == number)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound()
    return row


def item(session: Session, batch: Batch, number: int, look: int) -> BatchItem:
    """Return what came of a photo with a look. Raises `NotFound`."""
    query = (
        select(BatchItem)
        .join(BatchItem.photo)
        .where(BatchItem.batch_id == batch.id, BatchPhoto.number == number, BatchItem.look == look)
        .options(joinedload(BatchItem.photo), joinedload(BatchItem.image))
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound()
    return row


def reasons(session: Session, batch: Batch) -> dict[str, int]:
    """Return how many items failed, by reason."""
    query = (
        select(BatchItem.reason, func.count())
        .where(BatchItem.batch_id == batch.id, BatchItem.state == Outcome.FAILED)
        .group_by(BatchItem.reason)
    )
    return {reason or "error": count for reason, count in session.execute(query)}


def ended_since(session: Session, batch: Batch, since: datetime) -> tuple[int, datetime | None]:
    """Return how many photos were brought to an end since then, and when the first of them."""
    query = select(func.count(), func.min(BatchPhoto.ended_at)).where(
        BatchPhoto.batch_id == batch.id, BatchPhoto.ended_at > since
    )
    count, first = session.execute(query).one()
    return count, first


def ends(session: Session, batch: Batch) -> list[datetime]:
    """Return when each photo that is through came to its end, in that order."""
    query = select(BatchPhoto.ended_at).where(
        BatchPhoto.batch_id == batch.id, BatchPhoto.ended_at.is_not(None)
    )
    return [at for at in session.scalars(query.order_by(BatchPhoto.ended_at)) if at is not None]


def try_again(session: Session, batch: Batch, numbers: Collection[int]) -> list[tuple[int, str]]:
    """Let photos wait again as if they had never been looked at; what came of them is dropped.

    Returns:
        (id, file) of stored results, marked for removal; `images.finish` comes after the commit.
    """
    gone: list[tuple[int, str]] = []
    for some in images.batches(list(numbers)):
        which = (BatchPhoto.batch_id == batch.id, BatchPhoto.number.in_(some))
        photos = select(BatchPhoto.id).where(*which)
        gone += drop_items(session, batch, list(session.scalars(photos)))
        fresh = {
            "state": Turn.WAITING, "strikes": 0, "reason": None, "ended_at": None, "owner": None,
        }  # fmt: skip
        session.execute(update(BatchPhoto).where(*which).values(fresh))
    return gone


def drop_items(session: Session, batch: Batch, photo_ids: Collection[int]) -> list[tuple[int, str]]:
    """Delete what came of photos, and take it off the batch's counts; returns as `try_again`."""
    gone: list[tuple[int, str]] = []
    for some in images.batches(list(photo_ids)):
        which = (BatchItem.batch_id == batch.id, BatchItem.photo_id.in_(some))
        rows = session.execute(select(BatchItem.state, BatchItem.image_id).where(*which)).all()
        session.execute(delete(BatchItem).where(*which))
        batch.done -= sum(state == Outcome.DONE for state, _ in rows)
        batch.failed -= sum(state == Outcome.FAILED for state, _ in rows)
        gone += images.doom(session, [image for _, image in rows if image is not None])
    return gone


def failed_numbers(session: Session, batch: Batch) -> list[int]:
    """Return the numbers of the photos of which an item failed."""
    query = (
        select(BatchPhoto.number)
        .where(BatchPhoto.batch_id == batch.id)
        .where(
            BatchPhoto.id.in_(
                select(BatchItem.photo_id).where(
                    BatchItem.batch_id == batch.id, BatchItem.state == Outcome.FAILED
                )
            )
        )
    )
    return list(session.scalars(query))


def numbers_stored(session: Session, batch: Batch) -> list[int]:
    """Return the numbers of the photos whose picture is in the store."""
    query = select(BatchPhoto.number).where(
        BatchPhoto.batch_id == batch.id, BatchPhoto.image_id.is_not(None)
    )
    return list(session.scalars(query))


def files_done(session: Session, batch: Batch) -> Iterator[tuple[int, str]]:
    """Yield (photo's number, file) of every result that lies at the batch's target."""
    query = (
        select(BatchPhoto.number, BatchItem.file)
        .join(BatchItem.photo)
        .where(BatchItem.batch_id == batch.id, BatchItem.file.is_not(None))
    )
    yield from ((number, file or "") for number, file in session.execute(query))


def expired(session: Session, at: datetime) -> list[int]:
    """Return the ids of the batches whose time is over, locked as by `get`."""
    return list(session.scalars(select(Batch.id).where(Batch.expires_at <= at).with_for_update()))


def with_image(session: Session, image_ids: Collection[int]) -> list[int]:
    """Return the ids of the batches' photos that own one of the pictures, or a result of theirs."""
    found: set[int] = set()
    for some in images.batches(list(image_ids)):
        found.update(session.scalars(select(BatchPhoto.id).where(BatchPhoto.image_id.in_(some))))
        found.update(
            session.scalars(select(BatchItem.photo_id).where(BatchItem.image_id.in_(some)))
        )
    return sorted(found)


def lose(session: Session, photo_ids: Collection[int]) -> list[tuple[int, str]]:
    """Drop photos a picture of which is missing, with all that came of them; as `remove`."""
    gone: list[tuple[int, str]] = []
    for id in photo_ids:
        photo = session.get_one(BatchPhoto, id)
        gone += drop_items(session, photo.batch, [id])
        owned = photo.image_id
        photo.batch.photos -= 1
        session.flush()
        session.delete(photo)
        session.flush()
        gone += images.doom(session, [owned] if owned is not None else [])
    return gone


def remove(session: Session, batch_id: int) -> list[tuple[int, str]]:
    """Delete a batch with its photos and results, and mark their pictures for removal.

    Returns:
        (id, file) of those pictures; `images.finish` removes them after the commit.
    """
    owned: list[int] = []
    for column, table in ((BatchPhoto.image_id, BatchPhoto), (BatchItem.image_id, BatchItem)):
        query = select(column).where(table.batch_id == batch_id, column.is_not(None))
        owned += [id for id in session.scalars(query) if id is not None]
    for table in (BatchItem, BatchPhoto):
        session.execute(delete(table).where(table.batch_id == batch_id))
    session.execute(delete(Batch).where(Batch.id == batch_id))
    return images.doom(session, owned)


def states(session: Session) -> dict[str, int]:
    """Return how many batches there are in each state."""
    rows = session.execute(select(Batch.state, func.count()).group_by(Batch.state))
    return {str(State(state)): count for state, count in rows}


def turns(session: Session) -> dict[str, int]:
    """Return how many photos of running batches there are in each turn."""
    rows = session.execute(
        select(BatchPhoto.state, func.count())
        .join(Batch, Batch.id == BatchPhoto.batch_id)
        .where(Batch.state == State.RUNNING)
        .group_by(BatchPhoto.state)
    )
    return {str(Turn(state)): count for state, count in rows}
