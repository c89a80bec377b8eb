"""Where a batch's photos come from and its results go, beside the picture store.

A folder of this machine, or a bucket of an S3-compatible store (through obstore, which
requirements-ray.txt brings). A written file is there whole or not at all.
"""

import os
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from webapp.errors import FileUnreadable, OutputUnwritable, PlaceUnusable
from webapp.storage.picture_folder import PART, settle

PICTURES = frozenset((".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif"))
TRIES, PATIENCE = 5, timedelta(seconds=60)  # what a bucket is given before it counts as gone
WRITERS = 8  # files that a folder is given at once
BUCKETS = ("s3://", "gs://", "az://")


class Place(Protocol):
    """A folder or a bucket; names are relative, with forward slashes."""

    def names(self) -> Iterator[str]:
        """Yield the names of all that may be pictures by their endings, in order."""
        ...

    def read(self, name: str) -> bytes:
        """Return a file's bytes. Raises `FileUnreadable`."""
        ...

    def write(self, files: list[tuple[str, bytes]]) -> None:
        """Write files; when this returns they survive a power cut. Raises `OutputUnwritable`."""
        ...

    def has(self, name: str) -> bool:
        """Tell whether there is such a file."""
        ...


def place(address: str) -> Place:
    """Return the place at a path or an address. Raises `PlaceUnusable`."""
    if address.startswith(BUCKETS):
        return Bucket(address)
    if "://" in address:
        raise PlaceUnusable(place=address, reason=f"a folder, or {', '.join(BUCKETS)}")
    return Folder(Path(address))


def may_be_picture(name: str) -> bool:
    """Tell by its ending whether a file may be a picture; hidden and unfinished ones are none."""
    path = PurePosixPath(name)
    return path.suffix.lower() in PICTURES and not path.name.startswith(".")


def printable(name: str) -> str:
    """Return a name that can be stored; one that is no UTF-8 then leads nowhere, and is told of."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


class Folder:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> Iterator[str]:
        """Yield the names, folder by folder; links to folders are not followed."""
        if not self.path.is_dir():
            raise PlaceUnusable(place=str(self.path), reason="there is no such folder")
        for top, folders, files in os.walk(self.path):
            folders.sort()
            for file in sorted(filter(may_be_picture, files)):
                yield printable(Path(top, file).relative_to(self.path).as_posix())

    def read(self, name: str) -> bytes:
        """Return a file's bytes. Raises `FileUnreadable`."""
        try:
            return self.inside(name).read_bytes()
        except OSError as error:
            raise FileUnreadable(file=name, reason=error.strerror or "it can't be read") from error

    def write(self, files: list[tuple[str, bytes]]) -> None:
        """Write files under other names, bring them to disk, then rename them.

        Raises:
            OutputUnwritable: no room, or no permission; the files that are whole stay.
        """
        paths = [self.inside(name) for name, _ in files]
        # side by side: a disk brings many files down in little more time than one
        with ThreadPoolExecutor(WRITERS) as writers:
            list(writers.map(write_down, paths, [data for _, data in files]))
        for folder in {path.parent for path in paths}:
            settle(folder)

    def has(self, name: str) -> bool:
        """Tell whether there is such a file."""
        return self.inside(name).is_file()

    def inside(self, name: str) -> Path:
        """Return the path of a name. Raises `FileUnreadable` where it leads out of the folder."""
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise FileUnreadable(file=name, reason="it lies outside the folder")
        return self.path / name


def write_down(path: Path, data: bytes) -> None:
    """Write a file, and the folders that it lies in. Raises `OutputUnwritable`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        raise OutputUnwritable(file=str(path), reason=error.strerror) from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that has its name only once it is whole and on disk."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


class Bucket:
    """A bucket of an S3-compatible store, or a folder in one: s3://bucket/folder.

    Credentials and endpoint come from the environment, as obstore reads them (AWS_ACCESS_KEY_ID,
    AWS_ENDPOINT_URL, AWS_ALLOW_HTTP, …). The connection is made at first use, and anew in a
    process that was forked: obstore hangs in one that inherits it.
    """

    def __init__(self, address: str, tries: int = TRIES) -> None:
        self.address = address
        self._tries = tries
        self._store: Any = None
        self._process = 0

    def store(self) -> Any:
        """Return obstore's store, made by this process. Raises `PlaceUnusable`."""
        if self._store is None or self._process != os.getpid():
            try:
                from obstore.store import from_url

                retry: Any = {"max_retries": self._tries, "retry_timeout": PATIENCE}
                self._store = from_url(self.address, retry_config=retry)
            except ImportError as error:
                reason = "obstore is missing: pip install -r requirements-ray.txt"
                raise PlaceUnusable(place=self.address, reason=reason) from error
            except Exception as error:  # obstore's own errors have no base but this
                raise PlaceUnusable(place=self.address, reason=str(error)) from error
            self._process = os.getpid()
        return self._store

    def names(self) -> Iterator[str]:
        """Yield the names in the store's order. Raises `PlaceUnusable`."""
        store = self.store()
        try:
            for some in store.list():
                yield from (one["path"] for one in some if may_be_picture(one["path"]))
        except Exception as error:
            raise PlaceUnusable(place=self.address, reason=first_line(error)) from error

    def read(self, name: str) -> bytes:
        """Return a file's bytes. Raises `FileUnreadable`."""
        store = self.store()
        try:
            return bytes(store.get(name).bytes())
        except FileNotFoundError as error:
            raise FileUnreadable(file=name, reason="there is no such file") from error
        except Exception as error:
            raise PlaceUnusable(place=self.address, reason=first_line(error)) from error

    def write(self, files: list[tuple[str, bytes]]) -> None:
        """Write files, one by one; each is there whole or not at all. Raises `OutputUnwritable`."""
        store = self.store()
        for name, data in files:
            try:
                store.put(name, data)
            except Exception as error:
                reason = first_line(error)
                raise OutputUnwritable(file=f"{self.address}/{name}", reason=reason) from error

    def has(self, name: str) -> bool:
        """Tell whether there is such a file."""
        store = self.store()
        try:
            store.head(name)
        except FileNotFoundError:
            return False
        return True


def first_line(error: Exception) -> str:
    """Return the first line of an error's text; obstore's have many."""
    return (str(error).splitlines() or [type(error).__name__])[0]
