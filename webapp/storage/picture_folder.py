"""A folder of picture files: written whole or not at all, and on disk before it is said to be."""

import os
from collections.abc import Iterator
from pathlib import Path

from webapp.errors import FilesUnusable

PART = ".part"
LEAST_FREE_BYTES = 200_000_000  # below it, the next uploads may find no room


class Folder:
    """Picture files under a folder of this machine, or of a network's that all machines share."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put_as(self, name: str, data: bytes) -> None:
        """Write a file; one that is there is replaced.

        Raises:
            OSError: no room, or no permission; nothing is left behind.
        """
        path = self.path / name
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            settle(self.path)
        part = path.with_name(path.name + PART)
        try:
            with part.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
            settle(path.parent)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def read(self, name: str) -> bytes:
        """Return a file's bytes. Raises `FileNotFoundError`."""
        return (self.path / name).read_bytes()

    def remove(self, name: str) -> None:
        """Delete a file for good; it may be gone already."""
        path = self.path / name
        try:
            path.unlink()
        except FileNotFoundError:
            return
        settle(path.parent)

    def exists(self, name: str) -> bool:
        """Return whether the file is there."""
        return (self.path / name).is_file()

    def shelves(self) -> Iterator[list[tuple[str, float]]]:
        """Yield each subfolder's files as (name, time of last change in seconds since 1970)."""
        if not self.path.is_dir():
            return
        for shelf in sorted(self.path.iterdir()):
            if shelf.is_dir():
                yield list(listed(shelf))

    def require_room(self) -> None:
        """Raise `FilesUnusable` unless pictures can be written."""
        folder = self.path
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent  # it is made with the first picture
        if not os.access(folder, os.W_OK | os.X_OK):
            raise FilesUnusable()
        room = os.statvfs(folder)
        if room.f_bavail * room.f_frsize < LEAST_FREE_BYTES:
            raise FilesUnusable()


def listed(shelf: Path) -> Iterator[tuple[str, float]]:
    """Yield a subfolder's files, leaving out what vanishes meanwhile."""
    for entry in os.scandir(shelf):
        try:
            if entry.is_file(follow_symlinks=False):
                yield f"{shelf.name}/{entry.name}", entry.stat(follow_symlinks=False).st_mtime
        except FileNotFoundError:
            continue


def settle(path: Path) -> None:
    """Bring a folder's list of names to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
