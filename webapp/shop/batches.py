"""Batches: many photos with many looks, asked for at once, worked on by whoever has time.

The photos of a batch are somebody's faces: whoever makes one vouches for their consent, photos
and results in the picture store expire as any photo does, and go with the batch.
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from webapp.errors import AttestationMissing, BatchClosed, BatchInvalid, NotFound
from webapp.queue import Bell
from webapp.shop import batch_photos, catalogue, tryons
from webapp.shop.batch_views import BatchView, ItemView
from webapp.shop.photos import TOKEN_BYTES
from webapp.shop.viewing import data_in
from webapp.storage import batch_leases as leases
from webapp.storage import batches as rows
from webapp.storage import belongings, clock, images
from webapp.storage.batch_tables import Batch, BatchItem, Outcome, State
from webapp.storage.database import Session, reading, writing

SHOP, COMMAND = "shop", "command"  # owners that are no API key: the admins, the command line
LATELY = timedelta(seconds=60)  # what the rate is taken over
MOST_LOOKS = 100
UNENDED = (State.OPEN, State.RUNNING, State.PAUSED)


def create(
    frames: Sequence[str],
    *,
    owner: str,
    consent: str,
    name: str = "",
    width: int | None = None,
    source: str = "",
    target: str = "",
) -> BatchView:
    """Make a batch that is open for photos, or has those of a folder.

    Args:
        frames: "frame" or "frame/variant", published; a frame alone means its first variant.
        owner: an API key's visit, `SHOP` or `COMMAND`.
        consent: the version of the words by which somebody vouched for everybody's consent.
        width: px that results are reduced to.
        source: the folder or bucket that the photos lie in.
        target: the folder or bucket that the results go to; empty: the picture store.

    Raises:
        AttestationMissing: nobody vouches.
        BatchInvalid: a look that there is not, none at all, or too many.
        PlaceUnusable: the source can't be listed.
    """
    if not consent and owner != COMMAND:
        raise AttestationMissing()
    looks = looks_of(frames)
    now = clock.now()
    batch = Batch(
        token=secrets.token_urlsafe(TOKEN_BYTES),
        name=batch_photos.plain(name, 120) or f"{now:%Y-%m-%d %H:%M}",
        owner=owner,
        state=State.OPEN,
        looks=looks,
        width=width,
        source=source,
        target=target,
        consent_version=consent,
        consented_at=now if consent else None,
        created_at=now,
        expires_at=expiry(now, target),
    )
    with writing() as session:
        session.add(batch)
        session.flush()
        if source:
            batch_photos.add_listed(session, batch)
        return view_of(session, batch)


def looks_of(frames: Sequence[str]) -> list[str]:
    """Return "frame/variant" of each of the frames, in their order. Raises `BatchInvalid`."""
    looks: list[str] = []
    for named in frames:
        slug, _, variant = named.strip().partition("/")
        try:
            variant = variant or catalogue.first_variant(slug)
            tryons.choose(slug, variant)
        except NotFound:
            advice = "no published frame is called so"
            raise BatchInvalid(field="frames", value=named, advice=advice) from None
        look = f"{slug}/{variant}"
        if look not in looks:
            looks.append(look)
    if not 1 <= len(looks) <= MOST_LOOKS:
        raise BatchInvalid(field="frames", value="", advice=f"1 to {MOST_LOOKS} frames")
    return looks


def expiry(now: datetime, target: str) -> datetime:
    """Return when a batch expires: as a photo does, or some days after the last news of it."""
    settings = belongings.settings()
    if target:
        return now + timedelta(days=settings["BATCH_DAYS"])
    return now + timedelta(hours=settings["PHOTO_HOURS"])


def start(token: str, owner: str) -> BatchView:
    """Let workers begin; nothing can be added any more.

    Raises:
        NotFound: unknown, expired or somebody else's.
        BatchClosed: it was started before.
        BatchInvalid: it has no photo.
    """
    with writing() as session:
        batch = rows.get(session, token, owner, clock.now(), lock=True)
        require(batch, State.OPEN)
        if not batch.photos:
            raise BatchInvalid(field="photo", value="", advice="at least one")
        batch.state, batch.started_at = State.RUNNING, clock.now()
        view = closed_or_running(session, batch)
    bell().ring()
    return view


def pause(token: str, owner: str) -> BatchView:
    """Let workers leave it after the photos they have in hand. Raises as `start`."""
    return change(token, owner, State.PAUSED, State.RUNNING)


def resume(token: str, owner: str) -> BatchView:
    """Let workers go on, also after the fault that paused it is mended. Raises as `start`."""
    view = change(token, owner, State.RUNNING, State.PAUSED)
    bell().ring()
    return view


def cancel(token: str, owner: str) -> BatchView:
    """End it for good; what was made stays, what is under way is dropped. Raises as `start`."""
    return change(token, owner, State.CANCELLED, *UNENDED)


def change(token: str, owner: str, to: State, *needed: State) -> BatchView:
    """Bring a batch from one of the states that are `needed` into another."""
    with writing() as session:
        batch = rows.get(session, token, owner, clock.now(), lock=True)
        require(batch, *needed)
        batch.state, batch.reason = to, None
        if to == State.CANCELLED:
            batch.ended_at = clock.now()
            leases.seize(session, batch)
        return view_of(session, batch)


def retry(token: str, owner: str) -> BatchView:
    """Try the photos again of which anything failed.

    Raises:
        NotFound: unknown, expired or somebody else's.
        BatchClosed: it is open or cancelled.
        BatchInvalid: nothing failed that could be tried again.
    """
    with writing() as session:
        batch = rows.get(session, token, owner, clock.now(), lock=True)
        require(batch, State.RUNNING, State.PAUSED, State.DONE)
        numbers = batch_photos.triable(session, batch, rows.failed_numbers(session, batch))
        if not numbers:
            raise BatchInvalid(field="photo", value="", advice="nothing can be tried again")
        gone = rows.try_again(session, batch, numbers)
        batch.state, batch.reason, batch.ended_at = State.RUNNING, None, None
        session.flush()
        view = view_of(session, batch)
    images.finish(gone)
    bell().ring()
    return view


def require(batch: Batch, *needed: State) -> None:
    """Raise `BatchClosed` unless the batch is in one of the states."""
    if batch.state not in needed:
        raise BatchClosed(state=str(batch.state), needed=", ".join(needed))


def closed_or_running(session: Session, batch: Batch) -> BatchView:
    """Return the batch's view; it is done where no photo of it can be worked on."""
    session.flush()
    if leases.close(session, batch.id, clock.now()):
        session.refresh(batch)
    return view_of(session, batch)


