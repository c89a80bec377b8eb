"""Leases on the photos of batches: taken, kept up, given back, lost, and ended exactly once.

A lease is lost when its time is over, or when whoever watches its owner says that the owner is
gone. Either is a strike against the photos it held: one of them may have been what killed their
owner. Photos without a strike are leased many at a time; those with one, each alone and last, so
that the innocent get through and the guilty one is struck out.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, insert, select, update
from sqlalchemy.orm import Session

from webapp.storage import images
from webapp.storage.batch_tables import Batch, BatchItem, BatchPhoto, Outcome, State, Turn
from webapp.storage.tables import Image

UNENDED = (Turn.WAITING, Turn.LEASED)  # by name: "not ended" would read every ended row's index
LOST = "worker-lost"  # the reason of a photo whose owner went without a word


@dataclass(frozen=True)
class Lease:
    """A photo in somebody's hands. `file`: its picture in the store, if it lies there."""

    photo_id: int
    batch_id: int
    number: int
    name: str
    stem: str
    owner: str
    attempt: int
    strikes: int
    focal_35mm: float | None
    file: str | None
    sha256: str | None


@dataclass(frozen=True)
class Made:
    """What came of a photo with a look: a reason, or a stored picture or a file."""

    look: int
    milliseconds: int
    reason: str | None = None
    image: Image | None = None
    file: str | None = None


def running(session: Session, at: datetime, token: str | None = None) -> list[Batch]:
    """Return the batches to be worked on, the oldest first; `token`: that one alone."""
    query = select(Batch).where(Batch.state == State.RUNNING, Batch.expires_at > at)
    if token is not None:
        query = query.where(Batch.token == token)
    return list(session.scalars(query.order_by(Batch.id)))


def take(
    session: Session, batch: Batch, owner: str, until: datetime, most: int | None
) -> list[Lease]:
    """Lease photos of a batch: up to `most` unblemished ones (None: all), or one that isn't."""
    waiting = (
        select(BatchPhoto.id)
        .where(BatchPhoto.batch_id == batch.id, BatchPhoto.state == Turn.WAITING)
        .with_for_update(skip_locked=True)
    )
    fresh = waiting.where(BatchPhoto.strikes == 0).order_by(BatchPhoto.number).limit(most)
    struck = waiting.where(BatchPhoto.strikes > 0)
    struck = struck.order_by(BatchPhoto.strikes, BatchPhoto.number).limit(1)
    ids = list(session.scalars(fresh)) or list(session.scalars(struck))
    for some in images.batches(ids):
        session.execute(
            update(BatchPhoto)
            .where(BatchPhoto.id.in_(some))
            .values(
                state=Turn.LEASED,
                owner=owner,
                lease_until=until,
                attempt=BatchPhoto.attempt + 1,
            )
        )
    return [lease for some in images.batches(ids) for lease in leases_on(session, some)]


def leases_on(session: Session, ids: Collection[int]) -> list[Lease]:
    """Return the leases on photos, by the photos' numbers."""
    query = (
        select(BatchPhoto, Image.file, Image.sha256)
        .join(Image, BatchPhoto.image_id == Image.id, isouter=True)
        .where(BatchPhoto.id.in_(ids))
        .order_by(BatchPhoto.number)
    )
    return [
        Lease(
            photo_id=row.id,
            batch_id=row.batch_id,
            number=row.number,
            name=row.name,
            stem=row.stem,
            owner=row.owner or "",
            attempt=row.attempt,
            strikes=row.strikes,
            focal_35mm=row.focal_35mm,
            file=file,
            sha256=sha256,
        )
        for row, file, sha256 in session.execute(query)
    ]


def renew(session: Session, owner: str, until: datetime) -> int:
    """Keep up all of an owner's leases; return how many it still has."""
    return changed(
        session,
        update(BatchPhoto)
        .where(BatchPhoto.owner == owner, BatchPhoto.state == Turn.LEASED)
        .values(lease_until=until),
    )


def give_back(session: Session, owner: str, *, strike: bool, batch_id: int | None = None) -> int:
    """End an owner's leases without a result; `strike`: it went without a word."""
    own = [BatchPhoto.owner == owner, BatchPhoto.state == Turn.LEASED]
    if batch_id is not None:
        own.append(BatchPhoto.batch_id == batch_id)
    return changed(session, update(BatchPhoto).where(*own).values(ended_lease(strike)))


