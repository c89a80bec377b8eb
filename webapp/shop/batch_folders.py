"""Batches from folder to folder: begun, taken up again after whatever stopped them, told of.

The command line's own. Nothing but names and outcomes of its photos is ever stored.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from webapp.errors import BatchInvalid
from webapp.shop import batch_photos, batches
from webapp.shop.batch_views import BatchView
from webapp.storage import batch_leases as leases
from webapp.storage import batches as rows
from webapp.storage import clock
from webapp.storage.batch_tables import Batch, BatchItem, Outcome, State
from webapp.storage.database import Session, reading, writing
from webapp.storage.places import place

READ_AT_ONCE = 1000  # rows of a manifest


def begin(
    frames: Sequence[str], *, source: str, target: str, width: int | None = None
) -> BatchView:
    """Begin a batch from `source` to `target`, or take up the one that was begun before.

    Taken up again, what was under way waits anew, new photos of the source are added, and
    results that are gone from the target are made again. Nobody else may be at work on it.

    Raises:
        BatchInvalid: no photo there, no such frame; or the target holds another batch's results.
        PlaceUnusable: the source or the target can't be used.
    """
    looks = batches.looks_of(frames)
    with reading() as session:
        there = rows.of_folders(session, batches.COMMAND, target, clock.now())
        token = next((one.token for one in there if same(one, looks, source, width)), None)
    if token is not None:
        return take_up(token)
    if there:
        advice = "it holds the results of another batch; choose another folder"
        raise BatchInvalid(field="out", value=target, advice=advice)
    made = batches.create(
        looks, owner=batches.COMMAND, consent="", width=width, source=source, target=target
    )
    if not made.photos:
        batches.delete(made.token, batches.COMMAND)
        raise BatchInvalid(field="photos", value=source, advice="there is no picture")
    return batches.start(made.token, batches.COMMAND)


def same(batch: Batch, looks: Sequence[str], source: str, width: int | None) -> bool:
    """Tell whether a batch is what is asked for."""
    return (list(batch.looks), batch.source, batch.width) == (list(looks), source, width)


def take_up(token: str) -> BatchView:
    """Make a batch ready to go on. Raises as `begin`."""
    with writing() as session:
        batch = rows.get(session, token, batches.COMMAND, clock.now(), lock=True)
        leases.seize(session, batch)
        batch_photos.add_listed(session, batch)
        rows.try_again(session, batch, missing(session, batch))
        batch.state, batch.reason, batch.ended_at = State.RUNNING, None, None
        return batches.closed_or_running(session, batch)


def missing(session: Session, batch: Batch) -> list[int]:
    """Return the numbers of the photos of which a result is gone from the target."""
    target = place(batch.target)
    return sorted(
        {number for number, file in rows.files_done(session, batch) if not target.has(file)}
    )


def told_since(token: str, id: int) -> tuple[list[dict[str, Any]], int]:
    """Return the manifest's lines of what has come to an end since the row `id`, and the last's."""
    with reading() as session:
        batch = rows.get(session, token, batches.COMMAND, clock.now())
        found = rows.items_after(session, batch, id, READ_AT_ONCE)
        return [line_of(batch, row) for row in found], found[-1].id if found else id


def manifest(token: str) -> Iterator[dict[str, Any]]:
    """Yield a line for every item of a batch, photo by photo; what is left is `waiting`."""
    with reading() as session:
        batch = rows.get(session, token, batches.COMMAND, clock.now())
        after = 0
        while some := rows.photos_with_items(session, batch, after, READ_AT_ONCE):
            for photo, made in some:
                yield from (line_of(batch, row) for row in made)
                ended = {row.look for row in made}
                for look, frame in enumerate(batch.looks):
                    if look not in ended:
                        yield {
                            "number": photo.number, "photo": photo.name, "frame": frame,
                            "state": "waiting", "reason": photo.reason, "tries": photo.attempt,
                        }  # fmt: skip
                after = photo.number


def line_of(batch: Batch, row: BatchItem) -> dict[str, Any]:
    """Return the manifest's line of an item; nothing measured on a face is in it."""
    told: dict[str, Any] = {
        "number": row.photo.number,
        "photo": row.photo.name,
        "frame": batch.looks[row.look],
        "state": str(row.state),
        "tries": row.photo.attempt,
    }
    if row.state == Outcome.DONE:
        return told | {"file": row.file, "milliseconds": row.milliseconds}
    return told | {"reason": row.reason}
