"""The sweep: what has expired goes, and what a fault left behind is healed."""

from datetime import datetime, timedelta

from webapp.shop import batches, calls, sight
from webapp.shop.views import SweepReport
from webapp.storage import batches as batch_rows
from webapp.storage import (
    belongings,
    catalogue,
    clock,
    counting,
    favourites,
    files,
    handovers,
    images,
    pinboard,
    retention,
    shares,
)
from webapp.storage import photos as rows
from webapp.storage.database import reading, settle, writing


def run(now: datetime | None = None) -> SweepReport:
    """Sweep once; safe to be killed at any instant and to run beside the shop."""
    at = now or clock.now()
    calls.forget_old(at)
    with writing() as session:
        # Those too that changed while the shop was closed, in its environment.
        retention.shorten(session, belongings.settings()["PHOTO_HOURS"])
        favourites.remove_expired(session, at)
        shares.remove_expired(session, at)
        handovers.drop_old(session, at)
    expired = end_expired(at) + batches.end_expired(at)
    lost, broken = end_lost()
    doomed = images.doomed()
    images.finish(doomed)
    orphans = remove_orphans(at)
    counting.fold()
    counting.drop_before(at - timedelta(days=belongings.settings()["EVENT_DAYS"]))
    settle()
    return SweepReport(
        expired=expired,
        doomed=len(doomed),
        orphans=orphans,
        lost=lost,
        broken=tuple(broken),
    )


def end_expired(at: datetime) -> int:
    """Delete the photos whose time is over, with their try-ons; return how many."""
    with writing() as session:
        tokens = rows.expired(session, at)
        gone = rows.remove(session, list(tokens))
    for token in tokens.values():
        sight.current().forget(token)
        pinboard.forget(token)
    images.finish(gone)
    return len(tokens)


def end_lost() -> tuple[int, list[str]]:
    """Delete photos and try-ons, a batch's too, whose file is missing.

    Returns:
        How many they were, and "frame/variant" of the catalogue's that lack a file.
    """
    with reading() as session:
        stored = images.every_file(session)
    missing = [id for id, file in stored if not files.exists(file)]
    if not missing:
        return 0, []
    with writing() as session:  # what was deleted meanwhile has no row in here any more
        photos, try_ons = rows.with_image(session, missing)
        gone = rows.remove(session, photos) + rows.remove_try_ons(session, try_ons)
        batched = batch_rows.with_image(session, missing)
        gone += batch_rows.lose(session, batched)
        broken = catalogue.with_image(session, missing)
    images.finish(gone)
    return len(photos) + len(try_ons) + len(batched), broken


def remove_orphans(at: datetime) -> int:
    """Delete files older than the grace that no row names; return how many."""
    grace = timedelta(minutes=belongings.settings()["SWEEP_GRACE_MINUTES"])
    before = (at - grace).timestamp()
    removed = 0
    for shelf in files.shelves():
        old = [name for name, changed in shelf if changed < before]
        with reading() as session:
            suspects = set(old) - images.known(session, old)
        if not suspects:
            continue
        with writing() as session:  # what is being stored at this moment has its row now, or waits
            orphans = suspects - images.known(session, sorted(suspects))
            for name in orphans:
                files.remove(name)
        removed += len(orphans)
    return removed