def seize(session: Session, batch: Batch) -> int:
    """End all leases on a batch's photos, whoever has them; nobody is blamed."""
    leased = (BatchPhoto.batch_id == batch.id, BatchPhoto.state == Turn.LEASED)
    return changed(session, update(BatchPhoto).where(*leased).values(ended_lease(strike=False)))


def end_overdue(session: Session, at: datetime) -> int:
    """End the leases whose time is over, with a strike; return how many."""
    overdue = (BatchPhoto.state == Turn.LEASED, BatchPhoto.lease_until <= at)
    return changed(session, update(BatchPhoto).where(*overdue).values(ended_lease(strike=True)))


def ended_lease(strike: bool) -> dict[str, object]:
    """Return a photo's columns after its lease."""
    values: dict[str, object] = {"state": Turn.WAITING, "owner": None, "lease_until": None}
    if strike:
        values |= {"strikes": BatchPhoto.strikes + 1, "reason": LOST}
    return values


def put_off(session: Session, lease: Lease, reason: str) -> bool:
    """Let a photo wait for another try, with a strike and a reason, if the lease still holds."""
    values = ended_lease(strike=True) | {"reason": reason}
    return held(session, lease, values)


def end(session: Session, lease: Lease, made: Collection[Made], at: datetime) -> bool:
    """Bring a photo to its end with all that was made of it, if the lease still holds.

    Of a batch that was cancelled, or is gone, no lease holds any more.
    """
    values: dict[str, object] = {"state": Turn.ENDED, "owner": None, "lease_until": None}
    reason = next((one.reason for one in made if one.reason), None)
    if not held(session, lease, values | {"ended_at": at, "reason": reason}):
        return False
    session.add_all(
        BatchItem(
            batch_id=lease.batch_id,
            photo_id=lease.photo_id,
            look=one.look,
            state=Outcome.FAILED if one.reason else Outcome.DONE,
            reason=one.reason,
            image=one.image,
            file=one.file,
            milliseconds=one.milliseconds,
        )
        for one in made
    )
    return True


def held(session: Session, lease: Lease, values: dict[str, object]) -> bool:
    """Change a photo, if its owner and attempt still are the lease's; tell whether they were."""
    own = (
        BatchPhoto.id == lease.photo_id,
        BatchPhoto.owner == lease.owner,
        BatchPhoto.attempt == lease.attempt,
        BatchPhoto.state == Turn.LEASED,
    )
    changing = update(BatchPhoto).where(*own).values(values)
    return changed(session, changing.execution_options(synchronize_session=False)) == 1


def strike_out(session: Session, batch: Batch, most: int, at: datetime) -> int:
    """End the waiting photos that have `most` strikes, each with its last reason.

    Returns:
        How many items failed by that.
    """
    query = select(BatchPhoto.id, BatchPhoto.reason).where(
        BatchPhoto.batch_id == batch.id,
        BatchPhoto.state == Turn.WAITING,
        BatchPhoto.strikes >= most,
    )
    out = [(id, reason or LOST) for id, reason in session.execute(query.with_for_update())]
    for some in images.batches([id for id, _ in out]):
        session.execute(
            update(BatchPhoto).where(BatchPhoto.id.in_(some)).values(state=Turn.ENDED, ended_at=at)
        )
    failed = [
        {
            "batch_id": batch.id,
            "photo_id": id,
            "look": look,
            "state": Outcome.FAILED,
            "reason": reason,
            "milliseconds": 0,
        }
        for id, reason in out
        for look in range(len(batch.looks))
    ]
    if failed:
        session.execute(insert(BatchItem), failed)
    return len(failed)


def locked(session: Session, batch_id: int) -> Batch | None:
    """Return a batch, locked before its photos: whoever ends or cancels does it in this order."""
    query = select(Batch).where(Batch.id == batch_id).with_for_update()
    return session.scalars(query).one_or_none()


def close(session: Session, batch_id: int, at: datetime) -> bool:
    """Mark a running batch as done if none of its photos is left; tell whether it was."""
    left = (
        select(BatchPhoto.id)
        .where(BatchPhoto.batch_id == batch_id, BatchPhoto.state.in_(UNENDED))
        .exists()
    )
    return (
        changed(
            session,
            update(Batch)
            .where(Batch.id == batch_id, Batch.state == State.RUNNING, ~left)
            .values(state=State.DONE, ended_at=at),
        )
        == 1
    )


def changed(session: Session, statement: object) -> int:
    """Run an UPDATE and return how many rows it changed."""
    result = session.execute(statement)  # type: ignore[call-overload]
    return result.rowcount if isinstance(result, CursorResult) else 0
