"""Batches as admins ask for them: of uploaded photos, or of a folder that the server knows."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from webapp.errors import BatchInvalid, NotFound
from webapp.shop import accounts, api_keys, batch_photos, batches
from webapp.shop.batch_views import BatchView
from webapp.shop.batches import SHOP
from webapp.shop.views import AdminView
from webapp.storage import audit, belongings
from webapp.storage.database import writing
from webapp.storage.tables import Role

DEEDS: dict[str, Callable[[str, str], object]] = {
    "pause": batches.pause,
    "resume": batches.resume,
    "cancel": batches.cancel,
    "retry": batches.retry,
    "delete": batches.delete,
}


def folders() -> list[str]:
    """Return the names of the folders that a batch may be made of."""
    top = belongings.settings()["BATCH_FOLDERS"]
    if not top or not Path(top).is_dir():
        return []
    return sorted(one.name for one in Path(top).iterdir() if one.is_dir() and one.name[0] != ".")


def make(
    by: AdminView,
    looks: Sequence[str],
    *,
    name: str,
    attested: bool,
    width: int | None = None,
    photos: Iterable[tuple[str, bytes]] = (),
    folder: str = "",
) -> BatchView:
    """Make a batch and begin with it; nothing is left of one that can't begin.

    Args:
        looks: "frame" or "frame/variant", published.
        attested: whoever asks vouches for everybody's consent.
        photos: names and bytes; or else `folder`, one of `folders`.

    Raises:
        NotAllowed: a viewer asks.
        AttestationMissing, BatchInvalid, Busy: it was not made.
    """
    accounts.require(by, Role.EDITOR)
    if folder and folder not in folders():
        raise BatchInvalid(field="folder", value=folder, advice="one of those that are listed")
    source = str(Path(belongings.settings()["BATCH_FOLDERS"]) / folder) if folder else ""
    consent = api_keys.ATTESTATION_VERSION if attested else ""
    made = batches.create(looks, owner=SHOP, consent=consent, name=name, width=width, source=source)
    try:
        for file, data in photos:
            batch_photos.add(made.token, SHOP, file, data)
        begun = batches.start(made.token, SHOP)
    except BaseException:
        batches.delete(made.token, SHOP)
        raise
    facts = {"photos": begun.photos, "items": begun.items}
    note(by, "batch made", begun.name or begun.token, facts)
    return begun


def act(by: AdminView, token: str, deed: str) -> None:
    """Pause, resume, cancel, retry or delete a batch.

    Raises:
        NotAllowed: a viewer asks.
        NotFound: there is no such batch, or deed.
        BatchClosed, BatchInvalid: it is not in a state for it.
    """
    accounts.require(by, Role.EDITOR)
    if deed not in DEEDS:
        raise NotFound()
    name = batches.get(token, SHOP).name or token
    DEEDS[deed](token, SHOP)
    note(by, f"batch {deed}", name, {})


def note(by: AdminView, action: str, subject: str, facts: dict[str, int]) -> None:
    """Write into the log who did what with a batch."""
    with writing() as session:
        audit.record(session, by.email, action, subject, after=facts or None)