def get(token: str, owner: str) -> BatchView:
    """Return a batch. Raises `NotFound` when it is unknown, expired or somebody else's."""
    with reading() as session:
        return view_of(session, rows.get(session, token, owner, clock.now()))


def page(owner: str, offset: int = 0, most: int = 20) -> tuple[list[BatchView], int]:
    """Return at most `most` of an owner's batches, the latest first, and how many there are."""
    with reading() as session:
        found, total = rows.page(session, owner, clock.now(), offset, most)
        return [view_of(session, batch) for batch in found], total


def items(
    token: str, owner: str, offset: int = 0, most: int = 100, state: str | None = None
) -> tuple[list[ItemView], int]:
    """Return at most `most` of what has come of a batch, in order, and how much there is.

    Args:
        state: done or failed; None for both.

    Raises: as `get`.
    """
    with reading() as session:
        batch = rows.get(session, token, owner, clock.now())
        chosen = Outcome(state) if state else None
        found = rows.items(session, batch, offset, most, chosen)
        counts = {Outcome.DONE: batch.done, Outcome.FAILED: batch.failed}
        total = counts[chosen] if chosen else sum(counts.values())
        return [item_view(batch, row) for row in found], total


def reasons(token: str, owner: str) -> dict[str, int]:
    """Return how many items failed, by reason. Raises as `get`."""
    with reading() as session:
        return rows.reasons(session, rows.get(session, token, owner, clock.now()))


