"""Picture files in a bucket of an S3-compatible store, which several machines share.

The store writes a file whole or not at all. That a file comes before its row, and goes after it is
marked, is the same as on a disk, and so the sweep mends the same faults.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from webapp.errors import FilesUnusable, PlaceUnusable
from webapp.storage.places import BUCKETS, Bucket

PROBE = "is-it-there"  # no picture is called so


def is_address(place: str) -> bool:
    """Return whether a FILES_DIR names a bucket and not a folder."""
    return place.startswith(BUCKETS)


class InBucket:
    """Picture files under an address like s3://bucket/folder, reached as `Bucket` says."""

    def __init__(self, address: str) -> None:
        self.bucket = Bucket(address, tries=1)  # whoever waits for a page can ask again

    def put_as(self, name: str, data: bytes) -> None:
        """Write a file; one that is there is replaced. Raises `FilesUnusable`."""
        with trouble_told():
            self.bucket.store().put(name, data)

    def read(self, name: str) -> bytes:
        """Return a file's bytes. Raises `FileNotFoundError` and `FilesUnusable`."""
        with trouble_told():
            return bytes(self.bucket.store().get(name).bytes())

    def remove(self, name: str) -> None:
        """Delete a file for good; it may be gone already. Raises `FilesUnusable`."""
        with trouble_told():
            try:
                self.bucket.store().delete(name)
            except FileNotFoundError:
                return

    def exists(self, name: str) -> bool:
        """Return whether the file is there. Raises `FilesUnusable`."""
        with trouble_told():
            try:
                self.bucket.store().head(name)
            except FileNotFoundError:
                return False
            return True

    def shelves(self) -> Iterator[list[tuple[str, float]]]:
        """Yield some files at a time as (name, time of last change in seconds since 1970)."""
        with trouble_told():
            for some in self.bucket.store().list():
                yield [(str(one["path"]), changed(one)) for one in some]

    def require_room(self) -> None:
        """Raise `FilesUnusable` unless the store answers."""
        self.exists(PROBE)


def changed(meta: Any) -> float:
    """Return when a file was last changed, seconds since 1970."""
    at: datetime = meta["last_modified"]
    return at.timestamp()


@contextmanager
def trouble_told() -> Iterator[None]:
    """Say that the store can't be used, whatever it calls the reason; a missing file stays one.

    Raises:
        FilesUnusable: it does not answer, refuses, or is not installed.
    """
    try:
        yield
    except (FileNotFoundError, FilesUnusable, GeneratorExit):
        raise
    except PlaceUnusable as error:
        raise FilesUnusable(**error.params) from error
    except Exception as error:  # obstore's own errors have no base but this
        raise FilesUnusable(reason=type(error).__name__) from error
