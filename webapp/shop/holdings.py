"""All that the shop holds on a visit: to be taken along, or to be ended at once."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from webapp.shop import photos
from webapp.storage import clock, files, handovers, shares, visits
from webapp.storage import photos as rows
from webapp.storage.database import Session, reading, writing
from webapp.storage.tables import Photo, TryOn
from webapp.storage.visit_tables import Share


def archive(visit: str) -> Iterator[bytes]:
    """Yield a ZIP of the visit's photos and try-ons, and a JSON file of all else held on it.

    One picture at a time is in memory, and none is written anywhere. What is deleted meanwhile
    is left out.
    """
    pictures, told = contents(visit)
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr("held.json", json.dumps(told, indent=2, ensure_ascii=False))
        for name, file in pictures:
            try:
                packed.writestr(name, files.read(file))
            except FileNotFoundError:
                continue
            yield pipe.drained()
    yield pipe.drained()


def contents(visit: str) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """Return (name in the archive, stored file) of each picture, and what else is held, as JSON."""
    pictures: list[tuple[str, str]] = []
    told: dict[str, Any] = {"photos": []}
    with reading() as session:
        for number, photo in enumerate(rows.of_visit(session, visit, clock.now()), 1):
            name = f"photo-{number}"
            pictures.append((f"{name}.jpg", photo.image.file))
            worn = [(f"{name}/{order}.jpg", one) for order, one in enumerate(photo.try_ons, 1)]
            pictures += [(path, one.image.file) for path, one in worn]
            made = [told_of_try_on(path, one, link_to(session, one)) for path, one in worn]
            told["photos"].append(told_of(photo) | {"try_ons": made})
        told["favourites"] = visits.favourites(session, visit, clock.now())
        told["links_to_another_device"] = [
            {"made": link.created_at.isoformat(), "ends": link.expires_at.isoformat()}
            for link in handovers.of_visit(session, visit, clock.now())
        ]
    return pictures, told


def told_of(photo: Photo) -> dict[str, Any]:
    """Return what a photo's row says."""
    return {
        "width": photo.image.width,
        "height": photo.image.height,
        "faces": photo.faces,
        "focal_length_35mm": photo.focal_35mm,
        "sent": photo.created_at.isoformat(),
        "agreed": photo.consented_at.isoformat(),
        "agreed_to_version": photo.consent_version,
        "deleted_at": photo.expires_at.isoformat(),
    }


def link_to(session: Session, worn: TryOn) -> Share | None:
    """Return the link by which the try-on is shared, if it is."""
    return shares.of_try_on(session, worn.id, clock.now())


def told_of_try_on(path: str, worn: TryOn, link: Share | None) -> dict[str, Any]:
    """Return what a try-on's row says, and its link's, which itself would open to any reader.

    `path`: of its picture in the archive.
    """
    return {
        "picture": path,
        "frame": worn.variant.frame.slug,
        "colourway": worn.variant.slug,
        "lens": worn.lens,
        "face": worn.face,
        "moved_mm": [worn.nudge_up, worn.nudge_out],
        "tilted_degrees": worn.nudge_tilt,
        "darkened": worn.tint,
        "said_to_look_wrong": worn.complaint,
        "milliseconds_to_draw": worn.milliseconds,
        "made": worn.created_at.isoformat(),
        "shared": link
        and {
            "since": link.created_at.isoformat(),
            "until": link.expires_at.isoformat(),
            "with_preview": link.preview,
        },
    }


def end(visit: str) -> int:
    """Delete all that is held on the visit; return how many photos that were."""
    mine = photos.of_visit(visit) if visit else []
    for photo in mine:
        photos.delete(photo.token, visit)
    with writing() as session:
        visits.forget(session, visit)
        handovers.drop(session, visit)
    return len(mine)


class Pipe(io.RawIOBase):
    """What a ZIP is written to, and read from bit by bit."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.waiting.append(bytes(data))
        return len(data)

    def drained(self) -> bytes:
        """Return what was written since the last call."""
        waiting, self.waiting = self.waiting, []
        return b"".join(waiting)
