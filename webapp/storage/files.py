"""The picture files: written whole or not at all, under random names.

A file's name is `xx/<32 hex digits><suffix>`, xx being the first two digits, so that no
folder grows too long. FILES_DIR says where they lie: in a folder, or in a bucket.
"""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from webapp.storage.belongings import only, settings
from webapp.storage.picture_bucket import InBucket, is_address
from webapp.storage.picture_folder import PART as PART
from webapp.storage.picture_folder import Folder
from webapp.storage.picture_folder import settle as settle

SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}


class Store(Protocol):
    """What keeps picture files by their names."""

    def put_as(self, name: str, data: bytes) -> None:
        """Write a file; one that is there is replaced."""

    def read(self, name: str) -> bytes:
        """Return a file's bytes. Raises `FileNotFoundError`."""
        ...

    def remove(self, name: str) -> None:
        """Delete a file for good; it may be gone already."""

    def exists(self, name: str) -> bool:
        """Return whether the file is there."""
        ...

    def shelves(self) -> Iterator[list[tuple[str, float]]]:
        """Yield some files at a time as (name, time of last change in seconds since 1970)."""
        ...

    def require_room(self) -> None:
        """Raise `FilesUnusable` unless pictures can be written."""


def store() -> Store:
    """Return what FILES_DIR names."""
    place = settings()["FILES_DIR"]
    return only(bucket) if is_address(place) else Folder(folder())


def bucket() -> InBucket:
    """Return the bucket that FILES_DIR names; it is connected to at first use."""
    return InBucket(settings()["FILES_DIR"])


def folder() -> Path:
    """Return the folder that holds all of them, where they lie in one."""
    return Path(settings()["FILES_DIR"])


def put(data: bytes, media_type: str) -> str:
    """Write a file; when this returns, its name and every byte survive a power cut.

    Raises:
        OSError: no room, or no permission; nothing is left behind.
        FilesUnusable: the bucket can't be written.
    """
    digits = secrets.token_hex(16)
    name = f"{digits[:2]}/{digits}{SUFFIXES[media_type]}"
    try:
        put_as(name, data)
    except BaseException:
        remove(name)  # it may be there already: only its name was not settled
        raise
    return name


def put_as(name: str, data: bytes) -> None:
    """Write a file of this name, as `put` does; one that is there is replaced."""
    store().put_as(name, data)


def read(name: str) -> bytes:
    """Return a file's bytes. Raises `FileNotFoundError`."""
    return store().read(name)


def remove(name: str) -> None:
    """Delete a file for good; it may be gone already."""
    store().remove(name)


def exists(name: str) -> bool:
    """Return whether the file is there."""
    return store().exists(name)


def shelves() -> Iterator[list[tuple[str, float]]]:
    """Yield some files at a time as (name, time of last change in seconds since 1970)."""
    yield from store().shelves()


def require_room() -> None:
    """Raise `FilesUnusable` unless pictures can be written."""
    store().require_room()
