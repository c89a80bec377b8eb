"""What an import comes in: a CSV file, or a ZIP of one and its pictures. Nothing is unpacked."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from webapp.errors import PictureMissing, SheetInvalid

MOST_ENTRIES = 50_000
MOST_SHEET = 50_000_000  # bytes
MOST_PICTURE = 40_000_000  # bytes of one, unpacked; its decoding has bounds of its own
# LZMA is left out: a file of it may ask for gigabytes before its first byte.
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
# What zipfile and the libraries below it raise on damaged files.
DAMAGE = (
    zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError,
    struct.error, zlib.error,
)  # fmt: skip


class Parcel(Protocol):
    """Where a sheet and its pictures come from."""

    def sheet(self) -> bytes:
        """Return the CSV file. Raises `SheetInvalid`."""

    def picture(self, name: str) -> bytes:
        """Return a picture's bytes. Raises `PictureMissing`."""


@dataclass
class Zipped:
    """A ZIP with one CSV file; pictures are named as in the ZIP, or beside the CSV file."""

    archive: zipfile.ZipFile
    names: Mapping[str, zipfile.ZipInfo] = field(init=False)
    home: str = field(init=False)

    def __post_init__(self) -> None:
        """Look the names up. Raises `SheetInvalid`."""
        entries = [one for one in self.archive.infolist() if not one.is_dir()]
        if len(entries) > MOST_ENTRIES:
            raise SheetInvalid(advice=f"it has more than {MOST_ENTRIES:,} files")
        self.names = {one.filename.replace("\\", "/"): one for one in entries}
        sheets = [name for name in self.names if name.lower().endswith(".csv")]
        sheets = [name for name in sheets if not name.startswith("__MACOSX/")]
        if len(sheets) != 1:
            raise SheetInvalid(advice=f"it must hold one CSV file, and has {len(sheets)}")
        self.home = sheets[0]

    def sheet(self) -> bytes:
        """Return the CSV file."""
        return self.read(self.names[self.home], MOST_SHEET)

    def picture(self, name: str) -> bytes:
        """Return a picture's bytes."""
        folder = self.home.rpartition("/")[0]
        for place in (f"{folder}/{name}" if folder else name, name):
            if place in self.names:
                return self.read(self.names[place], MOST_PICTURE)
        raise PictureMissing(name=name)

    def read(self, entry: zipfile.ZipInfo, most: int) -> bytes:
        """Return a file's bytes, however large it claims to be. Raises `SheetInvalid`."""
        if entry.compress_type not in PACKED:
            raise SheetInvalid(advice=f"{entry.filename} in it is packed in an unusual way")
        try:
            with self.archive.open(entry) as file:
                data = file.read(most + 1)
        except DAMAGE as error:
            raise SheetInvalid(advice=f"{entry.filename} in it can't be read ({error})") from error
        if len(data) > most:
            raise SheetInvalid(advice=f"{entry.filename} in it is too large")
        return data


@dataclass(frozen=True)
class Loose:
    """A CSV file, and pictures in a folder beside it, or none."""

    data: bytes
    folder: Path | None = None

    def sheet(self) -> bytes:
        """Return the CSV file."""
        return self.data

    def picture(self, name: str) -> bytes:
        """Return a picture's bytes; nothing outside the folder is."""
        if self.folder is None:
            raise PictureMissing(name=name)
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            raise PictureMissing(name=name)
        return path.read_bytes()


def open_parcel(path: Path, pictures: Path | None = None) -> Parcel:
    """Return what lies in a file: a ZIP, or a CSV file with its pictures in a folder.

    Args:
        pictures: another ZIP or folder, for a CSV file.

    Raises:
        SheetInvalid: the file is neither.
    """
    if zipfile.is_zipfile(path):
        return zipped(path)
    return Loose(path.read_bytes(), pictures)


def open_bytes(data: bytes) -> Parcel:
    """Return the same of an upload's bytes."""
    return zipped(io.BytesIO(data)) if data[:2] == b"PK" else Loose(data)


def zipped(file: Path | io.BytesIO) -> Zipped:
    """Return what lies in a ZIP. Raises `SheetInvalid`."""
    try:
        return Zipped(zipfile.ZipFile(file))
    except DAMAGE as error:
        raise SheetInvalid(advice=f"the ZIP is damaged ({error})") from error