def ends(token: str, owner: str) -> list[datetime]:
    """Return when each photo that is through came to its end, in that order. Raises as `get`."""
    with reading() as session:
        return rows.ends(session, rows.get(session, token, owner, clock.now()))


def result(token: str, owner: str, number: int, look: int = 0) -> bytes:
    """Return a result's JPEG.

    Raises:
        NotFound: unknown, expired or somebody else's; it failed, or lies in a folder.
    """
    with reading() as session:
        batch = rows.get(session, token, owner, clock.now())
        image = rows.item(session, batch, number, look).image
        if image is None or image.doomed_at is not None:
            raise NotFound()
        file = image.file
    return data_in(file)


def delete(token: str, owner: str) -> None:
    """Delete a batch, its photos and its results in the picture store. Raises as `get`."""
    with writing() as session:
        batch = rows.get(session, token, owner, clock.now(), lock=True)
        gone = rows.remove(session, batch.id)
    images.finish(gone)


def end_expired(at: datetime) -> int:
    """Delete the batches whose time is over; return how many. Part of the sweep."""
    with writing() as session:
        ids = rows.expired(session, at)
        gone = [picture for id in ids for picture in rows.remove(session, id)]
    images.finish(gone)
    return len(ids)


def view_of(session: Session, batch: Batch) -> BatchView:
    """Return what is shown of a batch's row."""
    rate = rate_of(session, batch)
    left = batch.photos * len(batch.looks) - batch.done - batch.failed
    going = batch.state == State.RUNNING and rate and left > 0
    return BatchView(
        token=batch.token,
        name=batch.name,
        state=str(batch.state),
        reason=batch.reason,
        looks=tuple(batch.looks),
        width=batch.width,
        source=batch.source,
        target=batch.target,
        photos=batch.photos,
        done=batch.done,
        failed=batch.failed,
        rate=rate,
        seconds_left=left / rate if going and rate else None,
        created=batch.created_at,
        started=batch.started_at,
        ended=batch.ended_at,
        expires=batch.expires_at,
    )


def rate_of(session: Session, batch: Batch) -> float | None:
    """Return items a second: of the last minute, or over all where the batch has ended."""
    if batch.started_at is None:
        return None
    if batch.ended_at is not None:
        seconds = (batch.ended_at - batch.started_at).total_seconds()
        return (batch.done + batch.failed) / seconds if seconds > 0 else None
    now = clock.now()
    count, first = rows.ended_since(session, batch, now - LATELY)
    if first is None:
        return None
    return count * len(batch.looks) / max((now - max(first, now - LATELY)).total_seconds(), 1.0)


def item_view(batch: Batch, row: BatchItem) -> ItemView:
    """Return what is shown of an item's row."""
    photo, image = row.photo, row.image
    look = batch.looks[row.look]
    stored = f"{photo.stem}--{look.replace('/', '-')}.jpg" if image else None
    return ItemView(
        number=photo.number,
        photo=photo.name,
        look=row.look,
        frame=look,
        state=str(row.state),
        reason=row.reason,
        file=row.file or stored,
        width=image.width if image else None,
        height=image.height if image else None,
        milliseconds=row.milliseconds,
        tries=photo.attempt,
    )


def every_item(token: str, owner: str, most: int = 500) -> Iterator[ItemView]:
    """Yield all that has come of a batch, in order. Raises as `get`."""
    offset = 0
    while True:
        found, _ = items(token, owner, offset, most)
        yield from found
        offset += len(found)
        if len(found) < most:
            return


def make_bell() -> Bell:
    """Return the app's bell, as the settings say."""
    settings = belongings.settings()
    return Bell(settings["REDIS_URL"], Path(settings["INSTANCE_DIR"]) / "queue.sqlite")


def bell() -> Bell:
    """Return the bell that wakes workers."""
    return belongings.only(make_bell)
