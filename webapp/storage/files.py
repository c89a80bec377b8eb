"""The picture files: written whole or not at all, under random names.

A file's name is `xx/<32 hex digits><suffix>`, xx being the first two digits, so that no
folder grows too long. A file on its way in ends in `.part` until it is whole and on disk.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from webapp.storage.belongings import settings

SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
PART = ".part"


def folder() -> Path:
    """Return the folder that holds all of them."""
    return Path(settings()["FILES_DIR"])


def put(data: bytes, media_type: str) -> str:
    """Write a file; when this returns, its name and every byte survive a power cut.

    Raises:
        OSError: no room, or no permission; nothing is left behind.
    """
    digits = secrets.token_hex(16)
    name = f"{digits[:2]}/{digits}{SUFFIXES[media_type]}"
    try:
        put_as(name, data)
    except BaseException:
        (folder() / name).unlink(missing_ok=True)
        raise
    return name


def put_as(name: str, data: bytes) -> None:
    """Write a file of this name, as `put` does; one that is there is replaced."""
    path = folder() / name
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        settle(folder())
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


def read(name: str) -> bytes:
    """Return a file's bytes. Raises `FileNotFoundError`."""
    return (folder() / name).read_bytes()


def remove(name: str) -> None:
    """Delete a file for good; it may be gone already."""
    path = folder() / name
    try:
        path.unlink()
    except FileNotFoundError:
        return
    settle(path.parent)


def exists(name: str) -> bool:
    """Return whether the file is there."""
    return (folder() / name).is_file()


def shelves() -> Iterator[list[tuple[str, float]]]:
    """Yield each subfolder's files as (name, time of last change in seconds since 1970)."""
    if not folder().is_dir():
        return
    for shelf in sorted(folder().iterdir()):
        if shelf.is_dir():
            yield list(listed(shelf))


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
