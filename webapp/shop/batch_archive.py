"""A batch's results as one ZIP, made while it is sent; nothing is kept of it."""

import io
import json
import zipfile
from collections.abc import Iterator

from webapp.errors import NotFound
from webapp.shop import batches
from webapp.shop.batch_views import ItemView

MANIFEST = "manifest.jsonl"


class Passage(io.RawIOBase):
    """What is written into it waits to be taken out; it can't go back."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        """Keep some bytes until they are taken."""
        some = bytes(data)  # type: ignore[call-overload]
        self.waiting += some
        return len(some)

    def taken(self) -> bytes:
        """Return what has been written since the last time."""
        some = bytes(self.waiting)
        self.waiting.clear()
        return some


def archive(token: str, owner: str) -> Iterator[bytes]:
    """Return a ZIP of every result and a manifest, piece by piece.

    A result that is gone by the time it is asked for is left out.

    Raises:
        NotFound: the batch is unknown, expired or somebody else's; at once, not on the way.
    """
    batches.get(token, owner)
    return pieces(token, owner)


def pieces(token: str, owner: str) -> Iterator[bytes]:
    """Yield the archive's bytes. JPEGs are not compressed again."""
    passage = Passage()
    lines: list[str] = []
    with zipfile.ZipFile(passage, "w", zipfile.ZIP_STORED) as packed:
        for item in batches.every_item(token, owner):
            lines.append(json.dumps(told_of(item), ensure_ascii=False))
            if item.state == "done" and item.file and item.width:
                try:
                    jpeg = batches.result(token, owner, item.number, item.look)
                except NotFound:
                    continue
                packed.writestr(item.file, jpeg)
                yield passage.taken()
        packed.writestr(MANIFEST, "".join(f"{line}\n" for line in lines))
    yield passage.taken()


def told_of(item: ItemView) -> dict[str, object]:
    """Return the manifest's line of an item."""
    told: dict[str, object] = {
        "number": item.number,
        "photo": item.photo,
        "frame": item.frame,
        "state": item.state,
        "tries": item.tries,
    }
    if item.state == "done":
        return told | {"file": item.file, "milliseconds": item.milliseconds}
    return told | {"reason": item.reason}
